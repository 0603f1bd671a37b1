"""Proving a store: L1 to L8, each broken record named with the reason. It reads only, and repairs nothing.

    L1  user.balance = user_balance of the user's last record      L2  seq is 1..n without a gap
    L3  user_balance(k) = user_balance(k-1) − amount(k) ≥ 0        L4  every charge has a response and its time's price
    L5  a user's (request_id, step) at most once                   L6  chains and journal hold, every state is the
                                                                       journal's last, the anchors lie on them
    L7  the file is sound, foreign keys too, and the schema is the expected one
    L8  every response follows from its operands (only where asked for)

The journal is replayed first (`replay`); then one pass over the records in the order they were written, with the head
of every user's chain in memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from desktop.models.embedded.checks import Run
from desktop.models.embedded.problems import MOST
from desktop.models.embedded.storage.store import Store
from desktop.terms.errors import StoreDamaged
from desktop.terms.reports import Verification


def verify(
    store: Store,
    *,
    anchored: bool = True,
    results: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Verification:
    """Check everything; `progress(done, total)` is called every few hundred records.

    Not `anchored`, the anchor is left out of account, as for a backup, which begins a new one where it is restored.
    With `results` each computed record is worked out again, which takes longer.

    Raises `StoreReadOnly` when the key is missing: then nothing can be proved.
    """
    started = time.monotonic()
    run = Run(store, anchored=anchored, progress=progress, cancelled=cancelled)
    try:
        with store.reading():
            run.all()
            if results:
                run.results()
    except StoreDamaged:  # SQLite ends the transaction by itself where it meets a damaged page; that is found already
        if not run.problems:
            raise
    return Verification(
        problems=tuple(run.problems.all[:MOST]),
        records=run.records,
        users=len(run.problems.usernames),
        seconds=time.monotonic() - started,
        complete=not run.problems.stopped,
        changes=run.states.entries,
        anchored_at=run.anchors.date,
    )
