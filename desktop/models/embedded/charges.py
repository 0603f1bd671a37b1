"""The ledger's rules: what is charged, credited or refused, each request at most once. It computes no result.

A request runs in one immediate transaction: session, price, balance, records, debit; whether it was carried out before
is asked where one of these refuses it. The result may be shown once the call has returned.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from peewee import SqliteDatabase, fn

from desktop.arithmetic.operations import operands_text
from desktop.language.sentences import say
from desktop.models.embedded import accounts, spending
from desktop.models.embedded.storage import added_operations, entries, journal, operations, sqlite
from desktop.models.embedded.storage.entries import Head, Line
from desktop.models.embedded.storage.operations import Operations
from desktop.models.embedded.storage.store import Run, Store, Turn
from desktop.models.embedded.storage.tables import Operation, Price, Record
from desktop.models.ledger import credits, receipts
from desktop.models.ledger.receipts import MAX_MONEY, receipt_of
from desktop.models.ledger.requests import normal_request_id
from desktop.terms.errors import (
    AppError,
    BadInput,
    BalanceTooLow,
    ChargeUnknown,
    RequestReused,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
)
from desktop.terms.values import (
    Account,
    Charge,
    CreditCheck,
    CreditOrder,
    OperationType,
    Receipt,
    Role,
    Session,
    Source,
    Statement,
)

log = logging.getLogger(__name__)


def statement(store: Store, session: Session) -> Statement:
    """The account and the prices as they are now."""
    with store.reading() as database:
        return Statement(accounts.require(store, database, session), _operations(store, database).prices)


def charge(store: Store, session: Session, charge: Charge) -> Receipt:
    """Pay for the steps of a request, all or nothing, and record them.

    The same request id with the same steps answers with the records it made, charging nothing. Raises `RequestReused`
    for the same id with other steps, `PriceChanged` when `quoted` no longer holds or `max_cost` is exceeded,
    `BeyondBudget`, `BalanceTooLow`, `NotSignedIn`, and the store's errors; `ChargeUnknown` when even reading back
    failed.
    """
    charge = checked(charge)
    if not charge.steps:
        account = accounts.current(store, session)
        return Receipt(charge.request_id, 0, account.balance, charge.result, charge.exact, ())
    receipt = _settle(
        store,
        lambda turn: Till.of(store, turn, session).charge(charge),
        lambda database: Till(store, database, session).find(charge),
    )
    note(receipt)
    return receipt


def checked(charge: Charge) -> Charge:
    """The request with its id in its usual form. Raises `BadInput`; a step without a response is a bug."""
    for step in charge.steps:
        if not step.response:
            raise ValueError("a charge without a response")
    request_id = normal_request_id(charge.request_id)
    return charge if request_id == charge.request_id else replace(charge, request_id=request_id)


def note(receipt: Receipt) -> None:
    """Log what a request came to, once that is certain."""
    log.info("charged %d steps, cost %d, repeated %s", len(receipt.entries), receipt.cost, receipt.repeated)


def find(store: Store, session: Session, request_id: str) -> Receipt | None:
    """What a request came to, or None if the ledger has no such request of this user."""
    with store.reading() as database:
        account = accounts.require(store, database, session)
        return _find(database.connection().execute, account.id, account.balance, normal_request_id(request_id))


def check_covered(store: Store, session: Session, cost: int) -> None:
    """Raise `BalanceTooLow` unless the balance covers a cost: for work worth sparing when it does not."""
    with store.reading() as database:
        _check_covered(accounts.require(store, database, session).balance, cost)


def credit(store: Store, session: Session, email: str, amount: int, reason: str, request_id: str) -> Receipt:
    """Put money in, or take it out to correct something; for admins. `amount` in hundredths, negative takes out.

    Raises `NotAllowed`, `BadInput`, `RequestReused`, `BalanceTooLow` (a correction never goes below zero).
    """
    request_id = normal_request_id(request_id)
    line = _credit_line(amount, reason)

    def find(database: SqliteDatabase) -> Receipt | None:
        accounts.require(store, database, session, Role.ADMIN)
        return _find_credit(database, accounts.by_email(database, email), request_id, line)

    def write(turn: Turn) -> Receipt:
        turn.known = None
        admin = accounts.require(store, turn.database, session, Role.ADMIN)
        return _credit(store, turn.database, admin, email, request_id, line)

    receipt = _settle(store, write, find)
    log.info("credited, record %d, repeated %s", receipt.entries[-1].id, receipt.repeated)
    return receipt


def credit_all(store: Store, session: Session, orders: Sequence[CreditOrder]) -> tuple[Receipt, ...]:
    """Carry out orders, all or none; those that were carried out before are answered as they were then. For admins.

    Raises what `credit` does, with the order's line; after an error of the store the same orders are safe to be given
    again.
    """
    ids = credits.request_ids(orders)
    found = []
    with store.writing() as database:
        admin = accounts.require(store, database, session, Role.ADMIN)
        for order, request_id in zip(orders, ids, strict=True):
            try:
                line = _credit_line(order.amount, order.reason)
                found.append(_credit(store, database, admin, order.email, request_id, line))
            except (BadInput, BalanceTooLow) as error:
                message = f"{credits.told_of(order, error)} " + say("Nothing was credited.")
                raise type(error)(message, **error.details) from error
    log.info("credited %d of %d orders", sum(not receipt.repeated for receipt in found), len(orders))
    return tuple(found)


def check_credits(store: Store, session: Session, orders: Sequence[CreditOrder]) -> tuple[CreditCheck, ...]:
    """What orders would come to if they were carried out now; for admins. Nothing is written."""
    ids = credits.request_ids(orders)
    with store.reading() as database:
        accounts.require(store, database, session, Role.ADMIN)
        balances: dict[int, int] = {}
        return tuple(_check_credit(database, order, id, balances) for order, id in zip(orders, ids, strict=True))


def _check_credit(
    database: SqliteDatabase, order: CreditOrder, request_id: str, balances: dict[int, int]
) -> CreditCheck:
    """`balances` are those after the orders before, by account."""
    balance = done_at = 0
    try:
        line = _credit_line(order.amount, order.reason)
        account = accounts.by_email(database, order.email)
        balance = balances.setdefault(account.id, account.balance)
        receipt = _find_credit(database, account, request_id, line)
        if receipt is not None:
            done_at = receipt.entries[-1].date
        else:
            credits.check_room(balance, order.amount)
            balance = balances[account.id] = balance + order.amount
    except (BadInput, BalanceTooLow) as error:
        return CreditCheck(order, request_id, error.message, 0, balance)
    return CreditCheck(order, request_id, "", done_at, balance)


def _credit_line(amount: int, reason: str) -> Line:
    credits.check_amount(amount)
    return Line(OperationType.CREDIT, receipts.checked_reason(reason), "", amount=-amount, source=Source.LEDGER)


def _credit(store: Store, database: SqliteDatabase, admin: Account, email: str, request_id: str, line: Line) -> Receipt:
    account = accounts.by_email(database, email)
    found = _find_credit(database, account, request_id, line)
    if found is not None:
        return found
    credits.check_room(account.balance, -line.amount)
    head, run = _head(database, account), database.connection().execute
    _check_covered(head.balance, line.amount)
    written, end = entries.append(store, run, head, request_id, [line])
    _debit(run, head, end.balance)
    (entry,) = written
    journal.write(
        store,
        database,
        journal.CREDIT,
        date=entry.date,
        user_id=account.id,
        subject=entry.id,
        actor_id=admin.id,
    )
    return receipt_of(written, account.balance - line.amount)


def set_cost(store: Store, session: Session, operation: OperationType, cost: int) -> None:
    """Set what an operation costs from the next record on, in hundredths; for admins. Old records keep their price."""
    if operation is OperationType.CREDIT:
        raise BadInput(say("A credit has no cost."))
    if not 0 <= cost <= MAX_MONEY:
        raise BadInput(say("A cost must not be negative or beyond what the ledger can hold."))
    with store.writing() as database:
        admin = accounts.require(store, database, session, Role.ADMIN)
        operation_id = Operation.select(Operation.id).where(Operation.type == operation.value).bind(database).scalar()
        from_record = (Record.select(Record.id).order_by(Record.id.desc()).bind(database).scalar() or 0) + 1
        price_id, date = (Price.select(fn.MAX(Price.id)).bind(database).scalar() or 0) + 1, store.clock()
        Price.insert(
            id=price_id,
            operation_id=operation_id,
            cost=cost,
            from_record=from_record,
            user_id=admin.id,
            date=date,
        ).execute(database)
        state = journal.price_state(store.key, price_id, operation.value, cost, from_record, admin.id, date)
        journal.write(store, database, journal.PRICE, date=date, subject=price_id, actor_id=admin.id, state=state)
        Operation.update(cost=cost).where(Operation.id == operation_id).execute(database)
    log.info("%s costs %d hundredths from record %d on", operation.value, cost, from_record)


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
        _debit(self._run, head, end.balance)
        self._head, self._last_id, self._balance = end, written[-1].id, end.balance
        return Receipt(charge.request_id, cost, end.balance, charge.result, charge.exact, written)

    def _ready(self, charge: Charge) -> tuple[list[Line], int, Head]:
        """What is to be written, what it costs, and behind what; raises what refuses a new request."""
        prices = self._prices
        if not prices:
            known = _operations(self._store, self._database)
            prices, self._ids = known.prices, known.ids
            self._prices = prices
        lines, cost, last = [], 0, len(charge.steps)
        for place, step in enumerate(charge.steps, start=1):
            kind, price = step.operation, prices[step.operation]
            cost += price
            text, expression = operands_text(kind, step.operands), charge.expression if place == last else ""
            lines.append(Line(kind, text, step.response, price, expression, step.exact, step.source))
        if cost != charge.quoted or charge.max_cost is not None:
            _check_price(cost, charge)
        if charge.budget is not None:
            spending.check_budget(self._store, self._database, self._account.id, cost, charge.budget)
        head = self._head
        if head is None:
            head = _head(self._database, self._account)
        _check_covered(head.balance, cost)
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
        return _find(self._run, self._account.id, self._balance, charge.request_id, charge)


def _check_price(cost: int, charge: Charge) -> None:
    quoted = charge.quoted
    if quoted is not None and cost != quoted:
        raise receipts.price_changed(cost, quoted)
    if charge.max_cost is not None and cost > charge.max_cost:
        raise receipts.above_limit(cost, charge.max_cost)


def _head(database: SqliteDatabase, account: Account) -> Head:
    """The end of an account's chain. Raises `StoreDamaged` where the balance does not follow from it."""
    head = Head.of(database, account.id)
    if head.balance != account.balance:
        raise StoreDamaged(
            say("The balance does not follow from the records: it was changed by something else. Run metercalc verify.")
        )
    return head


