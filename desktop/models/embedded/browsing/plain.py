"""The records browser's questions as plain SQL on the ledger: always right, and slow where there are many records.

This is what answers while a user's index is missing or behind, and what the index must agree with.
"""

from __future__ import annotations

from collections.abc import Iterator

from peewee import SqliteDatabase

from desktop.finding.filters import where
from desktop.finding.searching import folded
from desktop.models.embedded.browsing.lines import SORT_KEYS
from desktop.models.embedded.storage import entries
from desktop.models.ledger.sums import totals_of
from desktop.terms.charges import Entry, RawRecord
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters, Page, PageRequest, Totals

BATCH = 2_000  # rows: few enough that a stop is heeded at once, and memory stays flat

_SMALL = 20_000  # records that are looked at in 20 ms


def page(database: SqliteDatabase, user_id: int, request: PageRequest, *, exact: bool) -> Page:
    """One page; its totals only where they are `exact`ly wanted, or needed to find the last page."""
    found = totals(database, user_id, request.filters) if exact else None
    number = max(1, request.number)
    if found is not None:
        number = min(number, _pages(found, request.size))
    order = _order(database, user_id, request.sort, descending=request.descending, exact=exact)
    rows = _rows(database, user_id, request, order, number)
    if not rows and number > 1:
        found = totals(database, user_id, request.filters)
        number = _pages(found, request.size)
        rows = _rows(database, user_id, request, order, number)
    return Page(request, rows, number, found)


def totals(database: SqliteDatabase, user_id: int, filters: Filters) -> Totals:
    """What the records under the filters come to."""
    condition, values = where(user_id, filters)
    rows = database.execute_sql(
        f"SELECT o.type, count(*), sum(r.amount) FROM {entries.FROM} WHERE {condition} GROUP BY r.operation_id", values
    ).fetchall()
    return totals_of((entries.word(OperationType, kind), count, taken) for kind, count, taken in rows)


def operation_counts(database: SqliteDatabase, user_id: int, filters: Filters) -> dict[OperationType, int]:
    """How many records each operation has under the filters."""
    condition, values = where(user_id, filters)
    sql = f"SELECT o.type, count(*) FROM {entries.FROM} WHERE {condition} GROUP BY o.type"
    return {entries.word(OperationType, kind): count for kind, count in database.execute_sql(sql, values).fetchall()}


def batches(
    database: SqliteDatabase, user_id: int, filters: Filters, sort: Column | None, *, descending: bool
) -> Iterator[list[RawRecord]]:
    """Every record under the filters in order, as rows of `entries.COLUMNS`, some thousand at a time.

    Without a column to sort by they come by their numbers.
    """
    condition, values = where(user_id, filters)
    order = _order(database, user_id, sort, descending=descending, exact=True)
    cursor = database.execute_sql(
        f"SELECT {entries.COLUMNS} FROM {entries.FROM} WHERE {condition} ORDER BY {order}", values
    )
    while batch := cursor.fetchmany(BATCH):
        yield batch


def stands_in_a_note(database: SqliteDatabase, user_id: int, texts: tuple[str, ...]) -> bool:
    """Whether any of some texts stands in a note of this person's; only records with one are looked at."""
    wanted = [folded(text).encode(errors="replace").decode() for text in texts if text]
    if not wanted:
        return False
    found = " OR ".join("instr(folded(r.note), ?)" for _ in wanted)
    sql = f"SELECT 1 FROM record r WHERE r.user_id = ? AND r.note <> '' AND ({found}) LIMIT 1"
    return database.execute_sql(sql, (user_id, *wanted)).fetchone() is not None


def _pages(found: Totals, size: int) -> int:
    return max(1, -(-found.count // size))


def _rows(database: SqliteDatabase, user_id: int, request: PageRequest, order: str, number: int) -> tuple[Entry, ...]:
    condition, values = where(user_id, request.filters)
    sql = f"SELECT {entries.COLUMNS} FROM {entries.FROM} WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?"
    rows = database.execute_sql(sql, (*values, request.size, (number - 1) * request.size)).fetchall()
    return entries.entries_of(rows)


def _order(database: SqliteDatabase, user_id: int, sort: Column | None, *, descending: bool, exact: bool) -> str:
    """How SQL has an order. Numbers follow each other as dates do, and much faster, unless a clock was set back.

    Whether one was takes a look at every record (1 µs each): in a big ledger, while its index is made, only `exact`ly.
    """
    direction = "DESC" if descending else "ASC"
    if sort is Column.DATE and not ((exact or _is_small(database, user_id)) and _was_set_back(database, user_id)):
        sort = None
    if sort is None:
        return f"r.seq {direction}"
    return f"{SORT_KEYS[sort]} {direction}, r.seq {direction}"


def _is_small(database: SqliteDatabase, user_id: int) -> bool:
    newest = database.execute_sql("SELECT max(seq) FROM record WHERE user_id = ?", (user_id,)).fetchone()[0]
    return (newest or 0) <= _SMALL


def _was_set_back(database: SqliteDatabase, user_id: int) -> bool:
    """Whether a record has an earlier date than one before it."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM (SELECT date, lag(date) OVER (ORDER BY seq) AS before "
        "FROM record WHERE user_id = ?) WHERE date < before)"
    )
    return bool(database.execute_sql(sql, (user_id,)).fetchone()[0])
