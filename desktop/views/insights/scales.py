"""Where an axis has its ticks, and what belongs into one bar. Plain numbers and days: it draws and formats nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from desktop.terms.kinds import OperationType
from desktop.terms.reports import DaySum

_STEPS = (1, 2, 5)
_MOST_BARS = 62
_DAY_MINUTES = 24 * 60
_MINUTES = (1, 5, 15, 30, 60, 180, 360, 720, *(days * _DAY_MINUTES for days in (1, 2, 7, 14)))
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 600, 1200, 12000)
_EPOCH = date(1970, 1, 1)


class Unit(Enum):
    """How much time a bar stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Bar:
    """What was spent in a span of days, the first of which is `start`; amounts in hundredths."""

    start: date
    spent: Mapping[OperationType, int]
    count: int

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.spent.values())


def nice_ticks(low: int, high: int, most: int) -> list[int]:
    """Round numbers, evenly apart, of which the first is not above `low` and the last not below `high`."""
    if high <= low:
        high = low + 1
    step, scale = 1, 1
    while True:
        for factor in _STEPS:
            step = factor * scale
            first, last = low // step * step, -(-high // step) * step
            if (last - first) // step <= most:
                return list(range(first, last + 1, step))
        scale *= 10


def day_of(number: int) -> date:
    """A day counted from 1970-01-01; a damaged store may hold any, which are brought to the ends of the calendar."""
    return _EPOCH + timedelta(days=min(max(number, 0), (date(9999, 1, 1) - _EPOCH).days))


def unit_for(days: int) -> Unit:
    """The smallest unit of which so many days do not make too many bars."""
    for unit, length in ((Unit.DAY, 1), (Unit.WEEK, 7), (Unit.MONTH, 30)):
        if days <= _MOST_BARS * length:
            return unit
    return Unit.YEAR


def start_of(day: date, unit: Unit) -> date:
    """The first day of the unit that a day is in; weeks begin on Monday."""
    if unit is Unit.WEEK:
        return day - timedelta(days=day.weekday())
    if unit is Unit.MONTH:
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit is Unit.YEAR else day


def following(start: date, unit: Unit) -> date:
    """The first day of the next unit."""
    days = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 32, Unit.YEAR: 367}[unit]
    return start_of(start + timedelta(days=days), unit)


def bars(sums: Sequence[DaySum]) -> tuple[Unit, list[Bar]]:
    """The days' sums in bars without a gap, oldest first; none where nothing was spent."""
    spending = [found for found in sums if found.spent]
    if not spending:
        return Unit.DAY, []
    first, last = (day_of(pick(found.day for found in spending)) for pick in (min, max))
    unit = unit_for((last - first).days + 1)
    spent: dict[date, dict[OperationType, int]] = {}
    counts: dict[date, int] = {}
    start = start_of(first, unit)
    while start <= last:
        spent[start], counts[start] = {}, 0
        start = following(start, unit)
    for found in spending:
        start = start_of(day_of(found.day), unit)
        spent[start][found.operation] = spent[start].get(found.operation, 0) + found.spent
        counts[start] += found.charges
    return unit, [Bar(start, spent[start], counts[start]) for start in spent]


def by_operation(sums: Sequence[DaySum]) -> list[tuple[OperationType, int, int]]:
    """Each operation that something was spent on, with the number and the sum of its charges; the dearest first."""
    found: dict[OperationType, list[int]] = {}
    for one in sums:
        if one.spent:
            total = found.setdefault(one.operation, [0, 0])
            total[0] += one.charges
            total[1] += one.spent
    order = sorted(found.items(), key=lambda item: (-item[1][1], list(OperationType).index(item[0])))
    return [(operation, count, spent) for operation, (count, spent) in order]


def every(count: int, most: int) -> int:
    """Of `count` labels, every how manieth can be shown when there is room for `most`."""
    return max(1, -(-count // max(1, most)))


def time_ticks(first: datetime, last: datetime, most: int) -> tuple[Unit | None, list[datetime]]:
    """Round moments to label between two, on the person's own clock, and the unit they are of (None: within a day)."""
    for minutes in _MINUTES:
        if (last - first) / timedelta(minutes=minutes) < most:
            return (None if minutes < _DAY_MINUTES else Unit.DAY), _clock_ticks(first, last, timedelta(minutes=minutes))
    for months in _MONTHS:
        ticks = _month_ticks(first, last, months)
        if len(ticks) <= most:
            return (Unit.MONTH if months < 12 else Unit.YEAR), ticks
    return Unit.YEAR, [first]


def _clock_ticks(first: datetime, last: datetime, step: timedelta) -> list[datetime]:
    midnight = datetime.combine(first.date(), datetime.min.time())
    moment = midnight + -(-(first - midnight) // step) * step
    ticks = []
    while moment <= last:
        ticks.append(moment)
        moment += step
    return ticks


def _month_ticks(first: datetime, last: datetime, step: int) -> list[datetime]:
    begin, end = ((moment.year * 12 + moment.month - 1) // step * step for moment in (first, last))
    months = (datetime(month // 12, month % 12 + 1, 1) for month in range(max(begin, 12), end + 1, step))
    return [moment for moment in months if first <= moment <= last]
