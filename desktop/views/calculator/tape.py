"""The tape: each step of this sitting as it was charged, newest last. The ledger has the records; this forgets."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import NumberFormat, localise
from desktop.terms.values import Entry, OperationType, Receipt
from desktop.views.look import theme
from desktop.wording.shown import OPERATION_NAMES

Index = QModelIndex | QPersistentModelIndex
RESULT_ROLE = int(Qt.ItemDataRole.UserRole)
CHARGE_ROLE = RESULT_ROLE + 1
OPERANDS_ROLE = RESULT_ROLE + 2


class TapeModel(QAbstractListModel):
    """The entries of this sitting. `append` is its one mutator, `clear` its end."""

    def __init__(self, *, number_format: NumberFormat) -> None:
        super().__init__()
        self._format = number_format
        self._entries: list[Entry] = []

    def append(self, receipt: Receipt) -> None:
        """Add the steps of a receipt."""
        if receipt.entries:
            first = len(self._entries)
            self.beginInsertRows(QModelIndex(), first, first + len(receipt.entries) - 1)
            self._entries.extend(receipt.entries)
            self.endInsertRows()

    def clear(self) -> None:
        """Forget everything: somebody else signs in."""
        self.beginResetModel()
        self._entries.clear()
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._entries)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        operands = self._operands(entry)
        # A random string is no number: its "." and "-" are its own, and it cannot be calculated with.
        number = entry.operation is not OperationType.RANDOM_STRING
        result = ("" if entry.exact else "≈ ") + (localise(entry.response, self._format) if number else entry.response)
        charge = format_money(-entry.amount, self._format, signed=True)
        values = {
            Qt.ItemDataRole.DisplayRole: f"{operands} = {result}",
            Qt.ItemDataRole.ToolTipRole: f"{operands} = {result}\n{charge}",
            Qt.ItemDataRole.AccessibleTextRole: f"{operands} = {result}, charged {charge}",
            RESULT_ROLE: entry.response if number else "",
            CHARGE_ROLE: charge,
            OPERANDS_ROLE: operands,
        }
        return values.get(role)

    def _operands(self, entry: Entry) -> str:
        if entry.operation is OperationType.RANDOM_STRING:
            return OPERATION_NAMES[entry.operation]
        return localise(entry.operands, self._format)


class TapeDelegate(QStyledItemDelegate):
    """Operands on the left, the result in bold, the charge in small print: two lines a step."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        lines = (theme.font(theme.Size.CAPTION), theme.font(bold=True))
        return QSize(100, sum(QFontMetrics(line).height() for line in lines) + theme.MEDIUM)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        colours = theme.colours()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colours.selection))
        area = option.rect.adjusted(theme.MEDIUM, theme.TIGHT, -theme.MEDIUM, -theme.TIGHT)
        upper = QRect(area.left(), area.top(), area.width(), area.height() // 2)
        lower = QRect(area.left(), area.top() + area.height() // 2, area.width(), area.height() // 2)
        small, strong = theme.font(theme.Size.CAPTION, figures=True), theme.font(bold=True, figures=True)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(small)
        painter.setPen(QColor(colours.muted))
        charge = index.data(CHARGE_ROLE)
        width = painter.fontMetrics().horizontalAdvance(charge) + theme.SMALL
        painter.drawText(upper, right, charge)
        operands = painter.fontMetrics().elidedText(
            index.data(OPERANDS_ROLE), Qt.TextElideMode.ElideMiddle, upper.width() - width
        )
        painter.drawText(upper, left, operands)
        painter.setFont(strong)
        painter.setPen(QColor(colours.text))
        result = index.data(Qt.ItemDataRole.DisplayRole).rpartition(" = ")[2]
        elided = painter.fontMetrics().elidedText(result, Qt.TextElideMode.ElideMiddle, lower.width())
        painter.drawText(lower, right, elided)
        painter.restore()


class TapeView(QListView):
    """The tape as a list: a double click or Enter takes an old result up again, free of charge."""

    reused = Signal(str)

    def __init__(self, *, number_format: NumberFormat, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tape_view")
        self.setAccessibleName("Tape: the steps of this session")
        self.setModel(TapeModel(number_format=number_format))
        self.setItemDelegate(TapeDelegate(self))
        self.setUniformItemSizes(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doubleClicked.connect(self._reuse)

    @override
    def model(self) -> TapeModel:
        found = super().model()
        assert isinstance(found, TapeModel)
        return found

    @Slot(object)
    def append(self, receipt: Receipt) -> None:
        """Add what was charged and show it."""
        self.model().append(receipt)
        self.scrollToBottom()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.model().rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(theme.colours().muted))
            area = self.viewport().rect().adjusted(theme.MEDIUM, 0, -theme.MEDIUM, 0)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, int(flags), "Every step you pay for appears here.")

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._reuse(self.currentIndex())
            return
        super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _reuse(self, index: QModelIndex) -> None:
        if result := index.data(RESULT_ROLE):
            self.reused.emit(result)
