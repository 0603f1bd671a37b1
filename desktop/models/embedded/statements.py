"""The account statement of a period: what it opened and closed with, and all that lies between. It lays out nothing.

A statement explains the balance, so deleted records are in it, marked. The period is one of dates: where a clock was
set back, records are where their dates say, and the sums still hold.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import pairwise

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded import accounts
from desktop.models.embedded.storage import entries
from desktop.models.embedded.storage.store import Store
from desktop.models.ledger.sums import is_charge, sum_of
from desktop.terms.charges import RawRecord, Reader
from desktop.terms.errors import Cancelled, StoreDamaged
from desktop.terms.kinds import OperationType
from desktop.terms.people import Session
from desktop.terms.reports import OperationSum, StatementReport

STEP = 100_000  # records a query: the work can be stopped in between
BATCH = 500
_NO_CREDIT = OperationSum(OperationType.CREDIT, 0, 0)

Progress = Callable[[int, int], None]


@contextmanager
def statement(
    store: Store,
    session: Session,
    since: int,
    until: int,
    *,
    progress: Progress = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[StatementReport, Reader]]:
    """The report from `since` to `until` (UTC microseconds, exclusive), and a reader of its records in their order.

    All comes from one state of the store, which is held until the context ends. Raises `Cancelled`.
    """
    with store.reading() as database:
        account = accounts.require(store, database, session)
        last, balance = _head(database, account.id)
        before, sums, after, span = _sums(database, account.id, last, since, until, progress, cancelled)
        report = StatementReport(
            username=account.username,
            since=since,
            until=until,
            opening=-before,
            closing=balance + after,
            charges=tuple(found for found in sums if is_charge(found.operation)),
            credits=next((found for found in sums if not is_charge(found.operation)), _NO_CREDIT),
            made=store.clock(),
            contiguous=_runs(database, account.id, span, -before, balance + after),
        )
        # Counted from both ends: the records before the period, and the last balance less the records after it.
        if report.opening + report.credits.amount - report.charged != report.closing:
            raise StoreDamaged(
                say("The records do not explain the balance. Run metercalc verify; no statement was made.")
            )
        with ExitStack() as opened:
            yield report, lambda: opened.enter_context(closing(_records(database, account.id, since, until)))


def _head(database: SqliteDatabase, user_id: int) -> tuple[int, int]:
    row = database.execute_sql(
        "SELECT seq, user_balance FROM record WHERE user_id = ? ORDER BY seq DESC LIMIT 1", (user_id,)
    ).fetchone()
    return row or (0, 0)


def _sums(
    database: SqliteDatabase,
    user_id: int,
    last: int,
    since: int,
    until: int,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> tuple[int, list[OperationSum], int, tuple[int, int, int]]:
    """What the records took before, in and after the period, step by step; and its first, last and count of records."""
    outside, lowest, highest = [0, 0], last, 0
    inside: dict[OperationType, list[int]] = {}
    sql = (
        "SELECT (r.date >= ?) + (r.date >= ?), o.type, count(*), sum(r.amount), min(r.seq), max(r.seq) "
        f"FROM {entries.FROM} WHERE r.user_id = ? AND r.seq > ? AND r.seq <= ? GROUP BY 1, r.operation_id"
    )
    for begin, end in pairwise([*range(0, last, STEP), last]):
        if cancelled():
            raise Cancelled(say("The statement was stopped; no file was left."))
        rows = database.execute_sql(sql, (since, until, user_id, begin, end)).fetchall()
        for place, kind, count, amount, least, most in rows:
            if place == 1:
                lowest, highest = min(lowest, least), max(highest, most)
                found = inside.setdefault(entries.word(OperationType, kind), [0, 0])
                found[0] += count
                found[1] += amount
            else:
                outside[place // 2] += amount
        progress(end, last)
    sums = [sum_of(operation, *inside[operation]) for operation in OperationType if operation in inside]
    return outside[0], sums, outside[1], (lowest, highest, sum(found.count for found in sums))


def _runs(database: SqliteDatabase, user_id: int, span: tuple[int, int, int], opening: int, closing: int) -> bool:
    """Whether the balances beside the records run from the opening to the closing one."""
    first, last, count = span
    if not count:
        return True
    sql = "SELECT user_balance, amount FROM record WHERE user_id = ? AND seq = ?"
    (after_first, amount), (after_last, _) = (
        database.execute_sql(sql, (user_id, seq)).fetchone() for seq in (first, last)
    )
    return bool(last - first + 1 == count and after_first + amount == opening and after_last == closing)


def _records(database: SqliteDatabase, user_id: int, since: int, until: int) -> Generator[list[RawRecord], None, None]:
    cursor = database.execute_sql(
        f"SELECT {entries.COLUMNS} FROM {entries.FROM} WHERE r.user_id = ? AND r.date >= ? AND r.date < ? "
        "ORDER BY r.seq",
        (user_id, since, until),
    )
    while batch := cursor.fetchmany(BATCH):
        yield batch
