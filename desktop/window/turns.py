"""Work on the window's thread in steps, one a turn of the event loop. It knows nothing of the work."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Signal, Slot

_BETWEEN_MS = 1  # with 0 Qt goes on before it looks at what else has come


class Turns(QObject):
    """Goes through its steps while the window lives; none of them may take as long as a person feels."""

    ended = Signal()
    broke = Signal()  # a step failed: the rest stays undone. What it raised goes where all does.

    def __init__(self, steps: Iterator[object], parent: QObject) -> None:
        super().__init__(parent)
        self._steps = steps
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.setInterval(_BETWEEN_MS)
        self._next.timeout.connect(self._take)
        self._is_over = False

    @Slot()
    def begin(self) -> None:
        """Begin, or go on as before."""
        if not (self._is_over or self._next.isActive()):
            self._next.start()

    def stop(self) -> None:
        """Leave the rest undone."""
        self._is_over = True
        self._next.stop()

    @Slot()
    def _take(self) -> None:
        try:
            for _ in self._steps:
                self._next.start()
                return
        except BaseException:
            self.stop()
            self.broke.emit()
            raise
        self.stop()
        self.ended.emit()
