"""A day is one day wherever it is reckoned: as shown, as the bounds of a filter, and as the insights sum it up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from desktop.terms import days
from desktop.wording.shown import shown_date

# Clocks that change at two, at midnight, by half an hour, never; a day left out (Samoa, 2011), and a long way from UTC.
ZONES = (
    "Europe/Berlin", "America/Sao_Paulo", "America/Santiago", "America/Havana", "Australia/Lord_Howe", "Asia/Kolkata",
    "Pacific/Apia", "UTC",
)  # fmt: skip
FIRST, LAST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * days.SECOND for year in (1990, 2037))
BROAD = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The person's time zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@BROAD
@given(moment=st.integers(FIRST, LAST))
def test_a_moment_is_within_the_day_that_it_is_shown_on(zone: str, moment: int) -> None:
    day = date.fromisoformat(shown_date(moment)[:10])
    assert days.day_number(moment) == (day - date(1970, 1, 1)).days
    assert days.start_of(day) <= moment < days.end_of(day)


@BROAD
@given(moment=st.integers(FIRST, LAST), back=st.integers(0, 400), on=st.integers(0, 400))
@example(moment=1300287600544866, back=295, on=167)  # the clock is set within the last second of a span
def test_the_spans_of_offsets_agree_with_each_moment(zone: str, moment: int, back: int, on: int) -> None:
    begin, spans = days.offsets(moment - back * days.DAY, moment + on * days.DAY)
    assert begin <= moment < spans[-1][0]
    offset = next(offset for until, offset in spans if moment < until)
    assert (moment + offset) // days.DAY == days.day_number(moment)


def test_a_day_ends_where_the_next_one_begins(zone: str) -> None:
    for number in range(3 * 366):
        day = date(2010, 6, 1) + timedelta(days=number)
        assert days.end_of(day) == days.start_of(day + timedelta(days=1))


@pytest.mark.parametrize("moment", [-(2**62), 2**62])
def test_a_date_past_the_calendar_still_has_a_day(moment: int) -> None:
    assert days.day_number(moment) == moment // days.DAY


def test_no_more_than_a_century_is_looked_through() -> None:
    begin, spans = days.offsets(0, 2**62)
    assert spans[-1][0] - begin <= 101 * 366 * days.DAY
