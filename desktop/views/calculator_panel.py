"""The calculator: entry, quote, result, messages, keypad and tape. It shows what the controller says and asks it."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import MAX_DIGITS, localise
from desktop.controllers.calculator import CalculatorController
from desktop.controllers.requests import Failure
from desktop.shown import OPERATION_NAMES
from desktop.values import OperationType, Quote, Receipt, Statement
from desktop.views import theme
from desktop.views.announcing import announce
from desktop.views.entry_edit import EntryEdit
from desktop.views.icons import icon
from desktop.views.keypad import Keypad
from desktop.views.number_locale import number_format_of
from desktop.views.result_label import ResultLabel
from desktop.views.tape import TapeView

_HINT = "The price is shown here before you pay."


class CalculatorPanel(QWidget):
    """Everything one calculates with."""

    def __init__(self, *, calculator: CalculatorController, locale: QLocale | None = None) -> None:
        super().__init__()
        self.setObjectName("calculator_panel")
        self._calculator = calculator
        self._format = number_format_of(locale or QLocale())
        self._statement: Statement | None = None
        self._quote_text = _HINT
        self._quote_role = "muted"
        self._result = ""
        self._build()
        self._connect()
        calculator.set_number_format(self._format)

    def _build(self) -> None:
        self._entry = EntryEdit()
        self._quote = _line("quote_label", "Price", "muted")
        self._result_label = ResultLabel()
        self._message = _line("message_label", "Message", "negative")
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._copy = QPushButton(icon("copy"), "Copy")
        self._copy.setObjectName("copy_result_button")
        self._copy.setAccessibleName("Copy the result")
        self._copy.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._copy.setEnabled(False)
        theme.set_role(self._copy, "link")
        self._keypad = Keypad(number_format=self._format)
        self._tape = TapeView(number_format=self._format)
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Waiting for random.org")
        self._cancel = QPushButton("Cancel")
        self._cancel.setObjectName("cancel_random_button")
        self._arrange()
        self._show_quote(_HINT, "muted")
        self._message.hide()
        self._drawing.hide()

    def _arrange(self) -> None:
        card = QFrame()
        theme.set_role(card, "card")
        display = QVBoxLayout(card)
        display.setContentsMargins(theme.MEDIUM, theme.MEDIUM, theme.MEDIUM, theme.SMALL)
        display.setSpacing(theme.TIGHT)
        result = QHBoxLayout()
        result.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignVCenter)
        result.addWidget(self._result_label, 1)
        self._drawing = QWidget()
        drawing = QHBoxLayout(self._drawing)
        drawing.setContentsMargins(0, 0, 0, 0)
        drawing.addWidget(QLabel("Waiting for random.org …"))
        drawing.addWidget(self._progress, 1)
        drawing.addWidget(self._cancel)
        display.addWidget(self._entry)
        display.addWidget(self._quote)
        display.addLayout(result)
        display.addWidget(self._drawing)
        display.addWidget(self._message)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.MEDIUM, theme.MEDIUM, theme.MEDIUM, theme.MEDIUM)
        layout.setSpacing(theme.SMALL)
        layout.addWidget(card)
        layout.addWidget(self._keypad)
        layout.addWidget(self._tape, 1)

    def _connect(self) -> None:
        self._entry.textChanged.connect(self._calculator.set_entry)
        self._entry.textEdited.connect(self._forget_message)
        self._entry.evaluated.connect(self._calculator.evaluate)
        self._entry.cleared.connect(self._on_clear)
        self._keypad.typed.connect(self._on_typed)
        self._keypad.cleared.connect(self._on_clear)
        self._keypad.backspaced.connect(self._entry.backspace_or_result)
        self._keypad.evaluated.connect(self._calculator.evaluate)
        self._keypad.random_asked.connect(self.draw_random)
        self._keypad.pointed_at.connect(self._on_pointed_at)
        self._copy.clicked.connect(self.copy_result)
        self._cancel.clicked.connect(self._calculator.cancel_drawing)
        self._tape.reused.connect(self._on_reused)
        calculator = self._calculator
        calculator.statement_changed.connect(self._on_statement)
        calculator.quoted.connect(self._on_quoted)
        calculator.entry_cleared.connect(self._on_entry_cleared)
        calculator.entry_unclear.connect(self._on_unclear)
        calculator.charged.connect(self._on_charged)
        for signal in (calculator.denied, calculator.failed, calculator.price_changed):
            signal.connect(self._on_failed)
        calculator.drawing_changed.connect(self._on_drawing)

    @Slot()
    def focus_entry(self) -> None:
        """Go back to where one types."""
        self._entry.setFocus()

    @Slot()
    def copy_result(self) -> None:
        """Copy the result's figures alone, in the locale's marks and without grouping."""
        if self._result:
            QGuiApplication.clipboard().setText(localise(self._result, self._format))

    def forget(self) -> None:
        """Clear everything: somebody else may sign in."""
        self._tape.model().clear()
        self._on_clear()
        self._statement = None

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self._forget_message()
        self._entry.type_in(text)

    @Slot()
    def _on_clear(self) -> None:
        self._entry.clear()
        self._show_result("", exact=True)
        self._forget_message()
        self._entry.setFocus()

    @Slot()
    def draw_random(self) -> None:
        """Buy a random string."""
        self._forget_message()
        self._calculator.draw_random()
        self._entry.setFocus()

    @Slot(str)
    def _on_reused(self, result: str) -> None:
        self._entry.type_in(localise(result, self._format))

    @Slot(object)
    def _on_pointed_at(self, operation: OperationType | None) -> None:
        if operation is OperationType.RANDOM_STRING and self._statement is not None:
            cost, balance = self._statement.prices[operation], self._statement.account.balance
            self._quote.setText(f"{OPERATION_NAMES[operation]}: {self._price_text(cost, balance)}")
        else:
            self._quote.setText(self._quote_text)

    @Slot(object)
    def _on_statement(self, statement: Statement) -> None:
        self._statement = statement
        self._keypad.show_prices(statement.prices)

    @Slot(object)
    def _on_quoted(self, quote: Quote) -> None:
        text = self._price_text(quote.cost, quote.balance)
        reading = localise(quote.reading, self._format)
        if _squeezed(reading) != _squeezed(self._entry.text()):
            text = f"Read as {reading}\n{text}"
        self._show_quote(text, "muted" if quote.balance_after >= 0 else "warning")

    @Slot()
    def _on_entry_cleared(self) -> None:
        self._show_quote(_HINT, "muted")

    @Slot(object)
    def _on_unclear(self, failure: Failure) -> None:
        # Not understood at its very end, an entry is only not finished yet.
        position = failure.details.get("position")
        unfinished = isinstance(position, int) and position >= len(self._entry.text().rstrip())
        self._show_quote(failure.message, "muted" if unfinished else "warning")

    @Slot(object)
    def _on_charged(self, receipt: Receipt) -> None:
        self._forget_message()
        self._tape.append(receipt)
        self._show_result(receipt.result, exact=receipt.exact)
        if any(entry.operation is OperationType.RANDOM_STRING for entry in receipt.entries):
            self._entry.setFocus()
        elif sum(figure.isdigit() for figure in receipt.result) <= MAX_DIGITS:
            self._entry.hold_result(localise(receipt.result, self._format))
        else:
            self._entry.selectAll()  # too long to be calculated with
        spent = f"charged {format_money(receipt.cost, self._format)}" if receipt.cost else "free of charge"
        balance = format_money(receipt.balance, self._format)
        announce(self, f"{'' if receipt.exact else 'about '}{receipt.result}, {spent}, balance {balance}")
        self._entry.setFocus()

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        position = failure.details.get("position")
        if isinstance(position, int):
            self._entry.setCursorPosition(position)
            self._entry.setSelection(position, 1)
        self._show_result("", exact=True)  # an old result beside a new refusal would pass for its answer
        self._message.setText(failure.text)
        self._message.show()
        announce(self, failure.text, urgent=True)

    @Slot(bool)
    def _on_drawing(self, drawing: bool) -> None:
        self._drawing.setVisible(drawing)

    def _show_result(self, result: str, *, exact: bool) -> None:
        self._result = result
        self._copy.setEnabled(bool(result))
        shown = localise(result, self._format)
        self._result_label.show_text(shown if exact else f"≈ {shown}")

    def _show_quote(self, text: str, role: str) -> None:
        self._quote_text = text
        self._quote.setText(text)
        theme.set_role(self._quote, role)

    def _price_text(self, cost: int, balance: int) -> str:
        price = f"Costs {format_money(cost, self._format)}" if cost else "Free of charge"
        if cost > balance:
            return f"{price} · {format_money(cost - balance, self._format)} more than the balance"
        return f"{price} · balance after {format_money(balance - cost, self._format)}"

    @Slot()
    def _forget_message(self) -> None:
        self._message.clear()
        self._message.hide()


def _line(name: str, spoken: str, role: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setAccessibleName(spoken)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignRight)
    theme.set_role(label, role)
    return label


def _squeezed(text: str) -> str:
    """An entry without what is read past anyway: two that differ after this were read as something else."""
    for typed, read in (("*", "×"), ("/", "÷"), ("·", "×"), ("-", "−"), ("sqrt", "√")):
        text = text.replace(typed, read)
    return "".join(text.split())
