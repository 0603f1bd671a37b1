"""The order of the records: by a click on a head, or from a menu for the keyboard. It sorts nothing."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHeaderView, QMenu

from desktop.terms.values import Column
from desktop.views.records.columns import COLUMNS, HEADERS, order_of

_DIRECTIONS = {True: Qt.SortOrder.DescendingOrder, False: Qt.SortOrder.AscendingOrder}


class RecordsOrder(QObject):
    """A column and a direction, newest first to begin with."""

    changed = Signal()

    def __init__(self, *, header: QHeaderView, menu: QMenu) -> None:
        super().__init__(header)
        self.sort = Column.DATE
        self.descending = True
        self._header = header
        for column in Column:
            action = menu.addAction(HEADERS[column])
            action.setData(column.value)
        header.sortIndicatorChanged.connect(self._on_head)
        menu.triggered.connect(self._on_chosen)

    def take(self, sort: object, *, descending: bool) -> None:
        """Take an order up without saying so: a column's name, or by date where there is none of that name."""
        self.sort = next((column for column in Column if column.value == sort), Column.DATE)
        self.descending = descending
        self._show()

    def _show(self) -> None:
        with QSignalBlocker(self._header):
            self._header.setSortIndicator(COLUMNS.index(self.sort), _DIRECTIONS[self.descending])

    @Slot(int, Qt.SortOrder)
    def _on_head(self, section: int, direction: Qt.SortOrder) -> None:
        sort = order_of(COLUMNS[section]) if 0 <= section < len(COLUMNS) else None
        if sort is None:
            self._show()  # the head of a column that cannot be sorted by was clicked
            return
        self.sort, self.descending = sort, direction == _DIRECTIONS[True]
        self.changed.emit()

    @Slot(QAction)
    def _on_chosen(self, action: QAction) -> None:
        """Sort by this column; when it is the one already, the other way round."""
        again = action.data() == self.sort
        self.take(action.data(), descending=not self.descending if again else self.descending)
        self.changed.emit()
