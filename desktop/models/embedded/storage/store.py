"""The open store: its connections, transactions, key and running sessions; it knows no rule of the ledger.

Each thread that uses a store calls `connect` first and `disconnect` last. Writing waits for its turn at the start of
the transaction (BEGIN IMMEDIATE): a read that later turns into a write fails at once in SQLite, whatever the timeout.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from peewee import SqliteDatabase

from desktop.language.sentences import mark, say
from desktop.models.embedded.storage import anchoring, chain, migrations, sqlite
from desktop.system.private_files import make_folder
from desktop.terms.errors import StoreDamaged, StoreError, StoreNewer, StoreReadOnly

log = logging.getLogger(__name__)


OTHER_NAMES = mark(
    "The store has more than one name ({file} is a hard link, as copies made with “cp -al” and by some backup programs "
    "are). Opened by two names at once it would lose charges, so it can only be read. To go on with it, close "
    "Metercalc, make a real copy of the file, and put that in its place; to copy a store, use “metercalc backup”."
)

TAKEN_OVER = mark(
    "Another version of Metercalc has taken this store over. What was charged is safe in it; this program neither "
    "reads it nor charges on it any more. Close it, and start the program again."
)


Run = Callable[..., Any]
"""Executes a statement with its values, and answers with a cursor: a connection's `execute`, or a cursor's own."""


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


class Remembers(Enum):
    """Who knows how far the chains had come: the anchor beside the store, or this program on this computer."""

    ANCHOR = auto()
    PROGRAM = auto()


class Witness(NamedTuple):
    """A file that knows how far the chains had come, and whose it is."""

    whose: Remembers
    file: Path


class _Beside(threading.local):
    def __init__(self) -> None:
        self.things: dict[Hashable, Closable] = {}
        self.connected = False  # whether the thread has connected; its connection may have failed since
        self.seen: int | None = None  # the connection's data version when the schema's version was last looked at
        self.known: object = None  # what the transaction of writing before left
        self.cursor: Any = None  # one for all statements of a charge: making one takes as long as a statement


class Turn:
    """A transaction of writing, from its lock to its commit. `known` is what the thread's one before left, if nobody
    has committed since.

    What `known` is at the end is left for the next one; where this one is undone, nothing is. `run` executes a
    statement, whose rows are to be fetched before the next. It is what `database.atomic("IMMEDIATE")` is to peewee,
    which alone takes as long as two statements of a charge.
    """

    __slots__ = ("_beside", "_store", "database", "known", "run")

    def __init__(self, store: Store, beside: _Beside) -> None:
        self._store = store
        self._beside = beside
        self.database = store.database
        self.known: object = None
        self.run: Run = _no_connection

    def __enter__(self) -> Turn:
        store, beside, database = self._store, self._beside, self.database
        if store.read_only_reason is not None:
            raise StoreReadOnly(store.read_only_reason, reason=store.read_only_reason)
        store.check_in_place(to_write=True)
        if database.transaction_depth():
            raise RuntimeError("a transaction inside a transaction would be committed by the outer one")
        known, beside.known = beside.known, None
        try:
            if beside.cursor is None:
                store.connect_again()
                beside.cursor, beside.seen, known = database.connection().cursor(), None, None
            run = self.run = beside.cursor.execute
            run("BEGIN IMMEDIATE")
        except BaseException as error:
            sqlite.translate(error, store.file, store.is_damaged)
            raise
        database.push_transaction(self)
        try:
            # The connection's own number, which any other's commit changes: an upgrade of the schema, a charge.
            (seen,) = run("PRAGMA data_version").fetchone()
            if seen != beside.seen:
                beside.seen = known = None
                store.check_version()
                beside.seen = seen
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise
        self.known = known
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        store, database = self._store, self.database
        database.pop_transaction()
        try:
            if error is not None:
                database.rollback()
            else:
                self._commit()
        except BaseException as trouble:
            sqlite.translate(trouble, store.file, store.is_damaged)
            raise
        if error is None:
            self._beside.known = self.known
        else:
            sqlite.translate(error, store.file, store.is_damaged)

    def _commit(self) -> None:
        try:
            sqlite.commit(self.run)
        except Exception:
            self.database.rollback()
            raise


def _no_connection(*_: object) -> Any:
    raise RuntimeError("the transaction has not begun")


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
        self._path = str(file)  # what the system is asked about in every charge
        self._identity, _ = _identity(self._path)
        self.spent: dict[int, Spent] = {}  # by account
        self._beside = _Beside()
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
        self._beside.cursor = None
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
        self._beside.cursor = self._beside.known = None
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
        self._beside.cursor = None
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
        with self.turn() as turn:
            turn.known = None
            yield turn.database

    def turn(self) -> Turn:
        """The same for what goes on from where the thread's transaction before ended."""
        return Turn(self, self._beside)

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
            with self.database.atomic("DEFERRED"):
                yield self.database

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

    def check_in_place(self, *, to_write: bool = False) -> None:
        """Raises `StoreError` when the file is not the one that was opened any more.

        `to_write`, also raises `StoreReadOnly` when it has got another name meanwhile.
        """
        identity, names = _identity(self._path)
        if identity != self._identity:
            raise StoreError(
                say("The store has been moved, replaced or removed ({file}). Start the program again.", file=self.file)
            )
        if to_write and names > 1:
            reason = say(OTHER_NAMES, file=self.file)
            raise StoreReadOnly(reason, reason=reason)

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
        beside = Witness(Remembers.ANCHOR, chain.anchor_file(self.file))
        if self.remembered is None or self._key is None:
            return (beside,)
        return beside, Witness(Remembers.PROGRAM, remembered_file(self.remembered, self._key))

    def write_anchor(self, *, anew: bool = False) -> None:
        """Note the chains' heads beside the store and where this program remembers: a tail cut off later is missed.

        An anchor that does not lie on the chains is evidence, and so is a missing one: both stay as they are, for
        `verify` to show, unless it is made `anew` (for a store just made or restored).
        """
        if self.read_only_reason is not None:
            return
        self.check_in_place()
        beside, *others = self.witnesses()
        known = {} if anew else {witness: chain.read_anchor(witness.file, self.key) for witness in (beside, *others)}
        if not anew and known[beside] is None:
            raise StoreDamaged(say("The anchor file is missing ({file}). Run metercalc verify.", file=beside.file))
        with self.reading() as database:
            for witness, before in known.items():
                if before is not None and not anchoring.lies_on(database, before):
                    raise StoreDamaged(
                        say(
                            "The records do not carry on from the anchor ({file}). Run metercalc verify.",
                            file=witness.file,
                        )
                    )
            first = self._anchor(database, known.get(beside))
            # What is not there yet is to know what the one beside the store does, not what the store says now.
            now = {each: self._anchor(database, known[each]) if known.get(each) else first for each in others}
        for witness, anchor in ((beside, first), *now.items()):
            if not anchor.shows_the_same(known.get(witness)):  # one that knows all this already stays as it is
                _make_room(witness.file)
                chain.write_anchor(witness.file, anchor, self.key)

    def _anchor(self, database: SqliteDatabase, before: chain.Anchor | chain.OldAnchor | None) -> chain.Anchor:
        if isinstance(before, chain.Anchor):
            return anchoring.moved_on(database, self.key, before, self.clock())
        return anchoring.whole(database, self.key, self.clock())

    def journal_is_whole(self, database: SqliteDatabase) -> bool:
        """Whether the journal has what the anchors know of it; one that cannot be read is for `verify` to name."""
        for witness in self.witnesses():
            try:
                anchor = chain.read_anchor(witness.file, self.key)
            except StoreError:
                continue
            if anchor is not None and not anchoring.journal_lies_on(database, anchor):
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


def _make_room(file: Path) -> None:
    try:
        make_folder(file.parent)
    except OSError as error:
        raise StoreError(
            say("The anchor could not be written ({file}): {why}.", file=file, why=os.strerror(error.errno or 0))
        ) from error


def remembered_file(folder: Path, key: bytes) -> Path:
    """Where a program remembers the last links of the store with this key: its name tells nobody the key."""
    return folder / f"{chain.digest(key, b'remembered').hex()[:24]}.anchor"


def has_other_names(file: Path) -> bool:
    """Whether the file stands in folders under more than one name: SQLite's locks and logs go by the name."""
    return _identity(str(file))[1] > 1


def _identity(file: str) -> tuple[tuple[int, int] | None, int]:
    """What tells this file from another one of the same name, and how many names it has."""
    try:
        status = os.stat(file)  # half the time of Path's own, in every charge
    except OSError:
        return None, 0
    return (status.st_dev, status.st_ino), status.st_nlink
