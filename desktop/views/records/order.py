"""The order of the records: by a click on a head, or from a menu that shows which it is. It sorts nothing."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHeaderView, QMenu

from desktop.language.sentences import say
from desktop.terms.kinds import Column
from desktop.views.look.mnemonics import lettered
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
        words = [say(HEADERS[column]) for column in Column]
        *columns, rising, falling = lettered([*words, say("Smallest or oldest first"), say("Largest or newest first")])
        self._columns, self._directions = QActionGroup(self), QActionGroup(self)
        for column, text in zip(Column, columns, strict=True):
            _choice(menu, self._columns, text, column.value)
        menu.addSeparator()
        for descending, text in ((False, rising), (True, falling)):
            _choice(menu, self._directions, text, descending)
        self._show()
        header.sortIndicatorChanged.connect(self._on_head)
        self._columns.triggered.connect(self._on_chosen)
        self._directions.triggered.connect(self._on_direction)

    @property
    def asked(self) -> dict[str, Any]:
        """The order as fields of a `PageRequest`. An amount is shown with the other sign than the record has it."""
        turned = self.sort is Column.AMOUNT
        return {"sort": self.sort, "descending": self.descending != turned}

    def take(self, sort: object, *, descending: bool) -> None:
        """Take an order up without saying so: a column's name, or by date where there is none of that name."""
        self.sort = next((column for column in Column if column.value == sort), Column.DATE)
        self.descending = descending
        self._show()

    def _show(self) -> None:
        with QSignalBlocker(self._header):
            self._header.setSortIndicator(COLUMNS.index(self.sort), _DIRECTIONS[self.descending])
        for action in (*self._columns.actions(), *self._directions.actions()):
            action.setChecked(action.data() in (self.sort.value, self.descending))

    @Slot(int, Qt.SortOrder)
    def _on_head(self, section: int, direction: Qt.SortOrder) -> None:
        sort = order_of(COLUMNS[section]) if 0 <= section < len(COLUMNS) else None
        if sort is None:
            self._show()  # the head of a column that cannot be sorted by was clicked
            return
        self.sort, self.descending = sort, direction == _DIRECTIONS[True]
        self._show()
        self.changed.emit()

    @Slot(QAction)
    def _on_chosen(self, action: QAction) -> None:
        """Sort by this column; when it is the one already, the other way round."""
        again = action.data() == self.sort
        self.take(action.data(), descending=not self.descending if again else self.descending)
        self.changed.emit()

    @Slot(QAction)
    def _on_direction(self, action: QAction) -> None:
        self.take(self.sort.value, descending=action.data())
        self.changed.emit()


def _choice(menu: QMenu, group: QActionGroup, text: str, data: str | bool) -> None:
    action = menu.addAction(text)
    action.setData(data)
    action.setCheckable(True)
    group.addAction(action)
