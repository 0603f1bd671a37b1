"""Going through what is found in the order of dates, from one end, though clocks were set back: it asks no order.

Chunks are asked for their members as the dates come to them, so that the first rows are mostly all in one. What dates
do not part is gone through part by part; and only where several parts mingle, or one is in no order itself, the dates
of those that are found in it are read.
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

_AT_ONCE = 50  # that are given as soon as they are found; whoever takes them looks at so many together


class _Span(NamedTuple):
    """A chunk, or what is found in one of its parts. `begin` and `end` are dates, below zero from the latest one on."""

    begin: int
    end: int
    chunk: int
    part: int = -1
    seqs: array[int] = array("I")


def by_date(state: State, members_of: Callable[[int], BitMap], *, descending: bool) -> Iterator[list[int]]:
    """The members of all chunks by date and then by number, some at a time."""
    sign = -1 if descending else 1
    coming = [_Span(*_ends(sign, chunk.first, chunk.last), number) for number, chunk in enumerate(state.chunks)]
    heapify(coming)
    ready, waiting = list[int](), list[tuple[int, int]]()
    while coming:
        span = heappop(coming)
        while waiting and waiting[0][0] < span.begin:
            ready.append(sign * heappop(waiting)[1])
        if span.part < 0 or len(ready) >= _AT_ONCE:
            yield ready
            ready = []
        if span.part < 0:
            span = span._replace(seqs=members_of(span.chunk).to_array())
        chunk = state.chunks[span.chunk]
        alone = not (coming and coming[0].begin <= span.end) and not (waiting and waiting[0][0] <= span.end)
        if alone and (chunk.ordered or len(span.seqs) < 2):
            ready += span.seqs[::sign].tolist()
        elif span.part < 0:
            coming += _parts(chunk, span, sign)
            heapify(coming)
        else:
            dates, first = state.dates(span.part), places.part(span.part, state.upto).start
            for seq in span.seqs:
                heappush(waiting, (sign * dates[seq - first], sign * seq))
    yield ready + [sign * seq for _, seq in sorted(waiting)]


def _parts(chunk: Chunk, span: _Span, sign: int) -> Iterator[_Span]:
    """What is found in a chunk, by its parts."""
    at, first = 0, places.part_of(chunk.records.start)
    while at < len(span.seqs):
        part = places.part_of(span.seqs[at])
        stop = bisect_left(span.seqs, part + 1 << places.PART_BITS, at)
        ends = _ends(sign, chunk.earliest[part - first], chunk.latest[part - first])
        yield _Span(*ends, span.chunk, part, span.seqs[at:stop])
        at = stop


def _ends(sign: int, first: int, last: int) -> tuple[int, int]:
    return (first, last) if sign > 0 else (-last, -first)
