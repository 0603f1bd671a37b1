"""Schema version 4: an injective form, and a journal of all that can change. Frozen once released.

Every record is hashed anew under the form of `forms`, after the store was proved under the old one and each value was
seen to be one that the program can have written. The old heads go into the journal as its first entries, under the key:
that the chains were made anew, and from what, is itself on record.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import time
from collections.abc import Iterator
from typing import Any

from desktop.models.embedded.storage.migrations import first_proof
from desktop.models.embedded.storage.migrations.upgrade import Upgrade

_LOADING_CACHE_KB = 200_000  # rows and indexes of millions of records are made in one go

EACH_REQUEST_ONCE = "CREATE UNIQUE INDEX record_request ON record (user_id, request_id, step)"

_ROOM = (
    "DROP INDEX record_deleted",
    "DROP TRIGGER record_not_replaced",
    "DROP TRIGGER record_stays",
    "DROP TRIGGER record_unchanged",
    "ALTER TABLE record RENAME TO record_before",
    "DROP TRIGGER price_stays",
    "DROP TRIGGER price_unchanged",
    "ALTER TABLE price RENAME TO price_before",
    # A password set anew, or an account deactivated, raises the generation: sessions of the one before end.
    "ALTER TABLE user DROP COLUMN mark",
    "ALTER TABLE user ADD COLUMN generation INTEGER NOT NULL DEFAULT 1 CHECK (generation >= 1)",
    "ALTER TABLE sign_in_failure ADD COLUMN mark BLOB",
    # No default for `form`: a program of the version before, still open, must not write among the new records.
    """CREATE TABLE record (
        id INTEGER PRIMARY KEY CHECK (id >= 1),
        form INTEGER NOT NULL CHECK (form >= 2),
        request_id TEXT NOT NULL CHECK (length(request_id) = 36),
        step INTEGER NOT NULL CHECK (step >= 1),
        operation_id INTEGER NOT NULL REFERENCES operation (id),
        user_id INTEGER NOT NULL REFERENCES user (id),
        seq INTEGER NOT NULL CHECK (seq >= 1),
        amount INTEGER NOT NULL,
        user_balance INTEGER NOT NULL CHECK (user_balance >= 0),
        operands TEXT NOT NULL,
        operation_response TEXT NOT NULL,
        expression TEXT NOT NULL,
        exact INTEGER NOT NULL CHECK (exact IN (0, 1)),
        source TEXT NOT NULL CHECK (source <> ''),
        date INTEGER NOT NULL,
        deleted_at INTEGER,
        hash BLOB NOT NULL CHECK (length(hash) = 32)
    ) STRICT""",
    # A price holds from the record `from_record` on; `user_id` is who set it, 0 for the configuration.
    """CREATE TABLE price (
        id INTEGER PRIMARY KEY,
        operation_id INTEGER NOT NULL REFERENCES operation (id),
        cost INTEGER NOT NULL CHECK (cost >= 0),
        from_record INTEGER NOT NULL,
        user_id INTEGER NOT NULL,
        date INTEGER NOT NULL
    ) STRICT""",
    # What became of accounts, prices and the visibility of records: an entry each, the last one is the present state.
    """CREATE TABLE journal (
        number INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind <> ''),
        user_id INTEGER NOT NULL,
        subject INTEGER NOT NULL,
        actor_id INTEGER NOT NULL,
        date INTEGER NOT NULL,
        detail TEXT NOT NULL,
        state BLOB NOT NULL,
        hash BLOB NOT NULL CHECK (length(hash) = 32)
    ) STRICT""",
)

_GUARDS = (
    "DROP TABLE record_before",
    "DROP TABLE price_before",
    "DROP TABLE visibility",
    EACH_REQUEST_ONCE,
    "CREATE UNIQUE INDEX record_place ON record (user_id, seq)",
    "CREATE INDEX record_deleted ON record (user_id, seq) WHERE deleted_at IS NOT NULL",
    "CREATE INDEX journal_visibility ON journal (user_id, number) WHERE kind IN ('deleted', 'restored')",
    "CREATE INDEX journal_account ON journal (user_id, number) WHERE kind = 'account'",
    # REPLACE asks the DELETE trigger only where the connection turned recursive triggers on; other programs do not.
    """CREATE TRIGGER record_not_replaced BEFORE INSERT ON record WHEN EXISTS (
            SELECT 1 FROM record WHERE id = NEW.id OR (user_id = NEW.user_id AND seq = NEW.seq)
                OR (user_id = NEW.user_id AND request_id = NEW.request_id AND step = NEW.step))
        BEGIN SELECT raise(ABORT, 'records are append-only'); END""",
    """CREATE TRIGGER record_stays BEFORE DELETE ON record
        BEGIN SELECT raise(ABORT, 'records are append-only'); END""",
    """CREATE TRIGGER record_unchanged BEFORE UPDATE OF
        id, form, request_id, step, operation_id, user_id, seq, amount, user_balance, operands, operation_response,
        expression, exact, source, date, hash ON record
        BEGIN SELECT raise(ABORT, 'records are append-only'); END""",
    """CREATE TRIGGER price_in_turn BEFORE INSERT ON price
        WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM price)
        BEGIN SELECT raise(ABORT, 'prices are append-only'); END""",
    """CREATE TRIGGER price_stays BEFORE DELETE ON price
        BEGIN SELECT raise(ABORT, 'prices are append-only'); END""",
    """CREATE TRIGGER price_unchanged BEFORE UPDATE ON price
        BEGIN SELECT raise(ABORT, 'prices are append-only'); END""",
    """CREATE TRIGGER journal_in_turn BEFORE INSERT ON journal
        WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM journal)
        BEGIN SELECT raise(ABORT, 'the journal is append-only'); END""",
    """CREATE TRIGGER journal_stays BEFORE DELETE ON journal
        BEGIN SELECT raise(ABORT, 'the journal is append-only'); END""",
    """CREATE TRIGGER journal_unchanged BEFORE UPDATE ON journal
        BEGIN SELECT raise(ABORT, 'the journal is append-only'); END""",
    """CREATE TRIGGER user_not_replaced BEFORE INSERT ON user
        WHEN EXISTS (SELECT 1 FROM user WHERE id = NEW.id OR username = NEW.username)
        BEGIN SELECT raise(ABORT, 'accounts are deactivated, never replaced'); END""",
    """CREATE TRIGGER operation_complete BEFORE INSERT ON operation
        BEGIN SELECT raise(ABORT, 'operations come with a version of the program'); END""",
)

_INSERT_RECORD = """INSERT INTO record (id, form, request_id, step, operation_id, user_id, seq, amount, user_balance,
    operands, operation_response, expression, exact, source, date, deleted_at, hash)
    VALUES (?, 2, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_BATCH = 1_000


def keep_journal(upgrade: Upgrade) -> None:
    """Version 4. Raises `StoreDamaged`, naming what is wrong, for a store that does not prove under its old form."""
    database, key = upgrade.database, upgrade.key
    first_proof.check(database, key, upgrade.anchor)
    cache = database.execute_sql("PRAGMA cache_size").fetchone()[0]
    database.execute_sql(f"PRAGMA cache_size = -{_LOADING_CACHE_KB}")
    try:
        for statement in _ROOM:
            database.execute_sql(statement)
        journal = _Journal(upgrade)
        journal.write("begun", subject=3, state=b"" if upgrade.anchor is None else _anchor_seen(upgrade.anchor))
        _keep_old_heads(upgrade, journal)
        _carry_prices(upgrade, journal)
        for account in database.execute_sql("SELECT id, username, password, status, role FROM user ORDER BY id"):
            journal.write("account", user_id=account[0], subject=account[0], detail="as it was", state=_state(
                key, _form("A", (account[0], 1), account[1:]))
            )  # fmt: skip
        _chain_anew(upgrade)
        _mark_attempts(upgrade)
        hidden = "SELECT id, user_id, deleted_at FROM record WHERE deleted_at IS NOT NULL ORDER BY id"
        for id, user_id, deleted_at in database.execute_sql(hidden).fetchall():
            journal.write("deleted", user_id=user_id, subject=id, actor_id=user_id, date=deleted_at)
        for statement in _GUARDS:
            database.execute_sql(statement)
    finally:
        database.execute_sql(f"PRAGMA cache_size = {cache}")


def _anchor_seen(anchor: bytes) -> bytes:
    """What the journal's first entry keeps of the anchor that lay beside the store and was found to lie on its chains.

    The upgrade may be killed before the anchor is written anew: by this it is known for the one that was proved.
    """
    return hashlib.sha256(anchor).digest()


class _Journal:
    """Writes entries one behind the other; the table is empty before."""

    def __init__(self, upgrade: Upgrade) -> None:
        self._database = upgrade.database
        self._key = upgrade.key
        self._number = 0
        self._last = _state(upgrade.key, _form("C", (0,), ()))
        self._now = time.time_ns() // 1000

    def write(
        self,
        kind: str,
        *,
        user_id: int = 0,
        subject: int = 0,
        actor_id: int = 0,
        date: int | None = None,
        detail: str = "",
        state: bytes = b"",
    ) -> None:
        self._number += 1
        when = self._now if date is None else date
        form = _form("J", (self._number, user_id, subject, actor_id, when), (kind, detail), state)
        self._last = _state(self._key, form + self._last)
        self._database.execute_sql(
            "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (self._number, kind, user_id, subject, actor_id, when, detail, state, self._last),
        )


def _keep_old_heads(upgrade: Upgrade, journal: _Journal) -> None:
    """The last hash of each chain under the old form, and how long it was."""
    run = upgrade.database.execute_sql
    price = run("SELECT id, hash FROM price_before ORDER BY id DESC LIMIT 1").fetchone()
    if price is not None:
        journal.write("chain", subject=price[0], state=price[1])
    heads = """SELECT user_id, seq, hash FROM record_before AS r
        WHERE seq = (SELECT max(seq) FROM record_before WHERE user_id = r.user_id) ORDER BY user_id"""
    for user_id, seq, head in run(heads).fetchall():
        journal.write("chain", user_id=user_id, subject=seq, state=head)


def _carry_prices(upgrade: Upgrade, journal: _Journal) -> None:
    run = upgrade.database.execute_sql
    kinds = dict(run("SELECT id, type FROM operation").fetchall())
    sql = "SELECT id, operation_id, cost, from_record, user_id, date FROM price_before ORDER BY id"
    for id, operation_id, cost, from_record, user_id, date in run(sql).fetchall():
        run("INSERT INTO price VALUES (?, ?, ?, ?, ?, ?)", (id, operation_id, cost, from_record, user_id or 0, date))
        form = _form("P", (id, cost, from_record, user_id or 0, date), (kinds[operation_id],))
        journal.write("price", subject=id, actor_id=user_id or 0, date=date, state=_state(upgrade.key, form))


def _chain_anew(upgrade: Upgrade) -> None:
    database, key = upgrade.database, upgrade.key
    kinds = dict(database.execute_sql("SELECT id, type FROM operation").fetchall())
    heads = {id: _state(key, _form("C", (id,), ())) for (id,) in database.execute_sql("SELECT id FROM user").fetchall()}
    connection, waiting = database.connection(), []
    for row in _hashed(first_proof.records(database, _OLD_RECORDS), key, kinds, heads):
        waiting.append(row)
        if len(waiting) == _BATCH:
            connection.executemany(_INSERT_RECORD, waiting)
            waiting.clear()
    connection.executemany(_INSERT_RECORD, waiting)


_OLD_RECORDS = first_proof.RECORDS.replace("FROM record ", "FROM record_before ")


def _hashed(rows: Iterator[Any], key: bytes, kinds: dict[int, str], heads: dict[int, bytes]) -> Iterator[Any]:
    for row in rows:
        (id, request_id, step, operation_id, user_id, seq, amount, balance, operands, response, text, exact, source,
         date, _, deleted_at, _) = row  # fmt: skip
        form = _form(
            "R",
            (id, step, user_id, seq, amount, balance, exact, date),
            (request_id, kinds[operation_id], source, operands, response, text),
        )
        heads[user_id] = _state(key, form + heads[user_id])
        yield (id, request_id, step, operation_id, user_id, seq, amount, balance, operands, response, text, exact,
               source, date, deleted_at, heads[user_id])  # fmt: skip


def _mark_attempts(upgrade: Upgrade) -> None:
    run = upgrade.database.execute_sql
    for failures, last, wait, name in run("SELECT failures, last, wait, name FROM sign_in_failure").fetchall():
        mark = _state(upgrade.key, _form("F", (failures, last, wait), (), name))
        run("UPDATE sign_in_failure SET mark = ? WHERE name = ?", (mark, name))


def _form(kind: str, numbers: tuple[int, ...], texts: tuple[str, ...], *blobs: bytes) -> bytes:
    """The second form as it was when this version was released (see `desktop.models.embedded.storage.forms`)."""
    parts = [*(text.encode(errors="surrogatepass") for text in texts), *blobs]
    head = struct.pack(f">2s{len(numbers)}q{len(parts)}I", b"\x02" + kind.encode(), *numbers, *map(len, parts))
    return head + b"".join(parts)


def _state(key: bytes, form: bytes) -> bytes:
    return hmac.digest(key, form, "sha256")
