"""The file of one user's index: made, opened, checked, read and thrown away. What it holds is decided elsewhere.

It lies beside the store, is derived from it, and is no part of its proof or its backups: a crash may cost it (nothing
is forced to the disk), and whatever is amiss with it, it is made again.
"""

from __future__ import annotations

import contextlib
import marshal
import time
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from desktop.errors import Cancelled
from desktop.models import chain, sqlite
from desktop.models.browsing.bitmaps import IndexDamaged, opened, pack, sealed, unpack
from desktop.private_files import create_private, make_folder
from desktop.shown import shown_date

VERSION = 2
_PATIENCE_S = 2
_OFTEN = 100_000  # steps of SQLite's machine between two looks at whether to go on
PART_BITS = 10
PART = 1 << PART_BITS  # lines whose texts lie together

# All that a damaged, locked or missing index can raise; the ledger's own errors are peewee's, or `AppError`s.
_ERRORS = (sqlite.sqlite3.Error, IndexDamaged, OSError, ValueError, EOFError, TypeError, zlib.error)


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
            raise Cancelled("A newer request took the place of this one.") from error
        raise IndexTrouble(error) from error


_SCHEMA = f"""
CREATE TABLE mark (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE chunk (number INTEGER PRIMARY KEY, facts BLOB, live BLOB, dates BLOB);
CREATE TABLE bitmap (id INTEGER PRIMARY KEY, bits BLOB);
CREATE TABLE part (number INTEGER PRIMARY KEY, ends BLOB, texts BLOB);
CREATE TABLE amount (id INTEGER PRIMARY KEY, amount INTEGER UNIQUE);
CREATE TABLE directory (sort TEXT PRIMARY KEY, blocks BLOB) WITHOUT ROWID;
CREATE TABLE block (id INTEGER PRIMARY KEY, seqs BLOB);
PRAGMA user_version = {VERSION};
"""


@dataclass(slots=True)
class Marks:
    """How far the index has come. `hash` is that of the last record taken in: another store has another one.

    `seen` and `seen_date` are the last change of visibility taken in. `changes` counts the
    commits. Not `ready`: the orders are missing.
    """

    applied: int = 0
    hash: bytes = b""
    seen: int = 0
    seen_date: int = 0
    changes: int = 0
    ready: bool = False
    zone: str = ""


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


