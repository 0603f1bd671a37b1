"""Looking at a user's own records: pages, totals, deleting and restoring. It never changes what a record says.

Every query carries the user of the session. Order by date is the order of the ledger (`seq`): a clock that was set
back does not reorder what happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from peewee import SqliteDatabase

from desktop.errors import BadInput
from desktop.models import accounts, chain, entries
from desktop.models.store import Store
from desktop.values import Column, Entry, Filters, OperationType, Page, PageRequest, RawRecord, Session, Totals

LONGEST_PATTERN = 50_000  # bytes: SQLite's bound for LIKE, above what any record holds
LARGEST_ID = 2**63 - 1  # SQLite's; a person can type more
BATCH = 2_000  # rows: few enough that a stop is heeded at once, and memory stays flat

_ORDER = {
    Column.DATE: "r.seq",
    Column.OPERATION: "o.type",
    Column.OPERANDS: "r.operands",
    Column.RESPONSE: "number_key(r.operation_response)",
    Column.AMOUNT: "r.amount",
    Column.BALANCE: "r.user_balance",
}


def page(store: Store, session: Session, request: PageRequest) -> Page:
    """One page and the totals of the filtered set, from one state of the store. Past the end: the last page."""
    with store.reading() as database:
        user_id = accounts.require(store, database, session).id
        condition, values = where(user_id, request.filters)
        totals = _totals(database, condition, values)
        last = max(1, -(-totals.count // request.size))
        number = min(max(1, request.number), last)
        sql = (
            f"SELECT {entries.COLUMNS} FROM {entries.FROM} WHERE {condition} "
            f"ORDER BY {_order(request.sort, descending=request.descending)} LIMIT ? OFFSET ?"
        )
        rows = database.execute_sql(sql, (*values, request.size, (number - 1) * request.size)).fetchall()
    return Page(request, entries.entries_of(rows), number, totals)


def totals(store: Store, session: Session, filters: Filters) -> Totals:
    """What the records under the filters come to."""
    with store.reading() as database:
        return _totals(database, *where(accounts.require(store, database, session).id, filters))


def stream(store: Store, session: Session, filters: Filters, sort: Column, *, descending: bool) -> Iterator[Entry]:
    """Every record under the filters in order, one at a time, from one state of the store."""
    for batch in batches(store, session, filters, sort, descending=descending):
        for row in batch:
            yield entries.entry_of(row)


def batches(
    store: Store, session: Session, filters: Filters, sort: Column, *, descending: bool
) -> Iterator[list[RawRecord]]:
    """The same as rows of `entries.COLUMNS`, some thousand at a time: for exports, where a value a row costs most."""
    with store.reading() as database:
        condition, values = where(accounts.require(store, database, session).id, filters)
        order = _order(sort, descending=descending)
        cursor = database.execute_sql(
            f"SELECT {entries.COLUMNS} FROM {entries.FROM} WHERE {condition} ORDER BY {order}", values
        )
        while batch := cursor.fetchmany(BATCH):
            yield batch


def delete(store: Store, session: Session, ids: Sequence[int]) -> tuple[int, ...]:
    """Hide the user's own records; returns the ids that were not hidden before. Others' ids are as good as unknown."""
    return _mark(store, session, ids, deleted=True)


def restore(store: Store, session: Session, ids: Sequence[int]) -> tuple[int, ...]:
    """Show the user's own hidden records again; returns the ids that were hidden."""
    return _mark(store, session, ids, deleted=False)


def _mark(store: Store, session: Session, ids: Sequence[int], *, deleted: bool) -> tuple[int, ...]:
    state = "IS NULL" if deleted else "IS NOT NULL"
    deleted_at = store.clock() if deleted else None
    changed = []
    with store.writing() as database:
        user_id = accounts.require(store, database, session).id
        for record_id in dict.fromkeys(number for number in ids if 0 < number <= LARGEST_ID):
            row = database.execute_sql(
                f"SELECT hash FROM record WHERE id = ? AND user_id = ? AND deleted_at {state}", (record_id, user_id)
            ).fetchone()
            if row is None:
                continue
            database.execute_sql(
                "UPDATE record SET deleted_at = ?, deleted_hash = ? WHERE id = ?",
                (deleted_at, chain.visibility_mark(store.key, row[0], deleted_at), record_id),
            )
            changed.append(record_id)
    return tuple(changed)


def _totals(database: SqliteDatabase, condition: str, values: list[object]) -> Totals:
    row = database.execute_sql(
        "SELECT count(*), coalesce(sum(max(r.amount, 0)), 0), coalesce(sum(max(-r.amount, 0)), 0) "
        f"FROM {entries.FROM} WHERE {condition}",
        values,
    ).fetchone()
    return Totals(*row)


def _order(sort: Column, *, descending: bool) -> str:
    direction = "DESC" if descending else "ASC"
    ties = "" if sort is Column.DATE else f", r.seq {direction}"
    return f"{_ORDER[sort]} {direction}{ties}"


def where(user_id: int, filters: Filters) -> tuple[str, list[object]]:
    """The one place where filters become SQL."""
    clauses = ["r.user_id = ?", f"r.deleted_at IS {'NOT ' if filters.trash else ''}NULL"]
    values: list[object] = [user_id]
    if filters.operations:
        clauses.append(f"o.type IN ({', '.join('?' * len(filters.operations))})")
        values.extend(sorted(filters.operations))
    if filters.since is not None:
        clauses.append("r.date >= ?")
        values.append(filters.since)
    if filters.until is not None:
        clauses.append("r.date < ?")
        values.append(filters.until)
    if filters.least is not None:
        clauses.append("abs(r.amount) >= ?")
        values.append(filters.least)
    if filters.most is not None:
        clauses.append("abs(r.amount) <= ?")
        values.append(filters.most)
    texts = [text for text in filters.search if text]
    if texts:
        found = []
        for text in texts:
            clause, more = _contains(text)
            found.append(clause)
            values.extend(more)
        clauses.append(f"({' OR '.join(found)})")
    return " AND ".join(clauses), values


def _contains(text: str) -> tuple[str, list[object]]:
    """Whether the text stands in anything that is shown, without regard to case; % and _ are plain characters."""
    text = text.encode(errors="replace").decode()  # half a surrogate pair is no text to SQLite
    pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    if len(pattern.encode()) > LONGEST_PATTERN:
        raise BadInput("The search text is too long: no record is that long.")
    shown = (
        "r.operands",
        "r.operation_response",
        "r.expression",
        "shown_money(-r.amount, 1)",
        "shown_money(r.user_balance, 0)",
        "shown_date(r.date)",
    )
    clauses = [f"{column} LIKE ? ESCAPE '\\'" for column in shown]
    values: list[object] = [pattern] * len(shown)
    named = [kind for kind in OperationType if text.casefold() in kind.value.replace("_", " ")]
    if named:
        clauses.append(f"o.type IN ({', '.join('?' * len(named))})")
        values.extend(kind.value for kind in named)
    return f"({' OR '.join(clauses)})", values
