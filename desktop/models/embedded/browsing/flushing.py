"""Writing what a state has in memory into its index, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator

from pyroaring import BitMap

from desktop.models.embedded.browsing import index_file, lines, places
from desktop.models.embedded.browsing.fresh import Fresh
from desktop.models.embedded.browsing.index_file import Segment
from desktop.models.embedded.browsing.keys import SPAN
from desktop.models.embedded.browsing.state import State

_TIMES = 4  # so much longer a segment is than the next


def flush(state: State) -> None:
    """Write into the index what the state has in memory, and start from there."""
    file = state.file
    for number, fresh in state.fresh.items():
        _put_segment(state, number, fresh)
        last = fresh.first + len(fresh.texts) - 1
        for part in range(places.part_of(fresh.first), places.part_of(last) + 1):
            file.put_part(part, state.part(part))
    marks = state.marks
    for number in sorted(state.dirty):
        file.put_chunk(number, state.chunks[number].facts())
        marks.chunks[number : number + 1] = [file.writing]
    file.put_amounts(list(state.amounts), marks.amounts)
    marks.amounts = len(state.amounts)
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
    state.file.put_bitmaps(segment, _joined(state, fresh, joined))
    for old in joined:
        state.file.drop(old)
    chunk.segments = [*kept, segment]


def _joined(state: State, fresh: Fresh, segments: list[Segment]) -> Iterator[tuple[int, BitMap]]:
    """The bitmaps of what is fresh in a chunk, and of some of its segments."""
    file, found = state.file, fresh.bitmaps(state.amount_texts)
    older = {id % SPAN for segment in segments for ids in file.keys(segment) for id in ids}
    for key in sorted(found.keys() | older):
        bits = found.pop(key, None) or BitMap()
        yield key, bits.union(*(file.bitmap(segment, key) for segment in segments)) if key in older else bits
