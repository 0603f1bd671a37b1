"""The latest steps as they were charged, newest last, each under its entry. The ledger has the records."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import NumberFormat, in_order, localise
from desktop.language.directions import bare
from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.terms.charges import Entry, Receipt
from desktop.terms.kinds import OperationType
from desktop.wording.grouping import grouped
from desktop.wording.shown import operation_name

Index = QModelIndex | QPersistentModelIndex
RESULT_ROLE = int(Qt.ItemDataRole.UserRole)
CHARGE_ROLE = RESULT_ROLE + 1
OPERANDS_ROLE = RESULT_ROLE + 2
HEADING_ROLE = RESULT_ROLE + 3  # the entry that a step is the first of; "" on the others, and where it is the step
SHOWN_ROLE = RESULT_ROLE + 4  # the result as the display said it
PLAIN_ROLE = RESULT_ROLE + 5  # the step in the locale's marks, without grouping: what is copied


_SAID = frozenset(
    (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
        RESULT_ROLE,
        CHARGE_ROLE,
        OPERANDS_ROLE,
        HEADING_ROLE,
        SHOWN_ROLE,
        PLAIN_ROLE,
    )
)


class TapeModel(QAbstractListModel):
    """The latest entries of one account. `append` adds to them, `clear` is their end."""

    def __init__(self, *, number_format: NumberFormat) -> None:
        super().__init__()
        self._format = number_format
        self._entries: list[Entry] = []
        self._headings: dict[int, str] = {}  # entries of several steps, by the row of the first
        self._rounded: set[int] = set()  # rows of what an entry came to, where that was said to be rounded
        self._told: dict[int, dict[int, str]] = {}  # what was asked for, by row: a row is painted whenever one comes

    def append(self, receipt: Receipt) -> None:
        """Add the steps of a receipt."""
        if receipt.entries:
            first = len(self._entries)
            expression = receipt.entries[-1].expression
            if len(receipt.entries) > 1 and expression:
                self._headings[first] = expression
            if not receipt.exact:
                self._rounded.add(first + len(receipt.entries) - 1)
            self.beginInsertRows(QModelIndex(), first, first + len(receipt.entries) - 1)
            self._entries.extend(receipt.entries)
            self.endInsertRows()

    def take_over(self, other: TapeModel) -> None:
        """Show what another one shows."""
        self.beginResetModel()
        self._entries, self._headings, self._rounded = other.content
        self._told.clear()
        self.endResetModel()

    @property
    def content(self) -> tuple[list[Entry], dict[int, str], set[int]]:
        """The steps, the entries over the first of several, by row, and the rows that are rounded in the end."""
        return list(self._entries), dict(self._headings), set(self._rounded)

    def is_headed(self, index: Index) -> bool:
        """Whether the whole entry stands over a step."""
        return index.row() in self._headings

    def entry(self, index: Index) -> Entry:
        """The record of a step."""
        return self._entries[index.row()]

    def expression(self, index: Index) -> str:
        """The whole entry that a step is of; its own where nothing else is known."""
        request = self.entry(index).request_id
        of_entry = (entry.expression for entry in self._entries if entry.request_id == request and entry.expression)
        return next(of_entry, self.entry(index).operands)

    def replace(self, entry: Entry) -> None:
        """Have a record as it is now: its note is another one."""
        self._entries = [entry if one.id == entry.id else one for one in self._entries]

    def show_numbers_anew(self) -> None:
        """Whether figures are grouped has changed."""
        self._told.clear()
        if self._entries:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._entries) - 1, 0))

    def clear(self) -> None:
        """Forget everything: somebody else signs in."""
        self.beginResetModel()
        self._entries.clear()
        self._headings.clear()
        self._rounded.clear()
        self._told.clear()
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._entries)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in _SAID:
            return None
        row = index.row()
        if row not in self._told:
            self._told[row] = self._tell(row)
        return self._told[row][role]

    def _tell(self, row: int) -> dict[int, str]:
        """All that is said of a step, by role."""
        entry, heading = self._entries[row], self._number(self._headings.get(row, ""))
        operands = self._operands(entry)
        # A random string is no number: its "." and "-" are its own, and it cannot be calculated with.
        number = entry.operation is not OperationType.RANDOM_STRING
        exact = entry.exact and row not in self._rounded
        about = "" if exact else "≈ "
        result = self._number(about + entry.response) if number else in_order(about + entry.response, self._format)
        charge = format_money(-entry.amount, self._format, signed=True)
        step = in_order(f"{operands} = {result}", self._format)
        charged = say("{step}, charged {amount}", step=step, amount=charge)
        return {
            Qt.ItemDataRole.DisplayRole: step,
            Qt.ItemDataRole.ToolTipRole: "\n".join(filter(None, (heading, step, charge))),
            Qt.ItemDataRole.AccessibleTextRole: bare((f"{heading}: " if heading else "") + charged),
            RESULT_ROLE: entry.response if number else "",
            CHARGE_ROLE: charge,
            OPERANDS_ROLE: operands,
            HEADING_ROLE: heading,
            SHOWN_ROLE: result,
            PLAIN_ROLE: f"{self._plain(entry, exact=exact)}\t{bare(charge)}",
        }

    def _operands(self, entry: Entry) -> str:
        if entry.operation is OperationType.RANDOM_STRING:
            return operation_name(entry.operation)
        return self._number(entry.operands)

    def _plain(self, entry: Entry, *, exact: bool) -> str:
        if entry.operation is OperationType.RANDOM_STRING:
            return entry.response
        about = "" if exact else "≈ "
        return f"{localise(entry.operands, self._format)} = {about}{localise(entry.response, self._format)}"

    def _number(self, text: str) -> str:
        return grouped(localise(text, self._format), self._format)
