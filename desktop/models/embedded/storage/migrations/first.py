"""Schema versions 1 to 3, as they were released: frozen text, whatever the program's words become.

The forms are those that stores up to version 3 hash: lines with separators, in which two fields had no length before
them (`forms` says why that had to go). Nothing but these steps and the proof before version 4 uses them.
"""

from __future__ import annotations

import hmac
import time

from peewee import SqliteDatabase

from desktop.models.embedded.storage.migrations.upgrade import Upgrade
from desktop.models.embedded.storage.sqlite import APPLICATION_ID

CREDIT = "credit"
OPERATIONS = (
    "addition",
    "subtraction",
    "multiplication",
    "division",
    "square_root",
    "random_string",
    CREDIT,
)
SOURCES = ("computed", "random.org", "local", "ledger")
PRICES = 0  # the name of the chain of prices, which belonged to nobody

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


def record_form(
    id: int,
    request_id: str,
    step: int,
    operation: str,
    user_id: int,
    seq: int,
    amount: int,
    user_balance: int,
    operands: str,
    response: str,
    expression: str,
    exact: int,
    source: str,
    date: int,
) -> bytes:
    """The bytes that stood for a record in its user's chain."""
    return (
        f"record|{id}|{request_id}|{step}|{operation}|{user_id}|{seq}|{amount}|{user_balance}|{exact}|{source}|{date}"
        f"|{len(operands)}:{operands}|{len(response)}:{response}|{len(expression)}:{expression}"
    ).encode()


def price_form(id: int, operation: str, cost: int, from_record: int, user_id: int | None, date: int) -> bytes:
    """The bytes that stood for a price in the chain of prices."""
    return f"price|{id}|{operation}|{cost}|{from_record}|{user_id or 0}|{date}".encode()


def genesis(key: bytes, user_id: int) -> bytes:
    """What the first link of a chain hung on."""
    return hmac.digest(key, b"chain|%d" % user_id, "sha256")


def link(key: bytes, before: bytes, form: bytes) -> bytes:
    """A link of a chain: HMAC-SHA-256 over the one before and the form."""
    return hmac.digest(key, before + form, "sha256")


def visibility_mark(key: bytes, record_hash: bytes, deleted_at: int | None) -> bytes:
    """What a record carried that was deleted, or restored (None)."""
    state = b"restored|" if deleted_at is None else b"deleted|%d|" % deleted_at
    return hmac.digest(key, state + record_hash, "sha256")


def account_mark(key: bytes, id: int, username: str, password: str, status: str, role: str) -> bytes:
    """What an account carried from version 3 on."""
    form = f"account|{id}|{status}|{role}|{len(username)}:{username}|{len(password)}:{password}"
    return hmac.digest(key, form.encode(errors="surrogatepass"), "sha256")


def key_fits(database: SqliteDatabase, key: bytes) -> bool:
    """Whether a store of these versions was made under a key: by its first price."""
    row = database.execute_sql(
        "SELECT p.id, o.type, p.cost, p.from_record, p.user_id, p.date, p.hash "
        "FROM price p JOIN operation o ON o.id = p.operation_id ORDER BY p.id LIMIT 1"
    ).fetchone()
    return row is not None and hmac.compare_digest(link(key, genesis(key, PRICES), price_form(*row[:-1])), row[-1])


def create(upgrade: Upgrade) -> None:
    """Version 1: the tables, their guards, and the operations with the prices of the configuration."""
    database = upgrade.database
    for statement in _FIRST_SCHEMA:
        database.execute_sql(statement)
    before = genesis(upgrade.key, PRICES)
    now = time.time_ns() // 1000
    for id, operation in enumerate(OPERATIONS, start=1):
        cost = upgrade.costs.get(operation, 0)
        database.execute_sql("INSERT INTO operation (id, type, cost) VALUES (?, ?, ?)", (id, operation, cost))
        if operation == CREDIT:
            continue
        before = link(upgrade.key, before, price_form(id, operation, cost, 1, None, now))
        database.execute_sql(
            "INSERT INTO price (id, operation_id, cost, from_record, date, hash) VALUES (?, ?, ?, 1, ?, ?)",
            (id, id, cost, now, before),
        )
    database.execute_sql(f"PRAGMA application_id = {APPLICATION_ID}")


def note_visibility(upgrade: Upgrade) -> None:
    """Version 2: a line for each deletion and restoration from then on."""
    for statement in _VISIBILITY:
        upgrade.database.execute_sql(statement)


def mark_accounts(upgrade: Upgrade) -> None:
    """Version 3: each account carries a keyed mark of its e-mail, password, status and role."""
    database = upgrade.database
    database.execute_sql("ALTER TABLE user ADD COLUMN mark BLOB")
    for account in database.execute_sql("SELECT id, username, password, status, role FROM user").fetchall():
        mark = account_mark(upgrade.key, *account)
        database.execute_sql("UPDATE user SET mark = ? WHERE id = ?", (mark, account[0]))
