"""Sorting all of a user's records by a key in little memory. It decides nothing about the orders.

The records of each chunk are sorted as they are taken in, and laid down in pieces in a file of their own: a run. Then
all runs are merged. What the index holds anyway (which records are of a kind, or of an amount; dates that follow each
other) makes an order without it. SQLite would sort nine million keys in memory (600 MB): its temporary files are
compiled out of the wheels.
"""

from __future__ import annotations

import contextlib
import marshal
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from desktop.arithmetic.ordering import number_key
from desktop.models.embedded.browsing.lines import SORT_KEYS, Columns
from desktop.models.embedded.browsing.seals import Seals
from desktop.models.embedded.storage import sqlite
from desktop.system.private_files import create_private
from desktop.terms.kinds import Column

SUFFIXES = ("", "-wal", "-shm")  # of the file and of what SQLite has beside it
_PIECE = 1024  # of each run, while they are merged
_ABREAST = 16  # of so many runs one piece comes to its end in a step of the merge
_PLACES = 8  # more than there are sorts
_PIECES = 1 << 20  # more than a run has
_PATIENCE_S = 20
_BETWEEN = "\0"  # texts of a piece


def _by_bytes(texts: Sequence[str]) -> list[str]:
    """Texts that compare as the UTF-8 of these does, a letter for each byte: in half the time where signs are mixed."""
    spread = _spread(_BETWEEN.join(texts)).split(_BETWEEN)
    return spread if len(spread) == len(texts) else list(map(_spread, texts))


def _spread(text: str) -> str:
    return text.encode(errors="surrogatepass").decode("latin-1")


_KEYS: dict[Column, Callable[[Columns], list[Any]]] = {
    Column.OPERANDS: lambda some: _by_bytes(some.operands),
    Column.RESPONSE: lambda some: list(map(number_key, some.responses)),
    Column.BALANCE: lambda some: list(some.balances),
    Column.DATE: lambda some: list(some.dates),
}
"""What SQLite compares for those of `SORT_KEYS` that runs are made of."""

Run = tuple[int, int]
"""How many records are sorted in it, and its writing."""

Piece = tuple[list[Any], list[int]]
"""Keys in their order, and the sequence numbers of the records that have them."""


class Unsorted:
    """The keys of some records that follow each other, from `first` on, as they are taken in."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._keys: dict[Column, list[Any]] = {sort: [] for sort in _KEYS}

    def add(self, some: Columns) -> None:
        """Add the records that follow."""
        for sort, keys in self._keys.items():
            keys += _KEYS[sort](some)

    def pieces(self, *, dates_follow: bool) -> Iterator[tuple[Column, int, bytes]]:
        """The records sorted by each key, piece by piece; what has been sorted leaves the memory.

        Dates that follow the numbers are not sorted: `merged` takes them from elsewhere.
        """
        for sort in [sort for sort in self._keys if not (sort is Column.DATE and dates_follow)]:
            keys = self._keys.pop(sort)
            order = sorted(range(len(keys)), key=keys.__getitem__)
            keys = list(map(keys.__getitem__, order))
            seqs = array("I", map(self._first.__add__, order))
            for piece, start in enumerate(range(0, len(order), _PIECE)):
                some = slice(start, start + _PIECE)
                yield sort, piece, marshal.dumps((_packed(keys[some]), seqs[some].tobytes()))


class Runs:
    """The file of the runs, one a chunk. To be used inside `index_file.apart`."""

    def __init__(self, file: Path, seals: Seals) -> None:
        self._seals = seals
        self._file = file
        with contextlib.suppress(FileExistsError):
            create_private(file)
        self._connection = sqlite.sqlite3.connect(str(file), isolation_level=None, timeout=_PATIENCE_S)
        journal = sqlite.durable_pragmas()["journal_mode"]  # whoever is stopped in the midst of it leaves it sound
        for pragma in (f"journal_mode = {journal}", "synchronous = 0", "cache_size = -1000"):
            self._connection.execute(f"PRAGMA {pragma}").fetchall()
        self._connection.execute("CREATE TABLE IF NOT EXISTS piece (id INTEGER PRIMARY KEY, items BLOB)")

    def close(self) -> None:
        """Close the file, which stays for the next time."""
        self._connection.close()

    def remove(self) -> None:
        """Close and remove the file."""
        self.close()
        for suffix in SUFFIXES:
            self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)

    def put(self, number: int, writing: int, pieces: Iterable[tuple[Column, int, bytes]]) -> None:
        """Write the run of a chunk, in place of one that it may have."""
        self._connection.execute("BEGIN IMMEDIATE")
        span = _id(number, 0, 0), _id(number + 1, 0, 0)
        self._connection.execute("DELETE FROM piece WHERE id >= ? AND id < ?", span)
        for sort, piece, body in pieces:
            id = _id(number, _place(sort), piece)
            blob = self._seals.closed(b"piece:", id, writing, body)
            self._connection.execute("INSERT INTO piece VALUES (?, ?)", (id, blob))
        self._connection.execute("COMMIT")

    def pieces(self, number: int, run: Run, sort: Column) -> Iterator[Piece]:
        """A run in the order of one of the sorts."""
        length, writing = run
        for piece in range(-(-length // _PIECE)):
            id = _id(number, _place(sort), piece)
            row = self._connection.execute("SELECT items FROM piece WHERE id = ?", (id,)).fetchone()
            keys, seqs = marshal.loads(self._seals.opened(b"piece:", id, writing, row))
            yield _unpacked(keys), array("I", seqs).tolist()


def merged(runs: Iterable[Iterator[Piece]]) -> Iterator[list[int]]:
    """The sequence numbers of all runs in order, some at a time."""
    sources = list(map(_Source, runs))
    while sources := [source for source in sources if source.keys]:
        limit = sorted(source.keys[-1] for source in sources)[min(len(sources) - 1, len(sources) // _ABREAST)]
        keys: list[Any] = []
        seqs: list[int] = []
        for source in sources:  # in the order of their numbers, which decide between equal keys
            source.take(limit, keys, seqs)
        yield list(map(seqs.__getitem__, sorted(range(len(keys)), key=keys.__getitem__)))


class _Source:
    """What is left of a run."""

    def __init__(self, pieces: Iterator[Piece]) -> None:
        self._pieces = pieces
        self.keys: list[Any] = []
        self._seqs: list[int] = []
        self._next()

    def _next(self) -> None:
        self.keys, self._seqs = next(self._pieces, ([], []))

    def take(self, limit: Any, keys: list[Any], seqs: list[int]) -> None:
        """Move what is not above a limit to others."""
        while self.keys and self.keys[-1] <= limit:
            keys += self.keys
            seqs += self._seqs
            self._next()
        cut = bisect_right(self.keys, limit)
        keys += self.keys[:cut]
        seqs += self._seqs[:cut]
        del self.keys[:cut], self._seqs[:cut]


def _packed(keys: list[Any]) -> list[Any] | bytes | str:
    """Keys as they are laid down: numbers side by side, texts as one unless one has what parts them in it."""
    if isinstance(keys[0], int):
        return array("q", keys).tobytes()
    joined = _BETWEEN.join(keys)
    return joined if joined.count(_BETWEEN) == len(keys) - 1 else keys


def _unpacked(packed: list[Any] | bytes | str) -> list[Any]:
    if isinstance(packed, bytes):
        return array("q", packed).tolist()
    return packed.split(_BETWEEN) if isinstance(packed, str) else packed


def _place(sort: Column) -> int:
    return list(SORT_KEYS).index(sort)


def _id(run: int, place: int, piece: int) -> int:
    return (run * _PLACES + place) * _PIECES + piece
