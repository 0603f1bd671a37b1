"""All that is SQLite's own: connections and their pragmas, what its errors mean, copies and checks of a file.

Nothing here knows the ledger's rules. Another database engine would replace this module and the triggers in
`migrations`, and nothing else.
"""

from __future__ import annotations

import errno
import functools
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import peewee
from peewee import SqliteDatabase

from desktop.arithmetic.money import format_money, plain_money
from desktop.arithmetic.ordering import number_key
from desktop.finding.searching import folded
from desktop.language.sentences import mark, say
from desktop.system.private_files import real_place, sync
from desktop.terms import days
from desktop.terms.errors import (
    AppError,
    Cancelled,
    MachineError,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
)
from desktop.wording.shown import shown_date

sqlite3 = peewee.sqlite3  # pysqlite3 where its SQLite is sound, or newer than Python's

APPLICATION_ID = 0x4D657463  # "Metc": tells the file from any other SQLite database
BUSY_TIMEOUT_S = 10.0
CACHE_KB = 500  # a connection: there is one a lane, and the system keeps the file's pages anyway
_FILES = 3  # that a connection opens: the store, its log, the log's shared memory
NOT_WANTED = mark("A newer request took the place of this one.")
ERRORS = (peewee.PeeweeException, sqlite3.Error, UnicodeDecodeError)

_LOOK = 2_000  # steps of SQLite's machine, or pages of a check, between two looks: a few milliseconds
_COPIED_PAGES = 512
_SYNCED_PAGES = 8 * _COPIED_PAGES

# Each thread's own: whether its work is still wanted, and what a function of ours last raised inside its SQL.
_given_up: ContextVar[Callable[[], bool]] = ContextVar("given up", default=lambda: False)
_raised: ContextVar[Exception | None] = ContextVar("raised", default=None)


def library() -> str:
    """The version of SQLite in use."""
    return str(sqlite3.sqlite_version)


