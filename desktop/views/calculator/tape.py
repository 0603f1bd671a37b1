"""The tape as a list: how a step looks, and what can be done with it. It keeps nothing itself."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.arithmetic.numbers import NumberFormat
from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.terms.charges import Receipt
from desktop.views.calculator.result_click import ResultClick
from desktop.views.calculator.tape_menu import TapeMenu
from desktop.views.calculator.tape_model import (
    CHARGE_ROLE,
    HEADING_ROLE,
    OPERANDS_ROLE,
    PLAIN_ROLE,
    RESULT_ROLE,
    SHOWN_ROLE,
    Index,
    TapeModel,
)
from desktop.views.look import scales, theme
from desktop.views.look.steady import steady_scroll_bar
from desktop.wording.cut import cut_number

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_FRAME = 2
_HAND = 3 * scales.LARGE


class TapeDelegate(QStyledItemDelegate):
    """Two lines a step: operands and charge in small print, the result in bold. Steps of one entry stand under it."""

    def __init__(self, parent: QWidget, *, model: TapeModel, number_format: NumberFormat) -> None:
        super().__init__(parent)
        self._model = model
        self._format = number_format
        self.measure()

    def measure(self) -> None:
        """Take the program's font as it is now: Qt asks for the height of every step whenever one comes."""
        self._plain, self._headed = (QSize(100, _height(headed=headed)) for headed in (False, True))

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self._headed if self._model.is_headed(index) else self._plain

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # a painter begins with the application's
        colours = theme.colours()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colours.selection))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(colours.accent), _FRAME))
            painter.drawRect(option.rect.adjusted(1, 1, -1, -1))
        area = option.rect.adjusted(scales.MEDIUM, scales.TIGHT, -scales.MEDIUM, -scales.TIGHT)
        if heading := index.data(HEADING_ROLE):
            height = QFontMetrics(scales.font()).height()
            painter.setFont(scales.font(figures=True))
            painter.setPen(QColor(colours.text))
            room = QRect(area.left(), area.top(), area.width(), height)
            painter.drawText(room, _LEFT, _cut_at_end(painter, heading, room.width()))
            area.setTop(area.top() + height)
        half = area.height() // 2
        upper = QRect(area.left(), area.top(), area.width(), half)
        lower = _result_line(option.rect, index)
        painter.setFont(scales.font(scales.Size.CAPTION, figures=True))
        painter.setPen(QColor(colours.muted))
        charge = index.data(CHARGE_ROLE)
        painter.drawText(upper, _RIGHT, charge)
        room = upper.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(charge) - scales.SMALL, 0)
        painter.drawText(room, _LEFT, _cut_at_end(painter, index.data(OPERANDS_ROLE), room.width()))
        number = index.data(RESULT_ROLE)
        painter.setFont(scales.font(bold=True, figures=True) if number else scales.telling_font(bold=True))
        painter.setPen(QColor(colours.text))
        metrics, width = painter.fontMetrics(), lower.width()
        result = index.data(SHOWN_ROLE)
        painter.drawText(
            lower, _RIGHT, cut_number(result, lambda cut: metrics.horizontalAdvance(cut) <= width, self._format)
        )
        painter.restore()


def _height(*, headed: bool) -> int:
    """How high a step is in the program's font."""
    lines = [scales.font(scales.Size.CAPTION), scales.font(bold=True)]
    if headed:
        lines.append(scales.font())
    return sum(QFontMetrics(line).height() for line in lines) + scales.MEDIUM


def _result_line(row: QRect, index: Index) -> QRect:
    """The lower line of a step, where its result stands on the right."""
    area = row.adjusted(scales.MEDIUM, scales.TIGHT, -scales.MEDIUM, -scales.TIGHT)
    if index.data(HEADING_ROLE):
        area.setTop(area.top() + QFontMetrics(scales.font()).height())
    half = area.height() // 2
    return QRect(area.left(), area.top() + half, area.width(), half)


def _cut_at_end(painter: QPainter, text: str, width: int) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)


