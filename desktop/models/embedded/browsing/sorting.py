"""Sorting all of a user's records by every key at once, in little memory. It decides nothing about the orders.

Records are sorted in runs as they are taken in, and laid down in pieces in a file of their own; then all runs are
merged. SQLite would sort nine million keys in memory (600 MB): its temporary files are compiled out of the wheels.
"""

from __future__ import annotations

import marshal
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

from desktop.arithmetic.ordering import number_key
from desktop.language.sentences import say
from desktop.models.embedded.browsing.lines import KINDS, SORT_KEYS, RecordLine
from desktop.models.embedded.browsing.seals import Seals
from desktop.models.embedded.storage import sqlite
from desktop.system.private_files import create_private
from desktop.terms.errors import Cancelled
from desktop.terms.values import Column

_PIECE = 128  # of each run, while they are merged
_ABREAST = 16  # of so many runs one piece comes to its end in a step of the merge
_PLACES = 8  # more than there are sorts
_PIECES = 1 << 20  # more than a run has

_KEYS: dict[Column, Callable[[RecordLine], Any]] = {
    Column.DATE: lambda line: line.date,
    Column.OPERATION: lambda line: KINDS[line.kind].value,
    Column.OPERANDS: lambda line: line.operands.encode(),
    Column.RESPONSE: lambda line: number_key(line.response).encode(),
    Column.AMOUNT: lambda line: line.amount,
    Column.BALANCE: lambda line: line.balance,
}
"""What SQLite compares for each of `SORT_KEYS`: its texts as bytes."""

Run = tuple[int, int]
"""How many records are sorted in it, and its writing."""


class Runs:
    """The file of the runs. To be used inside `index_file.apart`."""

    def __init__(self, file: Path, seals: Seals) -> None:
        self._seals = seals
        self._file = file
        if not file.exists():
            create_private(file)
        self._connection = sqlite.sqlite3.connect(str(file), isolation_level=None)
        for pragma in ("journal_mode = off", "synchronous = 0", "cache_size = -4000"):
            self._connection.execute(f"PRAGMA {pragma}").fetchall()
        self._connection.execute("CREATE TABLE IF NOT EXISTS piece (id INTEGER PRIMARY KEY, items BLOB)")

    def close(self) -> None:
        """Close the file, which stays for the next time."""
        self._connection.close()

    def remove(self) -> None:
        """Close and remove the file."""
        self.close()
        self._file.unlink()

    def put(self, number: int, writing: int, some: Sequence[RecordLine]) -> Run:
        """Sort records that follow each other, by each key, as one run."""
        seqs = list(map(itemgetter(0), some))
        self._connection.execute("BEGIN")
        for place, sort in enumerate(SORT_KEYS):
            keys = list(map(_KEYS[sort], some))
            order = sorted(range(len(keys)), key=keys.__getitem__)
            for piece, start in enumerate(range(0, len(order), _PIECE)):
                ranks = order[start : start + _PIECE]
                body = marshal.dumps(([keys[rank] for rank in ranks], [seqs[rank] for rank in ranks]))
                id = _id(number, place, piece)
                blob = self._seals.closed(b"piece:", id, writing, body)
                self._connection.execute("REPLACE INTO piece VALUES (?, ?)", (id, blob))
        self._connection.execute("COMMIT")
        return len(some), writing

    def merged(self, runs: Sequence[Run], sort: Column, cancelled: Callable[[], bool]) -> Iterator[list[int]]:
        """The sequence numbers of all runs in the order of one of the sorts, some at a time."""
        sources = [_Source(self._pieces(number, run, sort)) for number, run in enumerate(runs)]
        while sources := [source for source in sources if source.keys]:
            if cancelled():
                raise Cancelled(say("The index is not wanted any more."))
            limit = sorted(source.keys[-1] for source in sources)[min(len(sources) - 1, len(sources) // _ABREAST)]
            keys: list[Any] = []
            seqs: list[int] = []
            for source in sources:  # in the order of their numbers, which decide between equal keys
                source.take(limit, keys, seqs)
            yield [seqs[rank] for rank in sorted(range(len(keys)), key=keys.__getitem__)]

    def _pieces(self, number: int, run: Run, sort: Column) -> Iterator[tuple[list[Any], list[int]]]:
        length, writing = run
        place = list(SORT_KEYS).index(sort)
        for piece in range(-(-length // _PIECE)):
            id = _id(number, place, piece)
            row = self._connection.execute("SELECT items FROM piece WHERE id = ?", (id,)).fetchone()
            yield marshal.loads(self._seals.opened(b"piece:", id, writing, row))


class _Source:
    """What is left of a run."""

    def __init__(self, pieces: Iterator[tuple[list[Any], list[int]]]) -> None:
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


def _id(run: int, place: int, piece: int) -> int:
    return (run * _PLACES + place) * _PIECES + piece
