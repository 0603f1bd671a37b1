"""One's own records, asked of the server's functions: pages, sums, exports, insights and statements. It holds no rule.

Whatever needs several answers asks them of one state of the ledger. A page takes two: what the filtered records come
to, which says where the last page is, and the rows, which the server reads from the nearer end.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from desktop.finding.searching import folded
from desktop.models.ledger.protocol import Cancel, Progress, never
from desktop.models.ledger.sums import is_charge, sum_of, totals_of
from desktop.models.shared.connections import LONG_S
from desktop.models.shared.sessions import Sessions, Signed
from desktop.terms import days
from desktop.terms.errors import BadInput, StoreDamaged
from desktop.terms.values import (
    BalancePoint,
    Column,
    DaySum,
    Entry,
    Filters,
    Insights,
    OperationSum,
    OperationType,
    Page,
    PageRequest,
    RawRecord,
    Source,
    StatementReport,
    Totals,
)

POINTS = 2_000  # of the balance: more than a screen has columns
STEP = 100_000  # records a question: the work can be stopped in between
BATCH = 2_000  # rows of an export at a time
LONGEST_SEARCH = 25_000  # bytes: above what any record holds
LARGEST_ID = 2**63 - 1
_LONG_AGO = 946_684_800 * days.SECOND  # 2000-01-01: no record of a server's is older
_NO_CREDIT = OperationSum(OperationType.CREDIT, 0, 0)

_RECORDS = "SELECT *, '' AS note FROM metercalc.records(%s::jsonb, %s, %s, %s, %s, %s)"
_SLICE = "SELECT *, '' AS note FROM metercalc.records_slice(%s::jsonb, %s, %s, %s)"
_SUMS = "SELECT * FROM metercalc.sums(%s::jsonb)"
_DAYS = "SELECT * FROM metercalc.days(%s::jsonb, %s, %s)"
_POINTS = "SELECT * FROM metercalc.balance_points(%s::jsonb, %s, %s, %s, %s)"
_PERIOD = "SELECT * FROM metercalc.period_sums(%s, %s, %s, %s)"
_HEAD = "SELECT username, balance, seq FROM metercalc.account()"

Question = Callable[[str, Sequence[object]], list[Any]]


def word(text: str) -> OperationType:
    """An operation by the word that the ledger keeps. Raises `StoreDamaged`."""
    try:
        return OperationType(text)
    except ValueError as error:
        raise StoreDamaged(f"The ledger has an operation that this program does not know ({text}).") from error


def entry_of(row: Sequence[Any]) -> Entry:
    """A row of the server's as a value."""
    (id, request_id, step, seq, operation, operands, response, exact, source, amount, balance, date, deleted, text,
     note) = row  # fmt: skip
    return Entry(
        id, request_id, step, seq, word(operation), operands, response, exact, Source(source), amount, balance, date,
        deleted, text, note,
    )  # fmt: skip