def _debit(run: Run, head: Head, after: int) -> None:
    """Set the balance from what it is at `head` to what its records come to; they stand in the same transaction."""
    values = (after, head.user_id, head.balance)
    if run("UPDATE user SET balance = ? WHERE id = ? AND balance = ?", values).rowcount != 1:
        raise StoreDamaged(say("The balance changed inside a transaction that holds the lock. Nothing was written."))


def _check_covered(balance: int, cost: int) -> None:
    if cost > balance:
        raise receipts.too_low(cost, balance)


def _find(run: Run, user_id: int, balance: int, request_id: str, charge: Charge | None = None) -> Receipt | None:
    found = entries.of_request(run, user_id, request_id)
    if not found:
        return None
    if charge is not None:
        # Not by the operands of each step: another version may carry them otherwise, and the entry is the same.
        same = [entry.operation for entry in found] == [step.operation for step in charge.steps]
        if not same or found[-1].expression != charge.expression:
            raise RequestReused(say("This request id was used for something else before."))
    return receipt_of(found, balance, repeated=True)


def _find_credit(database: SqliteDatabase, account: Account, request_id: str, line: Line) -> Receipt | None:
    found = entries.of_request(database.connection().execute, account.id, request_id)
    if not found:
        return None
    wanted = [(line.operation, line.operands, line.amount)]
    if [(entry.operation, entry.operands, entry.amount) for entry in found] != wanted:
        raise RequestReused(say("This request id was used for something else before. Nothing was credited."))
    return receipt_of(found, account.balance, repeated=True)