class IndexFile:
    """One connection to a user's index."""

    def __init__(self, file: Path, *, make: bool) -> None:
        """Open the index. Where there is none, `make` it, or hold an empty one in memory. To be used inside `apart`."""
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
            where, uri=True, isolation_level=None, timeout=_PATIENCE_S, check_same_thread=False
        )
        try:
            self._set_up()
        except BaseException:
            self.connection.close()
            raise

    def _set_up(self) -> None:
        run = self.connection.execute
        run("PRAGMA page_size = 16384")
        if not self.in_memory:
            run(f"PRAGMA journal_mode = {sqlite.durable_pragmas()['journal_mode']}").fetchall()
        run("PRAGMA synchronous = 0")
        run("PRAGMA cache_size = -1000")
        run("PRAGMA journal_size_limit = 16000000")
        if run("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            self.connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA.replace('TABLE', 'TABLE IF NOT EXISTS')} COMMIT")
        if run("PRAGMA user_version").fetchone()[0] != VERSION:
            raise IndexDamaged("it was made by another version")

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
        try:
            yield
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def check(self, cancelled: Callable[[], bool]) -> None:
        """Go through the whole file. Raises `IndexDamaged`."""
        self.connection.set_progress_handler(lambda: int(cancelled()), _OFTEN)
        try:
            findings = self.connection.execute("PRAGMA quick_check(1)").fetchall()
        finally:
            self.connection.set_progress_handler(None, 0)
        if findings != [("ok",)]:
            raise IndexDamaged(f"its structure is broken: {findings}")

    def marks(self) -> Marks:
        """How far the index has come."""
        found = dict(self.connection.execute("SELECT name, value FROM mark"))
        return Marks(**{name.name: found[name.name] for name in fields(Marks) if name.name in found})

    def set_marks(self, marks: Marks) -> None:
        """Note how far it has come."""
        self.connection.executemany("REPLACE INTO mark VALUES (?, ?)", list(asdict(marks).items()))

    def bitmap(self, row: int) -> int:
        """One bitmap; 0 where there is none."""
        found = self.connection.execute("SELECT bits FROM bitmap WHERE id = ?", (row,)).fetchone()
        return unpack(found[0]) if found else 0

    def put_bitmaps(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """Write packed bitmaps over what was there."""
        self.connection.executemany("REPLACE INTO bitmap VALUES (?, ?)", rows)

    def part(self, number: int) -> tuple[bytes, array[int]]:
        """The texts of `PART` lines in a row, and where each ends."""
        found = self.connection.execute("SELECT ends, texts FROM part WHERE number = ?", (number,)).fetchone()
        return (opened(found[1]), array("I", opened(found[0]))) if found else (b"", array("I"))

    def put_part(self, number: int, texts: bytes, ends: array[int]) -> None:
        """Write the texts of some lines."""
        self.connection.execute("REPLACE INTO part VALUES (?, ?, ?)", (number, sealed(ends.tobytes()), sealed(texts)))

    def dates(self, chunk: int) -> array[int]:
        """The dates of a chunk's records."""
        found = self.connection.execute("SELECT dates FROM chunk WHERE number = ?", (chunk,)).fetchone()
        return array("q", opened(found[0])) if found else array("q")

    def chunks(self) -> Iterator[tuple[int, Any, int]]:
        """Every chunk's number, its facts and which of its records are live."""
        rows = self.connection.execute("SELECT number, facts, live FROM chunk ORDER BY number")
        return ((number, marshal.loads(opened(facts)), unpack(live)) for number, facts, live in rows)

    def put_chunk(self, number: int, facts: tuple[Any, ...], live: int, dates: array[int] | None) -> None:
        """Write what is known of a chunk; None leaves its dates as they are."""
        self.connection.execute("INSERT OR IGNORE INTO chunk (number) VALUES (?)", (number,))
        self.connection.execute(
            "UPDATE chunk SET facts = ?, live = ? WHERE number = ?", (sealed(marshal.dumps(facts)), pack(live), number)
        )
        if dates is not None:
            self.connection.execute("UPDATE chunk SET dates = ? WHERE number = ?", (sealed(dates.tobytes()), number))

    def directory(self, sort: str) -> list[tuple[Any, ...]]:
        """The blocks of an order, as they were put."""
        found = self.connection.execute("SELECT blocks FROM directory WHERE sort = ?", (sort,)).fetchone()
        blocks: list[tuple[Any, ...]] = marshal.loads(opened(found[0])) if found else []
        return blocks

    def put_directory(self, sort: str, blocks: list[tuple[Any, ...]]) -> None:
        """Write the blocks of an order."""
        self.connection.execute("REPLACE INTO directory VALUES (?, ?)", (sort, sealed(marshal.dumps(blocks))))

    def block(self, number: int) -> array[int]:
        """The sequence numbers of one block, in its order."""
        found = self.connection.execute("SELECT seqs FROM block WHERE id = ?", (number,)).fetchone()
        if found is None:
            raise IndexDamaged("a block is missing")
        return array("I", opened(found[0]))

    def put_block(self, number: int | None, seqs: array[int]) -> int:
        """Write a block over an old one, or as a new one (None); returns its number."""
        blob = sealed(seqs.tobytes())
        if number is not None:
            self.connection.execute("UPDATE block SET seqs = ? WHERE id = ?", (blob, number))
            return number
        return int(self.connection.execute("INSERT INTO block (seqs) VALUES (?)", (blob,)).lastrowid)


def discard(store_file: Path, user_id: int) -> None:
    """Remove a user's index."""
    file = file_of(store_file, user_id)
    for suffix in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(OSError):
            sqlite.side_file(file, suffix).unlink()
