"""The ledger's rules: what is charged, credited or refused, each request at most once. It computes no result.

A request runs in one immediate transaction: session, idempotency, price, balance, debit, records. The result may be
shown once the call has returned.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from peewee import SqliteDatabase, fn

from desktop.arithmetic.operations import operands_text
from desktop.models.embedded import accounts
from desktop.models.embedded.storage import added_operations, entries, journal, operations, sqlite
from desktop.models.embedded.storage.entries import Head, Line
from desktop.models.embedded.storage.operations import Operations
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.storage.tables import Operation, Price, Record
from desktop.models.ledger import receipts
from desktop.models.ledger.receipts import MAX_MONEY, checked_reason, receipt_of
from desktop.models.ledger.requests import normal_request_id
from desktop.terms.errors import (
    AppError,
    BadInput,
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
    Entry,
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
    `BalanceTooLow`, `NotSignedIn`, and the store's errors; `ChargeUnknown` when even reading back failed.
    """
    request_id = normal_request_id(charge.request_id)
    charge = replace(charge, request_id=request_id)
    if not charge.steps:
        account = accounts.current(store, session)
        return Receipt(request_id, 0, account.balance, charge.result, charge.exact, ())
    if not all(step.response for step in charge.steps):
        raise ValueError("a charge without a response")
    receipt = _settle(
        store,
        lambda database: _charge(store, database, session, charge),
        lambda database: _find(database, accounts.require(store, database, session), request_id, charge),
    )
    log.info("charged %d steps, cost %d, repeated %s", len(receipt.entries), receipt.cost, receipt.repeated)
    return receipt


def find(store: Store, session: Session, request_id: str) -> Receipt | None:
    """What a request came to, or None if the ledger has no such request of this user."""
    with store.reading() as database:
        account = accounts.require(store, database, session)
        return _find(database, account, normal_request_id(request_id))


def check_covered(store: Store, session: Session, cost: int) -> None:
    """Raise `BalanceTooLow` unless the balance covers a cost: for work worth sparing when it does not."""
    with store.reading() as database:
        _check_covered(accounts.require(store, database, session).balance, cost)


def credit(store: Store, session: Session, email: str, amount: int, reason: str, request_id: str) -> Receipt:
    """Put money in, or take it out to correct something; for admins. `amount` in hundredths, negative takes out.

    Raises `NotAllowed`, `BadInput`, `RequestReused`, `BalanceTooLow` (a correction never goes below zero).
    """
    request_id = normal_request_id(request_id)
    reason = checked_reason(reason)
    if amount == 0 or abs(amount) > MAX_MONEY:
        raise BadInput("The amount must not be zero or beyond what the ledger can hold.")
    line = Line(OperationType.CREDIT, reason, "", amount=-amount, source=Source.LEDGER)

    def find(database: SqliteDatabase) -> Receipt | None:
        accounts.require(store, database, session, Role.ADMIN)
        return _find_credit(database, accounts.by_email(database, email), request_id, line)

    def write(database: SqliteDatabase) -> Receipt:
        found = find(database)
        if found is not None:
            return found
        account = accounts.by_email(database, email)
        if account.balance + amount > MAX_MONEY:
            raise BadInput("The balance would be beyond what the ledger can hold.")
        return receipt_of(_debit(store, database, account, request_id, [line]), account.balance + amount)

    receipt = _settle(store, write, find)
    log.info("credited, record %d, repeated %s", receipt.entries[-1].id, receipt.repeated)
    return receipt


def set_cost(store: Store, session: Session, operation: OperationType, cost: int) -> None:
    """Set what an operation costs from the next record on, in hundredths; for admins. Old records keep their price."""
    if operation is OperationType.CREDIT:
        raise BadInput("A credit has no cost.")
    if not 0 <= cost <= MAX_MONEY:
        raise BadInput("A cost must not be negative or beyond what the ledger can hold.")
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


