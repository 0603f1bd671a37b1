"""One page of records as Qt's table model. It holds what it is shown and asks nobody; `show` is its one mutator."""

from __future__ import annotations

import heapq
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from desktop.arithmetic.numbers import NumberFormat, in_order
from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.terms.charges import Entry
from desktop.terms.kinds import Column, Detail
from desktop.terms.pages import Page
from desktop.views.look import scales
from desktop.views.records.cell import AT_RIGHT, CELL_ROLE, Cell
from desktop.views.records.columns import COLUMNS, FIGURES, HEADERS, cells, is_drawn, seen
from desktop.wording.markup import escaped

Index = QModelIndex | QPersistentModelIndex

# As plain numbers: Qt asks for many roles of each cell, and comparing names with them took half of it.
_DISPLAY, _ALIGNMENT, _TIP, _FONT, _FOREGROUND = map(
    int,
    (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.TextAlignmentRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.FontRole,
        Qt.ItemDataRole.ForegroundRole,
    ),
)
_ANSWERED = frozenset((_DISPLAY, _ALIGNMENT, _TIP, _FONT, _FOREGROUND, CELL_ROLE))
_IN_WHOLE_ROWS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
_LONGEST = 4  # texts of a column that may be its widest: letters differ in width, "Random string" is a short one


class Row(NamedTuple):
    """One record, formatted; `entry` is None where it could not be."""

    cells: tuple[Cell, ...]
    entry: Entry | None
    trouble: str = ""


class RecordsModel(QAbstractTableModel):
    """The page on screen."""

    def __init__(self, *, number_format: NumberFormat) -> None:
        super().__init__()
        self._format = number_format
        self._rows: list[Row] = []
        self._places: dict[int, int] = {}  # rows by the records' ids

    def show(self, page: Page) -> None:
        """Replace what is shown by a page; what stands on both is not written again."""
        self.beginResetModel()
        before = {row.entry.id: row for row in self._rows if row.entry is not None}
        rows = ((entry, before.get(entry.id)) for entry in page.entries)
        self._rows = [row if row is not None and row.entry == entry else self._row(entry) for entry, row in rows]
        self._places = {row.entry.id: number for number, row in enumerate(self._rows) if row.entry is not None}
        self.endResetModel()

    def show_numbers_anew(self) -> None:
        """Whether figures are grouped has changed, or the font."""
        self._rows = [row if row.entry is None else self._row(row.entry) for row in self._rows]
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(COLUMNS) - 1))

    def clear(self) -> None:
        """Show nothing."""
        self.beginResetModel()
        self._rows, self._places = [], {}
        self.endResetModel()

    def entry(self, row: int) -> Entry | None:
        """The record in a row; None where there is none, or one that cannot be shown."""
        return self._rows[row].entry if 0 <= row < len(self._rows) else None

    def row_of(self, record_id: int) -> int | None:
        """Where a record is shown, if it is."""
        return self._places.get(record_id)

    def longest(self, place: int) -> list[int]:
        """The rows with the longest texts of a column, among which is the widest."""
        rows = {row.cells[place].text: number for number, row in enumerate(self._rows)}
        return [rows[text] for text in heapq.nlargest(_LONGEST, rows, key=len)]

    @override
    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's own
        """A cell's index. Qt's own asks for the numbers of rows and columns at each cell that is drawn."""
        inside = 0 <= row < len(self._rows) and 0 <= column < len(COLUMNS) and not parent.isValid()
        return self.createIndex(row, column) if inside else QModelIndex()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(COLUMNS)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return say(HEADERS[column])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNMENTS[section]
        return None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in _ANSWERED or not index.isValid():
            return None
        row, place = self._rows[index.row()], index.column()
        cell = row.cells[place]
        if role == CELL_ROLE:
            return cell
        if role == _DISPLAY:
            return cell.text
        if role == _ALIGNMENT:
            return _ALIGNMENTS[place]
        if role == _TIP:
            return row.trouble or self._tip(row, place)
        return cell.font if role == _FONT else cell.colour

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        can_be_chosen = index.isValid() and self._rows[index.row()].entry is not None
        return _IN_WHOLE_ROWS if can_be_chosen else Qt.ItemFlag.NoItemFlags

    def _row(self, entry: Entry) -> Row:
        """A record as text. One that something else has spoilt becomes a row that cannot be chosen."""
        try:
            texts = cells(entry, self._format)
            return Row(self._cells(entry, texts), entry)
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            trouble = say(
                "Record {number} cannot be shown ({reason}). Help, Verify ledger says more.",
                number=entry.id,
                reason=error,
            )
            texts = say("Record {number}", number=entry.id), say("cannot be shown"), *("" for _ in COLUMNS[2:])
            return Row(self._cells(None, texts), None, trouble)

    def _cells(self, entry: Entry | None, texts: tuple[str, ...]) -> tuple[Cell, ...]:
        figures = scales.font(figures=True)
        found = []
        for text, column in zip(texts, COLUMNS, strict=True):
            font = figures if column in FIGURES else None
            if is_drawn(entry, column):
                font = scales.telling_font()
            money_in = column is Column.AMOUNT and entry is not None and entry.amount < 0
            for_the_eye = seen(text, column, entry, self._format) or text
            found.append(Cell(text, for_the_eye, column in FIGURES, font, money_in))
        return tuple(found)

    def _tip(self, row: Row, column: int) -> str:
        entry, text = row.entry, self._in_order(row, column)
        if entry is not None and entry.expression and COLUMNS[column] in (Column.OPERANDS, Column.RESPONSE):
            text = f"{self._in_order(row, COLUMNS.index(Detail.EXPRESSION))}\n{text}"
        # Qt takes what looks like a tag for one.
        return f"<p style='white-space: pre-wrap'>{escaped(text)}</p>" if "<" in text else text

    def _in_order(self, row: Row, column: int) -> str:
        """A cell as it stands, for the eye; without the groups, whose places a tip need not show."""
        text = row.cells[column].text
        return in_order(text, self._format) if seen(text, COLUMNS[column], row.entry, self._format) else text


_ALIGNMENTS = tuple(
    AT_RIGHT if column in FIGURES else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter for column in COLUMNS
)
