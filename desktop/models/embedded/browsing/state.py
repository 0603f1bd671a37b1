"""What is known of one user's records: the index as it is on the disk, and in memory whatever came after it.

`take` and `apply` bring it up to the ledger in memory; `flush` writes that into the index. So an index that is a
little behind answers as one that is not, and a charge never waits for it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from pyroaring import BitMap

from desktop.models.embedded.browsing import lines, places, reading
from desktop.models.embedded.browsing.amounts import Amounts
from desktop.models.embedded.browsing.chunks import Chunk
from desktop.models.embedded.browsing.contents import Part
from desktop.models.embedded.browsing.fresh import Fresh
from desktop.models.embedded.browsing.index_file import IndexFile
from desktop.models.embedded.browsing.orders import Order
from desktop.models.embedded.browsing.seals import IndexDamaged
from desktop.models.embedded.browsing.standing import CHANGES, check_marks, newest_of
from desktop.models.embedded.storage.store import Store
from desktop.terms.kinds import Column


class State:
    """One thread's view of a user's records."""

    def __init__(self, store: Store, user_id: int, file: IndexFile) -> None:
        self.store = store
        self.user_id = user_id
        self.file = file
        self.revision = 0
        self.is_far_behind = False
        self._broken = False
        self._deleted = (0, BitMap())
        self.load()

    def load(self) -> None:
        """Start from what is on the disk."""
        self._broken = True
        self.marks = self.file.marks()
        self.upto, self.hash = self.marks.applied, self.marks.hash
        self.seen, self.seen_date = self.marks.seen, self.marks.seen_date
        check_marks(self.store, self.user_id, self.marks)
        self.chunks = [Chunk.of(facts) for facts in self.file.chunks(self.marks)]
        self.amounts = Amounts(self.file.amounts(self.marks.amounts))
        self.fresh: dict[int, Fresh] = {}
        self.toggled: dict[int, int] = {}
        self.orders: dict[Column, Order] = {}
        self.dirty: set[int] = set()
        self.changed: dict[int, int] = {}
        self.revision += 1
        self.floor = self.revision  # nothing found before this revision still holds
        self._broken = False

    def sync(self, most: int) -> bool:
        """Take in what is new in the ledger, in the caller's transactions; False when it is more than `most`."""
        if self._broken or self.file.marks().changes != self.marks.changes:
            self.load()
        self._broken = True
        run = self.store.database.execute_sql
        newest = newest_of(self.store, self.user_id)
        changes = run(f"{CHANGES} LIMIT ?", (self.user_id, self.seen, most + 1)).fetchall()
        enough = newest - self.upto <= most and len(changes) <= most and (self.marks.ready or not self.marks.applied)
        if enough:
            self.take(list(reading.read(self.store, self.user_id, self.upto, most)))
            self.note(changes)
        self._broken = False
        self.is_far_behind = not enough
        return enough

    def note(self, changes: Sequence[tuple[int, int, int]]) -> None:
        """Take in rows of `CHANGES`."""
        if changes:
            self.apply({seq for _, seq, _ in changes})
            self.seen, self.seen_date = changes[-1][0], changes[-1][2]

    def order(self, sort: Column) -> Order:
        """One of the orders other than by date."""
        if sort not in self.orders:
            self.orders[sort] = Order(self, sort)
        return self.orders[sort]

    def is_live(self, seq: int) -> bool:
        """Whether a record is not deleted."""
        return seq not in self.chunks[places.chunk_of(seq)].deleted

    def deleted(self) -> BitMap:
        """All that are deleted."""
        if self._deleted[0] != self.revision:
            self._deleted = self.revision, BitMap().union(*(chunk.deleted for chunk in self.chunks))
        return self._deleted[1]

    @property
    def waiting(self) -> range:
        """The records that the index on the disk does not have yet."""
        return range(self.marks.applied + 1, self.upto + 1)

    def kind_of(self, seq: int) -> int:
        """The number of the operation of a record that waits."""
        return self.fresh[places.chunk_of(seq)].kind_of(seq)

    def bits(self, chunk: int, key: int) -> BitMap:
        """The records of a chunk that have something."""
        found = [self.file.bitmaps.of(segment, key) for segment in self.chunks[chunk].segments]
        if chunk in self.fresh:
            found.append(self.fresh[chunk].bits(key, self.amounts.texts))
        return found[0] if len(found) == 1 else BitMap().union(*found)

    def part(self, number: int) -> Part:
        """Some lines in a row."""
        texts, ends = self.file.part(number, self.marks.applied)
        some = places.part(number, self.upto)
        fresh = self.fresh.get(places.chunk_of(some.start))
        if fresh is not None:
            more = fresh.part(some)
            ends.extend([len(texts) + end for end in more.ends])
            texts += more.texts
        return Part(texts, ends)

    def dates(self, number: int) -> array[int]:
        """The dates of some lines in a row."""
        some = places.part(number, self.upto)
        fresh = self.fresh.get(places.chunk_of(some.start))
        return self.file.dates(number, self.marks.applied) + (fresh.dates_of(some) if fresh else array("q"))

    def adopt(self, number: int, chunk: Chunk, hash: bytes) -> None:
        """Take a chunk as somebody else has found it, in place of one that it may have, which is shorter."""
        self.chunks[number:] = [chunk]
        self.upto, self.hash = chunk.records.stop - 1, hash
        self._note(number)

    @property
    def dates_follow_numbers(self) -> bool:
        """Whether the ledger's own order is that of its dates: no clock was set back."""
        chunks = self.chunks
        return all(chunk.ordered for chunk in chunks) and all(one.last <= two.first for one, two in pairwise(chunks))

    def take(self, more: Sequence[lines.RecordLine]) -> None:
        """Take in the records that follow."""
        if [line.seq for line in more] != list(range(self.upto + 1, self.upto + 1 + len(more))):
            raise IndexDamaged("a record is missing")  # the proof says so; the index has no place for it
        for number, some in groupby(more, lambda line: places.chunk_of(line.seq)):
            self._take(number, lines.columns_of(list(some)))
        if more:
            self.upto, self.hash = more[-1].seq, bytes(more[-1].hash)
        for order in self.orders.values():
            for line in more:
                order.add(line.seq)

    def _take(self, number: int, some: lines.Columns) -> None:
        first = some.seqs[0]
        if number == len(self.chunks):
            self.chunks.append(Chunk(range(first, first), first=some.dates[0], last=some.dates[0]))
        amounts = list(map(self.amounts.id_of, some.amounts))
        self.chunks[number].take(some, amounts)
        if number not in self.fresh:
            self.fresh[number] = Fresh(first)
        self.fresh[number].add(some, amounts)
        self._note(number)

    def apply(self, changed: Iterable[int]) -> None:
        """Take in which records may have been deleted or restored; what became of them, the records themselves say."""
        for line in reading.read_some(self.store, self.user_id, [seq for seq in changed if seq <= self.upto]):
            deleted, number = bool(line.deleted), places.chunk_of(line.seq)
            chunk = self.chunks[number]
            if (line.seq in chunk.deleted) == deleted:
                continue
            tally = chunk.tallies.get((line.kind, self.amounts.ids.get(line.amount, 0)))
            if tally is None:
                raise IndexDamaged("a record is not what it was when it was taken in")
            (chunk.deleted.add if deleted else chunk.deleted.discard)(line.seq)
            tally[not deleted] -= 1
            tally[deleted] += 1
            step = -1 if deleted else 1
            if line.seq <= self.marks.applied:
                self.toggled[line.seq] = self.toggled.get(line.seq, 0) + step
            for order in self.orders.values():
                order.mark(line.seq, step)
            self._note(number)

    def _note(self, chunk: int) -> None:
        self.revision += 1
        self.changed[chunk] = self.revision
        self.dirty.add(chunk)
