"""Notices that somebody is there, for the idle lock. It knows no session."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QInputEvent, QKeyEvent

from desktop.system.overriding import override

AGAIN_MS = 2_000
"""How often new windows are looked for: a menu takes no focus. It is long before any lock is due."""

_SHORTCUT = QEvent.Type.ShortcutOverride
"""Whether a key may be a shortcut: Qt asks that first, and one that is comes as no press of a key."""

_ACTIVITY = {_SHORTCUT, QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel}


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
        self._kept_back: tuple[int, int] | None = None  # a key and when it was pressed
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

    @Slot()
    def _watch(self) -> None:
        if self._again.isActive():
            for window in self._application.topLevelWindows():
                window.installEventFilter(self)  # once more is the same as once

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QInputEvent) or event.type() not in _ACTIVITY:
            return False
        if isinstance(event, QKeyEvent) and self._kept_back == (event.key(), event.timestamp()):
            self._kept_back = None
            return True
        if not self._again.isActive() or self._note():
            return False
        if isinstance(event, QKeyEvent):
            self._kept_back = event.key(), event.timestamp()
            event.accept()  # it is no shortcut then, and comes once more as a key
        return True
