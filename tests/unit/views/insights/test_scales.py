"""Axes and bars: round ticks that hold what is shown, bars without gaps that lose nothing."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.terms.kinds import OperationType
from desktop.terms.reports import DaySum
from desktop.views.insights import scales
from desktop.views.insights.scales import Unit

moments = st.datetimes(datetime(1970, 1, 2), datetime(9990, 1, 1))
sums = st.lists(
    st.builds(
        DaySum,
        day=st.integers(0, 20_000),
        operation=st.sampled_from(OperationType),
        count=st.integers(1, 9),
        spent=st.integers(0, 10**15),
        credited=st.integers(0, 10),
    ),
    max_size=20,
)


@pytest.mark.parametrize(
    ("high", "most", "ticks"),
    [
        (100_000, 5, [0, 20_000, 40_000, 60_000, 80_000, 100_000]),
        (99_999, 4, [0, 50_000, 100_000]),
        (1, 4, [0, 1]),
        (0, 4, [0, 1]),
        (37, 5, [0, 10, 20, 30, 40]),
    ],
)
def test_ticks_are_round(high: int, most: int, ticks: list[int]) -> None:
    assert scales.nice_ticks(0, high, most) == ticks


@given(st.integers(0, 10**17), st.integers(2, 20))
def test_ticks_hold_what_is_shown_and_are_not_too_many(high: int, most: int) -> None:
    ticks = scales.nice_ticks(0, high, most)
    assert ticks[0] == 0
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= most + 1
    assert len({after - before for before, after in itertools.pairwise(ticks)}) == 1


@given(sums)
def test_bars_lose_no_hundredth_and_have_no_gap(days: list[DaySum]) -> None:
    unit, bars = scales.bars(days)
    assert sum(bar.total for bar in bars) == sum(day.spent for day in days)
    for before, after in itertools.pairwise(bars):
        assert scales.following(before.start, unit) == after.start
    assert len(bars) <= 63


@given(sums)
def test_operations_lose_no_hundredth_and_the_dearest_is_first(days: list[DaySum]) -> None:
    rows = scales.by_operation(days)
    assert sum(spent for _, _, spent in rows) == sum(day.spent for day in days)
    assert [spent for *_, spent in rows] == sorted((spent for *_, spent in rows), reverse=True)


@pytest.mark.parametrize(
    ("unit", "day", "start", "following"),
    [
        (Unit.DAY, date(2026, 2, 28), date(2026, 2, 28), date(2026, 3, 1)),
        (Unit.WEEK, date(2026, 11, 25), date(2026, 11, 23), date(2026, 11, 30)),
        (Unit.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
        (Unit.YEAR, date(2028, 12, 31), date(2028, 1, 1), date(2029, 1, 1)),
    ],
)
def test_a_unit_begins_where_people_say_it_does(unit: Unit, day: date, start: date, following: date) -> None:
    assert scales.start_of(day, unit) == start
    assert scales.following(start, unit) == following


@given(moments, st.integers(1, 10**12), st.integers(2, 30))
def test_labels_of_time_lie_between_the_ends_and_are_not_too_many(first: datetime, seconds: int, most: int) -> None:
    last = first + min(timedelta(seconds=seconds), datetime(9999, 1, 1) - first)
    _, ticks = scales.time_ticks(first, last, most)
    assert all(first <= tick <= last for tick in ticks)
    assert len(ticks) <= most
    assert ticks == sorted(set(ticks))


def test_labels_of_a_day_are_full_hours() -> None:
    unit, ticks = scales.time_ticks(datetime(2026, 11, 25, 8, 12), datetime(2026, 11, 25, 20, 3), 6)
    assert unit is None
    assert [tick.strftime("%H:%M") for tick in ticks] == ["09:00", "12:00", "15:00", "18:00"]


def test_labels_of_years_are_months() -> None:
    unit, ticks = scales.time_ticks(datetime(2024, 1, 15), datetime(2026, 1, 15), 10)
    assert unit is Unit.MONTH
    assert {tick.day for tick in ticks} == {1}
