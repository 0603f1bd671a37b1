"""The calculator: display, keypad and tape put together. It shows what the controller says and asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from PySide6.QtCore import QLocale, QSize, Signal, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.arithmetic import expressions
from desktop.arithmetic.numbers import MAX_DIGITS, NumberFormat, localise
from desktop.controllers.calculator import CalculatorController
from desktop.controllers.requests import Failure
from desktop.language.directions import bare
from desktop.language.sentences import mark, say
from desktop.system.overriding import override
from desktop.terms.charges import Entry, Quote, Receipt, Statement
from desktop.terms.errors import AppError, BalanceTooLow, NetworkError
from desktop.terms.kinds import OperationType, Role
from desktop.views.calculator.display import Display
from desktop.views.calculator.keypad import Keypad
from desktop.views.calculator.memory import Memory
from desktop.views.calculator.memory_keys import MemoryKeys
from desktop.views.calculator.outcome import Outcome
from desktop.views.calculator.price_texts import paid_text, price_text, quote_text, way_out
from desktop.views.calculator.tape import TapeView
from desktop.views.look import scales
from desktop.views.look.announcing import announce
from desktop.views.look.gradual import finish
from desktop.views.look.number_locale import number_format_of
from desktop.wording.grouping import grouped
from desktop.wording.shown import operation_name

_HINT = mark("The price is shown here before you pay.")


class CalculatorPanel(QWidget):
    """Everything one calculates with."""

    details_asked = Signal(object)  # Entry
    credit_asked = Signal(str)  # for whom: an administrator's own account
    draw_asked = Signal()  # where something is to be asked first
    copied = Signal(str)  # what lies on the clipboard, in words
    can_undo = Signal(object)  # Act: the memory was cleared
    came_back = Signal()  # a number may be in the memory again

    def __init__(
        self, *, calculator: CalculatorController, locale: QLocale | None = None, gradually: bool = False
    ) -> None:
        """Built `gradually`, it is no calculator before `steps` has come to its end."""
        super().__init__()
        self.setObjectName("calculator_panel")
        self._all: QVBoxLayout | None = None
        self._calculator = calculator
        self._format = number_format_of(locale or QLocale())
        self._statement: Statement | None = None
        self._quote = (say(_HINT), "muted")
        self._paid = False
        self._question_due: Callable[[], bool] = bool
        self._drawing = False
        self._outcome = Outcome()
        self._memory = Memory(number_format=self._format)
        if not gradually:
            finish(self.steps())

    def steps(self) -> Iterator[None]:
        """Build all of it, a step at a time none of which is felt."""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(scales.MEDIUM, scales.MEDIUM, scales.MEDIUM, scales.MEDIUM)
        layout.setSpacing(scales.SMALL)
        self._display = Display(self)
        self._entry = self._display.entry
        self._entry.write_like(self._format)
        self._entry.memory = self._memory
        self._display.show_quote(*self._quote)
        yield
        layout.addWidget(self._display)
        yield
        self._keypad = Keypad(number_format=self._format, parent=self)
        self._memory_keys = MemoryKeys(self._keypad, self._memory, number_format=self._format)
        yield
        layout.addWidget(self._keypad, 3)
        yield
        self._tape = TapeView(number_format=self._format, parent=self)
        layout.addWidget(self._tape, 2)
        self._all = layout
        yield
        self._connect()
        self._memory_keys.show_numbers()
        self._calculator.set_number_format(self._format)
        yield

    @override
    def minimumSizeHint(self) -> QSize:
        """Room for the display: where the window is low, first the tape and then the keys step back."""
        if self._all is None:
            return super().minimumSizeHint()
        margins = self._all.contentsMargins()
        width = max(self._display.minimumSizeHint().width(), self._keypad.minimumSizeHint().width())
        height = self._display.least_height(low=True)
        return QSize(width + margins.left() + margins.right(), height + margins.top() + margins.bottom())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        assert self._all is not None
        margins, spacing = self._all.contentsMargins(), self._all.spacing()
        room = event.size().height() - margins.top() - margins.bottom()
        needs = {
            low: self._display.least_height(low=low) + spacing + self._keypad.least_height(low=low)
            for low in (True, False)
        }
        low = room < needs[False]
        self._display.set_low(low)
        self._keypad.set_low(low)
        self._keypad.setVisible(room >= needs[True])
        # Without keys there is room for the tape again.
        above = needs[False] if room >= needs[True] else self._display.least_height(low=True)
        self._tape.setVisible(room >= above + spacing + self._tape.minimumSizeHint().height())

    def _connect(self) -> None:
        self._entry.textChanged.connect(self._on_text_changed)
        self._entry.textEdited.connect(self._display.take_message_away)
        self._entry.textChanged.connect(self._on_entry_changed)
        self._entry.evaluated.connect(self._calculator.evaluate)
        self._entry.cleared.connect(self._on_clear)
        self._keypad.typed.connect(self._on_typed)
        self._keypad.cleared.connect(self._on_clear)
        self._keypad.backspaced.connect(self._entry.take_back)
        self._keypad.evaluated.connect(self._calculator.evaluate)
        self._keypad.random_asked.connect(self.draw_random)
        self._memory_keys.recalled.connect(self._on_reused)
        self._memory_keys.cleared.connect(self._entry.setFocus)
        self._memory_keys.can_undo.connect(self.can_undo)
        self._memory_keys.came_back.connect(self.came_back)
        self._keypad.memory_added.connect(self.add_to_memory)
        self._keypad.sign_changed.connect(self.change_sign)
        self._keypad.pointed_at.connect(self._on_pointed_at)
        self._display.copy_asked.connect(self.copy_result)
        self._display.cancel_asked.connect(self._calculator.cancel_drawing)
        self._display.draw_here_asked.connect(self._on_draw_here)
        self._display.credit_asked.connect(self._on_credit)
        self._tape.reused.connect(self._on_reused)
        self._tape.reused_already.connect(self._entry.setFocus)
        self._tape.expression_asked.connect(self.take_expression)
        self._tape.details_asked.connect(self.details_asked)
        self._tape.copied.connect(self._on_step_copied)
        calculator = self._calculator
        calculator.statement_changed.connect(self._on_statement)
        calculator.quoted.connect(self._on_quoted)
        calculator.entry_cleared.connect(self._on_entry_cleared)
        calculator.entry_unclear.connect(self._on_unclear)
        calculator.charged.connect(self._on_charged)
        calculator.recalled.connect(self._on_recalled)
        calculator.tape_recalled.connect(self._tape.recall)
        calculator.denied.connect(self._on_denied)
        for signal in (calculator.failed, calculator.price_changed):
            signal.connect(self._on_failed)
        calculator.drawing_changed.connect(self._on_drawing)

    @Slot()
    def focus_entry(self) -> None:
        """Go back to where one types."""
        self._entry.setFocus()

    @property
    def undo_place(self) -> QWidget:
        """Where the offer to undo can lie without covering a key."""
        return self._tape

    def take_over(self, other: CalculatorPanel) -> None:
        """Go on where another panel was, for the same person: entry, result, tape, memory, what can be recalled."""
        self._tape.take_over(other._tape)
        entry = other._entry
        self._entry.history.replace(self._anew(text, other._format) for text in entry.history.entries)
        text = self._anew(bare(entry.text()), other._format)
        self._memory.take_over(other._memory, text if other._memory.is_awaiting(entry.text()) else "")
        self._memory_keys.show_numbers()
        self._show_result(other._outcome._replace(expression=self._anew(other._outcome.expression, other._format)))
        if entry.holds_result:
            self._entry.hold_result(self._outcome.written(self._format))
        else:
            self._entry.setText(text)
            self._entry.setCursorPosition(min(entry.cursorPosition(), len(self._entry.text())))
        self._display.age_result(old=bool(text.strip()) and not entry.holds_result)

    def _anew(self, text: str, was: NumberFormat) -> str:
        """An entry as this panel's locale writes it; `was` is how it was written before."""
        try:
            return text if was == self._format else localise(expressions.parse(text, was).reading, self._format)
        except AppError:  # nobody understands it in either
            return text

    @Slot(object)
    def take_note(self, entry: Entry) -> None:
        """A record has another note."""
        self._tape.model().replace(entry)

    @Slot(str)
    def take_result(self, result: str) -> None:
        """Go on with a number from elsewhere, free of charge, as from the tape."""
        self._on_reused(result)
        self._entry.setFocus()

    @Slot(str)
    def take_expression(self, text: str) -> None:
        """Put a calculation into the entry, with its price; nothing is paid before Enter."""
        self._display.take_message_away()
        self._entry.setText(localise(text, self._format))
        self._entry.setFocus()

    @Slot()
    def copy_result(self) -> None:
        """Copy the result alone, its figures in the locale's marks and without grouping."""
        if self._outcome.result:
            QGuiApplication.clipboard().setText(self._outcome.written(self._format))
            self.copied.emit(say("Copied the result"))

    @Slot()
    def _on_step_copied(self) -> None:
        self.copied.emit(say("Copied the step"))

    @Slot()
    def add_to_memory(self) -> None:
        """Keep what stands in the entry, free of charge; beside something kept, put their sum there to be paid for."""
        text = self._entry.text() or localise(self._memory.answer, self._format)
        if not text:
            return
        self._display.take_message_away()
        sum_ = self._memory.add(text)
        if sum_ and sum_ != bare(self._entry.text()):
            self._entry.setText(sum_)
        elif sum_:
            self._calculator.set_entry(sum_)  # priced anew, with the word that it will be kept
        else:
            self._memory_keys.show_numbers()
            self._show_quote(say("Kept in the memory, free of charge."), "muted")
            announce(self, say("{number} is in the memory.", number=self._memory.kept))
        self._entry.setFocus()

    def resume(self) -> None:
        """Go on where this person was: the window was locked meanwhile, and the entry is priced anew."""
        self._calculator.set_entry(self._entry.text())

    def forget(self) -> None:
        """Clear everything: somebody else may sign in."""
        self._tape.model().clear()
        self._entry.history.replace(())
        self._memory.forget()
        self._memory_keys.show_numbers()
        self._statement = None
        self._paid = False
        self._clear()
        self._entry.setText("")  # this one empties what can be undone, too
        self._show_quote(say(_HINT), "muted")

    @Slot()
    def _on_text_changed(self) -> None:
        text = self._entry.text()  # not what the signal says: the entry may have put it in order meanwhile
        self._paid = False
        self._entry.mark(None)
        if not self._memory.is_awaiting(text):
            self._memory.leave()
        self._calculator.set_entry(text)

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self._display.take_message_away()
        self._entry.type_in(text)

    @Slot()
    def _on_clear(self) -> None:
        if self._drawing:
            self._calculator.cancel_drawing()
        else:
            self._clear()
            self._entry.setFocus()

    def _clear(self) -> None:
        self._entry.clear()
        self._show_result(Outcome())

    def ask_before_drawing(self, due: Callable[[], bool]) -> None:
        """Before a draw `due` says whether something is to be asked first: then `draw_asked` is emitted instead."""
        self._question_due = due

    @Slot()
    def draw_random(self) -> None:
        """Buy a random string."""
        if self._question_due():
            self.draw_asked.emit()
            return
        self._display.take_message_away()
        self._calculator.draw_random()
        self._entry.setFocus()

    @Slot()
    def _on_draw_here(self) -> None:
        self._display.take_message_away()
        self._calculator.draw_here()
        self._entry.setFocus()

    @Slot()
    def _on_credit(self) -> None:
        if self._statement is not None:
            self.credit_asked.emit(self._statement.account.username)

    @Slot(str)
    def _on_reused(self, result: str) -> None:
        self._on_typed(localise(result, self._format))

    @Slot()
    def change_sign(self) -> None:
        """Give the number at the cursor, or the result that stands there, the other sign."""
        self._display.take_message_away()
        self._entry.turn_sign()

    @Slot(object)
    def _on_pointed_at(self, operation: OperationType | None) -> None:
        if operation is OperationType.RANDOM_STRING and self._statement is not None:
            cost, balance = self._statement.prices[operation], self._statement.account.balance
            text = f"{operation_name(operation)}: {price_text(cost, balance, self._format)}"
            self._display.show_quote(text, "muted" if cost <= balance else "warning")
        else:
            self._display.show_quote(*self._quote)

    @Slot(object)
    def _on_statement(self, statement: Statement) -> None:
        self._statement = statement
        self._keypad.show_prices(statement.prices)

    @Slot(object)
    def _on_recalled(self, entries: tuple[str, ...]) -> None:
        self._entry.history.replace(localise(entry, self._format) for entry in entries)

    @Slot(object)
    def _on_quoted(self, quote: Quote) -> None:
        if not self._paid:
            text = quote_text(quote, self._entry.text(), self._format)
            if self._memory.is_awaiting(self._entry.text()):
                text = "\n".join((text, say("The result goes into the memory.")))
            self._show_quote(text, "muted" if quote.balance_after >= 0 else "warning")

    @Slot()
    def _on_entry_cleared(self) -> None:
        if not self._paid:
            self._show_quote(say(_HINT), "muted")

    @Slot(str)
    def _on_entry_changed(self, text: str) -> None:
        self._display.age_result(old=bool(text.strip()))

    @Slot(object)
    def _on_unclear(self, failure: Failure) -> None:
        # Not understood at its very end, an entry is only not finished yet.
        position = failure.details.get("position")
        unfinished = isinstance(position, int) and position >= len(self._entry.text().rstrip())
        if isinstance(position, int) and not unfinished:
            self._entry.mark(position)
        self._show_quote(failure.message, "muted" if unfinished else "warning")

    @Slot(object)
    def _on_charged(self, receipt: Receipt) -> None:
        expression = localise(receipt.entries[-1].expression, self._format) if receipt.entries else ""
        drawn = any(entry.operation is OperationType.RANDOM_STRING for entry in receipt.entries)
        self._tape.append(receipt)
        if not drawn and receipt.entries:
            self._memory.take(receipt.result)
            self._memory_keys.show_numbers()
        if expression:
            self._entry.history.add(expression)
        self._show_result(Outcome(receipt.result, receipt.exact, not drawn, expression))
        if not drawn and sum(figure.isdigit() for figure in receipt.result) <= MAX_DIGITS:
            self._entry.hold_result(self._outcome.written(self._format))
        elif not drawn:
            self._entry.selectAll()  # too long to be calculated with
        if self._entry.holds_result or not self._entry.text():
            # Nothing is left that could cost: say what was paid, until something is typed.
            self._show_quote(paid_text(receipt, self._format), "muted")
            self._paid = True
        self._display.age_result(old=False)  # also where it has become the entry, to be gone on with
        # Translators: A rounded result, as a screen reader speaks it.
        result = self._outcome.written(self._format)
        spoken = result if receipt.exact else say("about {number}", number=result)
        announce(self, f"{spoken}. {paid_text(receipt, self._format)}")
        self._entry.setFocus()

    @Slot(object)
    def _on_denied(self, failure: Failure) -> None:
        advice = f" {way_out(self._statement.account)}" if self._statement is not None else ""
        self._on_failed(replace(failure, message=f"{failure.message}{advice}"))

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._show_result(Outcome())  # an old result beside a new refusal would pass for its answer
        position = failure.details.get("position")
        if isinstance(position, int):
            self._entry.setCursorPosition(position)
            self._entry.setSelection(position, 1)
        admin = self._statement is not None and self._statement.account.role is Role.ADMIN
        self._display.show_message(
            failure.text,
            can_draw_here=isinstance(failure.error, NetworkError),  # only a random string comes from the network
            can_credit=isinstance(failure.error, BalanceTooLow) and admin,
        )
        announce(self, failure.text, urgent=True)

    @Slot(bool)
    def _on_drawing(self, drawing: bool) -> None:
        self._drawing = drawing
        self._display.show_waiting(drawing)

    @Slot()
    def show_numbers_anew(self) -> None:
        """Whether figures are grouped has changed."""
        if self._outcome.result:
            self._show_result(self._outcome)
        self._entry.dress()
        self._tape.show_numbers_anew()

    def _show_result(self, outcome: Outcome) -> None:
        self._outcome = outcome
        expression = grouped(outcome.expression, self._format)
        self._display.show_result(outcome.seen(self._format), expression=expression, telling=not outcome.is_number)

    def _show_quote(self, text: str, role: str) -> None:
        self._quote = (text, role)
        self._display.show_quote(text, role)
