"""The file of one user's index: made, opened, checked, read and thrown away. What it holds is decided elsewhere.

It lies beside the store, is derived from it, and is no part of its proof or its backups: a crash may cost it (nothing
is forced to the disk), and whatever is amiss with it, it is made again. That is always seen: each row is under a seal
(`seals`), and what is missing is known to be missing. The marks name the writings of the chunks and of the orders, a
chunk those of its segments, an order those of its blocks; a segment has its keys in pages without a gap. Texts, dates
and amounts only grow, and are sealed with how many there are.
"""

from __future__ import annotations

import contextlib
import marshal
import time
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pyroaring import BitMap

from desktop.language.sentences import say
from desktop.models.embedded.browsing import places
from desktop.models.embedded.browsing.keys import SPAN, bitmap_id
from desktop.models.embedded.browsing.seals import IndexDamaged, Seals, new_salt, new_writing
from desktop.models.embedded.browsing.sorting import SUFFIXES, Runs
from desktop.models.embedded.storage import chain, sqlite
from desktop.models.embedded.storage.store import Store
from desktop.system.private_files import create_private, make_folder
from desktop.terms.errors import Cancelled
from desktop.wording.shown import shown_date

VERSION = 6
SORTING = "-sorting"  # follows the name of the file in which the orders are being made
_PATIENCE_S = 2
_OFTEN = 100_000  # steps of SQLite's machine between two looks at whether to go on
_PAGE = 128  # keys that lie together
_AMOUNTS = 4096  # amounts that lie together

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


_TABLES = (
    "CREATE TABLE mark (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID",
    "CREATE TABLE chunk (number INTEGER PRIMARY KEY, facts BLOB)",
    "CREATE TABLE part (number INTEGER PRIMARY KEY, lines BLOB)",
    "CREATE TABLE bitmap (id INTEGER PRIMARY KEY, bits BLOB)",
    "CREATE TABLE keys (id INTEGER PRIMARY KEY, ids BLOB)",
    "CREATE TABLE amount (number INTEGER PRIMARY KEY, amounts BLOB)",
    "CREATE TABLE directory (number INTEGER PRIMARY KEY, blocks BLOB)",
    "CREATE TABLE block (number INTEGER PRIMARY KEY, seqs BLOB)",
)


class Segment(NamedTuple):
    """The bitmaps of records in a row that were written at once. A chunk has few, which together are all of it."""

    number: int
    length: int
    writing: int


class Part(NamedTuple):
    """Records in a row: their texts, where each ends, and their dates."""

    texts: bytes
    ends: array[int]
    dates: array[int]


