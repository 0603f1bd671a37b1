"""What a user's records tell over time: sums by day and operation, and the balance. It draws nothing.

One aggregated query a chart, asked for a hundred thousand records at a time: sorting so few stays in memory, and
between two steps the work can be stopped. Nothing of it grows with the number of records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from peewee import SqliteDatabase

from desktop.finding.filters import where
from desktop.language.sentences import say
from desktop.models.embedded import accounts
from desktop.models.embedded.storage import entries
from desktop.models.embedded.storage.store import Store
from desktop.models.ledger.sums import is_charge, totals_of
from desktop.terms import days
from desktop.terms.errors import Cancelled
from desktop.terms.kinds import OperationType
from desktop.terms.pages import Filters, Totals
from desktop.terms.people import Session
from desktop.terms.reports import BalancePoint, DaySum, Insights

POINTS = 2_000  # of the balance: more than a screen has columns
STEP = 100_000  # records a query

Progress = Callable[[int, int], None]


def insights(
    store: Store, session: Session, filters: Filters, *, progress: Progress, cancelled: Callable[[], bool]
) -> Insights:
    """From one state of the store. `progress(done, total)` comes between steps; raises `Cancelled`."""
    with store.reading() as database:
        query = _Query(database, accounts.require(store, database, session).id, filters, progress, cancelled)
        sums, span = query.days()
        balance = query.balance(*span) if span is not None else ()
    totals = Totals(sum(d.count for d in sums), sum(d.spent for d in sums), sum(d.credited for d in sums))
    return Insights(filters, totals, balance, sums)


class _Query:
    """The filtered records of one user, read step by step."""

    def __init__(
        self,
        database: SqliteDatabase,
        user_id: int,
        filters: Filters,
        progress: Progress,
        cancelled: Callable[[], bool],
    ) -> None:
        self._database = database
        self._user_id = user_id
        self._condition, self._values = where(user_id, filters)
        self._progress = progress
        self._cancelled = cancelled
        found = database.execute_sql("SELECT max(seq) FROM record WHERE user_id = ?", (user_id,)).fetchone()
        self._last = found[0] or 0
        self._done = 0

    def days(self) -> tuple[tuple[DaySum, ...], tuple[int, int] | None]:
        """The sums by day and operation, and the first and last record that they are made of."""
        sums: dict[tuple[int, str], list[int]] = {}
        first, last = self._last, 0
        sql = (
            f"SELECT {self._local_day()}, o.type, count(*), sum(r.amount), min(r.seq), max(r.seq) FROM {entries.FROM} "
            f"WHERE {self._condition} AND r.seq > ? AND r.seq <= ? GROUP BY 1, r.operation_id"
        )
        for begin, end in self._steps(0, self._last, STEP):
            for day, kind, count, taken, least, most in self._rows(sql, begin, end):
                both = sums.setdefault((day, kind), [0, 0])
                both[0] += count
                both[1] += taken
                first, last = min(first, least), max(last, most)
        found = tuple(_day_sum(day, entries.word(OperationType, kind), *sums[day, kind]) for day, kind in sorted(sums))
        return found, (first, last) if sums else None

    def balance(self, first: int, last: int) -> tuple[BalancePoint, ...]:
        """The balance at no more than `POINTS` records evenly between two, with the bounds of those between."""
        width = -(-(last - first + 1) // POINTS)
        sql = (
            f"SELECT max(r.seq), min(r.user_balance), max(r.user_balance) FROM {entries.FROM} "
            f"WHERE {self._condition} AND r.seq > ? AND r.seq <= ? GROUP BY (r.seq - {first}) / {width}"
        )
        bounds = []
        for begin, end in self._steps(first - 1, last, max(1, STEP // width) * width):
            bounds += self._rows(sql, begin, end)
        return tuple(self._point(*bound) for bound in sorted(bounds))

    def _point(self, seq: int, low: int, high: int) -> BalancePoint:
        date, balance = self._database.execute_sql(
            "SELECT date, user_balance FROM record WHERE user_id = ? AND seq = ?", (self._user_id, seq)
        ).fetchone()
        return BalancePoint(date, balance, low, high)

    def _rows(self, sql: str, begin: int, end: int) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self._database.execute_sql(sql, (*self._values, begin, end)).fetchall()
        return rows

    def _steps(self, begin: int, end: int, size: int) -> Iterator[tuple[int, int]]:
        """The sequence numbers after `begin` up to `end`, in pieces."""
        for start, stop in pairwise([*range(begin, end, size), end]):
            if self._cancelled():
                raise Cancelled(say("The insights were not wanted any more."))
            yield start, stop
            self._done += stop - start
            self._progress(self._done, 2 * self._last)

    def _local_day(self) -> str:
        """SQL for the person's day of a record, counted from 1970: SQLite's own local time is ten times as slow."""
        row = self._database.execute_sql(
            "SELECT min(date), max(date) FROM record WHERE user_id = ? AND seq IN (1, ?)", (self._user_id, self._last)
        ).fetchone()
        if row[0] is None:
            return "0"
        begin, spans = days.offsets(row[0], row[1])
        cases = " ".join(f"WHEN r.date < {until} THEN (r.date + {offset}) / {days.DAY}" for until, offset in spans)
        # Beyond those two records' dates a clock was wrong once.
        return f"CASE WHEN r.date < {begin} THEN local_day(r.date) {cases} ELSE local_day(r.date) END"


def _day_sum(day: int, operation: OperationType, count: int, taken: int) -> DaySum:
    totals = totals_of([(operation, count, taken)])
    return DaySum(day, operation, count, totals.spent, totals.credited, count if is_charge(operation) else 0)
