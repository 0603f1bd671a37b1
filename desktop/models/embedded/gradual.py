"""Proving in parts: at a start what came since the last proof, and the whole again in slices while the program is used.

A slice is proved against the records before it as they stand in the store. That they are those of the slice before is
seen at the end: the sum of the chains' ends, carried from slice to slice under the key, must be that of the heads.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded import proof_state
from desktop.models.embedded import verify as proving
from desktop.models.embedded.checks import Run
from desktop.models.embedded.proof_state import ProofState
from desktop.models.embedded.results import check_results
from desktop.models.embedded.storage import anchoring, chain, operations, sqlite
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.stretches import Outcome, Rates, Stretch, prove
from desktop.terms.errors import Cancelled
from desktop.terms.reports import Verification

SLICES = 2_000  # of a whole proof: one a minute, so that a week of use goes through all of it
SMALLEST = 1_000  # records of a slice
_UNEVEN = (  # an account whose balance is not that of its last record
    "SELECT 1 FROM user WHERE balance IS NOT "
    "(SELECT user_balance FROM record WHERE user_id = user.id ORDER BY seq DESC LIMIT 1) LIMIT 1"
)

Progress = Callable[[int, int], None]
Cancel = Callable[[], bool]


def prove_whole(store: Store, *, progress: Progress, cancelled: Cancel, results: bool = False) -> Verification:
    """`verify`, and a note of it where all was well."""
    outcome = proving.verify(store, results=results, progress=progress, cancelled=cancelled)
    if outcome.problems or not outcome.complete:
        return outcome
    outcome = replace(outcome, whole_at=store.clock())
    proof_state.write(store, ProofState(outcome.whole_at, outcome.records))
    return outcome


def prove_since(store: Store, *, progress: Progress, cancelled: Cancel) -> Verification:
    """Prove what came since the last proof; all of the ledger where there was none, or where anything is amiss."""
    try:
        return _prove_since(store, progress, cancelled)
    finally:
        sqlite.forget_pages(store.database)


def _prove_since(store: Store, progress: Progress, cancelled: Cancel) -> Verification:
    started, state = time.monotonic(), proof_state.read(store)
    try:
        run = None if state is None else _recent(store, state, cancelled)
    except Cancelled:
        return Verification((), 0, 0, time.monotonic() - started, complete=False)
    if state is None or run is None:
        return prove_whole(store, progress=progress, cancelled=cancelled)
    proof_state.write(store, replace(state, proved=run.records))
    return Verification(
        problems=(),
        records=run.records,
        users=len(run.problems.usernames),
        seconds=time.monotonic() - started,
        changes=run.states.entries,
        anchored_at=run.anchors.date,
        whole_at=state.whole_at,
    )


def prove_slice(store: Store, *, cancelled: Cancel) -> Verification | None:
    """Go on with the whole proof; None where all is as it should be, or nothing was proved yet; else what is found."""
    state = proof_state.read(store)
    if state is None:
        return None
    try:
        further = _walk_on(store, state, cancelled)
    except Cancelled:
        return None
    if further is None:
        return prove_whole(store, progress=lambda _done, _total: None, cancelled=cancelled, results=True)
    proof_state.write(store, further)
    return None


def _recent(store: Store, state: ProofState, cancelled: Cancel) -> Run | None:
    """The proof of what stands around the records and of those that came since a state; None where it fails."""
    run = Run(store, cancelled=cancelled)
    with store.reading() as database:
        if not run.around() or run.anchors.know_single_chains:
            return None
        total = _last(database)
        if total < state.proved or not all(anchoring.lies_on(database, anchor) for _, anchor in run.anchors.made):
            return None
        outcome = _proved(store, database, Stretch(state.proved + 1, total), run.operations.kinds, run.prices)
        if outcome is None or database.execute_sql(_UNEVEN).fetchone():
            return None
        run.records = total
        return run if run.hidden_as_told() else None


def _walk_on(store: Store, state: ProofState, cancelled: Cancel) -> ProofState | None:
    """The state after another slice; None where it does not hold. Raises `Cancelled`."""
    with store.reading() as database:
        total = _last(database)
        last = min(total, state.walked + max(SMALLEST, total // SLICES))
        known = operations.read(database)
        prices = database.execute_sql("SELECT from_record, operation_id, cost FROM price ORDER BY id").fetchall()
        outcome = _proved(store, database, Stretch(state.walked + 1, last), known.kinds, prices)
        if outcome is None or not _all_follow(database, known.kinds, state.walked + 1, last, cancelled):
            return None
        mac = chain.mac(store.key)
        before = (-chain.head_mark(mac, user_id, end[0], end[2]) for user_id, end in outcome.begins.items() if end[0])
        after = (chain.head_mark(mac, user_id, end[0], end[2]) for user_id, end in outcome.ends.items())
        heads = chain.sum_of((state.heads, *before, *after))
        if last < total:
            return replace(state, walked=last, heads=heads)
        if heads != anchoring.whole(database, store.key, 0).heads or sqlite.full_check(database, cancelled):
            return None
        return ProofState(store.clock(), max(state.proved, total))


def _proved(
    store: Store,
    database: SqliteDatabase,
    stretch: Stretch,
    kinds: Mapping[int, str],
    prices: Iterable[tuple[int, int, int]],
) -> Outcome | None:
    try:
        return prove(database, store.key, stretch, Rates.of(kinds, prices))
    except (TypeError, AttributeError, struct.error):  # a value that its column cannot hold
        return None


def _all_follow(database: SqliteDatabase, kinds: Mapping[int, str], first: int, last: int, cancelled: Cancel) -> bool:
    """Whether the responses of these records follow from their operands (rule L8)."""
    found: list[tuple[str, int, int, str]] = []
    check_results(
        database,
        kinds,
        lambda *problem: found.append(problem),
        lambda: bool(found) or cancelled(),
        first=first,
        last=last,
    )
    if cancelled():
        raise Cancelled(say(sqlite.NOT_WANTED))
    return not found


def _last(database: SqliteDatabase) -> int:
    return int(database.execute_sql("SELECT max(id) FROM record").fetchone()[0] or 0)
