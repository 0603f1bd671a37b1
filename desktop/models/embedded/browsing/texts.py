"""One search text as sets of records.

For each chunk there is what is `sure`ly found and what is `maybe` found: a text of more than three bytes is in a
record only where all its threes are, but they may be there without it. Those that leave fewest are asked first, and no
more than are of use. Where it can stand in a date, the bitmaps of the date's places tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from pyroaring import BitMap

from desktop.models.embedded.browsing import lines, places
from desktop.models.embedded.browsing.keys import (
    AMOUNT,
    DATE,
    LONGEST,
    LONGEST_RUN,
    grams,
    key_in_texts,
    key_of,
    key_of_run,
    run_of,
)

if TYPE_CHECKING:
    from desktop.models.embedded.browsing.chunks import Chunk
    from desktop.models.embedded.browsing.state import State

ENOUGH = 2  # candidates in a chunk that are sooner looked at than another bitmap is read
_TOLD = 64  # candidates in a chunk up to which no further bitmap is read once one has taken none away
_IN_TURN = 32  # keys of a text that are weighed against each other; a pasted text may have thousands
_DATES_ENOUGH = 3  # dates that are sooner looked at than another bitmap is read
_DIGIT = ord("0")
_DATE = b"0000-00-00 00:00:00"  # as `shown_date` writes, 0 for any digit
_DAY = 86_400_000_000  # microseconds; clocks of places are never set by more


class _Spot(NamedTuple):
    """Where a text can stand in a date: from which place on, and its places with their bytes, those that tell first."""

    start: int
    bytes: list[tuple[int, int]]


class Term:
    """One search text against one state of the index."""

    def __init__(self, state: State, text: str) -> None:
        self._state = state
        self.text = lines.folded(text)
        typed, size = lines.END not in self.text, len(self.text)
        self._key = key_of(self.text) if typed and size <= LONGEST else None
        # One digit again and again is in a record just where the bitmap of such runs says so.
        digit, length = run_of(self.text) if LONGEST < size <= LONGEST_RUN else (0, 0)
        if typed and size == length:
            self._key = key_of_run(digit, length)
        self.is_long = typed and self._key is None
        self._telling: list[int] = []
        self._amounts: set[int] = set()
        self._spots: list[_Spot] = []
        if typed and size > LONGEST:  # what is shorter has its bitmap for all that is shown
            self._amounts = state.amounts.having(self.text) if lines.AMOUNTS.issuperset(self.text) else set()
            self._spots = list(_spots(self.text))

    def sure(self, number: int, chunk: Chunk) -> BitMap:
        """Those of a chunk that are found for certain."""
        state = self._state
        bits = list[BitMap]()
        if self._key is not None:
            bits.append(state.bits(number, self._key))
        if self._amounts:
            bits.append(having(state, number, self._amounts))
        if self._spots:
            shared = _shared(chunk)
            bits += [self._dated(number, spot, shared) for spot in self._spots]
        return BitMap().union(*bits)

    def _dated(self, number: int, spot: _Spot, shared: bytes) -> BitMap:
        """Those of a chunk in whose dates the text stands at a place; the last few dates are looked at themselves."""
        within, left = self._state.chunks[number].all, len(spot.bytes)
        for place, byte in spot.bytes:
            if place >= len(shared):
                within = within & self._state.bits(number, DATE + (place << 8) + byte)
            elif shared[place] != byte:
                return BitMap()
            left -= 1
            if len(within) <= left * _DATES_ENOUGH:
                return BitMap([seq for seq, date in self._dates(within) if self._stands_in(date, spot.start)])
        return within

    def _dates(self, seqs: BitMap) -> Iterator[tuple[int, int]]:
        part, first, dates = -1, 0, None
        for seq in seqs:
            if places.part_of(seq) != part or dates is None:
                part = places.part_of(seq)
                first, dates = places.part(part, seq).start, self._state.dates(part)
            yield seq, dates[seq - first]

    def _stands_in(self, date: int, start: int) -> bool:
        return lines.date_text(date).startswith(self.text, start)

    def maybe(self, number: int, within: BitMap) -> BitMap:
        """Those of a chunk whose texts have all the parts of the text, or more where they are few."""
        if not self.is_long or not within:
            return BitMap()
        if not self._telling:  # what tells most in one chunk does so in the others
            self._telling = self._in_turn(number)
        for key in self._telling:
            before, within = len(within), within & self._state.bits(number, key)
            if len(within) <= ENOUGH or len(within) == before <= _TOLD:
                break
        return within

    def _in_turn(self, number: int) -> list[int]:
        """The keys of the text, each of which leaves fewest of a chunk after those before: neighbours tell the same.

        Once few are left, or many keys are chosen, the rest come by how many records each has.
        """
        digit, length = run_of(self.text)
        keys = [key_in_texts(gram) for gram in grams(self.text, LONGEST)]
        keys += [key_of_run(digit, length)] if length > LONGEST else []
        waiting = {key: self._state.bits(number, key) for key in keys}
        found, left = list[int](), self._state.chunks[number].all
        while waiting and len(left) > ENOUGH and len(found) < _IN_TURN:
            key = min(waiting, key=lambda key: (waiting[key].intersection_cardinality(left), len(waiting[key])))
            left = left & waiting.pop(key)
            found.append(key)
        return found + sorted(waiting, key=lambda key: len(waiting[key]))


def _spots(text: bytes) -> Iterator[_Spot]:
    """Where a text can stand in a date. What parts its numbers is in all dates, and comes last."""
    for start in range(len(_DATE) - len(text) + 1):
        if all(_fits(byte, _DATE[start + place]) for place, byte in enumerate(text)):
            found = [(start + place, byte) for place, byte in enumerate(text)]
            yield _Spot(start, sorted(found, key=lambda each: _DATE[each[0]] != _DIGIT))


def _fits(byte: int, wanted: int) -> bool:
    return chr(byte).isdigit() if wanted == _DIGIT else byte == wanted


def _shared(chunk: Chunk) -> bytes:
    """What all dates of a chunk begin with, or less, as they are shown."""
    first, last = lines.date_text(chunk.first - _DAY), lines.date_text(chunk.last + _DAY)
    if b"?" in first + last:  # of a damaged store; what lies between them may begin otherwise
        return b""
    return first[: next((place for place in range(len(first)) if first[place] != last[place]), None)]


def having(state: State, number: int, ids: set[int]) -> BitMap:
    """Those of a chunk that have one of some amounts: by those, or by the others where they are fewer."""
    chunk = state.chunks[number]
    inside = chunk.amounts & ids
    outside = chunk.amounts - inside
    fewer = outside if len(outside) < len(inside) else inside
    bits = BitMap().union(*(state.bits(number, AMOUNT + id) for id in fewer))
    return chunk.all - bits if fewer is outside else bits
