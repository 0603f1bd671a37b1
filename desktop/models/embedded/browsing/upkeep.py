"""Bringing a user's index on the disk up to the ledger, from nothing if need be. It answers no query.

An index that is whole is brought up some thousand records at a time, each in one commit with the marks, so that it can
be stopped anywhere and goes on there. What makes one from nothing is `building`.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable

from desktop.models.embedded.browsing import index_file, places, reading
from desktop.models.embedded.browsing.building import Progress, build
from desktop.models.embedded.browsing.checking import check_whole
from desktop.models.embedded.browsing.flushing import flush
from desktop.models.embedded.browsing.index_file import IndexFile, IndexTrouble, apart
from desktop.models.embedded.browsing.standing import CHANGES, check_marks, is_up_to_date, newest_of
from desktop.models.embedded.browsing.state import State
from desktop.models.embedded.storage.store import Store
from desktop.terms.errors import Cancelled

log = logging.getLogger(__name__)

_INTO_ORDERS = 65_536  # records put into orders that are there, in one commit
_PATIENCE_S = 20  # for another one that writes: nobody waits for this, and laying down a chunk may take long


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
        file = IndexFile(store, user_id, make=True, patience=_PATIENCE_S)
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
        if not state.marks.ready and not build(state, progress, cancelled):
            return False
        done, total = -1, 0
        while done < total:
            if cancelled():
                return False
            with store.reading(), apart(), file.transaction("IMMEDIATE"):
                if file.marks().changes != state.marks.changes:  # by another program
                    state.load()
                _take_in(state)
                done, total = state.upto, newest_of(store, user_id)
            progress(done, total)
    return True


def _take_in(state: State) -> None:
    """Take in what follows, within a chunk, and write it."""
    end = min(places.chunk_end(places.chunk_of(state.upto + 1)), state.upto + _INTO_ORDERS)
    while more := list(reading.read(state.store, state.user_id, state.upto, min(reading.AT_ONCE, end - state.upto))):
        state.take(more)
    state.note(state.store.database.execute_sql(CHANGES, (state.user_id, state.seen)).fetchall())
    flush(state)
