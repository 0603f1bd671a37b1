"""What is known of one user's records: the index as it is on the disk, and in memory whatever came after it.

`take` and `apply` bring it up to the ledger in memory; `flush` writes that into the index. So an index that is a
little behind answers as one that is not, and a charge never waits for it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby, islice, pairwise
from operator import itemgetter
from typing import Any

from pyroaring import BitMap

from desktop.models.embedded.browsing import lines, places
from desktop.models.embedded.browsing.bitmaps import Segment
from desktop.models.embedded.browsing.contents import Marks, Part
from desktop.models.embedded.browsing.fresh import Fresh
from desktop.models.embedded.browsing.index_file import IndexFile, zone
from desktop.models.embedded.browsing.orders import Order
from desktop.models.embedded.browsing.seals import IndexDamaged
from desktop.models.embedded.storage.store import Store
from desktop.terms.values import Column

Tallies = dict[tuple[int, int], list[int]]
"""How many records of an operation and an amount (its id) are live, and how many are deleted."""


@dataclass(slots=True)
class Chunk:
    """Facts of a chunk, of what occurs in it and of the span of its dates, and of those of each of its parts."""

    records: range
    deleted: BitMap = field(default_factory=BitMap)
    first: int = 0
    last: int = 0
    ordered: bool = True
    earliest: array[int] = field(default_factory=lambda: array("q"))
    latest: array[int] = field(default_factory=lambda: array("q"))
    tallies: Tallies = field(default_factory=dict)
    segments: list[Segment] = field(default_factory=list)
    _amounts: set[int] = field(default_factory=set)
    _counted: int = 0

    @property
    def all(self) -> BitMap:
        """Every record in it."""
        return BitMap(self.records)

    def facts(self) -> tuple[Any, ...]:
        """What is written of it."""
        segments = [tuple(segment) for segment in self.segments]
        bounds, parts = (self.records.start, self.records.stop), (self.earliest.tobytes(), self.latest.tobytes())
        return bounds, self.deleted.serialize(), self.first, self.last, self.ordered, parts, self.tallies, segments

    @classmethod
    def of(cls, facts: tuple[Any, ...]) -> Chunk:
        """A chunk as it was written."""
        bounds, deleted, first, last, ordered, parts, tallies, segments = facts
        earliest, latest = (array("q", dates) for dates in parts)
        known = [Segment(*segment) for segment in segments]
        return cls(range(*bounds), BitMap.deserialize(deleted), first, last, ordered, earliest, latest, tallies, known)

    def take(self, some: lines.Columns, amounts: Sequence[int]) -> None:
        """Take in the records that follow, all of this chunk, with the ids of their amounts."""
        first, dates = some.seqs[0], some.dates
        follow = list(dates) == sorted(dates)
        earliest, latest = (itemgetter(0), itemgetter(-1)) if follow else (min, max)
        self.ordered = self.ordered and self.last <= dates[0] and follow
        self.first, self.last = min(self.first, earliest(dates)), max(self.last, latest(dates))
        self.records = range(self.records.start, first + len(dates))
        at = 0
        while at < len(dates):
            part = places.part_of(first + at)
            in_part = dates[at : places.part(part, self.records.stop - 1).stop - first]
            if part - places.part_of(self.records.start) == len(self.latest):
                self.earliest.append(in_part[0])
                self.latest.append(in_part[0])
            self.earliest[-1] = min(self.earliest[-1], earliest(in_part))
            self.latest[-1] = max(self.latest[-1], latest(in_part))
            at += len(in_part)
        self.deleted |= BitMap([seq for seq, deleted in zip(some.seqs, some.deleted, strict=True) if deleted])
        counted = Counter(zip(some.kinds, amounts, some.deleted, strict=True))
        for (kind, amount, deleted), count in counted.items():
            self.tallies.setdefault((kind, amount), [0, 0])[deleted] += count

    @property
    def amounts(self) -> set[int]:
        """The ids of the amounts that occur."""
        if self._counted != len(self.tallies):  # of which none goes
            self._amounts, self._counted = {amount for _, amount in self.tallies}, len(self.tallies)
        return self._amounts


# Which records of a user the journal knows to have been deleted or restored, from an entry on: number, record, date.
CHANGES = """SELECT j.number, r.seq, j.date FROM journal j JOIN record r ON r.id = j.subject
    WHERE j.user_id = ? AND j.number > ? AND j.kind IN ('deleted', 'restored') ORDER BY j.number"""


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
        amounts = self.file.amounts(self.marks.amounts)
        self.amounts: dict[int, int] = {amount: id for id, amount in enumerate(amounts, 1)}
        self._amount_texts: dict[int, tuple[bytes, bytes]] = {}
        self._amounts_shown: tuple[bytes, list[int]] = (b"", [])
        self.amount_of = {id: amount for amount, id in self.amounts.items()}
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
            self.take(list(lines.read(self.store, self.user_id, self.upto, most)))
            self.note(changes)
        self._broken = False
        self.is_far_behind = not enough
        return enough

    def note(self, changes: Sequence[tuple[int, int, int]]) -> None:
        """Take in rows of `CHANGES`."""
        if changes:
            self.apply({seq for _, seq, _ in changes})
            self.seen, self.seen_date = changes[-1][0], changes[-1][2]

    @property
    def amount_texts(self) -> dict[int, tuple[bytes, bytes]]:
        """How each amount is shown, by its id; made when a search first asks, for there may be thousands."""
        known = len(self._amount_texts)
        if known < len(self.amounts):
            for amount, id in islice(self.amounts.items(), known, None):
                self._amount_texts[id] = lines.amount_texts(amount)
        return self._amount_texts

    def amounts_with(self, text: bytes) -> set[int]:
        """The ids of the amounts that are shown with a text: all are looked through as one."""
        if len(self._amounts_shown[1]) < len(self.amounts):
            shown = [b"%b\0%b\0" % texts for texts in self.amount_texts.values()]
            self._amounts_shown = b"".join(shown), list(accumulate(map(len, shown)))
        whole, ends = self._amounts_shown
        found, at = set[int](), whole.find(text)
        while at >= 0:
            place = bisect_right(ends, at)
            found.add(place + 1)  # ids are given one by one, from 1 on
            at = whole.find(text, ends[place])
        return found

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
            found.append(self.fresh[chunk].bits(key, self.amount_texts))
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
        amounts = list(map(self.amount_id, some.amounts))
        self.chunks[number].take(some, amounts)
        if number not in self.fresh:
            self.fresh[number] = Fresh(first)
        self.fresh[number].add(some, amounts)
        self._note(number)

    def amount_id(self, amount: int) -> int:
        """The id of an amount, which it is given where it has none."""
        found = self.amounts.get(amount)
        if found is None:
            found = self.amounts[amount] = len(self.amounts) + 1
            self.amount_of[found] = amount
        return found

    def apply(self, changed: Iterable[int]) -> None:
        """Take in which records may have been deleted or restored; what became of them, the records themselves say."""
        for line in lines.read_some(self.store, self.user_id, [seq for seq in changed if seq <= self.upto]):
            deleted, number = bool(line.deleted), places.chunk_of(line.seq)
            chunk = self.chunks[number]
            if (line.seq in chunk.deleted) == deleted:
                continue
            tally = chunk.tallies.get((line.kind, self.amounts.get(line.amount, 0)))
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


def check_marks(store: Store, user_id: int, marks: Marks) -> None:
    """Raises `IndexDamaged` when an index is of another store, another past or another time zone."""
    run = store.database.execute_sql
    if marks.applied:
        row = run("SELECT hash FROM record WHERE user_id = ? AND seq = ?", (user_id, marks.applied)).fetchone()
        if row is None or bytes(row[0]) != marks.hash or marks.zone != zone():
            raise IndexDamaged("it is not of this store as it is now")
    if marks.seen:
        row = run("SELECT date FROM journal WHERE number = ? AND user_id = ?", (marks.seen, user_id)).fetchone()
        if row is None or row[0] != marks.seen_date:
            raise IndexDamaged("it knows of deletions that the store does not have")


def newest_of(store: Store, user_id: int) -> int:
    """The ledger's last record of a user."""
    sql = "SELECT max(seq) FROM record WHERE user_id = ?"
    return store.database.execute_sql(sql, (user_id,)).fetchone()[0] or 0


def last_change(store: Store, user_id: int) -> tuple[int, int]:
    """The journal's last change of visibility of a user's records, and when it was; (0, 0) where there is none."""
    sql = (
        "SELECT number, date FROM journal WHERE user_id = ? AND kind IN ('deleted', 'restored') "
        "ORDER BY number DESC LIMIT 1"
    )
    number, date = store.database.execute_sql(sql, (user_id,)).fetchone() or (0, 0)
    return number, date


def is_up_to_date(store: Store, user_id: int, marks: Marks) -> bool:
    """Whether an index with these marks lacks nothing that is in the ledger."""
    ends = newest_of(store, user_id), last_change(store, user_id)[0]
    return marks.ready and (marks.applied, marks.seen) == ends
