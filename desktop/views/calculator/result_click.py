"""A click on the result of a step of the tape. It says which; what becomes of it is the tape's affair."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QListView

from desktop.system.overriding import override


class ResultClick(QObject):
    """Watches the pointer over a list whose rows have an area that one click is enough for."""

    clicked = Signal(QModelIndex)
    repeated = Signal()  # the second click of a double one, whose first was enough

    def __init__(self, view: QListView, area: Callable[[QModelIndex], QRect]) -> None:
        super().__init__(view)
        self._view = view
        self._area = area
        self._pressed = QModelIndex()
        self._taken = False
        view.viewport().setMouseTracking(True)
        view.viewport().installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QMouseEvent):
            return False
        found = self._at(event.position().toPoint())
        if event.type() == QEvent.Type.MouseMove:
            self._point(found)
        elif event.button() != Qt.MouseButton.LeftButton:
            return False
        elif event.type() == QEvent.Type.MouseButtonDblClick:
            return self._repeat()
        elif event.type() == QEvent.Type.MouseButtonPress:
            self._pressed, self._taken = found, False
        elif event.type() == QEvent.Type.MouseButtonRelease:
            self._release(found)
        return False

    def _at(self, point: QPoint) -> QModelIndex:
        index = self._view.indexAt(point)
        return index if index.isValid() and self._area(index).contains(point) else QModelIndex()

    def _point(self, found: QModelIndex) -> None:
        if found.isValid():
            self._view.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self._view.viewport().unsetCursor()

    def _repeat(self) -> bool:
        if self._taken:
            self.repeated.emit()
        return self._taken

    def _release(self, found: QModelIndex) -> None:
        pressed, self._pressed = self._pressed, QModelIndex()
        if found.isValid() and found == pressed:
            self._taken = True
            self.clicked.emit(found)
