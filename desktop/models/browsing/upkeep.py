"""Bringing a user's index on the disk up to the ledger, from nothing if need be. It answers no query.

It goes a chunk at a time, each in one commit with the marks, so that it can be stopped anywhere and goes on there.
The orders are sorted once the rest is there.
"""

from __future__ import annotations

import contextlib
import logging
from array import array
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from desktop.errors import Cancelled
from desktop.models.browsing import index_file, lines
from desktop.models.browsing.bitmaps import CHUNK, CHUNK_BITS, IndexDamaged, of_offsets, offsets, pack
from desktop.models.browsing.fresh import Fresh
from desktop.models.browsing.index_file import PART_BITS, IndexFile, IndexTrouble, apart
from desktop.models.browsing.keys import KIND, bitmap_id
from desktop.models.browsing.orders import BLOCK
from desktop.models.browsing.sorting import Sorter
from desktop.models.browsing.state import State, check_marks, is_up_to_date, newest_of
from desktop.models.store import Store

log = logging.getLogger(__name__)

_AT_ONCE = 2_000  # records taken in between two looks at whether to go on

Progress = Callable[[int, int], None]


def catch_up(
    store: Store, user_id: int, *, check: bool = False, progress: Progress, cancelled: Callable[[], bool]
) -> bool:
    """Write what is new into the index; whether it is all there now.

    A damaged index is thrown away and made anew. What is read is proved by checksums, but not that nothing is missing:
    for that, `check` goes through the whole file first (seconds for millions of records). Raises the ledger's errors,
    never the index's.
    """
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
        file = IndexFile(index_file.file_of(store.file, user_id), make=True)
    with contextlib.closing(file):
        if check:
            with apart():
                file.check(cancelled)
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
    end = state.upto - state.upto % CHUNK + CHUNK
    while more := list(lines.read(state.store, state.user_id, state.upto, min(_AT_ONCE, end - state.upto))):
        if cancelled():
            raise Cancelled("The index is not wanted any more.")
        state.take(more)
    changes = state.store.database.execute_sql(
        "SELECT id, seq, deleted, date FROM visibility WHERE user_id = ? AND id > ? ORDER BY id",
        (state.user_id, state.seen),
    )
    state.note(changes.fetchall())
    flush(state)


def flush(state: State) -> None:
    """Write into the index what the state has in memory, and start from there."""
    file = state.file
    for number, fresh in state.fresh.items():
        file.put_bitmaps(_merged(state, number, fresh))
        first = number << CHUNK_BITS
        begin, end = first + fresh.start, first + fresh.start + len(fresh.texts)
        for part in range(begin >> PART_BITS, (end - 1 >> PART_BITS) + 1):
            file.put_part(part, *state.part(part))
    for number in state.dirty:
        chunk = state.chunks[number]
        file.put_chunk(number, chunk.facts(), chunk.live, state.dates(number) if number in state.fresh else None)
    amounts = ((id, amount) for amount, id in state.amounts.items())
    file.connection.executemany("INSERT OR IGNORE INTO amount VALUES (?, ?)", amounts)
    marks = state.marks
    if marks.ready:
        for sort in lines.SORT_KEYS:  # each leaves the memory before the next comes
            state.order(sort).flush()
            del state.orders[sort]
    marks.applied, marks.hash, marks.seen, marks.seen_date = state.upto, state.hash, state.seen, state.seen_date
    marks.zone = index_file.zone()
    marks.changes += 1
    file.set_marks(marks)
    state.load()


def _merged(state: State, number: int, fresh: Fresh) -> Iterator[tuple[int, bytes]]:
    """The rows of a chunk's bitmaps, with what is fresh."""
    for key, bits in fresh.bitmaps(state.amount_texts):
        row = bitmap_id(number, key)
        if fresh.start:
            whole = (bits if isinstance(bits, int) else of_offsets(bits)) << fresh.start
            yield row, pack(state.file.bitmap(row) | whole)
        else:
            yield row, pack(bits)


def _sort(state: State, cancelled: Callable[[], bool]) -> None:
    """Make all orders of what has been taken in."""
    if state.file.marks().changes != state.marks.changes:
        raise IndexDamaged("two programs made it at once")
    kinds = bytearray(state.upto + 1)
    for number in range(len(state.chunks)):
        for kind in lines.KINDS:
            for offset in offsets(state.bits(number, KIND + kind)):
                kinds[(number << CHUNK_BITS) + offset + 1] = kind
    part = state.file.file.with_suffix(".sorting")
    with Sorter(state.store, state.user_id, state.upto, part, cancelled) as sorter:
        for place, sort in enumerate(lines.SORT_KEYS):
            log.info("the order by %s is being made", sort.value)
            state.file.put_directory(sort, list(_blocks(state, sorter.merged(place), kinds)))
    state.marks.ready = True
    state.marks.changes += 1
    state.file.set_marks(state.marks)


def _blocks(state: State, merged: Iterator[list[int]], kinds: bytearray) -> Iterator[tuple[Any, ...]]:
    live = state.live()
    waiting = array("I")
    for some in chain(merged, [None]):
        waiting.extend(some or ())
        while len(waiting) >= BLOCK or (some is None and waiting):
            seqs, waiting = waiting[:BLOCK], waiting[BLOCK:]
            alive = sum([live[seq - 1 >> 3] >> (seq - 1 & 7) & 1 for seq in seqs])
            occurring = sum(1 << kind for kind in {kinds[seq] for seq in seqs})
            chunks = sum(1 << chunk for chunk in {seq - 1 >> CHUNK_BITS for seq in seqs})
            id = state.file.put_block(None, seqs)
            yield id, seqs[0], len(seqs), alive, occurring, chunks.to_bytes((chunks.bit_length() + 7) // 8, "little")
