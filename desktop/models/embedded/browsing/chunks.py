"""What is known of a chunk of records beside its bitmaps: small enough to stay in memory. It reads nothing."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from pyroaring import BitMap

from desktop.models.embedded.browsing import lines, places
from desktop.models.embedded.browsing.bitmaps import Segment

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

    @property
    def parts(self) -> range:
        """Its parts, which may be begun."""
        first = places.part_of(self.records.start)
        return range(first, first + len(self.latest))

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
