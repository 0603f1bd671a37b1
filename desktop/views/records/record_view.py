"""One record with every figure of it, and what can be done with it: in a dialog, or beside the records."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QPushButton, QScrollArea, QWidget

from desktop.arithmetic.numbers import NumberFormat, in_order
from desktop.language.sentences import mark, say
from desktop.terms.charges import Entry
from desktop.terms.kinds import Column, Detail
from desktop.views.look import scales, theme
from desktop.views.look.left_to_right import leading
from desktop.views.records.columns import CALCULATED, HEADERS, is_drawn
from desktop.views.records.record_facts import expression_of, facts, result_of
from desktop.views.records.spaced import spaced

_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
_NUMBERS = frozenset(HEADERS[column] for column in CALCULATED)
_WORDS = {HEADERS[column] for column in (Column.OPERATION, Detail.SOURCE, Detail.NOTE)}
_IN_ORDER = {*HEADERS.values()} - _WORDS
_NO_NUMBER = mark("Only a calculation has a number to go on with")


class RecordView(QScrollArea):
    """What was asked, what came of it, what it cost, and whether it is proved. Its buttons are placed by its owner."""

    result_asked = Signal(str)  # into the entry
    expression_asked = Signal(str)  # into the entry, to be looked at before it is paid for again
    copied = Signal(str)  # what lies on the clipboard, in words

    def __init__(self, *, number_format: NumberFormat, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._format = number_format
        self._entry: Entry | None = None
        self._facts: list[tuple[str, str]] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.use_result = self._button(say("&Use this result"), "use_result_button", self._on_result)
        self.enter_again = self._button(say("&Enter it again"), "enter_again_button", self._on_expression)
        self.copy = self._button(say("&Copy"), "copy_record_button", self._on_copy)
        self.show_entry(None, "")

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        """What can be done with the record."""
        return self.use_result, self.enter_again, self.copy

    @staticmethod
    def _button(text: str, name: str, clicked: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAutoDefault(False)
        button.clicked.connect(clicked)
        return button

    def show_entry(self, entry: Entry | None, proof: str) -> None:
        """Show a record, or that none is chosen; `proof` says in words how far the ledger is proved."""
        self._entry = entry
        self._facts = facts(entry, proof, self._format) if entry is not None else []
        inner = QWidget()
        form = QFormLayout(inner)
        form.setContentsMargins(0, 0, scales.SMALL, 0)
        form.setHorizontalSpacing(scales.LARGE)
        form.setVerticalSpacing(scales.TIGHT)
        for name, text in self._facts:
            form.addRow(_name(say(name)), self._value(name, text))
        if entry is None:
            form.addRow(_name(say("Choose a record to see all of it.")))
        self.setWidget(inner)
        calculated = entry is not None and bool(result_of(entry))
        for button in (self.use_result, self.enter_again):
            button.setEnabled(calculated)
            button.setToolTip("" if calculated else say(_NO_NUMBER))
        self.copy.setEnabled(entry is not None)

    def _value(self, name: str, text: str) -> QLabel:
        seen = in_order(text, self._format) if name in _IN_ORDER else text
        value = QLabel()
        if seen != text:
            value.setAccessibleName(text)
            value.setAlignment(leading())
        value.setObjectName(f"record_{name.lower().rstrip('.')}_label")
        value.setWordWrap(True)
        drawn = name == HEADERS[Column.RESPONSE] and is_drawn(self._entry, Column.RESPONSE)
        value.setFont(scales.telling_font() if drawn else scales.font(figures=True))
        number = self._entry is not None and seen == text and name in _NUMBERS and bool(expression_of(self._entry))
        apart = spaced(text, self._format, value.fontMetrics().height()) if number else ""
        value.setTextFormat(Qt.TextFormat.RichText if apart else Qt.TextFormat.PlainText)
        value.setText(apart or seen)
        value.setTextInteractionFlags(_SELECTABLE)
        return value

    @Slot()
    def _on_result(self) -> None:
        if self._entry is not None:
            self.result_asked.emit(result_of(self._entry))

    @Slot()
    def _on_expression(self) -> None:
        if self._entry is not None:
            self.expression_asked.emit(expression_of(self._entry))

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(f"{say(name)}: {text}" for name, text in self._facts))
        self.copied.emit(say("Copied the record"))


def _name(text: str) -> QLabel:
    label = QLabel(text)
    theme.set_role(label, "muted")
    return label
