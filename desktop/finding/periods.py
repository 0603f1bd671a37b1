"""Spans of time as people name them, in the person's own days, for the window and the command line alike.

It reads and reckons; it filters nothing. An end counts to its own precision: up to 2026-11 is up to the month's end.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from desktop.language.sentences import mark
from desktop.terms import days


class Period(StrEnum):
    """What a filter of dates can be set to at once; the value is what is said."""

    ANY = mark("Any time")
    TODAY = mark("Today")
    YESTERDAY = mark("Yesterday")
    WEEK = mark("Last 7 days")
    MONTH = mark("This month")
    LAST_MONTH = mark("Last month")
    YEAR = mark("This year")
    LAST_YEAR = mark("Last year")
    CUSTOM = mark("Custom")


WORDS = {
    period.value.casefold().replace(" ", "-"): period
    for period in Period
    if period not in (Period.ANY, Period.CUSTOM)
}  # fmt: skip
"""As they are typed: "last-month"."""

_DAYS = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?)?"
    r" ?(Z|[-+−][0-9]{2}(?::?[0-9]{2})?)?",
    re.IGNORECASE,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def days_of(period: Period, today: date) -> tuple[date | None, date | None]:
    """The first and the last day of a period, seen from `today`; None where it is open. `CUSTOM` is open."""
    month_begins = today.replace(day=1)
    last_month_ends = month_begins - timedelta(days=1)
    found = {
        Period.TODAY: (today, today),
        Period.YESTERDAY: (today - timedelta(days=1), today - timedelta(days=1)),
        Period.WEEK: (today - timedelta(days=6), today),
        Period.MONTH: _month(today.year, today.month),
        Period.LAST_MONTH: _month(last_month_ends.year, last_month_ends.month),
        Period.YEAR: _year(today.year),
        Period.LAST_YEAR: _year(today.year - 1),
    }
    return found.get(period, (None, None))


def beginning(text: str, today: date) -> int | None:
    """The first moment (UTC microseconds) of what a text names; None where it names no span of time.

    Raises ValueError, OverflowError or OSError for one that is too far away.
    """
    if (named := _named(text, today)) is not None:
        return days.start_of(named[0])
    timed = _timed(text)
    return None if timed is None else timed[0]


def ending(text: str, today: date) -> int | None:
    """The first moment after what a text names; the same otherwise."""
    if (named := _named(text, today)) is not None:
        return days.end_of(named[1])
    timed = _timed(text)
    return None if timed is None else timed[1]


def _named(text: str, today: date) -> tuple[date, date] | None:
    """The first and the last day of a text that names whole days."""
    period = WORDS.get("-".join(text.casefold().split()))
    if period is not None:
        first, last = days_of(period, today)
        return None if first is None or last is None else (first, last)
    found = _DAYS.fullmatch(text)
    try:
        match [int(part) for part in (found.groups() if found else ()) if part]:
            case [year]:
                return _year(year)
            case [year, month]:
                return _month(year, month)
            case [year, month, day]:
                return date(year, month, day), date(year, month, day)
    except ValueError:  # no calendar has it
        pass
    return None


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _month(year: int, month: int) -> tuple[date, date]:
    ends_year = month == 12
    return date(year, month, 1), date(year, 12, 31) if ends_year else date(year, month + 1, 1) - timedelta(days=1)


def _timed(text: str) -> tuple[int, int] | None:
    """The first moment of a time, and the one after it as far as it is written out."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    day, hour, minute, second, fraction, offset = found.groups()
    try:
        time = datetime.fromisoformat(
            f"{day}T{hour}:{minute or '00'}:{second or '00'}.{(fraction or '0').ljust(6, '0')}"
        )
        if offset:
            time = datetime.fromisoformat(f"{time.isoformat()}{offset.upper().replace('−', '-')}")
    except ValueError:  # no calendar or clock has it
        return None
    precision = 10 ** (6 - len(fraction)) if fraction else days.SECOND
    if not second:
        precision = 60 * days.SECOND if minute else 3600 * days.SECOND
    # Without an offset, a time may come twice or not at all when clocks are set: all that it can mean is meant.
    moments = [_moment(time.replace(fold=fold)) for fold in (0, 1)]
    return min(moments), max(moments) + precision


def _moment(time: datetime) -> int:
    return (time.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)