def wal_is_sound(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite has the fix for the WAL reset bug (3.51.3, backported to 3.50.7 and 3.44.6)."""
    major_minor = version[:2]
    if major_minor == (3, 50):
        return version >= (3, 50, 7)
    if major_minor == (3, 44):
        return version >= (3, 44, 6)
    return version >= (3, 51, 3)


def durable_pragmas() -> dict[str, object]:
    """The journal that survives power loss on this SQLite: WAL+FULL where WAL is sound, else TRUNCATE+EXTRA."""
    sound = wal_is_sound(sqlite3.sqlite_version_info)
    pragmas: dict[str, object] = {
        "journal_mode": "wal" if sound else "truncate",
        "synchronous": 2 if sound else 3,
        "foreign_keys": 1,
        "recursive_triggers": 1,  # else REPLACE deletes a row without asking the triggers
        "trusted_schema": 0,
        "cell_size_check": 1,
    }
    if sys.platform == "darwin":
        pragmas |= {"fullfsync": 1, "checkpoint_fullfsync": 1}
    return pragmas


class _Database(SqliteDatabase):  # type: ignore[misc]  # peewee carries no types
    """peewee's, but for what its functions raise: it is kept for `translated`. SQLite only says that one did."""

    def register_function(self, function: Callable[..., object], name: str, arguments: int) -> None:
        @functools.wraps(function)
        def call(*given: object) -> object:
            try:
                return function(*given)
            except Exception as error:
                _raised.set(error)
                raise

        super().register_function(call, name, arguments)


def make_database(file: Path, *, read_only: bool, sealed: bool = False) -> SqliteDatabase:
    """A database that connects only when told to, one connection a thread; `sealed`, it makes no file at all."""
    database = _Database(
        location(file, read_only=read_only, sealed=sealed),
        uri=True,
        autoconnect=False,
        lock_type="IMMEDIATE",
        timeout=BUSY_TIMEOUT_S,
        check_same_thread=False,  # only so that another thread may interrupt a running query
    )
    database.register_function(folded, "folded", 1)
    database.register_function(number_key, "number_key", 1)
    database.register_function(shown_date, "shown_date", 1)
    database.register_function(days.day_number, "local_day", 1)
    database.register_function(_shown_money, "shown_money", 2)
    database.register_function(plain_money, "plain_money", 1)
    return database


def _shown_money(hundredths: int, signed: int) -> str:
    return format_money(hundredths, signed=bool(signed))


def location(file: Path, *, read_only: bool, sealed: bool = False) -> str:
    """How the file is opened. Where nobody can write, WAL's side files cannot be made: the file is then immutable."""
    if not read_only:
        return f"{file.absolute().as_uri()}?mode=rw"  # never makes a file: a removed store must not come back empty
    sealed = sealed or (not os.access(real_place(file).parent, os.W_OK) and not side_file(file, "-shm").exists())
    return f"{file.absolute().as_uri()}?mode=ro" + ("&immutable=1" if sealed else "")


def side_file(file: Path, suffix: str) -> Path:
    """The -wal, -shm or -journal file of a store: SQLite has them beside the file that a link leads to."""
    place = real_place(file)
    return place.with_name(place.name + suffix)


def is_shared(file: Path) -> bool:
    """Whether some program has the store open in WAL: its shared memory is there as a whole, 32 KiB or more.

    What is shorter was left by one that a full disk kept from making it (SQLite's WAL-index format).
    """
    try:
        return side_file(file, "-shm").stat().st_size >= 32_768
    except FileNotFoundError:
        return False


def has_content(file: Path) -> bool:
    """Whether a side file is there and not empty."""
    try:
        return file.stat().st_size > 0
    except FileNotFoundError:
        return False


def apply_pragmas(database: SqliteDatabase, *, read_only: bool) -> None:
    """Set the connection's pragmas and read each back: SQLite ignores a misspelt or refused one in silence."""
    pragmas = durable_pragmas()
    if read_only:
        pragmas = {"foreign_keys": 1, "trusted_schema": 0, "query_only": 1}
    pragmas["cache_size"] = -CACHE_KB
    for name, value in pragmas.items():
        _execute_in_turn(database, f"PRAGMA {name} = {value}")
        found = database.execute_sql(f"PRAGMA {name}").fetchone()[0]
        if str(found) != str(value):
            raise StoreError(
                say(
                    "The store's disk does not allow a durable store: {name} is {found}, not {value}.",
                    name=name,
                    found=found,
                    value=value,
                )
            )


def _execute_in_turn(database: SqliteDatabase, sql: str) -> None:
    """Run a statement that does not wait for a lock by itself: the switch to WAL, when two programs make a store."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            database.execute_sql(sql).fetchall()
            return
        except peewee.OperationalError as error:
            if not error_name(error).startswith("SQLITE_BUSY") or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def pragma(database: SqliteDatabase, name: str) -> Any:
    """The value of one pragma."""
    return database.execute_sql(f"PRAGMA {name}").fetchone()[0]


# SQLite's own texts (sqlite3_errstr), where the backup API raises them without a name.
_NAMES = {
    "database is locked": "SQLITE_BUSY",
    "database table is locked": "SQLITE_LOCKED",
    "attempt to write a readonly database": "SQLITE_READONLY",
    "disk I/O error": "SQLITE_IOERR",
    "database disk image is malformed": "SQLITE_CORRUPT",
    "database or disk is full": "SQLITE_FULL",
    "unable to open database file": "SQLITE_CANTOPEN",
    "file is not a database": "SQLITE_NOTADB",
}


def error_name(error: BaseException | None) -> str:
    """SQLite's own name of an error, from as deep as it lies: "cannot rollback" hides a full disk two links down."""
    names = []
    while error is not None:
        names.append(getattr(error, "sqlite_errorname", None) or _NAMES.get(str(error), ""))
        error = error.__context__
    return next((name for name in reversed(names) if name and name != "SQLITE_ERROR"), "")


# What is said of a damaged file without a name of its own.
_DAMAGE = ("Could not decode to UTF-8", "unsupported file format")
_DAMAGED_SCHEMA = b"malformed database schema"
_FUNCTION_RAISED = "user-defined function raised exception"


def as_app_error(error: BaseException, file: Path) -> AppError | None:
    """What an error of SQLite means for the person.

    None where SQLite names no trouble of the file or the machine: a bug of the program, unless the file is damaged in
    a way that SQLite does not notice (`translated` can ask).
    """
    name = error_name(error)
    if name.startswith("SQLITE_FULL"):
        return StoreFull(say("The disk that holds the store is full ({file}). Make room and try again.", file=file))
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM")):
        return StoreReadOnly(
            say("The store cannot be written ({file}): check the file's and folder's permissions.", file=file)
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
        return StoreLocked(say("Another program keeps the store busy. Try again in a moment."))
    unreadable = isinstance(error, UnicodeDecodeError) and error.object.startswith(_DAMAGED_SCHEMA)
    damage = unreadable or any(text in str(error) for text in _DAMAGE)
    if damage or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return damaged(file)
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_IOERR_SHM")):
        return _cannot_open(file, name)
    if name.startswith("SQLITE_IOERR"):
        # Not every build of SQLite's module tells which call failed: a full disk keeps the side files from being made.
        found = _cannot_open(file, name)
        if isinstance(found, StoreFull | MachineError):
            return found
        return StoreError(
            say(
                "The disk that holds the store failed ({file}, {name}). Try again; check the disk.",
                file=file,
                name=name,
            )
        )
    if name.startswith("SQLITE_INTERRUPT"):
        return Cancelled(say(NOT_WANTED))
    return None


def damaged(file: Path) -> StoreDamaged:
    """What a person is told of a damaged file."""
    return StoreDamaged(say("The store is damaged ({file}). Restore a backup.", file=file))


def _cannot_open(file: Path, name: str) -> AppError:
    """What keeps SQLite from opening the store or making its side files: it does not say, so the same is tried here."""
    probe = file.with_name(f".metercalc-{os.urandom(4).hex()}.probe")
    try:
        with ExitStack() as opened:
            for _ in range(_FILES):
                opened.enter_context(file.open("rb"))
            probe.write_bytes(b"\0")
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
            return MachineError(
                say("The system lets this program open no further files. Close other programs and try again.")
            )
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return StoreFull(say("The disk that holds the store is full ({file}). Make room and try again.", file=file))
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return StoreReadOnly(
                say("The store cannot be opened ({file}): check the file's and folder's permissions.", file=file)
            )
        return StoreError(
            say("The store cannot be opened ({file}): {why}.", file=file, why=os.strerror(error.errno or 0))
        )
    finally:
        with suppress(OSError):
            probe.unlink()
    return StoreError(
        say(
            "The store cannot be opened ({file}, {name}): check that the folder exists and is yours.",
            file=file,
            name=name,
        )
    )


class translated:  # noqa: N801  # used as a function is, like `contextlib.suppress`
    """Within it, errors of SQLite's are told as `translate` does."""

    __slots__ = ("_file", "_is_damaged")

    def __init__(self, file: Path, is_damaged: Callable[[], bool] = lambda: False) -> None:
        self._file = file
        self._is_damaged = is_damaged

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is not None:
            translate(error, self._file, self._is_damaged)


def translate(error: BaseException, file: Path, is_damaged: Callable[[], bool]) -> None:
    """Turn SQLite's expected troubles into the program's own errors; let bugs through as they are.

    "No such column" is a slip in our SQL, or what a flipped byte made of the schema: where SQLite has no name for an
    error, `is_damaged` decides. What a function of ours raised inside SQL comes out as it was raised.
    """
    if not isinstance(error, ERRORS):
        return
    raised = _raised.get()
    _raised.set(None)
    if known := as_app_error(error, file):
        raise known from error
    if not error_name(error) and is_damaged():
        raise damaged(file) from error
    if raised is not None and _FUNCTION_RAISED in str(error):
        raise raised from error


def commit(run: Callable[[str], object]) -> None:
    """End a transaction well, through what executes its statements: it is on the disk when this returns."""
    run("COMMIT")


def settle(database: SqliteDatabase) -> None:
    """Commit once more, changing nothing, after a commit that failed: it ends what that one left in the journal.

    Where only the sync failed, a whole transaction lies in the log, unseen; whoever opens the store after a crash
    would take it for a commit. Where the commit was seen all the same, it is on the disk with this one.
    """
    with database.atomic("IMMEDIATE"):
        database.execute_sql(f"PRAGMA user_version = {int(pragma(database, 'user_version'))}")


def give_up_when(cancelled: Callable[[], bool]) -> None:
    """From now on, end the calling thread's statements with `Cancelled` once this says so: for a thread of its own."""
    _given_up.set(cancelled)


@contextmanager
def giving_up_when(cancelled: Callable[[], bool]) -> Iterator[None]:
    """Within it, end statements on connections that `heed` once this says so. Raises `Cancelled`."""
    token = _given_up.set(cancelled)
    try:
        yield
    except ERRORS as error:
        if error_name(error).startswith("SQLITE_INTERRUPT"):
            raise Cancelled(say(NOT_WANTED)) from error
        raise
    finally:
        _given_up.reset(token)


def heed(connection: Any) -> None:
    """Have a connection look, between the steps of a statement, whether its thread's work is still wanted."""
    connection.set_progress_handler(lambda: int(_given_up.get()()), _LOOK)


def check_wanted(cancelled: Callable[[], bool]) -> None:
    """Raises `Cancelled` where nobody waits any more."""
    if cancelled():
        raise Cancelled(say(NOT_WANTED))


def copy_into(database: SqliteDatabase, target: Path, cancelled: Callable[[], bool] = lambda: False) -> None:
    """Copy the open store into a file by SQLite's backup API: one state of it, while others may write.

    Without a transaction around it, each commit of somebody else would start the copy anew, perhaps for ever. What is
    copied goes to the disk as it comes: at the end, nothing could stop the wait for all of it. Raises `Cancelled`.
    """

    def look(_status: int, remaining: int, total: int) -> None:
        check_wanted(cancelled)
        if (total - remaining) % _SYNCED_PAGES == 0:
            sync(target)

    with closing(sqlite3.connect(str(target), isolation_level=None)) as copy, database.atomic("DEFERRED"):
        database.execute_sql("SELECT 1 FROM sqlite_master").fetchall()
        database.connection().backup(copy, pages=_COPIED_PAGES, progress=look)


def forget_pages(database: SqliteDatabase) -> None:
    """Free what the calling thread's connection keeps of the file: what comes next on it is not near."""
    with suppress(*ERRORS):  # nothing but memory depends on it
        database.execute_sql("PRAGMA shrink_memory")


def quick_check(database: SqliteDatabase) -> list[str]:
    """What SQLite finds wrong with the file's structure (indexes are left out; `full_check` has them)."""
    return _findings(database, "PRAGMA quick_check")


def full_check(
    database: SqliteDatabase, cancelled: Callable[[], bool] | None = None, *, but_for: str = ""
) -> list[str]:
    """What SQLite finds wrong with the file, its indexes and its foreign keys. Raises `Cancelled`, within 50 ms.

    `but_for` is a table whose foreign keys are looked at by somebody else.
    """
    with giving_up_when(cancelled or _given_up.get()):
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> ?"
        return _findings(database, "PRAGMA integrity_check") + [
            f"{table} row {row} points to a missing {parent}"
            for (name,) in database.execute_sql(tables, (but_for,)).fetchall()
            for table, row, parent, _ in database.execute_sql(f'PRAGMA foreign_key_check("{name}")').fetchall()
        ]


def _findings(database: SqliteDatabase, check: str) -> list[str]:
    return [text for (text,) in database.execute_sql(check).fetchall() if text != "ok"]