@dataclass(slots=True)
class Marks:
    """How far the index has come. `hash` is that of the last record taken in: another store has another one.

    `seen` and `seen_date` are the last change of visibility taken in. `changes` counts the
    commits. Not `ready`: the orders are missing, and `runs` says how long each stretch is that was sorted for them, and
    names the writing of it. `amounts` says how many there are; `segments` and `blocks` are the last numbers given;
    `chunks` and `orders` name the writing of each.
    """

    applied: int = 0
    hash: bytes = b""
    seen: int = 0
    seen_date: int = 0
    changes: int = 0
    ready: bool = False
    zone: str = ""
    amounts: int = 0
    segments: int = 0
    blocks: int = 0
    runs: list[tuple[int, int]] = field(default_factory=list)
    chunks: list[int] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)


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

    def __init__(self, store: Store, user_id: int, *, make: bool, patience: float = _PATIENCE_S) -> None:
        """Open the index. Where there is none, `make` it, or hold an empty one in memory. To be used inside `apart`."""
        file = file_of(store.file, user_id)
        if make and not file.exists():
            make_folder(file.parent)
            with contextlib.suppress(FileExistsError):
                create_private(file)
        self.in_memory = not file.exists()
        self.file = file
        self.writing = 0  # of what is written in the present transaction
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
        run("PRAGMA cache_size = -1000")
        run("PRAGMA journal_size_limit = 16000000")
        run("PRAGMA trusted_schema = 0")
        if run("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            with self.transaction("IMMEDIATE"):
                self._make(key, user_id)
        if run("PRAGMA user_version").fetchone()[0] != VERSION:
            raise IndexDamaged("it was made by another version")
        if [sql for (sql,) in run("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")] != list(_TABLES):
            raise IndexDamaged("its tables are not as they were made")
        (salt,) = run("SELECT value FROM mark WHERE name = 'salt'").fetchone() or (b"",)
        self.seals = _seals(key, user_id, salt)

    def _make(self, key: bytes, user_id: int) -> None:
        """The tables and the first marks, unless another program was quicker."""
        run = self.connection.execute
        if run("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return
        for sql in _TABLES:
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

    def marks(self) -> Marks:
        """How far the index has come."""
        row = self.connection.execute("SELECT value FROM mark WHERE name = 'root'").fetchone()
        return Marks(**marshal.loads(self.seals.opened(b"root:", 0, 0, row)))

    def set_marks(self, marks: Marks) -> None:
        """Note how far it has come."""
        body = marshal.dumps(asdict(marks))
        self.connection.execute("REPLACE INTO mark VALUES ('root', ?)", (self.seals.closed(b"root:", 0, 0, body),))

    def bitmap(self, segment: Segment, key: int) -> BitMap:
        """One bitmap; an empty one where there is none."""
        id = bitmap_id(segment.number, key)
        row = self.connection.execute("SELECT bits FROM bitmap WHERE id = ?", (id,)).fetchone()
        if row is None and not self._is_a_key(segment, id):
            return BitMap()
        return BitMap.deserialize(self.seals.opened(b"bitmap:", id, segment.writing, row))

    def _is_a_key(self, segment: Segment, id: int) -> bool:
        """Whether a segment has a bitmap: the page of keys on which it would stand is under seal, and without a gap."""
        row = self.connection.execute("SELECT id, ids FROM keys WHERE id <= ? ORDER BY id DESC LIMIT 1", (id,))
        start, *blob = row.fetchone() or (id, b"")
        ids = array("q", self.seals.opened(b"keys:", start, segment.writing, tuple(blob)))
        if id >= ids[-1]:
            raise IndexDamaged("a page of keys is missing")
        return ids[bisect_left(ids, id)] == id

    def keys(self, segment: Segment) -> Iterator[array[int]]:
        """The rows of the bitmaps that a segment has, some at a time."""
        start, end = segment.number * SPAN, (segment.number + 1) * SPAN
        while start < end:
            row = self.connection.execute("SELECT ids FROM keys WHERE id = ?", (start,)).fetchone()
            *ids, start = array("q", self.seals.opened(b"keys:", start, segment.writing, row))
            yield array("q", ids)

    def put_bitmaps(self, segment: Segment, rows: Iterable[tuple[int, BitMap]]) -> None:
        """Write the bitmaps of a new segment."""
        ids: list[int] = []

        def closed() -> Iterator[tuple[int, bytes]]:
            for key, bitmap in rows:
                ids.append(bitmap_id(segment.number, key))
                bitmap.run_optimize()
                yield ids[-1], self.seals.closed(b"bitmap:", ids[-1], segment.writing, bitmap.serialize())

        self.connection.executemany("REPLACE INTO bitmap VALUES (?, ?)", closed())
        ids.sort()
        start = segment.number * SPAN
        for at in range(0, max(1, len(ids)), _PAGE):
            end = ids[at + _PAGE] if at + _PAGE < len(ids) else (segment.number + 1) * SPAN
            body = array("q", [*ids[at : at + _PAGE], end]).tobytes()
            blob = self.seals.closed(b"keys:", start, segment.writing, body)
            self.connection.execute("REPLACE INTO keys VALUES (?, ?)", (start, blob))
            start = end

    def drop(self, segment: Segment) -> None:
        """Remove a segment whose records are in another now."""
        span = (segment.number * SPAN, (segment.number + 1) * SPAN)
        self.connection.execute("DELETE FROM bitmap WHERE id >= ? AND id < ?", span)
        self.connection.execute("DELETE FROM keys WHERE id >= ? AND id < ?", span)

    def part(self, number: int, upto: int) -> Part:
        """Some lines in a row, as far as there are records."""
        count = len(places.part(number, upto))
        if not count:
            return Part(b"", array("I"), array("q"))
        row = self.connection.execute("SELECT lines FROM part WHERE number = ?", (number,)).fetchone()
        body = self.seals.opened(b"part:", number, count, row)
        ends, dates = array("I"), array("q")
        begin = count * (ends.itemsize + dates.itemsize)
        ends.frombytes(body[: count * ends.itemsize])
        dates.frombytes(body[count * ends.itemsize : begin])
        return Part(body[begin:], ends, dates)

    def put_part(self, number: int, part: Part) -> None:
        """Write some lines."""
        self._put("part", number, len(part.ends), part.ends.tobytes() + part.dates.tobytes() + part.texts)

    def chunks(self, marks: Marks) -> Iterator[tuple[Any, ...]]:
        """Every chunk's facts."""
        for number, writing in enumerate(marks.chunks):
            row = self.connection.execute("SELECT facts FROM chunk WHERE number = ?", (number,)).fetchone()
            facts: tuple[Any, ...] = marshal.loads(self.seals.opened(b"chunk:", number, writing, row))
            yield facts

    def put_chunk(self, number: int, facts: tuple[Any, ...]) -> None:
        """Write what is known of a chunk."""
        self._put("chunk", number, self.writing, marshal.dumps(facts))

    def amounts(self, count: int) -> Iterator[int]:
        """The first so many amounts, in the order of their ids."""
        for number in range(-(-count // _AMOUNTS)):
            row = self.connection.execute("SELECT amounts FROM amount WHERE number = ?", (number,)).fetchone()
            upto = min(count, (number + 1) * _AMOUNTS)
            yield from array("q", self.seals.opened(b"amount:", number, upto, row))

    def put_amounts(self, amounts: list[int], known: int) -> None:
        """Write all amounts, of which so many are there."""
        for start in range(known - known % _AMOUNTS, len(amounts), _AMOUNTS):
            some = array("q", amounts[start : start + _AMOUNTS])
            self._put("amount", start // _AMOUNTS, start + len(some), some.tobytes())

    def directory(self, number: int, writing: int) -> list[tuple[Any, ...]]:
        """The blocks of an order, as they were put."""
        row = self.connection.execute("SELECT blocks FROM directory WHERE number = ?", (number,)).fetchone()
        blocks: list[tuple[Any, ...]] = marshal.loads(self.seals.opened(b"directory:", number, writing, row))
        return blocks

    def put_directory(self, number: int, blocks: list[tuple[Any, ...]]) -> None:
        """Write the blocks of an order."""
        self._put("directory", number, self.writing, marshal.dumps(blocks))

    def block(self, number: int, writing: int) -> array[int]:
        """The sequence numbers of one block, in its order."""
        row = self.connection.execute("SELECT seqs FROM block WHERE number = ?", (number,)).fetchone()
        return array("I", self.seals.opened(b"block:", number, writing, row))

    def put_block(self, number: int, seqs: array[int]) -> None:
        """Write a block."""
        self._put("block", number, self.writing, seqs.tobytes())

    def _put(self, table: str, number: int, writing: int, body: bytes) -> None:
        blob = self.seals.closed(f"{table}:".encode(), number, writing, body)
        self.connection.execute(f"REPLACE INTO {table} VALUES (?, ?)", (number, blob))


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
