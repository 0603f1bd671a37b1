"""Named periods in Qt's days. What they mean is `desktop.finding.periods`'."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate

from desktop.finding import periods
from desktop.finding.periods import Period as Period


def days_of(period: Period, today: QDate) -> tuple[QDate | None, QDate | None]:
    """The first and the last day of a period; None where it is open. `CUSTOM` is open at both ends."""
    first, last = periods.days_of(period, date(today.year(), today.month(), today.day()))
    return _qt_day(first), _qt_day(last)


def _qt_day(day: date | None) -> QDate | None:
    return None if day is None else QDate(day.year, day.month, day.day)


def period_of(first: QDate | None, last: QDate | None, today: QDate) -> Period:
    """The period that two days are, seen from `today`; `CUSTOM` where they are none that has a name."""
    named = (period for period in Period if period is not Period.CUSTOM and days_of(period, today) == (first, last))
    return next(named, Period.CUSTOM)
