"""Making the orders of an index whose records are all in it: each by itself, in this process or in another one.

Which records are of a kind, or of an amount, the bitmaps say; dates mostly follow the numbers; what else there is to
sort by was sorted chunk by chunk, and is merged here.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from pyroaring import BitMap

from desktop.language.sentences import say
from desktop.models.embedded.browsing import lines, orders, places
from desktop.models.embedded.browsing.keys import AMOUNT, KIND
from desktop.models.embedded.browsing.orders import Block, written
from desktop.models.embedded.browsing.seals import IndexDamaged
from desktop.models.embedded.browsing.sorting import Runs
from desktop.models.embedded.browsing.state import State
from desktop.terms.errors import Cancelled
from desktop.terms.values import Column

_IN_ONE_COMMIT = 64  # blocks


@dataclass(frozen=True, slots=True)
class Arrangement:
    """An order to be made, whose blocks are to have the numbers behind `block`."""

    sort: Column
    block: int


def arrangements(state: State) -> list[Arrangement]:
    """All orders; those that take longest come first."""
    many = -(-state.upto // orders.BLOCK)
    found = [Arrangement(sort, state.marks.blocks + place * many) for place, sort in enumerate(lines.SORT_KEYS)]
    return sorted(found, key=lambda each: each.sort not in (Column.OPERANDS, Column.RESPONSE, Column.BALANCE))


class Arranger:
    """Makes orders of what has been taken in. To be used inside `index_file.apart`."""

    def __init__(self, state: State, runs: Runs) -> None:
        self._state = state
        self._runs = runs
        self._kinds = _kinds(state)

    def arranged(self, wanted: Arrangement, cancelled: Callable[[], bool]) -> list[Block]:
        """Make an order and write its blocks, in transactions of its own. Raises `Cancelled`, and `IndexDamaged`."""
        state, kinds, gone = self._state, self._kinds, self._state.deleted()
        before, found = state.marks.blocks, list[Block]()
        state.marks.blocks = wanted.block
        coming = _cut(_in_order(state, self._runs, wanted.sort), cancelled)
        while some := list(islice(coming, _IN_ONE_COMMIT)):
            with state.file.transaction("IMMEDIATE"):
                for seqs in some:
                    alive = len(seqs) - gone.intersection_cardinality(BitMap(seqs))
                    occurring = sum(1 << kind for kind in set(map(kinds.__getitem__, seqs)))
                    chunks = sum(1 << chunk for chunk in {seq >> places.CHUNK_BITS for seq in seqs})
                    found.append(written(state, 0, seqs, alive, occurring, chunks))
        state.marks.blocks = before
        if sum(block.length for block in found) != state.upto:
            raise IndexDamaged("records were lost as they were sorted")
        return found


def _kinds(state: State) -> bytes:
    """The kind of each record, by its number."""
    kinds = bytearray(state.upto + 1)
    for number in range(len(state.chunks)):
        for kind in lines.KINDS:
            for seq in state.bits(number, KIND + kind):
                kinds[seq] = kind
    return bytes(kinds)


def _in_order(state: State, runs: Runs, sort: Column) -> Iterator[list[int]]:
    """All records in their order, some at a time."""
    numbers = range(len(state.chunks))
    if sort is Column.OPERATION:
        for kind in sorted(lines.KINDS, key=lambda kind: lines.KINDS[kind].value):
            yield from (state.bits(number, KIND + kind).to_array().tolist() for number in numbers)
    elif sort is Column.AMOUNT:
        having = [chunk.amounts for chunk in state.chunks]
        for _, id in sorted(state.amounts.items()):
            yield from (state.bits(n, AMOUNT + id).to_array().tolist() for n in numbers if id in having[n])
    elif sort is Column.DATE and state.dates_follow_numbers:
        yield from (list(chunk.records) for chunk in state.chunks)
    else:
        yield from runs.merged(state.marks.runs, sort)


def _cut(coming: Iterator[list[int]], cancelled: Callable[[], bool]) -> Iterator[array[int]]:
    """Records in blocks."""
    waiting = array("I")
    for some in chain(coming, [None]):
        if cancelled():
            raise Cancelled(say("The index is not wanted any more."))
        waiting.extend(some or ())
        at = 0
        while len(waiting) - at >= orders.BLOCK or (some is None and len(waiting) > at):
            yield waiting[at : at + orders.BLOCK]
            at += orders.BLOCK
        del waiting[:at]
