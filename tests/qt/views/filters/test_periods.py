"""Named periods, seen from a day."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QDate

from desktop.views.filters.periods import Period, days_of, period_of


def day(text: str) -> QDate:
    return QDate.fromString(text, "yyyy-MM-dd")


@pytest.mark.parametrize(
    ("period", "today", "first", "last"),
    [
        (Period.TODAY, "2026-03-31", "2026-03-31", "2026-03-31"),
        (Period.WEEK, "2026-03-03", "2026-02-25", "2026-03-03"),
        (Period.MONTH, "2028-02-10", "2028-02-01", "2028-02-29"),
        (Period.LAST_MONTH, "2026-01-31", "2025-12-01", "2025-12-31"),
        (Period.LAST_MONTH, "2026-03-31", "2026-02-01", "2026-02-28"),
        (Period.YEAR, "2026-07-01", "2026-01-01", "2026-12-31"),
        (Period.LAST_YEAR, "2026-07-01", "2025-01-01", "2025-12-31"),
        (Period.YESTERDAY, "2026-03-01", "2026-02-28", "2026-02-28"),
    ],
)
def test_a_period_has_its_first_and_its_last_day(period: Period, today: str, first: str, last: str) -> None:
    assert days_of(period, day(today)) == (day(first), day(last))


@pytest.mark.parametrize("period", [Period.ANY, Period.CUSTOM])
def test_what_is_no_period_is_open_at_both_ends(period: Period) -> None:
    assert days_of(period, day("2026-07-01")) == (None, None)


def test_days_are_called_by_the_name_they_have() -> None:
    today = day("2026-07-31")
    for period in set(Period) - {Period.CUSTOM}:
        assert period_of(*days_of(period, today), today) is period
    assert period_of(day("2026-07-02"), None, today) is Period.CUSTOM
    assert period_of(None, today, today) is Period.CUSTOM
