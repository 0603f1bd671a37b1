"""From an entry to a charge: quoting while it is typed, charging it once, selling random strings. It shows nothing.

Each click gets its request id before anything is done for it. After an error that leaves open whether it was
charged, the same entry of the same user keeps its id (and its random string) until the ledger has answered, whatever
is done in between: trying again can never charge it twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from desktop.arithmetic import expressions
from desktop.arithmetic.carried import values_behind
from desktop.arithmetic.exact import Value
from desktop.arithmetic.expressions import Expression
from desktop.arithmetic.numbers import NumberFormat
from desktop.controllers import charging
from desktop.controllers.background import Lanes
from desktop.controllers.jobs import Bug
from desktop.controllers.random_strings import RandomStrings
from desktop.controllers.requests import Failure
from desktop.controllers.sessions import SessionController
from desktop.controllers.store_access import StoreAccess
from desktop.random_org.stock import Drawn
from desktop.system import logs
from desktop.system.request_ids import new_request_id, reference_of
from desktop.terms.charges import Entry, Quote, Receipt, Statement
from desktop.terms.errors import (
    AppError,
    BalanceTooLow,
    BeyondBudget,
    ChargeGivenUp,
    ChargeUnknown,
    PriceChanged,
    RequestReused,
    ServerAway,
)
from desktop.terms.kinds import OperationType
from desktop.terms.people import Session


@dataclass(frozen=True, slots=True)
class _Request:
    """What a click asked for; equal ones are the same request tried again. `drawn` is the string that it sells."""

    id: str
    user_id: int
    text: str | None  # None for a random string
    drawn: Drawn | None = None

    @property
    def subject(self) -> tuple[int, str | None]:
        """Whose it is, and what for: what a retry has in common with the first try."""
        return self.user_id, self.text


class CalculatorController(QObject):
    """The entry as it stands, its quote, and the one request that may run at a time."""

    statement_changed = Signal(object)  # Statement
    quoted = Signal(object)  # Quote
    entry_cleared = Signal()
    entry_unclear = Signal(object)  # Failure, details["position"] where there is one
    charged = Signal(object)  # Receipt
    recalled = Signal(object)  # this account's latest entries as they were read, oldest first: tuple[str, ...]
    tape_recalled = Signal(object)  # the same as what they came to: tuple[Receipt, ...]
    denied = Signal(object)  # Failure with cost, balance, shortfall
    price_changed = Signal(object)  # Failure with cost and quoted
    failed = Signal(object)  # Failure
    drawing_changed = Signal(bool)  # waiting for random.org; cancel_drawing() ends it

    def __init__(
        self, *, lanes: Lanes, access: StoreAccess, sessions: SessionController, random_strings: RandomStrings
    ) -> None:
        super().__init__()
        self.setObjectName("calculator_controller")
        self._lanes = lanes
        self._access = access
        self._sessions = sessions
        self._random_strings = random_strings
        self._format = NumberFormat()
        self._statement: Statement | None = None
        self._text = ""
        self._expression: Expression | None = None
        self._quote: Quote | None = None
        self._carried: dict[Decimal, Value] = {}  # what stands behind the latest rounded results
        self._request: _Request | None = None  # the one that runs
        self._unsettled: dict[tuple[int, str | None], _Request] = {}  # by subject: not known whether charged
        self._drawing: _Request | None = None  # the one that waits for random.org
        self._connect()

    def _connect(self) -> None:
        self._random_strings.filled.connect(self._on_filled)
        self._random_strings.failed.connect(self._on_draw_failed)
        self._sessions.signed_in.connect(self._on_signed_in)
        self._sessions.signed_out.connect(self._on_signed_out)

    def set_number_format(self, number_format: NumberFormat) -> None:
        """Read entries as this locale writes numbers."""
        self._format = number_format
        self.set_entry(self._text)

    @Slot()
    def refresh(self) -> None:
        """Ask the store for the balance and the prices; ends in `statement_changed`."""
        if self._sessions.is_signed_in:
            work = partial(charging.statement, self._access, self._sessions.session)
            self._lanes.read.submit(work, done=self._on_statement, failed=self._on_refresh_failed, replace=True)

    @Slot(str)
    def set_entry(self, text: str) -> None:
        """Read the entry and quote it; ends in `quoted`, `entry_unclear` or `entry_cleared`, at once."""
        self._text = text
        self._expression = self._quote = None
        if not text.strip():
            self.entry_cleared.emit()
            return
        try:
            self._expression = expressions.parse(text, self._format)
        except AppError as error:
            self.entry_unclear.emit(Failure.of_typing(error))
            return
        self._requote()

    @Slot()
    def evaluate(self) -> None:
        """Charge the entry at its quote; ends in `charged`, `denied`, `price_changed` or `failed`."""
        if self._request is not None or not self._text.strip():
            return
        if self._expression is None or self._quote is None:
            self._refuse_unclear()
            return
        request = self._begin(self._expression.reading)
        evaluated = partial(expressions.evaluate, self._expression, dict(self._carried))
        reading, cost = self._expression.reading, self._quote.cost
        work = partial(charging.charge, self._access, self._sessions.session, request.id, evaluated, reading, cost)
        self._submit(request, work)

    @Slot()
    def draw_random(self) -> None:
        """Sell one random string, waiting for random.org when there is none in stock."""
        if not self._may_draw():
            return
        request = self._begin(None)
        drawn = request.drawn or self._random_strings.take()
        if drawn is not None:
            self._sell(request, drawn)
            return
        # Nobody waits for a string that the balance cannot pay for.
        self._lanes.write.submit(
            partial(charging.check_covered, self._access, self._sessions.session, self._random_price()),
            done=partial(self._on_covered, request),
            failed=self._on_not_covered,
            reference=reference_of(request.id),
        )

    @Slot()
    def draw_here(self) -> None:
        """Sell one random string that this computer draws, this once; the record names it as the source."""
        if not self._may_draw():
            return
        request = self._begin(None)
        if request.drawn is not None:
            self._sell(request, request.drawn)  # of a try whose outcome is not known
            return
        self._wait_for(request, self._random_strings.fill_here)

    @Slot()
    def cancel_drawing(self) -> None:
        """Stop waiting for random.org; nothing is charged."""
        if self._drawing is not None:
            self._random_strings.cancel()
            self._end_drawing()
            self._request = None

    def _may_draw(self) -> bool:
        """Whether a draw may begin. Where its price is not known it is asked for, which tells what keeps it away."""
        if self._statement is None:
            self.refresh()
        return self._request is None and self._statement is not None

    def _sell(self, request: _Request, drawn: Drawn) -> None:
        self._request = replace(request, drawn=drawn)
        work = partial(charging.sell, self._access, self._sessions.session, request.id, drawn, self._random_price())
        self._submit(self._request, work)

    def _random_price(self) -> int:
        return self._statement.prices[OperationType.RANDOM_STRING] if self._statement is not None else 0

    def _begin(self, text: str | None) -> _Request:
        """The request for an entry (None: a random string): one whose outcome is still unknown, else a new one."""
        new = _Request(new_request_id(), self._sessions.session.user_id, text)
        self._request = self._unsettled.get(new.subject, new)
        return self._request

    def _end_drawing(self) -> None:
        self._drawing = None
        self.drawing_changed.emit(False)

    def _submit(self, request: _Request, work: Callable[[], Receipt]) -> None:
        self._lanes.write.submit(
            work,
            settled=partial(self._on_settled, request),
            done=self._on_charged,
            failed=partial(self._on_charge_failed, request),
            reference=reference_of(request.id),
        )

    def _refuse_unclear(self) -> None:
        try:
            expressions.parse(self._text, self._format)
        except AppError as error:
            self.failed.emit(Failure.of_charge(error, logs.new_reference()))
        else:
            self.refresh()  # signed in a moment ago, the prices are on their way

    def _requote(self) -> None:
        if self._expression is None or self._statement is None:
            return
        prices = self._statement.prices
        cost = sum(prices[operation] for operation in self._expression.operations)
        self._quote = Quote(
            self._expression.reading, self._expression.operations, cost, self._statement.account.balance
        )
        self.quoted.emit(self._quote)

    @Slot(object)
    def _on_statement(self, statement: Statement) -> None:
        self._statement = statement
        self.statement_changed.emit(statement)
        self._requote()

    def _on_settled(self, request: _Request, outcome: Receipt | AppError) -> None:
        """Note whether a request is still to be tried again, whoever is signed in by now."""
        if self._request is request:
            self._request = None
        if isinstance(outcome, ChargeUnknown | Bug):
            self._unsettled[request.subject] = request
            return
        answered = isinstance(  # after looking for it
            outcome, Receipt | RequestReused | PriceChanged | BalanceTooLow | BeyondBudget | ChargeGivenUp
        )
        if request.subject in self._unsettled and not answered:
            return  # this try charged nothing; whether the first did is still not known
        self._unsettled.pop(request.subject, None)
        if request.drawn is not None and not isinstance(outcome, Receipt):
            self._random_strings.put_back(request.drawn)

    @Slot(object)
    def _on_charged(self, receipt: Receipt) -> None:
        self._carried |= values_behind(receipt.entries)
        self.charged.emit(receipt)
        self.refresh()
        if any(entry.operation is OperationType.RANDOM_STRING for entry in receipt.entries):
            self._random_strings.fill_if_low()

    def _on_charge_failed(self, request: _Request, error: AppError) -> None:
        unknown = request.subject in self._unsettled and not isinstance(error, ChargeUnknown | Bug)
        self._tell(ChargeUnknown(error.message) if unknown else error, logs.reference.get(), cause=error)

    def _tell(self, error: AppError, reference: str, cause: AppError | None = None) -> None:
        failure = Failure.of_charge(error, reference)
        if isinstance(error, BalanceTooLow):
            self.denied.emit(failure)
        elif isinstance(error, PriceChanged):
            self.price_changed.emit(failure)
        else:
            self.failed.emit(failure)
        # A server that is away answers nothing now, and that would be said over what was said of the charge.
        if not self._sessions.lost(cause or error) and not isinstance(cause or error, ServerAway):
            self.refresh()

    @Slot(object)
    def _on_refresh_failed(self, error: AppError) -> None:
        if not self._sessions.lost(error):
            self.failed.emit(Failure.of(error, logs.reference.get()))

    def _on_covered(self, request: _Request, _outcome: object) -> None:
        self._wait_for(request, self._random_strings.fill)

    def _wait_for(self, request: _Request, fill: Callable[[], None]) -> None:
        self._drawing = request
        self.drawing_changed.emit(True)
        with logs.request(reference_of(request.id)):
            fill()

    @Slot(object)
    def _on_not_covered(self, error: AppError) -> None:
        self._request = None
        self._tell(error, logs.reference.get())

    @Slot()
    def _on_filled(self) -> None:
        if self._drawing is not None:
            request = self._drawing
            self._end_drawing()
            drawn = self._random_strings.take()
            assert drawn is not None, "a block was just drawn"
            self._sell(request, drawn)

    @Slot(object)
    def _on_draw_failed(self, error: AppError) -> None:
        if self._drawing is not None:
            reference = reference_of(self._drawing.id)
            self._request = None
            self._end_drawing()
            self._tell(error, reference)

    @Slot(object)
    def _on_signed_in(self, _session: Session) -> None:
        self.refresh()
        work = partial(charging.latest_entries, self._access, self._sessions.session)
        self._lanes.read.submit(work, done=self._on_recalled, failed=self._on_refresh_failed)

    @Slot(object)
    def _on_recalled(self, latest: tuple[Entry, ...]) -> None:
        self._carried = values_behind(latest) | self._carried
        self.recalled.emit(tuple(entry.expression for entry in latest if entry.expression))
        self.tape_recalled.emit(tuple(charging.receipts(latest)))

    @Slot(str)
    def _on_signed_out(self, _reason: str) -> None:
        self.cancel_drawing()
        self._request = None  # one that is under way is carried out, and seen in the records
        self._statement = None
        self._carried.clear()
        self.set_entry("")
