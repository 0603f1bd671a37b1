"""The ledger's rules: what is charged, credited or refused, each request at most once. It computes no result.

A request runs in one immediate transaction: session, price, balance, records, debit; whether it was carried out before
is asked where one of these refuses it. The result may be shown once the call has returned.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from peewee import SqliteDatabase, fn

from desktop.language.sentences import say
from desktop.models.embedded import accounts, balances, crediting, repeats, settling
from desktop.models.embedded.storage import added_operations, journal
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.storage.tables import Operation, Price, Record
from desktop.models.embedded.tills import Till
from desktop.models.ledger import credits
from desktop.models.ledger.receipts import MAX_MONEY
from desktop.models.ledger.requests import is_usual, normal_request_id
from desktop.terms.charges import Charge, Receipt, Statement
from desktop.terms.errors import BadInput, BalanceTooLow, StoreError
from desktop.terms.kinds import OperationType, Role
from desktop.terms.people import CreditCheck, CreditOrder, Session

log = logging.getLogger(__name__)


def statement(store: Store, session: Session) -> Statement:
    """The account and the prices as they are now."""
    with store.reading() as database:
        return Statement(accounts.require(store, database, session), added_operations.sound(store, database).prices)


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
    begun = False
    try:
        with store.turn() as turn:
            begun = True
            receipt = Till.of(store, turn, session).charge(charge)
    except StoreError as trouble:
        receipt = settling.read_back(
            store, lambda database: Till(store, database, session).find(charge), trouble, begun=begun
        )
    note(receipt)
    return receipt


def checked(charge: Charge) -> Charge:
    """The request with its id in its usual form. Raises `BadInput`; a step without a response is a bug."""
    for step in charge.steps:
        if not step.response:
            raise ValueError("a charge without a response")
    if is_usual(charge.request_id):
        return charge
    return charge._replace(request_id=normal_request_id(charge.request_id))


def note(receipt: Receipt) -> None:
    """Log what a request came to, once that is certain."""
    log.info("charged %d steps, cost %d, repeated %s", len(receipt.entries), receipt.cost, receipt.repeated)


def find(store: Store, session: Session, request_id: str) -> Receipt | None:
    """What a request came to, or None if the ledger has no such request of this user."""
    with store.reading() as database:
        account = accounts.require(store, database, session)
        return repeats.find(database.connection().execute, account.id, account.balance, normal_request_id(request_id))


def check_covered(store: Store, session: Session, cost: int) -> None:
    """Raise `BalanceTooLow` unless the balance covers a cost: for work worth sparing when it does not."""
    with store.reading() as database:
        balances.check_covered(accounts.require(store, database, session).balance, cost)


def credit(store: Store, session: Session, email: str, amount: int, reason: str, request_id: str) -> Receipt:
    """Put money in, or take it out to correct something; for admins. `amount` in hundredths, negative takes out.

    Raises `NotAllowed`, `BadInput`, `RequestReused`, `BalanceTooLow` (a correction never goes below zero).
    """
    request_id = normal_request_id(request_id)
    line = crediting.line_of(amount, reason)

    def find(database: SqliteDatabase) -> Receipt | None:
        accounts.require(store, database, session, Role.ADMIN)
        return repeats.find_credit(database, accounts.by_email(database, email), request_id, line)

    begun = False
    try:
        with store.writing() as database:
            begun = True
            admin = accounts.require(store, database, session, Role.ADMIN)
            receipt = crediting.credit(store, database, admin, email, request_id, line)
    except StoreError as trouble:
        receipt = settling.read_back(store, find, trouble, begun=begun)
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
                line = crediting.line_of(order.amount, order.reason)
                found.append(crediting.credit(store, database, admin, order.email, request_id, line))
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
        standing: dict[int, int] = {}
        return tuple(crediting.check(database, order, id, standing) for order, id in zip(orders, ids, strict=True))


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
