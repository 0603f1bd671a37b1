"""Notices that somebody is there, for the idle lock. It knows no session."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QInputEvent

from desktop.system.overriding import override

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
        self._watches = False

    def begin(self) -> None:
        """Watch the windows that there are, and those to come."""
        if not self._watches:
            self._watches = True
            self._application.focusWindowChanged.connect(self._watch)
        self._watch()

    def end(self) -> None:
        """Look away."""
        if self._watches:
            self._watches = False
            self._application.focusWindowChanged.disconnect(self._watch)
        for window in self._application.topLevelWindows():
            window.removeEventFilter(self)

    @Slot()
    def _watch(self) -> None:
        if self._watches:
            for window in self._application.topLevelWindows():
                window.installEventFilter(self)  # once more is the same as once

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not (isinstance(event, QInputEvent) and event.type() in _ACTIVITY):
            return False
        if not self._note():
            return True
        QTimer.singleShot(0, self._watch)  # a menu that this opens takes no focus
        return False
