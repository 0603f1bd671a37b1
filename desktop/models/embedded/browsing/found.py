"""What a filter has found so far, chunk by chunk, and what it comes to: remembered, so that the next page is a seek."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import TypeVar

from pyroaring import BitMap

from desktop.finding.filters import Plan
from desktop.language.sentences import say
from desktop.models.embedded.browsing.keys import AMOUNT, KIND
from desktop.models.embedded.browsing.lines import KINDS, NUMBERS
from desktop.models.embedded.browsing.search import Search
from desktop.models.embedded.browsing.state import State
from desktop.models.ledger.sums import is_charge, totals_of
from desktop.terms.errors import Cancelled
from desktop.terms.kinds import OperationType
from desktop.terms.pages import Totals

T = TypeVar("T")
Progress = Callable[[int, int], None]

_CREDIT = NUMBERS[OperationType.CREDIT]
_NOTHING = Totals(0, 0, 0)


class Found:
    """The records under one filter, as of one revision of the state."""

    def __init__(self, state: State, plan: Plan, cancelled: Callable[[], bool], before: Found | None) -> None:
        self.state = state
        self.plan = plan
        self.search = Search(state, plan)
        self.cancelled = cancelled
        self.revision = state.revision
        self._exact: dict[int, BitMap] = {}
        self._candidates: dict[int, tuple[BitMap, BitMap]] = {}
        self._sums: dict[int, Totals] = {}
        if before is not None and before.revision >= state.floor:
            self._carry_over(before)

    def _carry_over(self, before: Found) -> None:
        changed = {number for number, revision in self.state.changed.items() if revision > before.revision}
        self._exact = _without(before._exact, changed)
        self._candidates = _without(before._candidates, changed)
        self._sums = _without(before._sums, changed)

    @property
    def by_tally(self) -> bool:
        """Whether counts need no bitmaps where a chunk is in or out as a whole."""
        return not self.search.terms

    @property
    def is_certain(self) -> bool:
        """Whether the bitmaps alone say what is meant."""
        return not any(term.is_long for term in self.search.terms)

    def exact(self, number: int) -> BitMap:
        """Those of a chunk that are meant."""
        if number not in self._exact:
            self._go_on()
            self._exact[number] = self.search.exact(number)
        return self._exact[number]

    def candidates(self, number: int) -> tuple[BitMap, BitMap]:
        """Those of a chunk that are meant for certain, and that may be."""
        if number in self._exact:
            return self._exact[number], BitMap()
        if number not in self._candidates:
            self._go_on()
            self._candidates[number] = self.search.candidates(number)
        return self._candidates[number]

    def count(self, number: int) -> int:
        """How many of a chunk are meant."""
        if self.by_tally and self.search.whole(self.state.chunks[number]) is not None:
            return self.sums(number).count
        return len(self.exact(number))

    def sums(self, number: int) -> Totals:
        """Count, spent and credited of a chunk."""
        if number not in self._sums:
            tallied = self._tallied(number)
            self._sums[number] = self._added_up(number) if tallied is None else tallied
        return self._sums[number]

    def _tallied(self, number: int) -> Totals | None:
        chunk = self.state.chunks[number]
        whole = self.search.whole(chunk)
        if whole is False:
            return _NOTHING
        if not whole or not self.by_tally:
            return None
        kinds, amounts, deleted = self.search.kinds, self.search.amounts, self.plan.trash
        return totals_of(
            (KINDS[kind], counts[deleted], counts[deleted] * self.state.amounts.of[id])
            for (kind, id), counts in chunk.tallies.items()
            if (kinds is None or kind in kinds) and (amounts is None or id in amounts)
        )

    def _added_up(self, number: int) -> Totals:
        bits, state = self.exact(number), self.state
        if not bits:
            return _NOTHING
        credits = bits & state.bits(number, KIND + _CREDIT)
        charges = bits - credits
        spent = credited = 0
        # A bitmap for each amount, not for each operation and amount: few are the amount of a charge and a credit too.
        for is_charged, id in {(is_charge(KINDS[kind]), id) for kind, id in state.chunks[number].tallies}:
            among = charges if is_charged else credits
            count = among.intersection_cardinality(state.bits(number, AMOUNT + id)) if among else 0
            taken = state.amounts.of[id] * count
            spent, credited = (spent + taken, credited) if is_charged else (spent, credited - taken)
        return Totals(len(bits), spent, credited)

    def totals(self, progress: Progress = lambda done, total: None) -> Totals:
        """What all that is meant comes to, exactly."""
        count = spent = credited = 0
        chunks = len(self.state.chunks)
        for number in range(chunks):
            self._go_on()
            more = self.sums(number)
            count, spent, credited = count + more.count, spent + more.spent, credited + more.credited
            progress(number + 1, chunks)
        return Totals(count, spent, credited)

    def kinds(self) -> dict[OperationType, int]:
        """How many there are of each operation."""
        counts = dict.fromkeys(KINDS, 0)
        for number, chunk in enumerate(self.state.chunks):
            self._go_on()
            if self.by_tally and self.search.whole(chunk) is not None:
                if self.search.whole(chunk):
                    for (kind, id), both in chunk.tallies.items():
                        if self.search.amounts is None or id in self.search.amounts:
                            counts[kind] += both[self.plan.trash]
                continue
            bits = self.exact(number)
            for kind in KINDS if bits else ():
                counts[kind] += bits.intersection_cardinality(self.state.bits(number, KIND + kind))
        return {KINDS[kind]: count for kind, count in counts.items() if count}

    def totals_known(self) -> Totals | None:
        """The totals, where they can be had at once."""
        if not self.by_tally and len(self._sums) < len(self.state.chunks):
            return None
        return self.totals()

    def by_number(self, skip: int, size: int, *, descending: bool) -> tuple[list[int], int]:
        """The records after `skip` in the order of the ledger, and how many there are up to where it stopped."""
        numbers = range(len(self.state.chunks))
        passed, seqs = 0, list[int]()
        for number in reversed(numbers) if descending else numbers:
            count = self.count(number)
            if passed + count > skip:
                first, size_left = max(0, skip - passed), size - len(seqs)
                seqs.extend(_window(self.exact(number), first, size_left, descending=descending))
                if len(seqs) == size:
                    break
            passed += count
        return seqs, passed

    def all_by_number(self) -> array[int]:
        """All that is meant, in the order of the ledger."""
        seqs = array("I")
        for number in range(len(self.state.chunks)):
            seqs.extend(self.exact(number).to_array())
        return seqs

    @property
    def dates_follow_numbers(self) -> bool:
        """Whether the ledger's own order is that of its dates: no clock was set back."""
        return self.state.dates_follow_numbers

    def _go_on(self) -> None:
        if self.cancelled():
            raise Cancelled(say("A newer request took the place of this one."))


def _window(members: BitMap, skip: int, count: int, *, descending: bool) -> list[int]:
    """Of some records, in order, those after `skip`, at most `count`."""
    total = len(members)
    ranks = range(max(0, total - skip - count), total - skip) if descending else range(skip, min(total, skip + count))
    seqs = [members[rank] for rank in ranks]
    return seqs[::-1] if descending else seqs


def _without(remembered: dict[int, T], changed: set[int]) -> dict[int, T]:
    return {number: what for number, what in remembered.items() if number not in changed}
