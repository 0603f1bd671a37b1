"""The open store: its connections, transactions, key and running sessions; it knows no rule of the ledger.

Each thread that uses a store calls `connect` first and `disconnect` last. Writing waits for its turn at the start of
the transaction (BEGIN IMMEDIATE): a read that later turns into a write fails at once in SQLite, whatever the timeout.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from peewee import SqliteDatabase

from desktop.errors import StoreDamaged, StoreError, StoreNewer, StoreReadOnly
from desktop.models import backup_files, chain, migrations, sqlite
from desktop.models.tables import Price, Record, User
from desktop.private_files import create_private, make_folder
from desktop.values import OperationType

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
        with sqlite.translated(self.file), self.database.atomic("IMMEDIATE"):
            yield self.database

    @contextmanager
    def reading(self) -> Iterator[SqliteDatabase]:
        """A transaction that sees one state of the store throughout."""
        self._connect_again()
        with sqlite.translated(self.file), self.database.atomic("DEFERRED"):
            yield self.database

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


def open_store(file: Path, *, costs: Mapping[OperationType, int], backups: Path | None = None) -> Store:
    """Open a store, making or upgrading it where needed, and leave the calling thread connected to it.

    `costs` are the prices of a new store, in hundredths of a credit; `backups` is where the copy made before an
    upgrade goes. Raises `StoreNewer`, `StoreDamaged` (also where a store was before and is gone or empty now), leaving
    the files as they are, and other `StoreError`s.
    """
    _make_file(file)
    reason = _cannot_write(file)
    database = sqlite.make_database(file, read_only=reason is not None)
    store = Store(file, database, reason)
    try:
        _check_file(file, read_only=reason is not None)
        store.connect()
        with sqlite.translated(file):
            made = _upgrade(store, costs, backups or file.parent / "backups")
            store.load_key()
            trouble = _key_trouble(store)
            store.key_is_own = trouble is None
            if store.read_only_reason is None:
                store.read_only_reason = trouble
        if made or _never_anchored(store):
            store.write_anchor(anew=True)
    except BaseException:
        store.disconnect()
        raise
    return store


def _never_anchored(store: Store) -> bool:
    """Whether the program that made the store was ended before its anchor: there is no record yet to be missed."""
    if store.read_only_reason is not None or chain.anchor_file(store.file).exists():
        return False
    with store.reading() as database:
        return not User.select().bind(database).exists() and not Record.select().bind(database).exists()


def _make_file(file: Path) -> None:
    try:
        if not file.exists():
            # In this order: another program may be making the store meanwhile, whose file comes first.
            if (chain.key_file(file).exists() or chain.anchor_file(file).exists()) and not file.exists():
                raise StoreDamaged(_gone(file, "is missing"))
            make_folder(file.parent)
            create_private(file)
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(f"The store cannot be made ({file}): {os.strerror(error.errno or 0)}.") from error


def _gone(file: Path, state: str) -> str:
    return (
        f"The store {state} ({file}), and what belongs to it is still there. Put the store back or restore a backup; "
        f"to begin a new ledger, move {chain.key_file(file).name} and {chain.anchor_file(file).name} away first."
    )


def _cannot_write(file: Path) -> str | None:
    if os.access(file, os.W_OK) and os.access(file.parent, os.W_OK):
        return None
    return f"The store can only be read ({file}): its file or folder is not writable, so nothing can be charged."


def _check_file(file: Path, *, read_only: bool) -> None:
    """Look at the file before anything is changed in it: whose is it, and how new?"""
    # SQLite would remove a log that lies beside an emptied file, and all that is still in it.
    if chain.anchor_file(file).exists() and not sqlite.has_content(file):
        raise StoreDamaged(_gone(file, "is empty"))
    # A reader cannot roll back what a killed program left half-written, and is refused until somebody has.
    unfinished = not read_only and sqlite.has_content(sqlite.side_file(file, "-journal"))
    database = sqlite.make_database(file, read_only=not unfinished)
    pending = sqlite.side_file(file, "-wal")
    if read_only and "immutable" in database.database and sqlite.has_content(pending):
        raise StoreError(f"The store holds charges not yet merged and cannot be read without writing ({file}).")
    with sqlite.translated(file):
        database.connect()
        try:
            # In this order: another process may be making the store meanwhile, all in one commit.
            empty = _is_empty(database)
            found = migrations.version(database)
            owner = int(sqlite.pragma(database, "application_id"))
            # The anchor is a made store's last file; a program that was ended while it made one has left none.
            gone = empty and chain.anchor_file(file).exists() and _is_empty(database)
        finally:
            database.close()
    if gone:
        raise StoreDamaged(_gone(file, "is empty"))
    if owner != sqlite.APPLICATION_ID and not (empty and owner == found == 0):
        raise StoreDamaged(f"This file is not a Metercalc store ({file}). Nothing was changed in it.")
    if not found and not empty:  # its first commit holds both
        raise StoreDamaged(f"The store is damaged ({file}): it has lost the version of its schema.")
    if found > migrations.SCHEMA_VERSION:
        raise StoreNewer(f"The store was written by a newer Metercalc ({file}, version {found}). Update the program.")


def _is_empty(database: SqliteDatabase) -> bool:
    return int(database.execute_sql("SELECT count(*) FROM sqlite_master").fetchone()[0]) == 0


def _upgrade(store: Store, costs: Mapping[OperationType, int], backups: Path) -> bool:
    """Bring the schema up to date; says whether the store was made just now."""
    found = migrations.version(store.database)
    if found == migrations.SCHEMA_VERSION:
        return False
    if store.read_only_reason is not None:
        raise StoreReadOnly(f"{store.read_only_reason} It must be upgraded before it can be used.")
    key_file = chain.key_file(store.file)
    if found:
        store.load_key()
        if not store.has_key:
            raise StoreError(f"The store cannot be upgraded without its key file ({key_file}). Put it back.")
        if trouble := _key_trouble(store):  # what an upgrade writes under a wrong key would never be right again
            raise StoreError(f"The store cannot be upgraded. {trouble}")
        try:
            make_folder(backups)
            backup_files.write(store.database, store.key, backup_files.before_upgrade(backups, found))
        except OSError as error:
            raise StoreError(
                f"The store cannot be backed up before its upgrade ({backups}): {os.strerror(error.errno or 0)}."
            ) from error
    migrations.upgrade(store.database, key_file, costs)
    return not found


def _key_trouble(store: Store) -> str | None:
    """Why records cannot be continued: no key, or one of another store."""
    file = chain.key_file(store.file)
    if not store.has_key:
        return f"The store's key file is missing or unreadable ({file}): the store can only be read. Put it back."
    first = (
        "SELECT p.id, o.type, p.cost, p.from_record, p.user_id, p.date, p.hash "
        "FROM price p JOIN operation o ON o.id = p.operation_id ORDER BY p.id LIMIT 1"
    )
    row = store.database.execute_sql(first).fetchone()
    if row is None:
        return "The store has no prices: it is damaged and can only be read. Restore a backup."
    if chain.link(store.key, chain.genesis(store.key, chain.NO_USER), chain.price_form(*row[:-1])) != row[-1]:
        return f"The key file does not belong to this store, or its first price was changed ({file}): read-only."
    return None


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
