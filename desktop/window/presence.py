"""Notices that somebody is there, for the idle lock. It knows no session."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QInputEvent

from desktop.system.overriding import override

AGAIN_MS = 2_000
"""How often new windows are looked for: a menu takes no focus. It is long before any lock is due."""

_ACTIVITY = {QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel}


class Presence(QObject):
    """Sees what is pressed in the program's windows before any of it is carried out.

    It stands before the system's windows (QWindow), through which all comes that a person does: before the whole
    application it would be asked of every event of every widget.
    """

    def __init__(self, application: QGuiApplication, note: Callable[[], bool], parent: QObject) -> None:
        """`note` is told that somebody is there; where it says False, what they did counts for nothing."""
        super().__init__(parent)
        self._application = application
        self._note = note
        self._again = QTimer(self)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self._watch)
        application.focusWindowChanged.connect(self._watch)

    def begin(self) -> None:
        """Watch the windows that there are, and those to come."""
        self._again.start()
        self._watch()

    def end(self) -> None:
        """Look away."""
        self._again.stop()
        for window in self._application.topLevelWindows():
            window.removeEventFilter(self)

    @Slot()
    def _watch(self) -> None:
        if self._again.isActive():
            for window in self._application.topLevelWindows():
                window.installEventFilter(self)  # once more is the same as once

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        return isinstance(event, QInputEvent) and event.type() in _ACTIVITY and not self._note()
