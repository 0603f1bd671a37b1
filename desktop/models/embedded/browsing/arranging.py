"""Making the orders of an index whose records are all in it: each by itself, in this process or in another one.

Which records are of a kind, or of an amount, the bitmaps say; dates mostly follow the numbers; what else there is to
sort by was sorted chunk by chunk, and is merged here.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from pyroaring import BitMap

from desktop.language.sentences import say
from desktop.models.embedded.browsing import blocks, lines, places
from desktop.models.embedded.browsing.blocks import Block, gather, written
from desktop.models.embedded.browsing.keys import AMOUNT, KIND
from desktop.models.embedded.browsing.seals import IndexDamaged
from desktop.models.embedded.browsing.sorting import Piece, Runs, merged
from desktop.models.embedded.browsing.state import State
from desktop.terms.errors import Cancelled
from desktop.terms.kinds import Column

_IN_ONE_COMMIT = 4 * blocks.STRETCH  # blocks


@dataclass(frozen=True, slots=True)
class Arrangement:
    """An order to be made, whose blocks are to have the numbers behind `block`."""

    sort: Column
    block: int


def arrangements(state: State) -> list[Arrangement]:
    """All orders; those that take longest come first."""
    many = -(-state.upto // blocks.BLOCK)
    found = [Arrangement(sort, state.marks.blocks + place * many) for place, sort in enumerate(lines.SORT_KEYS)]
    return sorted(found, key=lambda each: each.sort not in (Column.OPERANDS, Column.RESPONSE, Column.BALANCE))


class Arranger:
    """Makes orders of what has been taken in. To be used inside `index_file.apart`."""

    def __init__(self, state: State, runs: Runs) -> None:
        self._state = state
        self._runs = runs
        self._kinds = {kind: _all_of(state, kind) for kind in lines.KINDS}

    def arranged(self, wanted: Arrangement, cancelled: Callable[[], bool]) -> list[Block]:
        """Make an order and write its blocks, in transactions of its own. Raises `Cancelled`, and `IndexDamaged`."""
        state, gone = self._state, self._state.deleted()
        before, found = state.marks.blocks, list[Block]()
        state.marks.blocks = wanted.block
        coming = _cut(_in_order(state, self._runs, wanted.sort), cancelled)
        while some := list(islice(coming, _IN_ONE_COMMIT)):
            with state.file.transaction("IMMEDIATE"):
                for at in range(0, len(some), blocks.STRETCH):
                    found += self._stretch(some[at : at + blocks.STRETCH], gone)
        state.marks.blocks = before
        if sum(block.length for block in found) != state.upto:
            raise IndexDamaged("records were lost as they were sorted")
        return found

    def _stretch(self, some: Sequence[array[int]], gone: BitMap) -> list[Block]:
        """Write blocks that are a stretch."""
        found, state, sets = list[Block](), self._state, list(map(BitMap, some))
        for seqs, members in zip(some, sets, strict=True):
            alive = len(seqs) - gone.intersection_cardinality(members)
            occurring = sum(1 << kind for kind, those in self._kinds.items() if members.intersect(those))
            found.append(written(state, 0, seqs, alive, occurring, _chunks_of(members)))
        gather(state, found, sets)
        return found


def _all_of(state: State, kind: int) -> BitMap:
    return BitMap().union(*(state.bits(number, KIND + kind) for number in range(len(state.chunks))))


def _chunks_of(members: BitMap) -> int:
    """In which chunks records are, a bit each."""
    numbers = range(places.chunk_of(members.min()), places.chunk_of(members.max()) + 1)
    spans = ((number, number << places.CHUNK_BITS, places.chunk_end(number) + 1) for number in numbers)
    return sum(1 << number for number, start, stop in spans if members.range_cardinality(start, stop))


def _in_order(state: State, runs: Runs, sort: Column) -> Iterator[Sequence[int]]:
    """All records in their order, some at a time."""
    numbers = range(len(state.chunks))
    if sort is Column.OPERATION:
        for kind in sorted(lines.KINDS, key=lambda kind: lines.KINDS[kind].value):
            yield from (state.bits(number, KIND + kind).to_array() for number in numbers)
    elif sort is Column.AMOUNT:
        having = [chunk.amounts for chunk in state.chunks]
        for _, id in sorted(state.amounts.ids.items()):
            yield from (state.bits(n, AMOUNT + id).to_array() for n in numbers if id in having[n])
    elif sort is Column.DATE and state.dates_follow_numbers:
        yield from (array("I", chunk.records) for chunk in state.chunks)
    else:
        yield from merged(_pieces(state, runs, number, sort) for number in numbers)


def _pieces(state: State, runs: Runs, number: int, sort: Column) -> Iterator[Piece]:
    """The records of a chunk in an order: dates that follow the numbers were not sorted, and lie beside the texts."""
    chunk = state.chunks[number]
    if sort is Column.DATE and chunk.ordered:
        return _in_parts(state, chunk.records)
    return runs.pieces(number, state.marks.runs[number], sort)


def _in_parts(state: State, records: range) -> Iterator[Piece]:
    for part in range(places.part_of(records.start), places.part_of(records.stop - 1) + 1):
        yield state.dates(part).tolist(), list(places.part(part, records.stop - 1))


def _cut(coming: Iterator[Sequence[int]], cancelled: Callable[[], bool]) -> Iterator[array[int]]:
    """Records in blocks."""
    waiting = array("I")
    for some in chain(coming, [None]):
        if cancelled():
            raise Cancelled(say("The index is not wanted any more."))
        waiting.extend(some or ())
        at = 0
        while len(waiting) - at >= blocks.BLOCK or (some is None and len(waiting) > at):
            yield waiting[at : at + blocks.BLOCK]
            at += blocks.BLOCK
        del waiting[:at]
