"""An account's balance and the end of the chain that it follows from: looked up, found enough or not, and debited."""

from __future__ import annotations

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded.storage.entries import Head
from desktop.models.embedded.storage.turns import Run
from desktop.models.ledger import receipts
from desktop.terms.errors import StoreDamaged
from desktop.terms.people import Account


def head(database: SqliteDatabase, account: Account) -> Head:
    """The end of an account's chain. Raises `StoreDamaged` where the balance does not follow from it."""
    end = Head.of(database, account.id)
    if end.balance != account.balance:
        raise StoreDamaged(
            say("The balance does not follow from the records: it was changed by something else. Run metercalc verify.")
        )
    return end


def debit(run: Run, head: Head, after: int) -> None:
    """Set the balance from what it is at `head` to what its records come to; they stand in the same transaction."""
    values = (after, head.user_id, head.balance)
    if run("UPDATE user SET balance = ? WHERE id = ? AND balance = ?", values).rowcount != 1:
        raise StoreDamaged(say("The balance changed inside a transaction that holds the lock. Nothing was written."))


def check_covered(balance: int, cost: int) -> None:
    """Raises `BalanceTooLow` where a balance does not cover a cost."""
    if cost > balance:
        raise receipts.too_low(cost, balance)
