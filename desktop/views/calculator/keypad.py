"""The keypad: keys that type into the entry, and show what an operation costs. A key never takes the focus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import NumberFormat, digits_of, in_order
from desktop.arithmetic.table import OPERATIONS
from desktop.language.directions import bare, is_backwards
from desktop.language.sentences import mark, say
from desktop.system.overriding import override
from desktop.terms.kinds import OperationType
from desktop.views.look import scales, theme


class Key(NamedTuple):
    """A key: its object name, what it shows, and types unless it acts, what it is called, its operation, its place.

    Row -1 stands above the others, and has narrower keys.
    """

    name: str
    label: str
    spoken: str
    operation: OperationType | None
    row: int
    column: int
    columns: int = 1


_DIGITS = {"7": (1, 0), "8": (1, 1), "9": (1, 2), "4": (2, 0), "5": (2, 1), "6": (2, 2), "1": (3, 0), "2": (3, 1)}
_DIGITS |= {"3": (3, 2), "0": (4, 0)}

_OPERATION_KEYS = tuple(
    Key(key.name, key.label or row.symbol, key.spoken, row.type, key.row, key.column)
    for row in sorted(OPERATIONS.values(), key=lambda row: (-row.precedence, -row.number))
    if (key := row.key) is not None
)
_COLUMNS = 4
_LINES = 3  # of text, that the lowest key is high: a sign and its price
_LOW_LINES = 2.2  # that a key without a price is, in the row above the others
_LAST_ROW = 5
_EQUALS = 1 + max((key.column for key in _OPERATION_KEYS if key.row == _LAST_ROW), default=-1)  # and all that is left

_MEMORY_KEYS = (
    Key("key_memory_clear", "MC", mark("Clear the memory"), None, -1, 0),
    Key("key_memory_recall", "MR", mark("Recall the memory"), None, -1, 1),
    Key("key_memory_add", "M+", mark("Add to the memory"), None, -1, 2),
    Key("key_answer", "Ans", mark("Last answer"), None, -1, 3),
    Key("key_sign", "±", mark("Change the sign"), None, -1, 4),
    Key("key_percent", "%", mark("Percent"), None, -1, 5),
)

KEYS = (
    *_MEMORY_KEYS,
    Key("key_clear", "C", mark("Clear"), None, 0, 0),
    Key("key_backspace", "⌫", mark("Backspace"), None, 0, 1),
    Key("key_open", "(", mark("Open parenthesis"), None, 0, 2),
    Key("key_close", ")", mark("Close parenthesis"), None, 0, 3),
    *(Key(f"key_{digit}", digit, digit, None, row, column) for digit, (row, column) in _DIGITS.items()),
    Key("key_point", ".", mark("Decimal point"), None, 4, 1),
    *_OPERATION_KEYS,
    Key("key_equals", "=", mark("Equals"), None, _LAST_ROW, _EQUALS, _COLUMNS - _EQUALS),
)


class KeyButton(QPushButton):
    """One key, with its price under its sign."""

    pointed_at = Signal(object)  # the OperationType under the mouse, or None when it leaves

    def __init__(self, key: Key, label: str, parent: QWidget) -> None:
        super().__init__(label, parent)
        self.key = key
        self._price = ""
        self.setObjectName(key.name)
        self.setAccessibleName(say(key.spoken))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        height = self.fontMetrics().height()
        above = key.row < 0
        self.setMinimumSize(height * (2 if above else 3), int(height * (_LOW_LINES if above else _LINES)))
        scales.set_size(self, scales.Size.BODY if len(bare(label)) > 1 else scales.Size.LEAD)
        self.setToolTip(say(key.spoken))
        if key.name == "key_equals":
            theme.set_role(self, "primary")

    def show_price(self, price: str) -> None:
        """Show what a press costs, under the sign."""
        if price == self._price:
            return  # prices come with every balance
        self._price = price
        # Translators: Behind the name of a key and a colon.
        self._say(say("costs {price}", price=price))
        self.update()

    def show_number(self, number: str, why_not: str) -> None:
        """Say what a press puts into the entry; with nothing to put there, the key is off and says why."""
        self.setEnabled(bool(number))
        self._say(number or why_not)

    def _say(self, what: str) -> None:
        self.setAccessibleDescription(bare(what))
        self.setToolTip(f"{say(self.key.spoken)}: {what}")

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._price:
            return
        painter = QPainter(self)
        painter.setFont(scales.font(figures=True))
        painter.setPen(QColor(theme.colours().muted))
        line = painter.fontMetrics().height()
        top = min(self.height() // 2 + line // 4, self.height() - line - 1)  # close under the sign, however high
        band = QRect(0, top, self.width(), line)
        painter.drawText(band, Qt.AlignmentFlag.AlignCenter, self._price)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # Two digits typed fast are two; a random string bought by a double click is one.
        if self.key.operation is OperationType.RANDOM_STRING:
            event.accept()
        else:
            super().mouseDoubleClickEvent(event)

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.pointed_at.emit(self.key.operation)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed_at.emit(None)


class Keypad(QWidget):
    """All keys. It says what was pressed, and knows nothing of the entry."""

    typed = Signal(str)
    cleared = Signal()
    backspaced = Signal()
    evaluated = Signal()
    random_asked = Signal()
    memory_cleared = Signal()
    memory_recalled = Signal()
    memory_added = Signal()
    answer_recalled = Signal()
    sign_changed = Signal()
    pointed_at = Signal(object)

    def __init__(self, *, number_format: NumberFormat, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._format = number_format
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # 7 8 9 in every language
        self._buttons = [KeyButton(key, self._shown(key), self) for key in KEYS]
        self._build()
        self._connect()

    def _build(self) -> None:
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(scales.TIGHT + 2)
        self._above = QWidget(self)
        above = QHBoxLayout(self._above)
        above.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self._above, 0, 0, 1, _COLUMNS)
        for row in range(max(key.row for key in KEYS) + 1):
            grid.setRowStretch(row + 1, 1)
        for button in self._buttons:
            key = button.key
            if key.row < 0:
                above.addWidget(button, 1)
            else:
                grid.addWidget(button, key.row + 1, key.column, 1, key.columns)
            button.setProperty("kind", "operation" if key.operation else "plain")
        for column in range(grid.columnCount()):
            grid.setColumnStretch(column, 1)

    def set_low(self, low: bool) -> None:
        """Take less height, in a low window: the row of the memory steps back, its keys are in the menu too."""
        self._above.setVisible(not low)

    def least_height(self, *, low: bool) -> int:
        """Pixels that it needs, lowered or not."""
        row = self._above.minimumSizeHint().height() + self._grid.spacing()
        whole = self._grid.minimumSize().height() + (row if self._above.isHidden() else 0)
        return whole - (row if low else 0)

    def _connect(self) -> None:
        actions = {
            "key_clear": self.cleared,
            "key_backspace": self.backspaced,
            "key_equals": self.evaluated,
            "key_random": self.random_asked,
            "key_memory_clear": self.memory_cleared,
            "key_memory_recall": self.memory_recalled,
            "key_memory_add": self.memory_added,
            "key_answer": self.answer_recalled,
            "key_sign": self.sign_changed,
        }
        for button in self._buttons:
            button.pointed_at.connect(self.pointed_at)
            button.clicked.connect(actions.get(button.key.name, self._on_typing_key))

    def show_prices(self, prices: Mapping[OperationType, int]) -> None:
        """Show what each operation costs on its key."""
        for button in self._buttons:
            if button.key.operation is not None:
                button.show_price(format_money(prices[button.key.operation], self._format))

    def show_numbers(self, *, memory: str, answer: str) -> None:
        """Show what can be recalled; "" for nothing."""
        for button in self._buttons:
            if button.key.name in ("key_memory_clear", "key_memory_recall"):
                button.show_number(memory, say("there is nothing in it"))
            elif button.key.name == "key_answer":
                button.show_number(answer, say("there is none yet"))

    def _on_typing_key(self) -> None:
        button = self.sender()
        if isinstance(button, KeyButton):
            self.typed.emit(self._label(button.key))

    def _shown(self, key: Key) -> str:
        label = say(self._label(key))
        return label if is_backwards(label) else in_order(label, self._format)  # a word's letters would be reversed

    def _label(self, key: Key) -> str:
        return self._format.decimal_mark if key.name == "key_point" else digits_of(key.label, self._format)
