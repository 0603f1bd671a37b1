"""What an account has spent since a moment, and the budget that a charge keeps to. It moves no money.

What was added up is kept: records never change, so only the new ones are looked at the next time.
"""

from __future__ import annotations

from peewee import SqliteDatabase

from desktop.models.embedded import accounts
from desktop.models.embedded.storage.store import Spent, Store
from desktop.models.ledger import receipts
from desktop.terms import days
from desktop.terms.charges import Budget
from desktop.terms.people import Session

_AT_ONCE = 5_000
_SUM = """SELECT coalesce(sum(r.amount) FILTER (WHERE r.date >= ? AND o.type <> 'credit'), 0), max(r.date)
    FROM record r JOIN operation o ON o.id = r.operation_id WHERE r.user_id = ? AND r.seq > ? AND r.seq <= ?"""


def spent(store: Store, session: Session, since: int) -> int:
    """What the session's account was charged since a moment, in hundredths, whether or not it was deleted."""
    with store.reading() as database:
        return _spent(store, database, accounts.require(store, database, session).id, since)


def check_budget(store: Store, database: SqliteDatabase, user_id: int, cost: int, budget: Budget) -> None:
    """Raises `BeyondBudget` where a cost would go beyond it; inside the charge's transaction."""
    if not cost:
        return  # what is free goes beyond nothing
    before = _spent(store, database, user_id, budget.since)
    if before + cost > budget.most:
        raise receipts.beyond_budget(cost, budget, before)


def _spent(store: Store, database: SqliteDatabase, user_id: int, since: int) -> int:
    """Backwards from the newest record, as far as there are some that new; a clock may have been set back a day."""
    newest = database.execute_sql("SELECT max(seq) FROM record WHERE user_id = ?", (user_id,)).fetchone()[0] or 0
    hash = _hash_of(database, user_id, newest)
    kept = store.spent.get(user_id)
    seen, total = 0, 0
    # What was added up in a transaction that was undone is not what stands there now.
    if kept is not None and kept.since == since and _hash_of(database, user_id, kept.seq) == kept.hash:
        seen, total = kept.seq, kept.total
    last = newest
    while last > seen:
        first = max(seen, last - _AT_ONCE)
        found, latest = database.execute_sql(_SUM, (since, user_id, first, last)).fetchone()
        total += found
        if latest is not None and latest < since - days.DAY:
            break
        last = first
    store.spent[user_id] = Spent(since, newest, hash, int(total))
    return int(total)


def _hash_of(database: SqliteDatabase, user_id: int, seq: int) -> bytes:
    row = database.execute_sql("SELECT hash FROM record WHERE user_id = ? AND seq = ?", (user_id, seq)).fetchone()
    return bytes(row[0]) if row is not None else b""
