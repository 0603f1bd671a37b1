"""How an index stands to the ledger that it is made of: whether it is of this one, and what it lacks."""

from __future__ import annotations

from desktop.models.embedded.browsing.contents import Marks
from desktop.models.embedded.browsing.index_file import zone
from desktop.models.embedded.browsing.seals import IndexDamaged
from desktop.models.embedded.storage.store import Store

# Which records of a user the journal knows to have been deleted or restored, from an entry on: number, record, date.
CHANGES = """SELECT j.number, r.seq, j.date FROM journal j JOIN record r ON r.id = j.subject
    WHERE j.user_id = ? AND j.number > ? AND j.kind IN ('deleted', 'restored') ORDER BY j.number"""


def check_marks(store: Store, user_id: int, marks: Marks) -> None:
    """Raises `IndexDamaged` when an index is of another store, another past or another time zone."""
    run = store.database.execute_sql
    if marks.applied:
        row = run("SELECT hash FROM record WHERE user_id = ? AND seq = ?", (user_id, marks.applied)).fetchone()
        if row is None or bytes(row[0]) != marks.hash or marks.zone != zone():
            raise IndexDamaged("it is not of this store as it is now")
    if marks.seen:
        row = run("SELECT date FROM journal WHERE number = ? AND user_id = ?", (marks.seen, user_id)).fetchone()
        if row is None or row[0] != marks.seen_date:
            raise IndexDamaged("it knows of deletions that the store does not have")


def newest_of(store: Store, user_id: int) -> int:
    """The ledger's last record of a user."""
    sql = "SELECT max(seq) FROM record WHERE user_id = ?"
    return store.database.execute_sql(sql, (user_id,)).fetchone()[0] or 0


def last_change(store: Store, user_id: int) -> tuple[int, int]:
    """The journal's last change of visibility of a user's records, and when it was; (0, 0) where there is none."""
    sql = (
        "SELECT number, date FROM journal WHERE user_id = ? AND kind IN ('deleted', 'restored') "
        "ORDER BY number DESC LIMIT 1"
    )
    number, date = store.database.execute_sql(sql, (user_id,)).fetchone() or (0, 0)
    return number, date


def is_up_to_date(store: Store, user_id: int, marks: Marks) -> bool:
    """Whether an index with these marks lacks nothing that is in the ledger."""
    ends = newest_of(store, user_id), last_change(store, user_id)[0]
    return marks.ready and (marks.applied, marks.seen) == ends
