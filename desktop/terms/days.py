"""The person's days: the one place that says on which day a moment lies, and when a day begins.

A moment is in UTC microseconds. What counts is the offset that the person's time zone had at that very moment: days
may have 23 or 25 hours, and a zone may have been another one years ago. This module imports nothing of the program.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

SECOND = 1_000_000
DAY = 86_400 * SECOND

_EPOCH = date(1970, 1, 1).toordinal()
_LATEST = 253_402_300_800 * SECOND - DAY  # the end of the year 9999
_WIDEST = 100 * 366 * DAY  # of a span whose changes are looked for: each of its days takes 2 µs


def local(moment: int) -> datetime:
    """A moment on the person's clock, to the second. Raises ValueError, OverflowError or OSError past the calendar."""
    return datetime.fromtimestamp(moment // SECOND)


def offset_where_repeated(moment: int) -> str:
    """How far the person's clock is ahead of UTC ("+01:00"), where it shows the same time twice; "" elsewhere."""
    found = local(moment)
    other = found.replace(fold=1 - found.fold)
    return (
        found.astimezone().isoformat()[-6:] if found.astimezone().utcoffset() != other.astimezone().utcoffset() else ""
    )


def day_number(moment: int) -> int:
    """The person's day of a moment, counted from 1970-01-01; past the calendar's ends the day in UTC."""
    try:
        return local(moment).toordinal() - _EPOCH
    except (ValueError, OverflowError, OSError):  # only in a damaged store, which must still be readable
        return moment // DAY


def start_of(day: date) -> int:
    """The first moment of a day. Raises ValueError, OverflowError or OSError for one that is too far away."""
    return int(datetime.combine(day, time()).timestamp()) * SECOND


def end_of(day: date) -> int:
    """The first moment after a day. Raises ValueError, OverflowError or OSError for one that is too far away."""
    return start_of(day + timedelta(days=1))


def offsets(first: int, last: int) -> tuple[int, list[tuple[int, int]]]:
    """A moment, and how far the person's clock is ahead of UTC from then on, each with the moment until which.

    In microseconds, oldest first. They hold from a day before `first` to a day after `last`, less where that is past
    the calendar's ends or more than a century.
    """
    begin, end = (min(max(moment, DAY), _LATEST) for moment in (first - DAY, last + DAY))
    end = min(end, begin + _WIDEST)
    found: list[tuple[int, int]] = []
    moment, offset = begin, _offset(begin)
    while moment < end:
        following = min(moment + DAY, end)
        changed = _offset(following)
        if changed != offset:
            found.append((_change(moment, following, offset), offset))
        moment, offset = following, changed
    return begin, [*found, (end, offset)]


def _change(before: int, after: int, offset: int) -> int:
    """The moment, to the second, when the offset is not `offset` any more."""
    low, high = before // SECOND, after // SECOND  # whole ones: no clock is set within a second
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(middle * SECOND) == offset:
            low = middle
        else:
            high = middle
    return high * SECOND


def _offset(moment: int) -> int:
    shift = local(moment).astimezone().utcoffset()
    assert shift is not None
    return int(shift.total_seconds()) * SECOND
