"""Bringing a user's index on the disk up to the ledger, from nothing if need be. It answers no query.

It goes a chunk at a time, each in one commit with the marks, so that it can be stopped anywhere and goes on there.
The orders are sorted once the rest is there.
"""

from __future__ import annotations

import contextlib
import logging
from array import array
from collections.abc import Callable
from typing import Any

from desktop.models import entries, sqlite
from desktop.models.browsing import index_file, lines
from desktop.models.browsing.bitmaps import CHUNK, CHUNK_BITS, IndexDamaged
from desktop.models.browsing.index_file import ERRORS, IndexFile
from desktop.models.browsing.keys import bitmap_id
from desktop.models.browsing.orders import BLOCK
from desktop.models.browsing.state import State
from desktop.models.store import Store
from desktop.values import Column

log = logging.getLogger(__name__)

_OFTEN = 200_000  # steps of SQLite's machine between two looks at whether to go on

Progress = Callable[[int, int], None]


def catch_up(store: Store, user_id: int, *, progress: Progress, cancelled: Callable[[], bool]) -> bool:
    """Write what is new into the index; whether it is all there now.

    A damaged index is thrown away and made anew. Raises the ledger's errors, never the index's.
    """
    for _ in range(2):
        try:
            return _catch_up(store, user_id, progress, cancelled)
        except ERRORS as error:
            if is_busy(error):
                log.info("another program keeps the index busy")
                return False
            log.warning("an index is thrown away: %s", error)
            index_file.discard(store.file, user_id)
    return False


def is_busy(error: BaseException) -> bool:
    """Whether an error only says that another connection writes."""
    return sqlite.error_name(error).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def _catch_up(store: Store, user_id: int, progress: Progress, cancelled: Callable[[], bool]) -> bool:
    with contextlib.closing(IndexFile(index_file.file_of(store.file, user_id), make=True)) as file:
        with store.reading():
            state = State(store, user_id, file)
        done = 0
        while not cancelled():
            with store.reading() as database, file.transaction("IMMEDIATE"):
                total = database.execute_sql("SELECT max(seq) FROM record WHERE user_id = ?", (user_id,)).fetchone()[0]
                if file.marks().changes != state.marks.changes:
                    state.load()
                _take_chunk(state)
                done = state.upto
            progress(done, total)
            if done == total:
                break
        else:
            return False
        if not state.marks.ready:
            with store.reading() as database, file.transaction("IMMEDIATE"), _stoppable(database, cancelled):
                _sort(state)
    return True


def _take_chunk(state: State) -> None:
    """Take in the rest of the chunk that is begun, and write it."""
    state.take(lines.read(state.store, state.user_id, state.upto, CHUNK - state.upto % CHUNK))
    changes = state.store.database.execute_sql(
        "SELECT id, seq, deleted, date FROM visibility WHERE user_id = ? AND id > ? ORDER BY id",
        (state.user_id, state.seen),
    )
    state.note(changes.fetchall())
    flush(state)


def flush(state: State) -> None:
    """Write into the index what the state has in memory, and start from there."""
    file = state.file
    file.put_bitmaps(
        {bitmap_id(chunk, key): state.bits(chunk, key) for chunk, keys in state.fresh.items() for key in keys}
    )
    for number in state.fresh_texts:
        file.put_part(number, *state.part(number))
    for number in state.dirty:
        chunk = state.chunks[number]
        file.put_chunk(number, chunk.facts(), chunk.live, state.dates(number) if number in state.fresh_dates else None)
    run = file.connection.executemany
    run("INSERT OR IGNORE INTO place VALUES (?)", ((key,) for key in state.places))
    run("INSERT OR IGNORE INTO amount VALUES (?, ?)", ((id, amount) for amount, id in state.amounts.items()))
    marks = state.marks
    if marks.ready:
        for sort in lines.SORT_KEYS:
            state.order(sort).flush()
    marks.applied, marks.hash, marks.seen, marks.seen_date = state.upto, state.hash, state.seen, state.seen_date
    marks.zone = index_file.zone()
    marks.changes += 1
    file.set_marks(marks)
    state.load()


def _sort(state: State) -> None:
    """Make all orders of what has been taken in."""
    if state.file.marks().changes != state.marks.changes:
        raise IndexDamaged("two programs made it at once")
    live = b"".join(chunk.live.to_bytes(CHUNK // 8, "little") for chunk in state.chunks)
    numbers = {kind.value: number for number, kind in enumerate(lines.KINDS)}
    kinds = bytearray(state.upto + 1)
    sql = f"SELECT r.seq, o.type FROM {entries.FROM} WHERE r.user_id = ? AND r.seq <= ?"
    for seq, kind in state.store.database.execute_sql(sql, (state.user_id, state.upto)):
        kinds[seq] = numbers[kind]
    for sort, key in lines.SORT_KEYS.items():
        state.file.put_directory(sort, list(_blocks(state, sort, key, live, kinds)))
    state.marks.ready = True
    state.marks.changes += 1
    state.file.set_marks(state.marks)


def _blocks(state: State, sort: Column, key: str, live: bytes, kinds: bytearray) -> Any:
    sql = f"SELECT r.seq FROM {entries.FROM} WHERE r.user_id = ? AND r.seq <= ? ORDER BY {key}, r.seq"
    cursor = state.store.database.execute_sql(sql, (state.user_id, state.upto))
    log.info("sorting by %s", sort.value)
    while rows := cursor.fetchmany(BLOCK):
        seqs = array("I", [seq for (seq,) in rows])
        alive = sum([live[seq - 1 >> 3] >> (seq - 1 & 7) & 1 for seq in seqs])
        occurring = sum(1 << kind for kind in {kinds[seq] for seq in seqs})
        chunks = sum(1 << chunk for chunk in {seq - 1 >> CHUNK_BITS for seq in seqs})
        id = state.file.put_block(None, seqs)
        yield id, seqs[0], len(seqs), alive, occurring, chunks.to_bytes((chunks.bit_length() + 7) // 8, "little")


@contextlib.contextmanager
def _stoppable(database: Any, cancelled: Callable[[], bool]) -> Any:
    """Let SQLite's own long work be stopped too."""
    connection = database.connection()
    connection.set_progress_handler(lambda: int(cancelled()), _OFTEN)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)