class TapeView(QListView):
    """The tape as a list: a click on an old result, a double click or Enter takes it up again, free of charge."""

    reused = Signal(str)
    reused_already = Signal()  # by the click before: the second one only brought the focus here
    expression_asked = Signal(str)  # to be entered again
    details_asked = Signal(object)  # Entry
    copied = Signal()

    def __init__(self, *, number_format: NumberFormat, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tape_view")
        self.setAccessibleName(say("Tape: the latest steps"))
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        model = TapeModel(number_format=number_format)
        self.setModel(model)
        self._delegate = TapeDelegate(self, model=model, number_format=number_format)
        self.setItemDelegate(self._delegate)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        steady_scroll_bar(self)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doubleClicked.connect(self._reuse)
        click = ResultClick(self, self.result_area)
        click.clicked.connect(self._reuse)
        click.repeated.connect(self.reused_already)
        self._menu = TapeMenu(self)
        self._menu.result_asked.connect(self._on_result)
        self._menu.expression_asked.connect(self._on_expression)
        self._menu.copy_asked.connect(self.copy)
        self._menu.details_asked.connect(self._on_details)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._delegate.measure()
            self.scheduleDelayedItemsLayout()

    @override
    def model(self) -> TapeModel:
        found = super().model()
        assert isinstance(found, TapeModel)
        return found

    def result_area(self, index: Index) -> QRect:
        """Where a click takes the result up: its figure, and beside a short one what a hand needs."""
        line = _result_line(self.visualRect(index), index)
        figure = QFontMetrics(scales.font(bold=True, figures=True)).horizontalAdvance(index.data(SHOWN_ROLE) or "")
        wide = min(max(figure, _HAND), line.width()) if index.data(RESULT_ROLE) else 0
        return QRect(line.right() + 1 - wide, line.top(), wide, line.height())

    @Slot(object)
    def recall(self, receipts: Iterable[Receipt]) -> None:
        """Show the latest entries of an account that has just signed in; a tape that is in use stays as it is."""
        if not self.model().rowCount():
            # All of them and then the newest: Qt lays the whole list out for each that is chosen.
            for receipt in receipts:
                self.model().append(receipt)
            if self.model().rowCount():
                self._choose_newest()
                self.scrollToBottom()

    def take_over(self, other: TapeView) -> None:
        """Show what another tape shows."""
        self.model().take_over(other.model())
        if self.model().rowCount():
            self._choose_newest()

    @Slot(object)
    def append(self, receipt: Receipt) -> None:
        """Add what was charged and show it."""
        self.model().append(receipt)
        self._choose_newest()
        self.scrollToBottom()

    def show_numbers_anew(self) -> None:
        """Whether figures are grouped has changed."""
        self.model().show_numbers_anew()

    def _choose_newest(self) -> None:
        """What Tab and Enter take, and the arrows walk from; it is highlighted where the focus is here."""
        flags = QItemSelectionModel.SelectionFlag
        newest = self.model().index(self.model().rowCount() - 1, 0)
        self.selectionModel().setCurrentIndex(newest, flags.ClearAndSelect if self.hasFocus() else flags.Clear)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            self.selectionModel().select(self.currentIndex(), QItemSelectionModel.SelectionFlag.ClearAndSelect)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._choose_newest()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.scrollToBottom()  # out of sight Qt forgot where it was

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        bar = self.verticalScrollBar()
        at_end = bar.value() == bar.maximum()
        super().resizeEvent(event)
        if at_end:
            self.scrollToBottom()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.model().rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(theme.colours().muted))
            area = self.viewport().rect().adjusted(scales.MEDIUM, 0, -scales.MEDIUM, 0)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, int(flags), say("Every step you pay for appears here."))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._reuse(self.currentIndex())
            return
        super().keyPressEvent(event)

    @Slot()
    def copy(self) -> None:
        """Copy the chosen step as text: operands, result and charge, without grouping."""
        if (index := self.currentIndex()).isValid():
            QGuiApplication.clipboard().setText(index.data(PLAIN_ROLE))
            self.copied.emit()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if at_key else self.indexAt(event.pos())
        if not index.isValid():
            return
        self.setCurrentIndex(index)
        at = self.visualRect(index).center() if at_key else event.pos()
        self._menu.offer(calculated=bool(index.data(RESULT_ROLE)))
        self._menu.popup(self.viewport().mapToGlobal(at))

    @Slot()
    def _on_result(self) -> None:
        self._reuse(self.currentIndex())

    @Slot()
    def _on_expression(self) -> None:
        self.expression_asked.emit(self.model().expression(self.currentIndex()))

    @Slot()
    def _on_details(self) -> None:
        self.details_asked.emit(self.model().entry(self.currentIndex()))

    @Slot(QModelIndex)
    def _reuse(self, index: QModelIndex) -> None:
        if result := index.data(RESULT_ROLE):
            self.reused.emit(result)
