"""What a filter has found so far, chunk by chunk, and what it comes to: remembered, so that the next page is a seek."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import TypeVar

from desktop.finding.filters import Plan
from desktop.models.embedded.browsing.bitmaps import CHUNK_BITS, offsets, window
from desktop.models.embedded.browsing.keys import AMOUNT, KIND
from desktop.models.embedded.browsing.lines import KINDS, NUMBERS
from desktop.models.embedded.browsing.search import Search
from desktop.models.embedded.browsing.state import State
from desktop.models.ledger.sums import is_charge, totals_of
from desktop.terms.errors import Cancelled
from desktop.terms.values import OperationType, Totals

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
        self._exact: dict[int, int] = {}
        self._candidates: dict[int, tuple[int, int]] = {}
        self._sums: dict[int, Totals] = {}
        self._sorted: dict[range, list[int]] = {}
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

    def exact(self, number: int) -> int:
        """Those of a chunk that are meant."""
        if number not in self._exact:
            self._go_on()
            self._exact[number] = self.search.exact(number)
        return self._exact[number]

    def candidates(self, number: int) -> tuple[int, int]:
        """Those of a chunk that are meant for certain, and that may be."""
        if number in self._exact:
            return self._exact[number], 0
        if number not in self._candidates:
            self._go_on()
            self._candidates[number] = self.search.candidates(number)
        return self._candidates[number]

    def count(self, number: int) -> int:
        """How many of a chunk are meant."""
        if self.by_tally and self.search.whole(self.state.chunks[number]) is not None:
            return self.sums(number).count
        return self.exact(number).bit_count()

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
            (KINDS[kind], counts[deleted], counts[deleted] * self.state.amount_of[id])
            for (kind, id), counts in chunk.tallies.items()
            if (kinds is None or kind in kinds) and (amounts is None or id in amounts)
        )

    def _added_up(self, number: int) -> Totals:
        bits, state = self.exact(number), self.state
        if not bits:
            return _NOTHING
        credits = bits & state.bits(number, KIND + _CREDIT)
        charges = bits ^ credits
        spent = credited = 0
        # A bitmap for each amount, not for each operation and amount: few are the amount of a charge and a credit too.
        for is_charged, id in {(is_charge(KINDS[kind]), id) for kind, id in state.chunks[number].tallies}:
            among = charges if is_charged else credits
            taken = state.amount_of[id] * (among & state.bits(number, AMOUNT + id)).bit_count() if among else 0
            spent, credited = (spent + taken, credited) if is_charged else (spent, credited - taken)
        return Totals(bits.bit_count(), spent, credited)

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
                counts[kind] += (bits & self.state.bits(number, KIND + kind)).bit_count()
        return {KINDS[kind]: count for kind, count in counts.items() if count}

    def totals_known(self) -> Totals | None:
        """The totals, where they can be had at once."""
        if not self.by_tally and len(self._sums) < len(self.state.chunks):
            return None
        return self.totals()

    def by_date(self, skip: int, size: int, *, descending: bool) -> tuple[list[int], int]:
        """The records after `skip` in the order of their dates, and how many there are up to where it stopped."""
        runs = self._runs()
        passed, seqs = 0, list[int]()
        for run in reversed(runs) if descending else runs:
            count = sum(map(self.count, run))
            if passed + count > skip:
                first, size_left = max(0, skip - passed), size - len(seqs)
                if self._is_in_order(run):
                    some = window(self.exact(run[0]), first, size_left, descending=descending)
                    seqs.extend((run[0] << CHUNK_BITS) + offset + 1 for offset in some)
                else:
                    ordered = self._in_order(run)
                    seqs.extend((ordered[::-1] if descending else ordered)[first : first + size_left])
                if len(seqs) == size:
                    break
            passed += count
        return seqs, passed

    def all_by_date(self) -> array[int]:
        """All that is meant, in the order of the dates."""
        seqs = array("I")
        for run in self._runs():
            if self._is_in_order(run):
                seqs.extend((run[0] << CHUNK_BITS) + offset + 1 for offset in offsets(self.exact(run[0])))
            else:
                seqs.extend(self._in_order(run))
        return seqs

    @property
    def dates_follow_numbers(self) -> bool:
        """Whether the ledger's own order is that of its dates: no clock was set back."""
        return all(map(self._is_in_order, self._runs()))

    def _runs(self) -> list[range]:
        """Chunks in a row, none of whose dates is later than any of the next ones; one each, unless a clock erred."""
        chunks = self.state.chunks
        latest = list(accumulate((chunk.last for chunk in chunks), max))
        earliest = list(accumulate((chunk.first for chunk in reversed(chunks)), min))[::-1]
        cuts = [number for number in range(1, len(chunks)) if latest[number - 1] <= earliest[number]]
        return [range(start, end) for start, end in pairwise([0, *cuts, len(chunks)])] if chunks else []

    def _is_in_order(self, run: range) -> bool:
        return len(run) == 1 and self.state.chunks[run[0]].ordered

    def _in_order(self, run: range) -> list[int]:
        """Those of some chunks whose dates do not follow each other, by date and then by number."""
        if run not in self._sorted:
            found: list[tuple[int, int]] = []
            for number in run:
                self._go_on()
                dates, first = self.state.dates(number), (number << CHUNK_BITS) + 1
                found.extend((dates[offset], first + offset) for offset in offsets(self.exact(number)))
            self._sorted[run] = [seq for _, seq in sorted(found)]
        return self._sorted[run]

    def _go_on(self) -> None:
        if self.cancelled():
            raise Cancelled("A newer request took the place of this one.")


def _without(remembered: dict[int, T], changed: set[int]) -> dict[int, T]:
    return {number: what for number, what in remembered.items() if number not in changed}
