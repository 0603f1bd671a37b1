"""What the index says of one chunk of records, worked out by itself: in this process or in another one.

It is written under numbers that nobody knows yet; the index has it once its marks name them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from desktop.language.sentences import say
from desktop.models.embedded.browsing import lines, places, reading
from desktop.models.embedded.browsing.bitmaps import Segment
from desktop.models.embedded.browsing.chunks import Chunk
from desktop.models.embedded.browsing.fresh import Fresh
from desktop.models.embedded.browsing.index_file import IndexFile
from desktop.models.embedded.browsing.keys import AMOUNT, DATE
from desktop.models.embedded.browsing.seals import new_writing
from desktop.models.embedded.browsing.sorting import Run, Runs, Unsorted
from desktop.models.embedded.browsing.standing import last_change
from desktop.models.embedded.storage.store import Store
from desktop.terms.errors import Cancelled


@dataclass(frozen=True, slots=True)
class Task:
    """A chunk to be taken in: which records, and the number of the segment that is to hold its bitmaps."""

    chunk: int
    records: range
    segment: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What is kept of a chunk beside its rows. `amounts` are those that occur, by their ids here: 1, 2, 3 …

    `hash` is the last record's, `seen` the journal's last change when the records were read, and its date.
    """

    task: Task
    chunk: Chunk
    amounts: tuple[int, ...]
    hash: bytes
    seen: tuple[int, int]


class Digest:
    """One chunk's bitmaps, texts and sorted keys, in memory."""

    def __init__(self, store: Store, user_id: int, task: Task, cancelled: Callable[[], bool]) -> None:
        """Read the records, in the caller's transaction. Raises `Cancelled`, and `IndexDamaged` for one missing."""
        first = task.records.start
        ids: dict[int, int] = {}
        chunk = Chunk(range(first, first))
        unsorted, seen = Unsorted(first), last_change(store, user_id)
        self._fresh = Fresh(first)
        for some in reading.read_columns(store, user_id, task.records):
            if cancelled():
                raise Cancelled(say("The index is not wanted any more."))
            if not chunk.records:
                chunk.first = chunk.last = some.dates[0]
            amounts = [ids.setdefault(amount, len(ids) + 1) for amount in some.amounts]
            chunk.take(some, amounts)
            self._fresh.add(some, amounts)
            unsorted.add(some)
        hash = reading.hash_of(store, user_id, task.records.stop - 1)
        self.summary = Summary(task, chunk, tuple(ids), hash, seen)
        self._pieces = list(unsorted.pieces(dates_follow=chunk.ordered))
        self._bitmaps = self._fresh.bitmaps({id: lines.amount_texts(amount) for amount, id in ids.items()})

    def write(self, file: IndexFile, runs: Runs, ids: Sequence[int]) -> tuple[Segment, Run]:
        """Write it, in two transactions of its own; `ids` are the index's for its amounts.

        What the marks are to name: the segment and the run.
        """
        task, fresh, bitmaps = self.summary.task, self._fresh, file.bitmaps
        segment = Segment(task.segment, len(task.records), new_writing())
        sealed = bitmaps.sealed(segment, self._rows(ids))
        with file.transaction("IMMEDIATE"):
            bitmaps.drop(segment)  # what somebody who was stopped has left
            bitmaps.put(sealed)
            for number in range(places.part_of(task.records.start), places.part_of(task.records.stop - 1) + 1):
                some = places.part(number, task.records.stop - 1)
                file.put_part(number, fresh.part(some), fresh.dates_of(some))
        runs.put(task.chunk, segment.writing, self._pieces)
        return segment, (segment.length, segment.writing)

    def _rows(self, ids: Sequence[int]) -> Iterator[tuple[int, BitMap]]:
        """The bitmaps in the order of their keys. Each leaves the memory as the next comes."""
        local = {AMOUNT + id: AMOUNT + here for here, id in enumerate(ids, 1)}
        keys = [key for key in self._bitmaps if not AMOUNT < key < DATE]
        for key in sorted([*keys, *local]):
            yield key, self._bitmaps.pop(local.get(key, key))
