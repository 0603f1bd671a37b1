"""Filters and search texts as sets of records.

For each chunk there is what is `sure`ly found and what is `maybe` found (`texts`). `exact` looks into the texts then.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import compress, count, groupby
from typing import TYPE_CHECKING

from pyroaring import BitMap

from desktop.finding.filters import Plan
from desktop.models.embedded.browsing import lines, places, reading, texts
from desktop.models.embedded.browsing.keys import KIND
from desktop.models.embedded.browsing.texts import Term, having

if TYPE_CHECKING:
    from desktop.models.embedded.browsing.chunks import Chunk
    from desktop.models.embedded.browsing.state import State

_SCATTERED = 3  # candidates in a part up to which their records are sooner read than the part
_ONE_BY_ONE = 24  # candidates in a part up to which each is looked at alone


class Search:
    """What is meant by filters, against one state of the index."""

    def __init__(self, state: State, plan: Plan) -> None:
        self._state = state
        self.plan = plan
        self.kinds: list[int] | None = None
        if plan.operations is not None:
            self.kinds = sorted(lines.NUMBERS[operation] for operation in plan.operations)
        self._named = [KIND + lines.NUMBERS[operation] for operation in plan.named]
        self.terms = [Term(state, text) for text in dict.fromkeys(plan.texts) if text]

    @cached_property
    def amounts(self) -> set[int] | None:
        """The ids of the amounts that are meant; None for all. There may be thousands, and often nobody asks."""
        meant = self.plan.amount
        known = self._state.amounts.ids
        return None if meant is None else set(compress(known.values(), map(meant, known)))

    def whole(self, chunk: Chunk) -> bool | None:
        """Whether the dates leave all of a chunk in (True), some or none (False)."""
        since, until = self.plan.since, self.plan.until
        if (since is not None and chunk.last < since) or (until is not None and chunk.first >= until):
            return False
        return True if (since is None or chunk.first >= since) and (until is None or chunk.last < until) else None

    def base(self, number: int) -> BitMap:
        """Those of a chunk that are meant, but for the search texts."""
        bits = self._of_any_amount(number) if self._may_be_more(number, 0) else BitMap()
        return bits & having(self._state, number, self.amounts) if self.amounts is not None and bits else bits

    def _of_any_amount(self, number: int) -> BitMap:
        """Those of a chunk that are meant, but for the amounts and the search texts."""
        chunk = self._state.chunks[number]
        whole = self.whole(chunk)
        if whole is False:
            return BitMap()
        bits = chunk.deleted if self.plan.trash else chunk.all - chunk.deleted
        if not whole and bits:
            bits = bits & self._dated(chunk)
        if self.kinds is not None and bits:
            bits = bits & BitMap().union(*(self._state.bits(number, KIND + kind) for kind in self.kinds))
        return bits

    def _may_be_more(self, number: int, than: int) -> bool:
        """Whether more of a chunk may be meant than so many: its tallies say it, where amounts are asked for."""
        chunk, kinds, amounts = self._state.chunks[number], self.kinds, self.amounts
        if amounts is None:
            return len(chunk.records) > than
        if amounts.isdisjoint(chunk.amounts):
            return False
        for (kind, id), both in chunk.tallies.items():
            if id in amounts and (kinds is None or kind in kinds):
                than -= both[self.plan.trash]
                if than < 0:
                    return True
        return False

    def _dated(self, chunk: Chunk) -> BitMap:
        """Those of a chunk whose dates are meant: few parts lie across a bound."""
        since, until = self.plan.since, self.plan.until
        low = chunk.first if since is None else since
        high = chunk.last + 1 if until is None else until
        if chunk.ordered:
            return BitMap(range(self._first_since(chunk, low), self._first_since(chunk, high)))
        found, start = BitMap(), places.part_of(chunk.records.start)
        spans = zip(chunk.earliest, chunk.latest, strict=True)
        within = [latest >= low and earliest < high for earliest, latest in spans]
        for part in compress(count(start), within):
            seqs = places.part(part, chunk.records.stop - 1)
            if low <= chunk.earliest[part - start] and chunk.latest[part - start] < high:
                found.add_range(seqs.start, seqs.stop)
            else:
                dates = self._state.dates(part)
                found.update([seq for seq, date in zip(seqs, dates, strict=True) if low <= date < high])
        return found

    def _first_since(self, chunk: Chunk, moment: int) -> int:
        """The first record of a chunk from a moment on, where dates follow each other; the one behind it if none is."""
        place = bisect_left(chunk.latest, moment)
        if place == len(chunk.latest):
            return chunk.records.stop
        part = places.part_of(chunk.records.start) + place
        return places.part(part, chunk.records.stop - 1).start + bisect_left(self._state.dates(part), moment)

    def candidates(self, number: int) -> tuple[BitMap, BitMap]:
        """Those of a chunk that are meant for certain, and those that may be, which whoever takes them looks into.

        A text is mostly in few records: those are not asked for the amounts' bitmaps, of which there are many.
        """
        if not self.terms:
            return self.base(number), BitMap()
        if not self._may_be_more(number, texts.ENOUGH):
            return BitMap(), self.base(number)
        sure, maybe = self._with_terms(number, self._of_any_amount(number))
        if self.amounts is None:
            return sure, maybe
        if len(sure) + len(maybe) <= texts.ENOUGH:
            return BitMap(), sure | maybe
        meant = having(self._state, number, self.amounts)
        return sure & meant, maybe & meant

    def _with_terms(self, number: int, within: BitMap) -> tuple[BitMap, BitMap]:
        """Those of some in a chunk that have one of the search texts for certain, and those that may have one."""
        if not within:
            return within, within
        chunk = self._state.chunks[number]
        named = (self._state.bits(number, key) for key in self._named)
        sure = BitMap().union(*named, *(term.sure(number, chunk) for term in self.terms)) & within
        if not any(term.is_long for term in self.terms):
            return sure, BitMap()
        rest = within - sure
        return sure, BitMap().union(*(term.maybe(number, rest) for term in self.terms))

    def exact(self, number: int) -> BitMap:
        """Those of a chunk that are meant."""
        sure, maybe = self.candidates(number)
        parts = [list(some) for _, some in groupby(maybe, places.part_of)]
        scattered = [seq for some in parts if len(some) <= _SCATTERED for seq in some]
        read = reading.read_some(self._state.store, self._state.user_id, scattered)
        found = [line.seq for line in read if lines.matches(line, self.plan)]
        for some in parts:
            if len(some) > _SCATTERED:
                found += self._looked_into(some)
        return sure | BitMap(found)

    def _looked_into(self, some: list[int]) -> Iterable[int]:
        """Those of some in one part that have one of the texts."""
        part = places.part_of(some[0])
        texts, ends = self._state.part(part)
        first = places.part(part, some[-1]).start
        wanted = [term.text for term in self.terms if term.is_long]
        if len(some) > _ONE_BY_ONE:
            return {first + at for text in wanted for at in _lines_with(text, texts, ends)}.intersection(some)
        begins = [0, *ends]
        return [seq for seq in some if _any_in(wanted, texts[begins[seq - first] : begins[seq - first + 1]])]


def _any_in(wanted: Sequence[bytes], text: bytes) -> bool:
    return any(one in text for one in wanted)


def _lines_with(wanted: bytes, texts: bytes, ends: Sequence[int]) -> list[int]:
    """The numbers of the lines that have a text; it has no end of a line in it."""
    found, at = [], texts.find(wanted)
    while at >= 0:
        line = bisect_right(ends, at)
        found.append(line)
        at = texts.find(wanted, ends[line])
    return found
