"""Bringing a user's index on the disk up to the ledger, from nothing if need be. It answers no query.

It goes a chunk at a time, each in one commit with the marks, so that it can be stopped anywhere and goes on there. The
records are sorted in runs meanwhile, which are merged into the orders once the rest is there.
"""

from __future__ import annotations

import contextlib
import logging
from array import array
from collections.abc import Callable, Iterator
from itertools import chain

from pyroaring import BitMap

from desktop.language.sentences import say
from desktop.models.embedded.browsing import index_file, lines, places
from desktop.models.embedded.browsing.checking import check_whole
from desktop.models.embedded.browsing.fresh import Fresh
from desktop.models.embedded.browsing.index_file import IndexFile, IndexTrouble, Segment, apart
from desktop.models.embedded.browsing.keys import KIND, SPAN
from desktop.models.embedded.browsing.orders import BLOCK, Block, put, written
from desktop.models.embedded.browsing.seals import IndexDamaged
from desktop.models.embedded.browsing.sorting import Runs
from desktop.models.embedded.browsing.state import CHANGES, State, check_marks, is_up_to_date, newest_of
from desktop.models.embedded.storage import sqlite
from desktop.models.embedded.storage.store import Store
from desktop.terms.errors import Cancelled

log = logging.getLogger(__name__)

_AT_ONCE = 8_192  # records taken in and sorted together, between two looks at whether to go on
_INTO_ORDERS = 65_536  # records put into orders that are there, in one commit
_TIMES = 4  # so much longer a segment is than the next

Progress = Callable[[int, int], None]


def catch_up(
    store: Store, user_id: int, *, check: bool = False, progress: Progress, cancelled: Callable[[], bool]
) -> bool:
    """Write what is new into the index; whether it is all there now.

    A damaged index is thrown away and made anew. Whatever is read is proved as it is read; `check` goes through the
    whole file first (some seconds for a million records), so that damage is found before it is met. Raises the
    ledger's errors, never the index's. Without the store's own key there is no index.
    """
    if not store.key_is_own:
        return False
    for _ in range(2):
        try:
            return _catch_up(store, user_id, check, progress, cancelled)
        except Cancelled:
            return False
        except IndexTrouble as trouble:
            if trouble.busy:
                log.info("another program keeps the index busy")
                return False
            log.warning("an index is thrown away: %s", trouble, exc_info=trouble)
            index_file.discard(store.file, user_id)
    return False


def _catch_up(store: Store, user_id: int, check: bool, progress: Progress, cancelled: Callable[[], bool]) -> bool:
    with apart():
        file = IndexFile(store, user_id, make=True)
    with contextlib.closing(file):
        if check:
            with apart():
                check_whole(file, cancelled)
        with store.reading(), apart():
            marks = file.marks()
            check_marks(store, user_id, marks)
            if is_up_to_date(store, user_id, marks):  # spares the memory that a state takes, for nothing
                return True
            state = State(store, user_id, file)
        done, total = -1, 0
        while done < total:
            if cancelled():
                return False
            with store.reading(), apart(), file.transaction("IMMEDIATE"):
                if file.marks().changes != state.marks.changes:  # by another program
                    state.load()
                _take_chunk(state, cancelled)
                done, total = state.upto, newest_of(store, user_id)
            progress(done, total)
        if not state.marks.ready:
            with store.reading(), apart(), file.transaction("IMMEDIATE"):
                _sort(state, cancelled)
    return True


def _take_chunk(state: State, cancelled: Callable[[], bool]) -> None:
    """Take in the rest of the chunk that is begun, and write it."""
    end = places.chunk_end(places.chunk_of(state.upto + 1))
    if state.marks.ready:
        end = min(end, state.upto + _INTO_ORDERS)
    with contextlib.ExitStack() as stack:
        runs = None if state.marks.ready else stack.enter_context(_runs(state))
        while more := list(lines.read(state.store, state.user_id, state.upto, min(_AT_ONCE, end - state.upto))):
            if cancelled():
                raise Cancelled(say("The index is not wanted any more."))
            state.take(more)
            if runs is not None:
                known = state.marks.runs
                known.append(runs.put(len(known), state.file.writing, more))
    changes = state.store.database.execute_sql(CHANGES, (state.user_id, state.seen))
    state.note(changes.fetchall())
    flush(state)


def _runs(state: State) -> contextlib.closing[Runs]:
    return contextlib.closing(Runs(sqlite.side_file(state.file.file, index_file.SORTING), state.file.seals))


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


def _sort(state: State, cancelled: Callable[[], bool]) -> None:
    """Make all orders of what has been taken in."""
    if state.file.marks().changes != state.marks.changes:
        raise IndexDamaged("two programs made it at once")
    kinds = bytearray(state.upto + 1)
    for number in range(len(state.chunks)):
        for kind in lines.KINDS:
            for seq in state.bits(number, KIND + kind):
                kinds[seq] = kind
    with _runs(state) as runs:
        for sort in lines.SORT_KEYS:
            log.info("the order by %s is being made", sort.value)
            put(state, sort, list(_blocks(state, runs.merged(state.marks.runs, sort, cancelled), kinds)))
        state.marks.runs.clear()
        state.marks.ready = True
        state.marks.changes += 1
        state.file.set_marks(state.marks)
        runs.remove()


def _blocks(state: State, merged: Iterator[list[int]], kinds: bytearray) -> Iterator[Block]:
    gone = state.deleted()
    waiting, count = array("I"), 0
    for some in chain(merged, [None]):
        waiting.extend(some or ())
        while len(waiting) >= BLOCK or (some is None and waiting):
            seqs, waiting = waiting[:BLOCK], waiting[BLOCK:]
            count += len(seqs)
            alive = len(seqs) - gone.intersection_cardinality(BitMap(seqs))
            occurring = sum(1 << kind for kind in {kinds[seq] for seq in seqs})
            chunks = sum(1 << chunk for chunk in {places.chunk_of(seq) for seq in seqs})
            yield written(state, 0, seqs, alive, occurring, chunks)
    if count != state.upto:
        raise IndexDamaged("records were lost as they were sorted")
