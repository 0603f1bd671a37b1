"""What needs many answers from one state of the ledger: insights and statements, step by step. It holds no rule."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import pairwise
from typing import Any

from desktop.language.sentences import say
from desktop.models.ledger.protocol import Progress
from desktop.models.ledger.sums import is_charge, sum_of, totals_of
from desktop.models.shared.rows import entry_of, word
from desktop.terms.charges import RawRecord
from desktop.terms.errors import StoreDamaged
from desktop.terms.kinds import OperationType
from desktop.terms.reports import BalancePoint, DaySum, OperationSum, StatementReport

POINTS = 2_000  # of the balance: more than a screen has columns
STEP = 100_000  # records a question: the work can be stopped in between
BATCH = 2_000  # rows at a time
_NO_CREDIT = OperationSum(OperationType.CREDIT, 0, 0)

_SLICE = "SELECT * FROM metercalc.records_slice(%s::jsonb, %s, %s, %s)"
_DAYS = "SELECT * FROM metercalc.days(%s::jsonb, %s, %s)"
_POINTS = "SELECT * FROM metercalc.balance_points(%s::jsonb, %s, %s, %s, %s)"
_PERIOD = "SELECT * FROM metercalc.period_sums(%s, %s, %s, %s)"
_HEAD = "SELECT username, balance, seq FROM metercalc.account()"

Question = Callable[[str, Sequence[object]], list[Any]]


def length_of(ask: Question) -> int:
    """How many records the account has."""
    return int(ask(_HEAD, ())[0][2])


def _steps(begin: int, end: int, size: int, total: int, done: int, progress: Progress) -> Iterator[tuple[int, int]]:
    """The sequence numbers after `begin` up to `end`, in pieces."""
    for start, stop in pairwise([*range(begin, end, size), end]):
        yield start, stop
        done += stop - start
        progress(done, total)


def days_of(
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


def balance_of(
    ask: Question, words: str, span: tuple[int, int], last: int, progress: Progress
) -> tuple[BalancePoint, ...]:
    """The balance at no more than `POINTS` records evenly between two, with the bounds of those between."""
    first, newest = span
    width = -(-(newest - first + 1) // POINTS)
    points = []
    for begin, end in _steps(first - 1, newest, max(1, STEP // width) * width, 2 * last, last, progress):
        points += ask(_POINTS, (words, first, width, begin, end))
    return tuple(BalancePoint(date, balance, low, high) for _, low, high, date, balance in sorted(points))


def report_of(ask: Question, since: int, until: int, progress: Progress) -> StatementReport:
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
        raise StoreDamaged(say("The records do not explain the balance. Run metercalc verify; no statement was made."))
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


def following(ask: Question, words: str, last: int) -> Generator[list[RawRecord], None, None]:
    """Filtered records by their sequence, in batches."""
    after = 0
    while rows := ask(_SLICE, (words, after, last, BATCH)):
        yield rows
        after = rows[-1][3]
