"""Filters and search texts as sets of records.

For each chunk there is what is `sure`ly found and what is `maybe` found: a text of more than three bytes is in a
record only where all its threes are, but they may be there without it. `exact` looks into the texts then.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from desktop.finding.filters import Plan
from desktop.models.embedded.browsing import lines
from desktop.models.embedded.browsing.bitmaps import CHUNK, of_offsets, offsets
from desktop.models.embedded.browsing.index_file import PART, PART_BITS
from desktop.models.embedded.browsing.keys import AMOUNT, BALANCE, DATE, KIND, Key, key_of, three_grams

if TYPE_CHECKING:
    from desktop.models.embedded.browsing.state import Chunk, State

_PARTS = CHUNK >> PART_BITS
_PART_MASK = (1 << PART) - 1
_DIGIT = ord("0")
_DATE = b"0000-00-00 00:00:00"  # as `shown_date` writes, 0 for any digit
_BALANCE = b"00.000,000,000,000,000,000"  # as `format_money` writes, from the right
_AMOUNTS = frozenset("0123456789,.+−-".encode())  # what `lines.amount_texts` writes
_ONE_BY_ONE = 24  # candidates in a part up to which each is looked at alone


class Term:
    """One search text against one state of the index."""

    def __init__(self, state: State, text: str) -> None:
        self._state = state
        self.text = lines.folded(text)
        self._kinds = lines.kinds_named(text)
        typed, size = lines.END not in self.text, len(self.text)
        self._gram = key_of(self.text) if typed and size <= 3 else None
        self.is_long = typed and size > 3
        self._threes = list(three_grams(self.text)) if self.is_long else []
        self._amounts: set[int] = set()
        self._spots: list[list[int]] = []
        if typed and size > 2:  # what is shorter has its bitmap for all that is shown
            shown = state.amount_texts.items() if _AMOUNTS.issuperset(self.text) else ()
            self._amounts = {id for id, texts in shown if any(self.text in one for one in texts)}
            self._spots = [*_alignments(DATE, self.text), *_alignments(BALANCE, self.text)]

    def sure(self, number: int, chunk: Chunk) -> int:
        """Those of a chunk that are found for certain."""
        state, bits, everything = self._state, 0, chunk.all
        for kind in self._kinds:
            bits |= state.bits(number, KIND + kind)
        if self._gram is not None:
            bits |= state.bits(number, self._gram)
        if self._amounts:
            bits |= having(state, number, self._amounts)
        for keys in self._spots:
            if bits == everything:
                break
            bits |= self._all(number, keys, everything)
        return bits

    def maybe(self, number: int, within: int) -> int:
        """Those of a chunk whose texts have all the parts of the text."""
        return self._all(number, self._threes, within) if self._threes else 0

    def _all(self, number: int, keys: Sequence[Key], within: int) -> int:
        for key in keys:
            within &= self._state.bits(number, key)
            if not within:
                break
        return within


def _alignments(family: int, text: bytes) -> list[list[int]]:
    """Where a text can stand in a date or a balance, as the keys that must all hold."""
    layout = _DATE if family == DATE else _BALANCE
    if family == BALANCE:
        text = text[::-1]
    found = []
    for shift in range(len(layout) - len(text) + 1):
        if all(_fits(byte, layout[shift + place]) for place, byte in enumerate(text)):
            found.append([family + (shift + place << 8) + byte for place, byte in enumerate(text)])
    return found


def _fits(byte: int, wanted: int) -> bool:
    return chr(byte).isdigit() if wanted == _DIGIT else byte == wanted


def having(state: State, number: int, ids: set[int]) -> int:
    """Those of a chunk that have one of some amounts: by those, or by the others where they are fewer."""
    chunk = state.chunks[number]
    inside, outside = chunk.amounts & ids, chunk.amounts - ids
    bits = 0
    for id in outside if len(outside) < len(inside) else inside:
        bits |= state.bits(number, AMOUNT + id)
    return chunk.all & ~bits if len(outside) < len(inside) else bits


class Search:
    """What is meant by filters, against one state of the index."""

    def __init__(self, state: State, plan: Plan) -> None:
        self._state = state
        self.plan = plan
        self.kinds: list[int] | None = None
        if plan.operations is not None:
            self.kinds = sorted(lines.NUMBERS[operation] for operation in plan.operations)
        self.amounts: set[int] | None = None
        if plan.amount is not None:
            self.amounts = {id for id, amount in state.amount_of.items() if plan.amount(amount)}
        self.terms = [Term(state, text) for text in dict.fromkeys(plan.texts) if text]

    def whole(self, chunk: Chunk) -> bool | None:
        """Whether the dates leave all of a chunk in (True), some or none (False)."""
        since, until = self.plan.since, self.plan.until
        if (since is not None and chunk.last < since) or (until is not None and chunk.first >= until):
            return False
        return True if (since is None or chunk.first >= since) and (until is None or chunk.last < until) else None

    def base(self, number: int) -> int:
        """Those of a chunk that are meant, but for the search texts."""
        chunk = self._state.chunks[number]
        bits = chunk.all & ~chunk.live if self.plan.trash else chunk.live
        whole = self.whole(chunk)
        if whole is False or not bits:
            return 0
        if self.kinds is not None:
            bits &= self._any(number, (KIND + kind for kind in self.kinds))
        if self.amounts is not None:
            bits &= having(self._state, number, self.amounts)
        return bits if whole or not bits else bits & self._dated(number, chunk)

    def _any(self, number: int, keys: Iterable[Key]) -> int:
        bits = 0
        for key in keys:
            bits |= self._state.bits(number, key)
        return bits

    def _dated(self, number: int, chunk: Chunk) -> int:
        dates = self._state.dates(number)
        since, until = self.plan.since, self.plan.until
        low = chunk.first if since is None else since
        high = chunk.last + 1 if until is None else until
        if chunk.ordered:
            return ((1 << bisect_left(dates, high)) - 1) & ~((1 << bisect_left(dates, low)) - 1)
        return of_offsets([number for number, date in enumerate(dates) if low <= date < high])

    def candidates(self, number: int) -> tuple[int, int]:
        """Those of a chunk that are meant for certain, and those that may be."""
        if not self.terms:
            return self.base(number), 0
        chunk = self._state.chunks[number]
        if self.whole(chunk) is False:
            return 0, 0
        sure = maybe = 0
        for term in self.terms:
            sure |= term.sure(number, chunk)
        for term in self.terms:
            maybe |= term.maybe(number, chunk.all & ~sure)
        base = self.base(number) if sure or maybe else 0
        return sure & base, maybe & base

    def exact(self, number: int) -> int:
        """Those of a chunk that are meant."""
        sure, maybe = self.candidates(number)
        if maybe:
            for part in range(_PARTS):
                some = maybe >> (part << PART_BITS) & _PART_MASK
                if some:
                    sure |= self._looked_into(number * _PARTS + part, some) << (part << PART_BITS)
        return sure

    def _looked_into(self, part: int, some: int) -> int:
        texts, ends = self._state.part(part)
        wanted = [term.text for term in self.terms if term.is_long]
        if some.bit_count() <= _ONE_BY_ONE:
            return sum(1 << at for at in offsets(some) if _any_in(wanted, texts[ends[at - 1] if at else 0 : ends[at]]))
        return some & of_offsets([at for text in wanted for at in _lines_with(text, texts, ends)])


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
