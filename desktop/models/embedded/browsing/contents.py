"""The rows of a user's index, each under its seal: written, and proved as they are read. It opens no file.

The marks name the writings of the chunks and of the orders, a chunk those of its segments (`bitmaps`), an order those
of its blocks and stretches. Texts, dates and amounts only grow, and are sealed with how many there are.
"""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from pyroaring import BitMap

from desktop.models.embedded.browsing import places
from desktop.models.embedded.browsing.bitmaps import TABLES as BITMAPS
from desktop.models.embedded.browsing.bitmaps import Bitmaps
from desktop.models.embedded.browsing.seals import Seals

_AMOUNTS = 4096  # amounts that lie together

TABLES = (
    "CREATE TABLE mark (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID",
    "CREATE TABLE chunk (number INTEGER PRIMARY KEY, facts BLOB)",
    "CREATE TABLE part (number INTEGER PRIMARY KEY, lines BLOB)",
    "CREATE TABLE dates (number INTEGER PRIMARY KEY, dates BLOB)",
    *BITMAPS,
    "CREATE TABLE amount (number INTEGER PRIMARY KEY, amounts BLOB)",
    "CREATE TABLE directory (number INTEGER PRIMARY KEY, blocks BLOB)",
    "CREATE TABLE block (number INTEGER PRIMARY KEY, seqs BLOB)",
    "CREATE TABLE stretch (number INTEGER PRIMARY KEY, members BLOB)",
)


class Part(NamedTuple):
    """The texts of records in a row, and where each ends."""

    texts: bytes
    ends: array[int]


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


class Contents:
    """What is in an index. To be used inside `index_file.apart`."""

    connection: Any
    seals: Seals
    bitmaps: Bitmaps
    writing = 0  # of what is written in the present transaction

    def marks(self) -> Marks:
        """How far the index has come."""
        row = self.connection.execute("SELECT value FROM mark WHERE name = 'root'").fetchone()
        return Marks(**marshal.loads(self.seals.opened(b"root:", 0, 0, row)))

    def set_marks(self, marks: Marks) -> None:
        """Note how far it has come."""
        body = marshal.dumps(asdict(marks))
        self.connection.execute("REPLACE INTO mark VALUES ('root', ?)", (self.seals.closed(b"root:", 0, 0, body),))

    def part(self, number: int, upto: int) -> Part:
        """Some lines in a row, as far as there are records."""
        count = len(places.part(number, upto))
        if not count:
            return Part(b"", array("I"))
        row = self.connection.execute("SELECT lines FROM part WHERE number = ?", (number,)).fetchone()
        body, ends = self.seals.opened(b"part:", number, count, row), array("I")
        begin = count * ends.itemsize
        ends.frombytes(body[:begin])
        return Part(body[begin:], ends)

    def dates(self, number: int, upto: int) -> array[int]:
        """The dates of some lines in a row, as far as there are records."""
        count = len(places.part(number, upto))
        if not count:
            return array("q")
        row = self.connection.execute("SELECT dates FROM dates WHERE number = ?", (number,)).fetchone()
        return array("q", self.seals.opened(b"dates:", number, count, row))

    def put_part(self, number: int, part: Part, dates: array[int]) -> None:
        """Write some lines, and their dates."""
        self._put("part", number, len(part.ends), part.ends.tobytes() + part.texts)
        self._put("dates", number, len(dates), dates.tobytes())

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

    def members(self, number: int, writing: int) -> BitMap:
        """The sequence numbers in a stretch of blocks, which has the number of the first of them."""
        row = self.connection.execute("SELECT members FROM stretch WHERE number = ?", (number,)).fetchone()
        return BitMap.deserialize(self.seals.opened(b"stretch:", number, writing, row))

    def put_members(self, number: int, members: BitMap) -> None:
        """Write which are in a stretch."""
        members.run_optimize()
        self._put("stretch", number, self.writing, members.serialize())

    def _put(self, table: str, number: int, writing: int, body: bytes) -> None:
        blob = self.seals.closed(f"{table}:".encode(), number, writing, body)
        self.connection.execute(f"REPLACE INTO {table} VALUES (?, ?)", (number, blob))
