"""What is charged to one account, request by request, inside transactions that others open and end."""

from __future__ import annotations

from collections.abc import Mapping

from peewee import SqliteDatabase

from desktop.arithmetic.operations import operands_text
from desktop.models.embedded import accounts, balances, repeats, spending
from desktop.models.embedded.storage import added_operations, entries
from desktop.models.embedded.storage.entries import Fields, Head, maker
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.storage.turns import Run, Turn
from desktop.models.ledger import receipts
from desktop.terms.charges import Charge, Receipt
from desktop.terms.errors import AppError
from desktop.terms.kinds import OperationType
from desktop.terms.people import Session

_receipt_of = maker(Receipt)


class Till:
    """The charges of one transaction on one account, or of several behind each other.

    The transaction holds the write lock: what was read of the account, the prices and the end of the chain stands until
    it ends, but for what is written here; and on into the thread's next one, if nobody else has committed meanwhile.
    """

    def __init__(self, store: Store, database: SqliteDatabase, session: Session, run: Run | None = None) -> None:
        self._store = store
        self._database = database
        self._run = run or database.connection().execute
        self._session = session
        self._account = accounts.require(store, database, session)
        self._opened = store.sessions.get(session.token)
        self._balance = self._account.balance
        self._prices: Mapping[OperationType, int] = {}
        self._ids: Mapping[str, int] = {}
        self._head: Head | None = None
        self._last_id: int | None = None
        # Whoever takes the index away commits to do so, and a commit by others ends this one.
        self._looks_first = not store.refuses_repeats()

    @classmethod
    def of(cls, store: Store, turn: Turn, session: Session) -> Till:
        """The one that the transaction before left, where it is this session's and still holds; else another."""
        till = turn.known
        if not (isinstance(till, Till) and till.holds(session)):
            turn.known = till = cls(store, turn.database, session, turn.run)
        return till

    def holds(self, session: Session) -> bool:
        """Whether it is of a session, and that one still goes on as it did."""
        opened = self._store.sessions.get(session.token)
        return opened is not None and opened is self._opened and (session is self._session or session == self._session)

    def charge(self, charge: Charge) -> Receipt:
        """Carry out one request, whose id is in its usual form; raises what `charge` does."""
        if not charge.steps:
            return Receipt(charge.request_id, 0, self._balance, charge.result, charge.exact, ())
        if self._looks_first and (found := self.find(charge)) is not None:
            return found
        try:
            lines, cost, head = self._ready(charge)
        except AppError as refusal:
            return self._found_before(charge, refusal)
        try:
            written, end = entries.append(
                self._store, self._run, head, charge.request_id, lines, operations=self._ids, last_id=self._last_id
            )
        except entries.Refused as refusal:
            if refusal.step > 1:
                raise
            return self._found_before(charge, refusal)
        balances.debit(self._run, head, end.balance)
        self._head, self._last_id, self._balance = end, written[-1].id, end.balance
        return _receipt_of((charge.request_id, cost, end.balance, charge.result, charge.exact, written, False))

    def _ready(self, charge: Charge) -> tuple[list[Fields], int, Head]:
        """What is to be written, what it costs, and behind what; raises what refuses a new request."""
        prices = self._prices
        if not prices:
            known = added_operations.sound(self._store, self._database)
            prices, self._ids = known.prices, known.ids
            self._prices = prices
        lines: list[Fields] = []
        cost, last = 0, len(charge.steps)
        for place, step in enumerate(charge.steps, start=1):
            kind, price = step.operation, prices[step.operation]
            cost += price
            text, expression = operands_text(kind, step.operands), charge.expression if place == last else ""
            lines.append((kind, text, step.response, price, expression, step.exact, step.source))
        if cost != charge.quoted or charge.max_cost is not None:
            _check_price(cost, charge)
        if charge.budget is not None:
            spending.check_budget(self._store, self._database, self._account.id, cost, charge.budget)
        head = self._head
        if head is None:
            head = balances.head(self._database, self._account)
        if cost > head.balance:
            balances.check_covered(head.balance, cost)
        return lines, cost, head

    def _found_before(self, charge: Charge, refusal: AppError) -> Receipt:
        """What a request came to that was carried out before; else its refusal is raised.

        It is looked for only when it was refused, and before anything of it is written: most requests are new, and the
        store itself takes none twice. One that has lost the index for it is asked first, every time.
        """
        found = self.find(charge)
        if found is None:
            raise refusal
        return found

    def find(self, charge: Charge) -> Receipt | None:
        """What the request came to before, if it is not new."""
        return repeats.find(self._run, self._account.id, self._balance, charge.request_id, charge)


def _check_price(cost: int, charge: Charge) -> None:
    quoted = charge.quoted
    if quoted is not None and cost != quoted:
        raise receipts.price_changed(cost, quoted)
    if charge.max_cost is not None and cost > charge.max_cost:
        raise receipts.above_limit(cost, charge.max_cost)
