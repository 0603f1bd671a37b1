"""All that is SQLite's own: connections and their pragmas, what its errors mean, copies and checks of a file.

Nothing here knows the ledger's rules. Another database engine would replace this module and the triggers in
`migrations`, and nothing else.
"""

from __future__ import annotations

import functools
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import peewee
from peewee import SqliteDatabase

from desktop.arithmetic.money import format_money, plain_money
from desktop.arithmetic.ordering import number_key
from desktop.finding.searching import folded
from desktop.language.sentences import say
from desktop.models.embedded.storage.sqlite.checks import copy_into as copy_into
from desktop.models.embedded.storage.sqlite.checks import forget_pages as forget_pages
from desktop.models.embedded.storage.sqlite.checks import full_check as full_check
from desktop.models.embedded.storage.sqlite.checks import quick_check as quick_check
from desktop.models.embedded.storage.sqlite.errors import ERRORS as ERRORS
from desktop.models.embedded.storage.sqlite.errors import NOT_WANTED as NOT_WANTED
from desktop.models.embedded.storage.sqlite.errors import as_app_error as as_app_error
from desktop.models.embedded.storage.sqlite.errors import damaged as damaged
from desktop.models.embedded.storage.sqlite.errors import error_name as error_name
from desktop.models.embedded.storage.sqlite.errors import raised
from desktop.models.embedded.storage.sqlite.errors import translate as translate
from desktop.models.embedded.storage.sqlite.errors import translated as translated
from desktop.models.embedded.storage.sqlite.wanted import check_wanted as check_wanted
from desktop.models.embedded.storage.sqlite.wanted import give_up_when as give_up_when
from desktop.models.embedded.storage.sqlite.wanted import giving_up_when as giving_up_when
from desktop.models.embedded.storage.sqlite.wanted import heed as heed
from desktop.system.private_files import real_place
from desktop.terms import days
from desktop.terms.errors import StoreError
from desktop.wording.shown import shown_date

sqlite3 = peewee.sqlite3  # pysqlite3 where its SQLite is sound, or newer than Python's

APPLICATION_ID = 0x4D657463  # "Metc": tells the file from any other SQLite database
BUSY_TIMEOUT_S = 10.0
CACHE_KB = 500  # a connection: there is one a lane, and the system keeps the file's pages anyway

# sqlite3_open_v2's flags, which Python's own module has no way to give.
_OPEN_URI_READ_ONLY, _OPEN_NO_MUTEX = 0x41, 0x8000
_TAKES_FLAGS = sqlite3.__name__.startswith("pysqlite3")
_MAPPED = 1 << 40  # bytes: all of any file


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
                raised.set(error)
                raise

        super().register_function(call, name, arguments)


def make_database(file: Path, *, read_only: bool, sealed: bool = False, alone: bool = False) -> SqliteDatabase:
    """A database that connects only when told to, one connection a thread; `sealed`, it makes no file at all.

    `alone` is for a process of its own that reads a lot: nobody interrupts its thread, which then needs no locks.
    """
    flags = {"flags": _OPEN_URI_READ_ONLY | _OPEN_NO_MUTEX} if alone and _TAKES_FLAGS else {}
    database = _Database(
        location(file, read_only=read_only, sealed=sealed),
        uri=True,
        autoconnect=False,
        lock_type="IMMEDIATE",
        timeout=BUSY_TIMEOUT_S,
        check_same_thread=False,  # only so that another thread may interrupt a running query
        **flags,
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


def map_file(database: SqliteDatabase) -> None:
    """Have a process that may end in the middle read the file where the system keeps it, without copying its pages.

    A disk that fails, or a file that somebody cuts, ends that process (SIGBUS).
    """
    database.execute_sql(f"PRAGMA mmap_size = {_MAPPED}").fetchall()


def pragma(database: SqliteDatabase, name: str) -> Any:
    """The value of one pragma."""
    return database.execute_sql(f"PRAGMA {name}").fetchone()[0]


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
