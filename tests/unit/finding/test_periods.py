"""Spans of time are read as people name them, and an end counts to its own precision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from desktop.finding import periods

TODAY = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def _in_berlin(time_zone: Callable[[str], None]) -> None:
    time_zone("Europe/Berlin")


def utc(moment: int | None) -> str:
    """A moment in UTC, to the microsecond where there are any."""
    assert moment is not None
    seconds, rest = divmod(moment, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest).isoformat()[:26].removesuffix("+00:00")


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("2026-11-25", "2026-11-24T23:00:00", "2026-11-25T23:00:00"),
        ("2026-10-25", "2026-10-24T22:00:00", "2026-10-25T23:00:00"),  # of 25 hours
        ("2026-11", "2026-10-31T23:00:00", "2026-11-30T23:00:00"),
        ("2024-02", "2024-01-31T23:00:00", "2024-02-29T23:00:00"),
        ("2026-07", "2026-06-30T22:00:00", "2026-07-31T22:00:00"),
        ("2026", "2025-12-31T23:00:00", "2026-12-31T23:00:00"),
        ("today", "2026-11-24T23:00:00", "2026-11-25T23:00:00"),
        ("Today", "2026-11-24T23:00:00", "2026-11-25T23:00:00"),
        ("yesterday", "2026-11-23T23:00:00", "2026-11-24T23:00:00"),
        ("last-7-days", "2026-11-18T23:00:00", "2026-11-25T23:00:00"),
        ("this-month", "2026-10-31T23:00:00", "2026-11-30T23:00:00"),
        ("Last month", "2026-09-30T22:00:00", "2026-10-31T23:00:00"),
        ("this-year", "2025-12-31T23:00:00", "2026-12-31T23:00:00"),
        ("last-year", "2024-12-31T23:00:00", "2025-12-31T23:00:00"),
        ("2026-11-25T14", "2026-11-25T13:00:00", "2026-11-25T14:00:00"),
        ("2026-11-25T14:30", "2026-11-25T13:30:00", "2026-11-25T13:31:00"),
        ("2026-11-25 14:30:15", "2026-11-25T13:30:15", "2026-11-25T13:30:16"),
        ("2026-11-25T14:30:15.25", "2026-11-25T13:30:15.250000", "2026-11-25T13:30:15.260000"),
        ("2026-11-25T14:30:15.123456Z", "2026-11-25T14:30:15.123456", "2026-11-25T14:30:15.123457"),
        ("2026-11-25t14:30z", "2026-11-25T14:30:00", "2026-11-25T14:31:00"),
        ("2026-11-25T14:30+05:30", "2026-11-25T09:00:00", "2026-11-25T09:01:00"),
        ("2026-11-25T14:30:00-08", "2026-11-25T22:30:00", "2026-11-25T22:30:01"),
        ("2026-11-25T14:30−0800", "2026-11-25T22:30:00", "2026-11-25T22:31:00"),
        ("2026-10-25T02:30", "2026-10-25T00:30:00", "2026-10-25T01:31:00"),  # comes twice
        ("2026-10-25T02:30+02:00", "2026-10-25T00:30:00", "2026-10-25T00:31:00"),
        ("2026-03-29T02:30", "2026-03-29T00:30:00", "2026-03-29T01:31:00"),  # does not come
    ],
)
def test_a_span_has_its_first_moment_and_the_one_after_it(text: str, first: str, after: str) -> None:
    assert (utc(periods.beginning(text, TODAY)), utc(periods.ending(text, TODAY))) == (first, after)


@pytest.mark.parametrize(
    "text",
    ["", "20260101", "2026-W01-1", "2026-13", "2026-02-30", "0000", "26", "tomorrow", "any time", "custom",
     "2026-11-25T25", "2026-11-25T14:60", "2026-11-25T14:30+25:00", "2026-11-25T", "2026-11T14:30", "٢٠٢٦", "1/2/2026"],
)  # fmt: skip
def test_what_names_no_span_is_none(text: str) -> None:
    assert periods.beginning(text, TODAY) is None
    assert periods.ending(text, TODAY) is None
