"""Going through what is found in the order of dates, from one end, though clocks were set back: it asks no order.

Chunks are asked for their members as the dates come to them, so that the first rows are mostly all in one. What mingles
with others, or is in no order itself, is split further and further; of single parts the dates are read at last.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from pyroaring import BitMap

from desktop.models.embedded.browsing import places
from desktop.models.embedded.browsing.chunks import Chunk
from desktop.models.embedded.browsing.state import State

_WAYS = 32  # that a span is split
_AT_ONCE = 50  # that are given as soon as they are found; whoever takes them looks at so many together


class _Span(NamedTuple):
    """So many parts of a chunk from a first one on and, once it was asked, its members in them.

    `begin` and `end` are dates, below zero where the latest comes first.
    """

    begin: int
    end: int
    chunk: int
    first: int
    length: int
    seqs: array[int] | None = None


def by_date(state: State, members_of: Callable[[int], BitMap], *, descending: bool) -> Iterator[list[int]]:
    """The members of all chunks by date and then by number, some at a time."""
    sign = -1 if descending else 1
    coming = [
        _Span(*_ends(sign, chunk.first, chunk.last), number, chunk.parts.start, len(chunk.parts))
        for number, chunk in enumerate(state.chunks)
    ]
    heapify(coming)
    ready, waiting = list[int](), list[tuple[int, int]]()
    while coming:
        span = heappop(coming)
        while waiting and waiting[0][0] < span.begin:
            ready.append(sign * heappop(waiting)[1])
        seqs = span.seqs
        if seqs is None or len(ready) >= _AT_ONCE:
            yield ready
            ready = []
        if seqs is None:
            seqs = members_of(span.chunk).to_array()
        chunk = state.chunks[span.chunk]
        alone = not (coming and coming[0].begin <= span.end) and not (waiting and waiting[0][0] <= span.end)
        if alone and (chunk.ordered or len(seqs) < 2):
            ready += seqs[::sign].tolist()
        elif span.length > 1:
            for parts in _cut(range(span.first, span.first + span.length)):
                start, stop = (bisect_left(seqs, part << places.PART_BITS) for part in (parts.start, parts.stop))
                if start < stop:
                    heappush(coming, _span(sign, span.chunk, chunk, parts, seqs[start:stop]))
        else:
            dates, first = state.dates(span.first), places.part(span.first, state.upto).start
            for seq in seqs:
                heappush(waiting, (sign * dates[seq - first], sign * seq))
    yield ready + [sign * seq for _, seq in sorted(waiting)]


def _span(sign: int, number: int, chunk: Chunk, parts: range, seqs: array[int]) -> _Span:
    some = slice(parts.start - chunk.parts.start, parts.stop - chunk.parts.start)
    ends = _ends(sign, min(chunk.earliest[some]), max(chunk.latest[some]))
    return _Span(*ends, number, parts.start, len(parts), seqs)


def _ends(sign: int, first: int, last: int) -> tuple[int, int]:
    return (first, last) if sign > 0 else (-last, -first)


def _cut(parts: range) -> Iterator[range]:
    size = -(-len(parts) // _WAYS)
    return (parts[at : at + size] for at in range(0, len(parts), size))
