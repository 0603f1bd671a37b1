"""How the columns of the records table stand: which are shown, in what order, how wide. It knows no record.

Every column is as wide as what it holds where there is room, and what is over is shared. Where there is not, only
operands, results and expressions give way: money and dates are never cut. A width that the person sets is theirs, and
the columns behind it give way to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QTableView

from desktop.terms.kinds import Column, Detail
from desktop.views.records.column_widths import widths_for
from desktop.views.records.columns import COLUMNS, HIDDEN_AT_FIRST, Shown

_SHARING = frozenset({Column.OPERANDS, Column.RESPONSE, Detail.EXPRESSION, Detail.NOTE})
_LEAST_CHARS = 15  # of a column that shares; below that the table scrolls sideways
_NARROWEST, _WIDEST = 24, 4000  # pixels that are taken up again
_STEP_CHARS = 4


class ColumnLayout(QObject):
    """The columns of one table. Its state is what JSON can hold."""

    changed = Signal()  # others are shown, or in another order

    def __init__(self, table: QTableView, *, longest: Callable[[int], Sequence[int]]) -> None:
        """`longest` gives the rows of a column that may be its widest: measuring all 500 would be felt."""
        super().__init__(table)
        self._table = table
        self._longest = longest
        self._header = table.horizontalHeader()
        self._header.setStretchLastSection(True)
        self._header.setSectionsMovable(True)
        self._chosen: dict[Shown, int] = {}  # widths that the person has set
        self._sharing = False
        self._header.sectionResized.connect(self._on_section_resized)
        self.recall(None)

    def shown(self) -> list[Shown]:
        """The columns as they stand, from left to right."""
        return [column for column in self._order() if self.is_shown(column)]

    def is_shown(self, column: Shown) -> bool:
        """Whether a column is in sight."""
        return not self._header.isSectionHidden(COLUMNS.index(column))

    def show_column(self, column: Shown, shown: bool) -> None:
        """Show or hide a column; the last one stays."""
        if shown or self.shown() != [column]:
            place = COLUMNS.index(column)
            self._sharing = True
            self._header.setSectionHidden(place, not shown)
            if shown:
                self._header.resizeSection(place, self._needed(place))
            self._sharing = False
            self.share()
            self.changed.emit()

    def move(self, column: Shown, by: int) -> None:
        """Move a shown column by so many places, to the right above 0."""
        shown = self.shown()
        target = shown.index(column) + by
        if 0 <= target < len(shown):
            visual = self._header.visualIndex
            self._header.moveSection(visual(COLUMNS.index(column)), visual(COLUMNS.index(shown[target])))

    def widen(self, column: Shown, by: int) -> None:
        """Make a column wider by so many steps, narrower below 0."""
        place = COLUMNS.index(column)
        step = self._table.fontMetrics().averageCharWidth() * _STEP_CHARS
        self._header.resizeSection(place, max(_NARROWEST, self._header.sectionSize(place) + by * step))

    def reset(self) -> None:
        """The columns as they were at first."""
        self.recall(None)
        self.share()

    def state(self) -> dict[str, Any]:
        """What is to be remembered; widths only where the person has set them."""
        widths = {column.value: self._chosen[column] for column in self.shown() if column in self._chosen}
        return {
            "order": [column.value for column in self._order()],
            "shown": [column.value for column in self.shown()],
            "widths": widths,
        }

    def recall(self, state: object) -> None:
        """Take up what `state` gave; what makes no sense in it is as at first."""
        found = state if isinstance(state, dict) else {}
        order, shown, widths = (found.get(name) for name in ("order", "shown", "widths"))
        self._sharing = True
        self._put_in_order(order if isinstance(order, list) else [])
        wanted = {column for column in COLUMNS if isinstance(shown, list) and column.value in shown}
        for place, column in enumerate(COLUMNS):
            self._header.setSectionHidden(place, column not in (wanted or set(COLUMNS) - HIDDEN_AT_FIRST))
        self._chosen = {}
        for column in COLUMNS:
            width = widths.get(column.value) if isinstance(widths, dict) else None
            if type(width) is int and _NARROWEST <= width <= _WIDEST and column in self.shown():
                self._chosen[column] = width
                self._header.resizeSection(COLUMNS.index(column), width)
        self._sharing = False
        self.changed.emit()

    @Slot()
    def share(self) -> None:
        """Give each column its width for what it holds, but those that the person has set."""
        self._share(0)

    def _share(self, settled: int) -> None:
        """The same for the columns from so many on; those before them stay as they are."""
        shown = self.shown()
        chosen = self._chosen | {column: self._size(column) for column in shown[:settled]}
        needs = {column: chosen.get(column) or self._needed(COLUMNS.index(column)) for column in shown}
        giving = [column for column in shown if column in _SHARING and column not in chosen]
        least = self._table.fontMetrics().averageCharWidth() * _LEAST_CHARS
        room = self._table.viewport().width()
        self._sharing = True
        for column, width in widths_for(needs, room, giving, least).items():
            if column not in shown[:settled]:
                self._header.resizeSection(COLUMNS.index(column), width)
        self._sharing = False

    def _size(self, column: Shown) -> int:
        return self._header.sectionSize(COLUMNS.index(column))

    def _needed(self, place: int) -> int:
        model = self._table.model()
        cells = (self._table.sizeHintForIndex(model.index(row, place)).width() for row in self._longest(place))
        return max(self._header.sectionSizeHint(place), *cells, 0)

    def _order(self) -> list[Shown]:
        return sorted(COLUMNS, key=lambda column: self._header.visualIndex(COLUMNS.index(column)))

    def _put_in_order(self, names: list[object]) -> None:
        known = [column for name in names for column in COLUMNS if column.value == name]
        for target, column in enumerate(dict.fromkeys((*known, *COLUMNS))):
            self._header.moveSection(self._header.visualIndex(COLUMNS.index(column)), target)

    @Slot(int, int, int)
    def _on_section_resized(self, section: int, _old: int, new: int) -> None:
        # Only the person's own changes are a choice; the last column follows the window by itself, and those that are
        # hidden shrink to nothing when the header is first shown.
        column, shown = COLUMNS[section], self.shown()
        if new and not self._sharing and column in shown[:-1]:
            self._chosen[column] = new
            self._share(shown.index(column) + 1)
