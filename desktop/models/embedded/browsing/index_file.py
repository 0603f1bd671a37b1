"""The file of one user's index: made, opened, checked and thrown away. What its `contents` mean is decided elsewhere.

It lies beside the store, is derived from it, and is no part of its proof or its backups: a crash may cost it (nothing
is forced to the disk), and whatever is amiss with it, it is made again. That is always seen: each row is under a seal
(`seals`), and what is missing is known to be missing.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from desktop.language.sentences import say
from desktop.models.embedded.browsing.bitmaps import Bitmaps
from desktop.models.embedded.browsing.contents import TABLES, Contents, Marks
from desktop.models.embedded.browsing.seals import IndexDamaged, Seals, new_salt, new_writing
from desktop.models.embedded.browsing.sorting import SUFFIXES, Runs
from desktop.models.embedded.storage import chain, sqlite
from desktop.models.embedded.storage.store import Store
from desktop.system.private_files import create_private, make_folder
from desktop.terms.errors import Cancelled
from desktop.wording.shown import shown_date

VERSION = 9
SORTING = "-sorting"  # follows the name of the file in which the orders are being made
_PATIENCE_S = 2

# All that a damaged, locked or missing index can raise; the ledger's own errors are peewee's, or `AppError`s.
_ERRORS = (sqlite.sqlite3.Error, IndexDamaged, OSError, ValueError, EOFError, TypeError)


class IndexTrouble(Exception):
    """The index cannot answer. Unless it is only `busy`, it is thrown away and made again."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(str(cause))
        self.busy = sqlite.error_name(cause).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


@contextlib.contextmanager
def apart() -> Iterator[None]:
    """Keep the index's troubles apart from the ledger's, which would be told to the person."""
    try:
        yield
    except _ERRORS as error:
        if sqlite.error_name(error).startswith("SQLITE_INTERRUPT"):
            raise Cancelled(say("A newer request took the place of this one.")) from error
        raise IndexTrouble(error) from error


def folder_of(store_file: Path) -> Path:
    """Where a store's indexes lie."""
    name = store_file.stem if store_file.suffix == chain.USUAL_SUFFIX else store_file.name
    return store_file.with_name(f"{name}.browse")


def file_of(store_file: Path, user_id: int) -> Path:
    """Where a user's index lies."""
    return folder_of(store_file) / f"{user_id}.index"


def zone() -> str:
    """Tells one time zone from another by what it makes of moments over the years: dates are indexed as shown."""
    moments = range(0, 182 * 140, 182)  # days since 1970, two a year
    return "|".join((*time.tzname, *(shown_date(day * 86_400_000_000)[8:] for day in moments)))


class IndexFile(Contents):
    """One connection to a user's index."""

    def __init__(self, store: Store, user_id: int, *, make: bool, patience: float = _PATIENCE_S) -> None:
        """Open the index. Where there is none, `make` it, or hold an empty one in memory. To be used inside `apart`."""
        file = file_of(store.file, user_id)
        if make and not file.exists():
            make_folder(file.parent)
            with contextlib.suppress(FileExistsError):
                create_private(file)
        self.in_memory = not file.exists()
        self.file = file
        self._identity = (0, 0)
        if not self.in_memory:
            status = file.stat()
            self._identity = status.st_dev, status.st_ino
        where = ":memory:" if self.in_memory else f"{file.absolute().as_uri()}?mode=rw"
        self.connection = sqlite.sqlite3.connect(
            where, uri=True, isolation_level=None, timeout=patience, check_same_thread=False
        )
        try:
            self._set_up(store.key, user_id)
        except BaseException:
            self.connection.close()
            raise

    def _set_up(self, key: bytes, user_id: int) -> None:
        run = self.connection.execute
        run("PRAGMA page_size = 16384")
        if not self.in_memory:
            run(f"PRAGMA journal_mode = {sqlite.durable_pragmas()['journal_mode']}").fetchall()
        run("PRAGMA synchronous = 0")
        run("PRAGMA cache_size = -8000")
        run("PRAGMA journal_size_limit = 16000000")
        run("PRAGMA trusted_schema = 0")
        if run("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            with self.transaction("IMMEDIATE"):
                self._make(key, user_id)
        if run("PRAGMA user_version").fetchone()[0] != VERSION:
            raise IndexDamaged("it was made by another version")
        if [sql for (sql,) in run("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")] != list(TABLES):
            raise IndexDamaged("its tables are not as they were made")
        (salt,) = run("SELECT value FROM mark WHERE name = 'salt'").fetchone() or (b"",)
        self.seals = _seals(key, user_id, salt)
        self.bitmaps = Bitmaps(self.connection, self.seals)

    def _make(self, key: bytes, user_id: int) -> None:
        """The tables and the first marks, unless another program was quicker."""
        run = self.connection.execute
        if run("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return
        for sql in TABLES:
            run(sql)
        run(f"PRAGMA user_version = {VERSION}")
        salt = new_salt()
        run("INSERT INTO mark VALUES ('salt', ?)", (salt,))
        self.seals = _seals(key, user_id, salt)
        self.set_marks(Marks())

    @property
    def is_current(self) -> bool:
        """Whether this is still the index that the next one to open it would find."""
        try:
            found = self.file.stat()
        except OSError:
            return self.in_memory
        return (found.st_dev, found.st_ino) == self._identity

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    @contextlib.contextmanager
    def transaction(self, kind: str) -> Iterator[None]:
        """One state of the index throughout: "DEFERRED" to read, "IMMEDIATE" to write."""
        self.connection.execute(f"BEGIN {kind}")
        self.writing = new_writing()
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")


def runs_of(file: IndexFile) -> Runs:
    """The file in which an index's orders are being made."""
    return Runs(sqlite.side_file(file.file, SORTING), file.seals)


def _seals(key: bytes, user_id: int, salt: bytes) -> Seals:
    return Seals(key, b"%d|%d|" % (VERSION, user_id) + salt)


def discard(store_file: Path, user_id: int) -> None:
    """Remove a user's index."""
    file = file_of(store_file, user_id)
    for suffix in ("", "-wal", "-shm", "-journal", *(SORTING + suffix for suffix in SUFFIXES)):
        with contextlib.suppress(OSError):
            sqlite.side_file(file, suffix).unlink()
