"""Looking at a user's own records: pages, totals, deleting and restoring. It never changes what a record says.

Every query carries the user of the session. Order by date is the order of the ledger (`seq`): a clock that was set
back does not reorder what happened.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing

from desktop.language.sentences import say
from desktop.models.embedded import accounts, browsing
from desktop.models.embedded.storage import entries, journal, sqlite
from desktop.models.embedded.storage.store import Store
from desktop.models.ledger.notes import normal_note
from desktop.terms.charges import Entry, RawRecord
from desktop.terms.errors import BadInput
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters, Page, PageRequest, Totals
from desktop.terms.people import Session

LARGEST_ID = 2**63 - 1  # SQLite's; a person can type more


def page(store: Store, session: Session, request: PageRequest) -> Page:
    """One page and the totals of the filtered set, from one state of the store. Past the end: the last page."""
    with store.reading() as database:
        user_id = accounts.require(store, database, session).id
        return browsing.page(store, user_id, request, exact=True)


def first_look(
    store: Store,
    session: Session,
    request: PageRequest,
    *,
    checked: bool = True,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Page, bool]:
    """A page as soon as it can be had, its totals None where they take longer; and whether `catch_up` is due.

    It is due when much is new, and for an index that has not been `checked` yet.
    """
    with store.reading() as database:
        user_id = accounts.require(store, database, session).id
        found = browsing.page(store, user_id, request, exact=False, cancelled=cancelled)
    return found, browsing.needs_upkeep(store, user_id, checked=checked)


def catch_up(
    store: Store,
    session: Session,
    *,
    check: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> bool:
    """Bring the index behind the pages up to the ledger; whether it is. It takes minutes for millions of records.

    `check` goes through the whole index first: once a run of the program is enough.
    """
    user_id = accounts.current(store, session).id
    try:
        return browsing.catch_up(store, user_id, check=check, progress=progress, cancelled=cancelled)
    finally:
        if check:
            sqlite.forget_pages(store.database)


def totals(
    store: Store,
    session: Session,
    filters: Filters,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Totals:
    """What the records under the filters come to; `progress(done, of)` tells how far it is."""
    with store.reading() as database:
        user_id = accounts.require(store, database, session).id
        return browsing.totals(store, user_id, filters, progress=progress, cancelled=cancelled)


def operation_counts(
    store: Store, session: Session, filters: Filters, *, cancelled: Callable[[], bool] = lambda: False
) -> Mapping[OperationType, int]:
    """How many records each operation has under the other filters, whichever operations are chosen."""
    with store.reading() as database:
        user_id = accounts.require(store, database, session).id
        return browsing.operation_counts(store, user_id, filters, cancelled=cancelled)


def trash_count(store: Store, session: Session) -> int:
    """How many records the user has in the Trash."""
    return totals(store, session, Filters(trash=True)).count


def stream(
    store: Store, session: Session, filters: Filters, sort: Column, *, descending: bool
) -> Generator[Entry, None, None]:
    """Every record under the filters in order, one at a time, from one state of the store.

    Whoever leaves off before the end closes it: until then its transaction stays open.
    """
    with closing(batches(store, session, filters, sort, descending=descending)) as found:
        for batch in found:
            for row in batch:
                yield entries.entry_of(row)


def batches(
    store: Store, session: Session, filters: Filters, sort: Column, *, descending: bool
) -> Generator[list[RawRecord], None, None]:
    """The same as rows of `entries.COLUMNS`, some thousand at a time: for exports, where a value a row costs most."""
    with store.reading() as database:
        user_id = accounts.require(store, database, session).id
        yield from browsing.batches(store, user_id, filters, sort, descending=descending)


def delete(store: Store, session: Session, ids: Sequence[int]) -> tuple[int, ...]:
    """Hide the user's own records; returns the ids that were not hidden before. Others' ids are as good as unknown."""
    return _mark(store, session, ids, deleted=True)


def restore(store: Store, session: Session, ids: Sequence[int]) -> tuple[int, ...]:
    """Show the user's own hidden records again; returns the ids that were hidden."""
    return _mark(store, session, ids, deleted=False)


def _mark(store: Store, session: Session, ids: Sequence[int], *, deleted: bool) -> tuple[int, ...]:
    state, kind = ("IS NULL", journal.DELETED) if deleted else ("IS NOT NULL", journal.RESTORED)
    now = store.clock()
    changed = []
    with store.writing() as database:
        user_id = accounts.require(store, database, session).id
        for record_id in dict.fromkeys(number for number in ids if 0 < number <= LARGEST_ID):
            found = database.execute_sql(
                f"UPDATE record SET deleted_at = ? WHERE id = ? AND user_id = ? AND deleted_at {state}",
                (now if deleted else None, record_id, user_id),
            ).rowcount
            if found:
                journal.write(store, database, kind, date=now, user_id=user_id, subject=record_id, actor_id=user_id)
                changed.append(record_id)
    return tuple(changed)


def set_note(store: Store, session: Session, record_id: int, text: str) -> Entry:
    """Write a note beside one of the user's own records; each that was ever written stays in the journal."""
    note = normal_note(text)
    with store.writing() as database:
        user_id = accounts.require(store, database, session).id
        sql = f"SELECT {entries.COLUMNS} FROM {entries.FROM} WHERE r.id = ? AND r.user_id = ?"
        row = database.execute_sql(sql, (min(max(record_id, 0), LARGEST_ID), user_id)).fetchone()
        if row is None:
            raise BadInput(say("You have no record {record}. No note was written.", record=record_id))
        entry = entries.entry_of(row)
        if note != entry.note:
            journal.write(
                store,
                database,
                journal.NOTE,
                date=store.clock(),
                user_id=user_id,
                subject=entry.id,
                actor_id=user_id,
                detail=note,
            )
            database.execute_sql("UPDATE record SET note = ? WHERE id = ?", (note, entry.id))
    return entry._replace(note=note)
