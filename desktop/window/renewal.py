"""When the window is built anew, in another language or text size: as soon as nothing is under way in it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QDialog

from desktop.controllers.background import Lanes
from desktop.views.main_window.window import MainWindow

_AGAIN_MS = 100  # until what is under way is looked at again


class Renewal(QObject):
    """Waits for dialogs to be closed, and for work whose outcome a part of the old window awaits."""

    due = Signal()

    def __init__(self, *, lanes: Lanes, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        # The others serve pages, charts and proofs, which the new window asks for itself or whose owners stay.
        self._awaited = (lanes.write, lanes.files, lanes.reports, lanes.network)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_AGAIN_MS)
        self._again.timeout.connect(self.ask)

    @Slot()
    def ask(self) -> None:
        """Have `due` emitted as soon as may be; asking again changes nothing."""
        if self._is_quiet():
            self.due.emit()
        else:
            self._again.start()

    def _is_quiet(self) -> bool:
        dialogs = (dialog for dialog in self._window.findChildren(QDialog) if dialog.isVisible())
        asked = QApplication.activeModalWidget() is not None or QApplication.activePopupWidget() is not None
        return not asked and next(dialogs, None) is None and all(lane.is_idle for lane in self._awaited)
