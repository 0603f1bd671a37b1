"""The journal: an append-only chain of all that can change besides the records. It decides nothing.

An account's e-mail, password, status and role, a price, and whether a record is deleted are states: the row that holds
one is only the last of them, and writing an earlier one back would fit any mark made for the row alone. So each change
is an entry here, numbered, under the key, behind the entry before it; `verify` replays them all and compares.

    kind        user_id        subject            state
    begun       0              version before     digest of the anchor that was proved then, if there was one
    chain       whose          its length         last hash of a chain under the form before (0: of the prices)
    account     the account    the account        digest of the account (`account_state`)
    price       0              the price          digest of the price (`price_state`)
    deleted     whose          the record         empty; `date` is the record's `deleted_at`
    restored    whose          the record         empty
    credit      whose          the record         empty; `actor_id` is who put it in
    note        whose          the record         empty; `detail` is the note, "" where it was taken away
    recovery    the account    the account        digest of a recovery code, or empty: `detail` says made or used
"""

from __future__ import annotations

import hmac
from typing import Any

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded.storage import chain, forms
from desktop.models.embedded.storage.store import Store
from desktop.terms.errors import StoreDamaged

BEGUN, CHAIN, ACCOUNT, PRICE, DELETED, RESTORED = "begun", "chain", "account", "price", "deleted", "restored"
CREDIT, NOTE, RECOVERY = "credit", "note", "recovery"
KINDS = frozenset((BEGUN, CHAIN, ACCOUNT, PRICE, DELETED, RESTORED, CREDIT, NOTE, RECOVERY))

# What became of an account, as `detail` of its entry says it: what is kept never changes.
REGISTERED, INVITED, PASSWORD, REHASHED = "registered", "invited", "password", "password hashed anew"
RECOVERED, RESET = "recovered", "password given"

COLUMNS = "number, user_id, subject, actor_id, date, kind, detail, state"  # in the order of the form
_INSERT = f"INSERT INTO journal ({COLUMNS}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
ACCOUNT_COLUMNS = "id, generation, username, password, status, role"  # in the order of the form


def write(
    store: Store,
    database: SqliteDatabase,
    kind: str,
    *,
    date: int,
    user_id: int = 0,
    subject: int = 0,
    actor_id: int = 0,
    detail: str = "",
    state: bytes = b"",
) -> None:
    """Append an entry, inside the caller's transaction."""
    number, before = head(store, database)
    values = (number + 1, user_id, subject, actor_id, date, kind, detail, state)
    hash = chain.link(store.key, before, forms.ENTRY.encode(*values))
    database.execute_sql(_INSERT, (*values, hash))


def write_account(store: Store, database: SqliteDatabase, user_id: int, *, detail: str, actor_id: int) -> None:
    """Append what an account is now, and what became of it."""
    state = account_state(store.key, _account(database, user_id))
    write(
        store,
        database,
        ACCOUNT,
        date=store.clock(),
        user_id=user_id,
        subject=user_id,
        actor_id=actor_id,
        detail=detail,
        state=state,
    )


def head(store: Store, database: SqliteDatabase) -> tuple[int, bytes]:
    """The last entry's number and hash."""
    row = database.execute_sql("SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1").fetchone()
    return (int(row[0]), bytes(row[1])) if row else (0, chain.genesis(store.key, chain.NO_USER))


def is_genuine(key: bytes, database: SqliteDatabase, number: int) -> bool:
    """Whether an entry is the one that was written at its place."""
    rows = database.execute_sql(
        f"SELECT {COLUMNS}, hash FROM journal WHERE number IN (?, ?) ORDER BY number", (number - 1, number)
    ).fetchall()
    if not rows or rows[-1][0] != number or (number > 1 and len(rows) < 2):
        return False
    before = bytes(rows[0][-1]) if number > 1 else chain.genesis(key, chain.NO_USER)
    return hmac.compare_digest(chain.link(key, before, forms.ENTRY.encode(*rows[-1][:-1])), rows[-1][-1])


def vouches_for(store: Store, database: SqliteDatabase, user_id: int) -> bool:
    """Whether an account is as its last change left it, and that change the last that the anchor knows of."""
    row = database.execute_sql(
        f"SELECT number, state FROM journal WHERE user_id = ? AND kind = '{ACCOUNT}' ORDER BY number DESC LIMIT 1",
        (user_id,),
    ).fetchone()
    return (
        row is not None
        and hmac.compare_digest(account_state(store.key, _account(database, user_id)), row[1])
        and is_genuine(store.key, database, row[0])
        and store.journal_is_whole(database)
    )


def account_state(key: bytes, account: Any) -> bytes:
    """The digest of an account's row of `ACCOUNT_COLUMNS`: the password's hash is not to be kept for ever."""
    return chain.digest(key, forms.ACCOUNT.encode(*account))


def price_state(key: bytes, id: int, operation: str, cost: int, from_record: int, user_id: int, date: int) -> bytes:
    """The digest of a price."""
    return chain.digest(key, forms.PRICE.encode(id, cost, from_record, user_id, date, operation))


def _account(database: SqliteDatabase, user_id: int) -> Any:
    row = database.execute_sql(f"SELECT {ACCOUNT_COLUMNS} FROM user WHERE id = ?", (user_id,)).fetchone()
    if row is None:
        raise StoreDamaged(say("The account has gone from the store. Run metercalc verify, and restore a backup."))
    return row