class Records:
    """The questions about records, each in the name of somebody who is signed in."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._offsets: tuple[int, list[list[int]]] = (0, [])

    def page(self, signed: Signed, request: PageRequest) -> Page:
        """One page and its totals, from one state. Past the end: the last page."""
        filters = self._words(request.filters)
        with self._state(signed) as ask:
            totals = _totals(ask(_SUMS, (filters,)))
            last = max(1, -(-totals.count // request.size))
            number = min(max(1, request.number), last)
            rows = ask(_RECORDS, (filters, *_order(request), (number - 1) * request.size, request.size, totals.count))
        return Page(request, tuple(map(entry_of, rows)), number, totals)

    def first_look(self, signed: Signed, request: PageRequest, cancelled: Cancel) -> Page:
        """A page without totals; where it is past the end, the last one with them."""
        number = max(1, request.number)
        values = (self._words(request.filters), *_order(request), (number - 1) * request.size, request.size, None)
        rows = self._ask(signed, _RECORDS, values, cancelled)
        if not rows and number > 1:
            return self.page(signed, request)
        return Page(request, tuple(map(entry_of, rows)), number, None)

    def totals(self, signed: Signed, filters: Filters, cancelled: Cancel = never) -> Totals:
        """What the filtered records come to."""
        return _totals(self._ask(signed, _SUMS, (self._words(filters),), cancelled))

    def operation_counts(self, signed: Signed, filters: Filters, cancelled: Cancel) -> dict[OperationType, int]:
        """How many records each operation has under the other filters."""
        rows = self._ask(signed, _SUMS, (self._words(filters, operations=False),), cancelled)
        return {word(kind): count for kind, count, _ in rows}

    def trash_count(self, signed: Signed) -> int:
        """How many deleted records there are."""
        return int(self._ask(signed, "SELECT metercalc.trash_count()", (), never)[0][0])

    def batches(
        self, signed: Signed, filters: Filters, sort: Column, *, descending: bool
    ) -> Generator[list[RawRecord], None, None]:
        """Every filtered record in order, from one state, in batches that the server keeps ready behind a cursor."""
        words = self._words(filters)
        with (
            self._sessions.known(signed),
            self._sessions.connections.rows(
                signed.credentials, _RECORDS, (words, sort.value, descending, 0, None, None), BATCH
            ) as rows,
        ):
            yield from rows

    def mark(self, signed: Signed, ids: Sequence[int], *, deleted: bool) -> tuple[int, ...]:
        """Hide or show records; those that were changed now."""
        function = "delete_records" if deleted else "restore_records"
        own = list(dict.fromkeys(number for number in ids if 0 < number <= LARGEST_ID))
        rows = self._sessions.ask(signed, f"SELECT metercalc.{function}(%s::bigint[])", (own,), again=False)
        return tuple(number for (number,) in rows)

    def insights(self, signed: Signed, filters: Filters, progress: Progress, cancelled: Cancel) -> Insights:
        """What the filtered records tell over time, from one state."""
        words = self._words(filters)
        with self._state(signed, cancelled) as ask:
            last = ask(_HEAD, ())[0][2]
            days_found, span = _days(ask, words, last, progress)
            balance = _balance(ask, words, span, last, progress) if span else ()
        totals = Totals(
            sum(d.count for d in days_found), sum(d.spent for d in days_found), sum(d.credited for d in days_found)
        )
        return Insights(filters, totals, balance, days_found)

    @contextmanager
    def statement(
        self, signed: Signed, since: int, until: int, progress: Progress, cancelled: Cancel
    ) -> Iterator[tuple[StatementReport, Generator[list[RawRecord], None, None]]]:
        """The report of a period and its records, from one state, which is held until the context ends."""
        with self._state(signed, cancelled) as ask:
            report = _report(ask, since, until, progress)
            last = ask(_HEAD, ())[0][2]
            words = json.dumps({"since": since, "until": until, "hidden": "both"})
            rows = _following(ask, words, last)
            try:
                yield report, rows
            finally:
                rows.close()

    def _state(self, signed: Signed, cancelled: Cancel | None = None) -> Any:
        return _known_state(self._sessions, signed, cancelled)

    def _ask(self, signed: Signed, sql: str, values: Sequence[object], cancelled: Cancel) -> list[Any]:
        return self._sessions.ask(signed, sql, values, deadline_s=LONG_S, cancelled=cancelled)

    def _words(self, filters: Filters, *, operations: bool = True) -> str:
        """Filters as the server's functions read them. Raises `BadInput` for what it cannot tell apart."""
        if filters.more:
            raise BadInput("A server does not know one of these filters. Leave it out.")
        if any(len(text.encode(errors="replace")) > LONGEST_SEARCH for text in filters.search):
            raise BadInput("The search text is too long: no record is that long.")
        words: dict[str, object] = {"trash": filters.trash, "offsets": self._local_offsets()}
        if any(filters.search):
            words["search"] = [folded(text).encode(errors="replace").decode() for text in filters.search]
        if operations and filters.operations:
            words["operations"] = sorted(kind.value for kind in filters.operations)
        bounds = {"since": filters.since, "until": filters.until, "least": filters.least, "most": filters.most}
        return json.dumps(words | {name: bound for name, bound in bounds.items() if bound is not None})

    def _local_offsets(self) -> list[list[int]]:
        """The person's clock against UTC, up to tomorrow; worked out once a day."""
        now = time.time_ns() // 1000
        if self._offsets[0] < now:
            _, spans = days.offsets(_LONG_AGO, now + days.DAY)
            self._offsets = (now + days.DAY // 2, [list(span) for span in spans])
        return self._offsets[1]


@contextmanager
def _known_state(sessions: Sessions, signed: Signed, cancelled: Cancel | None) -> Iterator[Question]:
    with sessions.known(signed), sessions.connections.one_state(signed.credentials, cancelled) as ask:
        yield ask


def _order(request: PageRequest) -> tuple[str, bool]:
    return request.sort.value, request.descending


def _totals(rows: list[Any]) -> Totals:
    return totals_of((word(kind), count, int(taken)) for kind, count, taken in rows)


def _steps(begin: int, end: int, size: int, total: int, done: int, progress: Progress) -> Iterator[tuple[int, int]]:
    """The sequence numbers after `begin` up to `end`, in pieces."""
    for start, stop in pairwise([*range(begin, end, size), end]):
        yield start, stop
        done += stop - start
        progress(done, total)


def _days(
    ask: Question, words: str, last: int, progress: Progress
) -> tuple[tuple[DaySum, ...], tuple[int, int] | None]:
    """The sums by day and operation, and the first and last record that they are made of."""
    sums: dict[tuple[int, str], list[int]] = {}
    first, newest = last, 0
    for begin, end in _steps(0, last, STEP, 2 * last, 0, progress):
        for day, kind, count, taken, least, most in ask(_DAYS, (words, begin, end)):
            both = sums.setdefault((day, kind), [0, 0])
            both[0] += count
            both[1] += int(taken)
            first, newest = min(first, least), max(newest, most)
    found = tuple(_day_sum(day, word(kind), *sums[day, kind]) for day, kind in sorted(sums))
    return found, (first, newest) if sums else None


def _day_sum(day: int, operation: OperationType, count: int, taken: int) -> DaySum:
    totals = totals_of([(operation, count, taken)])
    return DaySum(day, operation, count, totals.spent, totals.credited, count if is_charge(operation) else 0)


def _balance(
    ask: Question, words: str, span: tuple[int, int], last: int, progress: Progress
) -> tuple[BalancePoint, ...]:
    """The balance at no more than `POINTS` records evenly between two, with the bounds of those between."""
    first, newest = span
    width = -(-(newest - first + 1) // POINTS)
    points = []
    for begin, end in _steps(first - 1, newest, max(1, STEP // width) * width, 2 * last, last, progress):
        points += ask(_POINTS, (words, first, width, begin, end))
    return tuple(BalancePoint(date, balance, low, high) for _, low, high, date, balance in sorted(points))


def _report(ask: Question, since: int, until: int, progress: Progress) -> StatementReport:
    """What a period opened and closed with, and what lies between, counted from both ends."""
    username, balance, last = ask(_HEAD, ())[0]
    outside, lowest, highest = {0: 0, 2: 0}, last, 0
    inside: dict[OperationType, list[int]] = {}
    for begin, end in _steps(0, last, STEP, last, 0, progress):
        for place, kind, count, amount, least, most in ask(_PERIOD, (since, until, begin, end)):
            if place != 1:
                outside[place] += int(amount)
                continue
            lowest, highest = min(lowest, least), max(highest, most)
            found = inside.setdefault(word(kind), [0, 0])
            found[0] += count
            found[1] += int(amount)
    sums = [sum_of(operation, *inside[operation]) for operation in OperationType if operation in inside]
    opening, closing_balance = -outside[0], balance + outside[2]
    count = sum(each.count for each in sums)
    report = StatementReport(
        username=username,
        since=since,
        until=until,
        opening=opening,
        closing=closing_balance,
        charges=tuple(each for each in sums if is_charge(each.operation)),
        credits=next((each for each in sums if not is_charge(each.operation)), _NO_CREDIT),
        made=ask("SELECT clock FROM metercalc.ledger()", ())[0][0],
        contiguous=not count or _runs(ask, lowest, highest, count, opening, closing_balance),
    )
    if report.opening + report.credits.amount - report.charged != report.closing:
        raise StoreDamaged("The records do not explain the balance. Run metercalc verify; no statement was made.")
    return report


def _runs(ask: Question, first: int, last: int, count: int, opening: int, closing_balance: int) -> bool:
    """Whether the balances beside the records run from the opening to the closing one."""
    both = json.dumps({"hidden": "both"})
    ends = [entry_of(ask(_SLICE, (both, seq - 1, seq, 1))[0]) for seq in (first, last)]
    return (
        last - first + 1 == count
        and ends[0].user_balance + ends[0].amount == opening
        and ends[1].user_balance == closing_balance
    )


def _following(ask: Question, words: str, last: int) -> Generator[list[RawRecord], None, None]:
    after = 0
    while rows := ask(_SLICE, (words, after, last, BATCH)):
        yield rows
        after = rows[-1][3]
