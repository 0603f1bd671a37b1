"""The schema's versions: numbered steps, each in one transaction, and nothing that runs outside an upgrade.

A step's SQL never changes once released: a store made by any version walks the same steps. Text is checked by STRICT
tables, rules that must hold against any program that opens the file by CHECKs and triggers.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from peewee import SqliteDatabase

from desktop.errors import StoreError
from desktop.models import chain
from desktop.models.sqlite import APPLICATION_ID, pragma
from desktop.values import OperationType


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What a step may use: `costs` are those of the configuration, in hundredths of a credit."""

    database: SqliteDatabase
    key: bytes
    costs: Mapping[OperationType, int]


Step = Callable[[Upgrade], None]

_FIRST_SCHEMA = (
    """CREATE TABLE user (
        id INTEGER PRIMARY KEY,
        username TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (username <> ''),
        password TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('active', 'inactive')),
        role TEXT NOT NULL CHECK (role IN ('user', 'admin')),
        balance INTEGER NOT NULL CHECK (balance >= 0)
    ) STRICT""",
    """CREATE TABLE operation (
        id INTEGER PRIMARY KEY,
        type TEXT NOT NULL UNIQUE,
        cost INTEGER NOT NULL CHECK (cost >= 0)
    ) STRICT""",
    """CREATE TABLE price (
        id INTEGER PRIMARY KEY,
        operation_id INTEGER NOT NULL REFERENCES operation (id),
        cost INTEGER NOT NULL CHECK (cost >= 0),
        from_record INTEGER NOT NULL,
        user_id INTEGER REFERENCES user (id),
        date INTEGER NOT NULL,
        hash BLOB NOT NULL CHECK (length(hash) = 32)
    ) STRICT""",
    """CREATE TABLE record (
        id INTEGER PRIMARY KEY,
        request_id TEXT NOT NULL,
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
        source TEXT NOT NULL,
        date INTEGER NOT NULL,
        deleted_at INTEGER,
        deleted_hash BLOB,
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        UNIQUE (request_id, step),
        UNIQUE (user_id, seq)
    ) STRICT""",
    """CREATE TABLE sign_in_failure (
        name BLOB PRIMARY KEY,
        failures INTEGER NOT NULL,
        last INTEGER NOT NULL,
        wait INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX record_deleted ON record (user_id, seq) WHERE deleted_at IS NOT NULL",
    # REPLACE asks the DELETE trigger only where the connection turned recursive triggers on; other programs do not.
    """CREATE TRIGGER record_not_replaced BEFORE INSERT ON record WHEN EXISTS (
            SELECT 1 FROM record WHERE id = NEW.id
                OR (request_id = NEW.request_id AND step = NEW.step) OR (user_id = NEW.user_id AND seq = NEW.seq))
        BEGIN SELECT raise(ABORT, 'records are append-only'); END""",
    """CREATE TRIGGER record_stays BEFORE DELETE ON record
        BEGIN SELECT raise(ABORT, 'records are append-only'); END""",
    """CREATE TRIGGER record_unchanged BEFORE UPDATE OF
        id, request_id, step, operation_id, user_id, seq, amount, user_balance, operands, operation_response,
        expression, exact, source, date, hash ON record
        BEGIN SELECT raise(ABORT, 'records are append-only'); END""",
    """CREATE TRIGGER price_stays BEFORE DELETE ON price
        BEGIN SELECT raise(ABORT, 'prices are append-only'); END""",
    """CREATE TRIGGER price_unchanged BEFORE UPDATE ON price
        BEGIN SELECT raise(ABORT, 'prices are append-only'); END""",
    """CREATE TRIGGER user_stays BEFORE DELETE ON user
        BEGIN SELECT raise(ABORT, 'accounts are deactivated, never deleted'); END""",
    """CREATE TRIGGER operation_stays BEFORE DELETE ON operation
        BEGIN SELECT raise(ABORT, 'operations are never deleted'); END""",
    """CREATE TRIGGER operation_named BEFORE UPDATE OF id, type ON operation
        BEGIN SELECT raise(ABORT, 'operations keep their names'); END""",
)

# Deletions leave a line, so that what is derived from the ledger can follow them; the state stands in the record.
_VISIBILITY = (
    """CREATE TABLE visibility (
        id INTEGER PRIMARY KEY,
        user_id INTEGER NOT NULL REFERENCES user (id),
        seq INTEGER NOT NULL,
        deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
        date INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX visibility_of_user ON visibility (user_id, id)",
    """CREATE TRIGGER visibility_not_replaced BEFORE INSERT ON visibility
        WHEN EXISTS (SELECT 1 FROM visibility WHERE id = NEW.id)
        BEGIN SELECT raise(ABORT, 'changes of visibility are append-only'); END""",
    """CREATE TRIGGER visibility_stays BEFORE DELETE ON visibility
        BEGIN SELECT raise(ABORT, 'changes of visibility are append-only'); END""",
    """CREATE TRIGGER visibility_unchanged BEFORE UPDATE ON visibility
        BEGIN SELECT raise(ABORT, 'changes of visibility are append-only'); END""",
)


def _create(upgrade: Upgrade) -> None:
    """Version 1: the tables, their guards, and the operations with the prices of the configuration."""
    database = upgrade.database
    for statement in _FIRST_SCHEMA:
        database.execute_sql(statement)
    before = chain.genesis(upgrade.key, chain.NO_USER)
    now = time.time_ns() // 1000
    for id, operation in enumerate(OperationType, start=1):
        cost = upgrade.costs.get(operation, 0)
        database.execute_sql("INSERT INTO operation (id, type, cost) VALUES (?, ?, ?)", (id, operation.value, cost))
        if operation is OperationType.CREDIT:
            continue
        before = chain.link(upgrade.key, before, chain.price_form(id, operation, cost, 1, None, now))
        database.execute_sql(
            "INSERT INTO price (id, operation_id, cost, from_record, date, hash) VALUES (?, ?, ?, 1, ?, ?)",
            (id, id, cost, now, before),
        )
    database.execute_sql(f"PRAGMA application_id = {APPLICATION_ID}")


def _note_visibility(upgrade: Upgrade) -> None:
    """Version 2: a line for each deletion and restoration from now on."""
    for statement in _VISIBILITY:
        upgrade.database.execute_sql(statement)


def _mark_accounts(upgrade: Upgrade) -> None:
    """Version 3: each account carries a keyed mark of its e-mail, password, status and role."""
    database = upgrade.database
    database.execute_sql("ALTER TABLE user ADD COLUMN mark BLOB")
    for account in database.execute_sql("SELECT id, username, password, status, role FROM user").fetchall():
        mark = chain.account_mark(upgrade.key, *account)
        database.execute_sql("UPDATE user SET mark = ? WHERE id = ?", (mark, account[0]))


STEPS: tuple[Step, ...] = (_create, _note_visibility, _mark_accounts)
SCHEMA_VERSION = len(STEPS)


def version(database: SqliteDatabase) -> int:
    """The schema version of an open store; 0 for an empty file."""
    return int(pragma(database, "user_version"))


def upgrade(
    database: SqliteDatabase,
    key_file: Path,
    costs: Mapping[OperationType, int],
    *,
    steps: tuple[Step, ...] = STEPS,
) -> None:
    """Walk the missing steps, each in a transaction of its own that also moves the version.

    A new store's key is made inside the first one, so that two programs starting at once agree on it.
    Raises `StoreError` when an existing store has lost its key: its records could not be continued.
    """
    for number in range(version(database) + 1, len(steps) + 1):
        with database.atomic("IMMEDIATE"):
            if version(database) >= number:  # another process was faster
                continue
            key = chain.read_key(key_file)
            if key is None and number == 1:
                key = chain.make_key(key_file)
            if key is None:
                raise StoreError(f"The store cannot be upgraded without its key file ({key_file}).")
            steps[number - 1](Upgrade(database, key, costs))
            database.execute_sql(f"PRAGMA user_version = {number}")


def schema_of(database: SqliteDatabase) -> dict[str, str]:
    """The SQL behind every table, index and trigger of an open store, by kind and name."""
    rows = database.execute_sql("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {f"{kind} {name}": sql for kind, name, sql in rows}


@functools.cache
def expected_schema(version: int | None = None) -> Mapping[str, str]:
    """The schema that the steps make, up to a version if one is given, taken from a store just made in memory."""
    database = SqliteDatabase(":memory:", autoconnect=False)
    database.connect()
    try:
        for step in STEPS[:version]:
            step(Upgrade(database, b"", {}))
        return schema_of(database)
    finally:
        database.close()
