"""Named periods in the person's own days: today, this month and so on, both ends included. It filters nothing."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QDate


class Period(StrEnum):
    """What a filter of dates can be set to at once; the value is what is shown."""

    ANY = "Any time"
    TODAY = "Today"
    WEEK = "Last 7 days"
    MONTH = "This month"
    LAST_MONTH = "Last month"
    YEAR = "This year"
    CUSTOM = "Custom"


def days_of(period: Period, today: QDate) -> tuple[QDate | None, QDate | None]:
    """The first and the last day of a period; None where it is open. `CUSTOM` is open at both ends."""
    first_of_month = QDate(today.year(), today.month(), 1)
    first_of_last = first_of_month.addMonths(-1)
    found = {
        Period.TODAY: (today, today),
        Period.WEEK: (today.addDays(-6), today),
        Period.MONTH: (first_of_month, first_of_month.addMonths(1).addDays(-1)),
        Period.LAST_MONTH: (first_of_last, first_of_month.addDays(-1)),
        Period.YEAR: (QDate(today.year(), 1, 1), QDate(today.year(), 12, 31)),
    }
    return found.get(period, (None, None))


def period_of(first: QDate | None, last: QDate | None, today: QDate) -> Period:
    """The period that two days are, seen from `today`; `CUSTOM` where they are none that has a name."""
    named = (period for period in Period if period is not Period.CUSTOM and days_of(period, today) == (first, last))
    return next(named, Period.CUSTOM)
