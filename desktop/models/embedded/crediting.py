"""One credit inside its caller's transaction: checked, found as it was carried out before, or written and noted."""

from __future__ import annotations

from peewee import SqliteDatabase

from desktop.models.embedded import accounts, balances, repeats
from desktop.models.embedded.storage import entries, journal
from desktop.models.embedded.storage.entries import Line
from desktop.models.embedded.storage.store import Store
from desktop.models.ledger import credits, receipts
from desktop.models.ledger.receipts import receipt_of
from desktop.terms.charges import Receipt
from desktop.terms.errors import BadInput, BalanceTooLow
from desktop.terms.kinds import OperationType, Source
from desktop.terms.people import Account, CreditCheck, CreditOrder


def line_of(amount: int, reason: str) -> Line:
    """What a credit's record is to say. Raises `BadInput`."""
    credits.check_amount(amount)
    return Line(OperationType.CREDIT, receipts.checked_reason(reason), "", amount=-amount, source=Source.LEDGER)


def credit(store: Store, database: SqliteDatabase, admin: Account, email: str, request_id: str, line: Line) -> Receipt:
    """Carry it out, or answer with what it came to before. Raises `RequestReused` and `BalanceTooLow`."""
    account = accounts.by_email(database, email)
    found = repeats.find_credit(database, account, request_id, line)
    if found is not None:
        return found
    credits.check_room(account.balance, -line.amount)
    head, run = balances.head(database, account), database.connection().execute
    balances.check_covered(head.balance, line.amount)
    written, end = entries.append(store, run, head, request_id, [line])
    balances.debit(run, head, end.balance)
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


def check(database: SqliteDatabase, order: CreditOrder, request_id: str, standing: dict[int, int]) -> CreditCheck:
    """What an order would come to now. `standing` are the balances after the orders before, by account."""
    balance = done_at = 0
    try:
        line = line_of(order.amount, order.reason)
        account = accounts.by_email(database, order.email)
        balance = standing.setdefault(account.id, account.balance)
        receipt = repeats.find_credit(database, account, request_id, line)
        if receipt is not None:
            done_at = receipt.entries[-1].date
        else:
            credits.check_room(balance, order.amount)
            balance = standing[account.id] = balance + order.amount
    except (BadInput, BalanceTooLow) as error:
        return CreditCheck(order, request_id, error.message, 0, balance)
    return CreditCheck(order, request_id, "", done_at, balance)
