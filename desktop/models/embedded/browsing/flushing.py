"""Writing what a state has in memory into its index, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import groupby
from operator import itemgetter

from pyroaring import BitMap

from desktop.models.embedded.browsing import index_file, lines, places
from desktop.models.embedded.browsing.bitmaps import Segment
from desktop.models.embedded.browsing.fresh import Fresh
from desktop.models.embedded.browsing.state import State

_KEY = itemgetter(0)
_TIMES = 4  # so much longer a segment is than the next


def flush(state: State) -> None:
    """Write into the index what the state has in memory, and start from there."""
    file = state.file
    for number, fresh in state.fresh.items():
        _put_segment(state, number, fresh)
        last = fresh.first + len(fresh.texts) - 1
        for part in range(places.part_of(fresh.first), places.part_of(last) + 1):
            file.put_part(part, state.part(part), state.dates(part))
    marks = state.marks
    for number in sorted(state.dirty):
        file.put_chunk(number, state.chunks[number].facts())
        marks.chunks[number : number + 1] = [file.writing]
    file.put_amounts(list(state.amounts.ids), marks.amounts)
    marks.amounts = len(state.amounts.ids)
    if marks.ready:
        for sort in lines.SORT_KEYS:  # each leaves the memory before the next comes
            state.order(sort).flush()
            del state.orders[sort]
    marks.applied, marks.hash, marks.seen, marks.seen_date = state.upto, state.hash, state.seen, state.seen_date
    marks.zone = index_file.zone()
    marks.changes += 1
    file.set_marks(marks)
    state.load()


def _put_segment(state: State, number: int, fresh: Fresh) -> None:
    """Write what is fresh in a chunk as a segment, and into it the last ones that are not much longer.

    So each is several times as long as the next, few are read for one bitmap, and nothing is written again too often.
    """
    chunk, length = state.chunks[number], len(fresh.texts)
    is_full = chunk.records.stop == places.chunk_end(number) + 1
    kept, joined = list(chunk.segments), list[Segment]()
    while kept and (is_full or kept[-1].length < _TIMES * length):
        joined.append(kept.pop())
        length += joined[-1].length
    state.marks.segments += 1
    segment = Segment(state.marks.segments, length, state.file.writing)
    bitmaps = state.file.bitmaps
    bitmaps.put(bitmaps.sealed(segment, _joined(state, fresh, joined)))
    for old in joined:
        bitmaps.drop(old)
    chunk.segments = [*kept, segment]


def _joined(state: State, fresh: Fresh, segments: list[Segment]) -> Iterator[tuple[int, BitMap]]:
    """The bitmaps of what is fresh in a chunk, and of some of its segments, in the order of their keys."""
    older = (state.file.bitmaps.bodies(segment) for segment in segments)
    sources = [sorted(fresh.bitmaps(state.amounts.texts).items(), key=_KEY), *map(_read, older)]
    for key, same in groupby(merge(*sources, key=_KEY), _KEY):
        yield key, BitMap().union(*(bits for _, bits in same))


def _read(bodies: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, BitMap]]:
    return ((key, BitMap.deserialize(body)) for key, body in bodies)
