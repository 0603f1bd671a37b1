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
from typing import Any, NamedTuple, Protocol

from peewee import SqliteDatabase

from desktop.language.sentences import mark, say
from desktop.models.embedded.storage import chain, migrations, sqlite, witnesses
from desktop.models.embedded.storage.identity import Identity
from desktop.models.embedded.storage.turns import Turn
from desktop.models.embedded.storage.witnesses import Witness
from desktop.terms.errors import StoreDamaged, StoreError, StoreNewer, StoreReadOnly

log = logging.getLogger(__name__)


TAKEN_OVER = mark(
    "Another version of Metercalc has taken this store over. What was charged is safe in it; this program neither "
    "reads it nor charges on it any more. Close it, and start the program again."
)


class Closable(Protocol):
    """What is closed when it is not needed any more."""

    def close(self) -> None: ...


class Spent(NamedTuple):
    """What an account was charged since a moment, up to record `seq`, whose hash says whether it is still that one."""

    since: int
    seq: int
    hash: bytes
    total: int


class Opened(NamedTuple):
    """Whose a running session is, and the generation of the account that it was opened for.

    `one_time`: with a password that somebody else knows; nothing is answered before another one is chosen.
    """

    user_id: int
    generation: int
    one_time: bool = False


class _Beside(threading.local):
    def __init__(self, store: Store) -> None:  # on each thread that looks at it
        self.turn = Turn(store)
        self.things: dict[Hashable, Closable] = {}
        self.connected = False  # whether the thread has connected; its connection may have failed since


class Store:
    """One open store. `read_only_reason` is a sentence when nothing can be written, else None.

    `clock` gives UTC microseconds: what a record, a price, a deletion and a failed sign-in are dated with.
    `remembered` is the folder, away from the store's, in which this program keeps the last links that it has seen.
    A `sealed` store is read as if nobody could change it, since its side files cannot be made.
    """

    def __init__(
        self,
        file: Path,
        database: SqliteDatabase,
        read_only_reason: str | None,
        remembered: Path | None = None,
        *,
        sealed: bool = False,
    ) -> None:
        self.file = file
        self.database = database
        self.read_only_reason = read_only_reason
        self.remembered = remembered
        self.is_sealed = sealed
        self.sessions: dict[str, Opened] = {}
        self.clock: Callable[[], int] = _now
        self.key_is_own = False  # whether the records were made under the key that lies beside them
        self._key: bytes | None = None
        self.identity = Identity(file)
        self.spent: dict[int, Spent] = {}  # by account
        self._beside = _Beside(self)
        self._reader: Any = None
        self._lock = threading.Lock()

    @property
    def key(self) -> bytes:
        """The chain's key. Raises `StoreReadOnly` where it is missing."""
        if self._key is None:
            raise StoreReadOnly(self.read_only_reason or say("The store's key file is missing."))
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
        self._beside.turn.forget()
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
        self._beside.turn.forget()
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
        with self._lock:
            reading = connection is self._reader
        self._beside.turn.forget()
        wal = sqlite.durable_pragmas()["journal_mode"] == "wal"
        self.database.dispose()
        try:
            if wal:
                self.connect(reading=reading)
        finally:
            with sqlite.translated(self.file):
                connection.close()
        if not wal:
            self.connect(reading=reading)

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
        with self.turn() as turn:
            turn.known = None
            self.database.push_transaction(turn)
            try:
                yield self.database
            finally:
                self.database.pop_transaction()

    def turn(self) -> Turn:
        """The same for what goes on from where the thread's transaction before ended; peewee knows nothing of it."""
        return self._beside.turn

    @contextmanager
    def reading(self) -> Iterator[SqliteDatabase]:
        """A transaction that sees one state of the store throughout. Raises what `writing` does, but for locks."""
        if self.is_sealed and sqlite.has_content(sqlite.side_file(self.file, "-wal")):
            raise StoreError(say("Another program writes to the store again. Start this one again."))
        self.connect_again()
        with sqlite.translated(self.file, self.is_damaged):
            # Before the transaction, whose state is the one at its own first look: what the caller reads of other
            # files until then is no newer. An older version is a finding of `verify`'s.
            if self._version() > migrations.SCHEMA_VERSION:
                raise StoreNewer(say(TAKEN_OVER))
            try:
                with self.database.atomic("DEFERRED"):
                    yield self.database
            finally:
                self._leave_none_open()

    def _leave_none_open(self) -> None:
        """What interrupts a statement while another is under way stops the rollback, too: SQLite forgets it only when
        none is. The transaction would stay, and no other could begin on that connection.
        """
        database = self.database
        if not (database.is_closed() or database.transaction_depth()) and database.connection().in_transaction:
            self.reconnect()

    def _version(self) -> int:
        """The schema's version now: another program may have upgraded the store, and the tables are not what they were.

        One that is not there any more would be taken for damage, for which a backup is offered.
        """
        # Not through peewee, which takes three times as long for what stands before every reading.
        return int(self.database.connection().execute("PRAGMA user_version").fetchone()[0])

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

    def check_version(self) -> None:
        """Raises `StoreNewer` where the store is not of the version that this program writes."""
        if self._version() != migrations.SCHEMA_VERSION:
            raise StoreNewer(say(TAKEN_OVER))

    def refuses_repeats(self) -> bool:
        """Whether it has the index that takes no request twice, just as this program makes it."""
        named = "SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = 'record_request'"
        row = self.database.connection().execute(named).fetchone()
        return row is not None and row[0] == migrations.EACH_REQUEST_ONCE

    def connect_again(self) -> None:
        """Where the thread's connection was lost to an error and could not be replaced then, replace it now."""
        if self._beside.connected and self.database.is_closed():
            self.connect()

    def check_in_place(self) -> None:
        """Raises `StoreError` when the file is not the one that was opened any more."""
        self.identity.check()

    def data_version(self) -> int:
        """A number that changes when another connection has committed."""
        with sqlite.translated(self.file):
            return int(sqlite.pragma(self.database, "data_version"))

    def make_read_only(self, reason: str) -> None:
        """From now on refuse every write with this sentence."""
        log.error("the store is read-only from now on: %s", reason)
        self.read_only_reason = reason

    def witnesses(self) -> tuple[Witness, ...]:
        """The files that know how far the chains had come: one beside the store, one where this program remembers."""
        return witnesses.of(self.file, self.remembered, self._key)

    def write_anchor(self, *, anew: bool = False) -> None:
        """Note the chains' heads beside the store and where this program remembers: a tail cut off later is missed.

        An anchor that does not lie on the chains is evidence, and so is a missing one: both stay as they are, for
        `verify` to show, unless it is made `anew` (for a store just made or restored).
        """
        if self.read_only_reason is not None:
            return
        self.check_in_place()
        all_of_them = self.witnesses()
        known = {} if anew else witnesses.known(all_of_them, self.key)
        with self.reading() as database:
            anchors = witnesses.brought_up(database, all_of_them, known, self.key, self.clock())
        witnesses.write(anchors, self.key)

    def journal_is_whole(self, database: SqliteDatabase) -> bool:
        """Whether the journal has what the anchors know of it."""
        return witnesses.journal_is_whole(database, self.witnesses(), self.key)

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