def _charge(store: Store, database: SqliteDatabase, session: Session, charge: Charge) -> Receipt:
    account = accounts.require(store, database, session)
    found = _find(database, account, charge.request_id, charge)
    if found is not None:
        return found
    known = _operations(store, database)
    prices = known.prices
    lines = [
        Line(
            step.operation,
            operands_text(step.operation, step.operands),
            step.response,
            amount=prices[step.operation],
            expression=charge.expression if step is charge.steps[-1] else "",
            exact=step.exact,
            source=step.source,
        )
        for step in charge.steps
    ]
    cost = sum(line.amount for line in lines)
    _check_price(cost, charge)
    written = _debit(store, database, account, charge.request_id, lines, known.ids)
    receipt = receipt_of(written, account.balance - cost, result=charge.result)
    return replace(receipt, cost=cost, exact=charge.exact)


def _check_price(cost: int, charge: Charge) -> None:
    quoted = charge.quoted
    if quoted is not None and cost != quoted:
        raise receipts.price_changed(cost, quoted)
    if charge.max_cost is not None and cost > charge.max_cost:
        raise receipts.above_limit(cost, charge.max_cost)


def _debit(
    store: Store,
    database: SqliteDatabase,
    account: Account,
    request_id: str,
    lines: list[Line],
    operations: Mapping[str, int] | None = None,
) -> tuple[Entry, ...]:
    """Take the lines' sum from the balance if it covers it, and write them."""
    head = Head.of(database, account.id)
    if head.balance != account.balance:
        raise StoreDamaged(
            "The balance does not follow from the records: it was changed by something else. Run metercalc verify."
        )
    cost = sum(line.amount for line in lines)
    _check_covered(account.balance, cost)
    changed = database.execute_sql(
        "UPDATE user SET balance = balance - ? WHERE id = ? AND balance >= ?", (cost, account.id, cost)
    ).rowcount
    if changed != 1:
        raise StoreDamaged("The balance changed inside a transaction that holds the lock. Nothing was written.")
    return entries.append(store, head, request_id, lines, operations)


def _check_covered(balance: int, cost: int) -> None:
    if cost > balance:
        raise receipts.too_low(cost, balance)


def _find(database: SqliteDatabase, account: Account, request_id: str, charge: Charge | None = None) -> Receipt | None:
    found = entries.of_request(database, account.id, request_id)
    if not found:
        return None
    if charge is not None:
        # Not by the operands of each step: another version may carry them otherwise, and the entry is the same.
        same = [entry.operation for entry in found] == [step.operation for step in charge.steps]
        if not same or found[-1].expression != charge.expression:
            raise RequestReused("This request id was used for something else before.")
    return receipt_of(found, account.balance, repeated=True)


def _find_credit(database: SqliteDatabase, account: Account, request_id: str, line: Line) -> Receipt | None:
    found = entries.of_request(database, account.id, request_id)
    if not found:
        return None
    wanted = [(line.operation, line.operands, line.amount)]
    if [(entry.operation, entry.operands, entry.amount) for entry in found] != wanted:
        raise RequestReused("This request id was used for something else before. Nothing was credited.")
    return receipt_of(found, account.balance, repeated=True)


def _settle(
    store: Store, write: Callable[[SqliteDatabase], Receipt], find: Callable[[SqliteDatabase], Receipt | None]
) -> Receipt:
    """Carry out a request in one transaction; where that ends in an error of the store, answer with what it holds."""
    begun = False
    try:
        with store.writing() as database:
            begun = True
            return write(database)
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
        raise ChargeUnknown(f"{trouble.message} The store could not be read back either.") from error
    if found is None:
        raise trouble
    return replace(found, repeated=False)


def _operations(store: Store, database: SqliteDatabase) -> Operations:
    found = operations.read(database)
    if found.trouble:
        added_operations.check_known(store, database)
        raise StoreDamaged(f"The store is damaged: {found.trouble} Run metercalc verify, and restore a backup.")
    return found