def _settle(
    store: Store, write: Callable[[Turn], Receipt], find: Callable[[SqliteDatabase], Receipt | None]
) -> Receipt:
    """Carry out a request in one transaction; where that ends in an error of the store, answer with what it holds."""
    begun = False
    try:
        with store.turn() as turn:
            begun = True
            return write(turn)
    except StoreError as trouble:
        # No transaction, or one that a rule of ours ended before its commit: there is nothing to ask the store about.
        if not begun or trouble.__cause__ is None:
            raise
        return _read_back(store, find, trouble)


def _read_back(store: Store, find: Callable[[SqliteDatabase], Receipt | None], trouble: StoreError) -> Receipt:
    """After an error that may have come after the commit: ask the store, on a new connection, what it holds.

    An error from COMMIT does not mean that the row is not on disk. Raises `trouble` when it is not, and cannot come
    back; `ChargeUnknown` when that cannot be told.
    """
    if store.read_only_reason is not None:
        raise trouble
    log.warning("a charge ended in %s; reading back", trouble.code)
    try:
        store.reconnect()
        with store.reading() as database:
            found = find(database)
        # A full disk cut the failed commit short before its end, and a lock kept it from beginning: nothing is left
        # of it that could come back, and there is no room, or no turn, for another.
        if found is not None or not isinstance(trouble, StoreFull | StoreLocked):
            with sqlite.translated(store.file):
                sqlite.settle(store.database)
    except AppError as error:
        raise ChargeUnknown(f"{trouble.message} " + say("The store could not be read back either.")) from error
    if found is None:
        raise trouble
    return replace(found, repeated=False)


def _operations(store: Store, database: SqliteDatabase) -> Operations:
    found = operations.read(database)
    if found.trouble:
        added_operations.check_known(store, database)
        raise StoreDamaged(
            say("The store is damaged: {why} Run metercalc verify, and restore a backup.", why=found.trouble)
        )
    return found
