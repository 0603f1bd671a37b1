"""The open store: its connections, transactions, key and running sessions; it knows no rule of the ledger.

Each thread that uses a store calls `connect` first and `disconnect` last. Writing waits for its turn at the start of
the transaction (BEGIN IMMEDIATE): a read that later turns into a write fails at once in SQLite, whatever the timeout.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from peewee import SqliteDatabase

from desktop.errors import StoreDamaged, StoreError, StoreReadOnly
from desktop.models import chain, migrations, sqlite
from desktop.models.tables import Price, Record, User

log = logging.getLogger(__name__)


class Closable(Protocol):
    """What is closed when it is not needed any more."""

    def close(self) -> None: ...


class _Beside(threading.local):
    def __init__(self) -> None:
        self.things: dict[Hashable, Closable] = {}
        self.connected = False  # whether the thread has connected; its connection may have failed since


class Store:
    """One open store. `read_only_reason` is a sentence when nothing can be written, else None.

    `clock` gives UTC microseconds: what a record, a price, a deletion and a failed sign-in are dated with.
    """

    def __init__(self, file: Path, database: SqliteDatabase, read_only_reason: str | None) -> None:
        self.file = file
        self.database = database
        self.read_only_reason = read_only_reason
        self.sessions: dict[str, int] = {}
        self.clock: Callable[[], int] = _now
        self.key_is_own = False  # whether the records were made under the key that lies beside them
        self._key: bytes | None = None
        self._identity = _identity(file)
        self._beside = _Beside()
        self._reader: Any = None
        self._lock = threading.Lock()

    @property
    def key(self) -> bytes:
        """The chain's key. Raises `StoreReadOnly` where it is missing."""
        if self._key is None:
            raise StoreReadOnly(self.read_only_reason or "The store's key file is missing.")
        return self._key

    def load_key(self) -> None:
        """Read the key file (again): a new store's key is made while it is being opened."""
        self._key = chain.read_key(chain.key_file(self.file))

    @property
    def has_key(self) -> bool:
        """Whether the records can be checked against the key."""
        return self._key is not None

    @property
    def beside(self) -> dict[Hashable, Closable]:
        """What the calling thread keeps beside its connection, closed with it: indexes derived from the ledger."""
        return self._beside.things

    def connect(self, *, reading: bool = False) -> None:
        """Open the calling thread's connection; one for `reading` cannot write and can be interrupted."""
        self.check_in_place()
        with sqlite.translated(self.file):
            self.database.connect()
            try:
                sqlite.apply_pragmas(self.database, read_only=self.read_only_reason is not None)
                sqlite.heed(self.database.connection())
                if reading:
                    self.database.execute_sql("PRAGMA query_only = 1")
            except BaseException:
                self.database.close()  # nobody may go on with a connection that is not as durable as it must be
                raise
        self._beside.connected = True
        if reading:
            with self._lock:
                self._reader = self.database.connection()

    def disconnect(self) -> None:
        """Close the calling thread's connection, if it has one."""
        self._beside.connected = False
        while self.beside:
            self.beside.popitem()[1].close()
        if self.database.is_closed():
            return
        with self._lock:
            if self._reader is self.database.connection():
                self._reader = None
        self.database.close()

    def reconnect(self) -> None:
        """Drop the calling thread's connection, whatever state it is in, and open another.

        With WAL the new one comes first: the last to leave takes the log's shared memory along, and on a full disk
        nobody could make it anew, so that the store could not even be read.
        """
        connection = self.database.connection()
        wal = sqlite.durable_pragmas()["journal_mode"] == "wal"
        self.database.dispose()
        try:
            if wal:
                self.connect()
        finally:
            with sqlite.translated(self.file):
                connection.close()
        if not wal:
            self.connect()

    def interrupt_reader(self) -> None:
        """Stop the query that runs on the reading connection; callable from any thread."""
        with self._lock:
            if self._reader is not None:
                self._reader.interrupt()

    @contextmanager
    def writing(self) -> Iterator[SqliteDatabase]:
        """A transaction that holds the write lock from its first statement on; it commits at the end.

        Raises `StoreReadOnly`, `StoreFull`, `StoreLocked`, `StoreDamaged` or another `StoreError`.
        """
        if self.read_only_reason is not None:
            raise StoreReadOnly(self.read_only_reason, reason=self.read_only_reason)
        self.check_in_place()
        if self.database.transaction_depth():
            raise RuntimeError("a transaction inside a transaction would be committed by the outer one")
        self._connect_again()
        with sqlite.translated(self.file, self.is_damaged), self.database.atomic("IMMEDIATE"):
            yield self.database

    @contextmanager
    def reading(self) -> Iterator[SqliteDatabase]:
        """A transaction that sees one state of the store throughout."""
        self._connect_again()
        with sqlite.translated(self.file, self.is_damaged), self.database.atomic("DEFERRED"):
            yield self.database

    def is_damaged(self) -> bool:
        """Whether the file is why a statement of ours failed: its schema, its structure or a text in it is broken.

        It reads the whole file, for an error that nothing else explains.
        """
        try:
            schema = migrations.schema_of(self.database)
            if schema != migrations.expected_schema(migrations.version(self.database)):
                return True
            # A text that is none is no finding to SQLite; pysqlite raises where it is read, and gives functions None.
            for table in (name.removeprefix("table ") for name in schema if name.startswith("table ")):
                for _ in self.database.execute_sql(f"SELECT * FROM {table}"):
                    pass
            return bool(sqlite.quick_check(self.database))
        except UnicodeDecodeError:  # in an error's text, where it names what was hit
            return True
        except sqlite.ERRORS as error:
            return isinstance(sqlite.as_app_error(error, self.file), StoreDamaged)

    def _connect_again(self) -> None:
        """Where the thread's connection was lost to an error and could not be replaced then, replace it now."""
        if self._beside.connected and self.database.is_closed():
            self.connect()

    def check_in_place(self) -> None:
        """Raises `StoreError` when the file is not the one that was opened any more."""
        if _identity(self.file) != self._identity:
            raise StoreError(f"The store has been moved, replaced or removed ({self.file}). Start the program again.")

    def data_version(self) -> int:
        """A number that changes when another connection has committed."""
        with sqlite.translated(self.file):
            return int(sqlite.pragma(self.database, "data_version"))

    def make_read_only(self, reason: str) -> None:
        """From now on refuse every write with this sentence."""
        log.error("the store is read-only from now on: %s", reason)
        self.read_only_reason = reason

    def anchor(self) -> chain.Anchor:
        """Each chain's length and last hash as committed now; a chain that has lost all its links is left out."""
        with self.reading() as database:
            heads = {chain.NO_USER: _link(database, Price.select(Price.id, Price.hash).order_by(Price.id.desc()))}
            for (user_id,) in User.select(User.id).tuples().bind(database):
                mine = Record.select(Record.seq, Record.hash).where(Record.user_id == user_id)
                heads[user_id] = _link(database, mine.order_by(Record.seq.desc()))
        return chain.Anchor({user: head for user, head in heads.items() if head is not None})

    def write_anchor(self, *, anew: bool = False) -> None:
        """Note the chains' heads beside the store: a tail that is cut off later is then missed.

        An anchor that does not lie on the chains is evidence, and so is a missing one: both stay as they are, for
        `verify` to show, unless it is made `anew` (for a store just made or restored).
        """
        if self.read_only_reason is not None:
            return
        self.check_in_place()
        file = chain.anchor_file(self.file)
        if not anew:
            before = chain.read_anchor(file, self.key)
            if before is None:
                raise StoreDamaged(f"The anchor file is missing ({file}). Run metercalc verify.")
            if not self._carries(before):
                raise StoreDamaged(f"The records do not carry on from the anchor ({file}). Run metercalc verify.")
        chain.write_anchor(file, self.anchor(), self.key)

    def _carries(self, anchor: chain.Anchor) -> bool:
        """Whether the anchor lies on the chains as they are now."""
        with self.reading() as database:
            for user_id, head in anchor.chains.items():
                query = Record.select(Record.seq, Record.hash).where(
                    (Record.user_id == user_id) & (Record.seq == head[0])
                )
                if user_id == chain.NO_USER:
                    query = Price.select(Price.id, Price.hash).where(Price.id == head[0])
                if _link(database, query) != head:
                    return False
        return True

    def close(self) -> None:
        """End all sessions, write the anchor, and close the calling thread's connection."""
        self.sessions.clear()
        if not self._beside.connected:
            return
        try:
            self.write_anchor()
        except (OSError, StoreError) as error:  # a full disk must not keep the program from ending
            log.error("the anchor was not written: %s", error)
        finally:
            self.disconnect()


def _now() -> int:
    return time.time_ns() // 1000


def _link(database: SqliteDatabase, query: Any) -> tuple[int, bytes] | None:
    """The place and the hash of the first link that a query finds."""
    row = query.limit(1).tuples().bind(database).first()
    return (int(row[0]), bytes(row[1] or b"")) if row else None


def _identity(file: Path) -> tuple[int, int] | None:
    """What tells this file from another one of the same name."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
