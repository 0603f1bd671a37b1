"""How a record's facts are shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.finding.searching import readings
from desktop.terms.kinds import OperationType
from desktop.wording.shown import OPERATION_NAMES, shown_date, shown_moment

NOON = 1_795_608_000_000_000  # 2026-11-25T12:00:00Z


@pytest.mark.parametrize(
    ("zone", "microseconds", "shown"),
    [
        ("UTC", NOON, "2026-11-25 12:00:00"),
        ("UTC", NOON + 999_999, "2026-11-25 12:00:00"),
        ("UTC", 0, "1970-01-01 00:00:00"),
        ("UTC", -1, "1969-12-31 23:59:59"),
        ("Asia/Kolkata", NOON, "2026-11-25 17:30:00"),
        ("America/New_York", NOON, "2026-11-25 07:00:00"),
        ("Pacific/Kiritimati", NOON, "2026-11-26 02:00:00"),
        ("Europe/Berlin", 1_793_494_800_000_000, "2026-11-01 02:00:00"),
    ],
)
def test_a_date_is_shown_in_the_persons_time_zone_to_the_second(
    time_zone: Callable[[str], None], zone: str, microseconds: int, shown: str
) -> None:
    time_zone(zone)
    assert shown_date(microseconds) == shown


@pytest.mark.parametrize("microseconds", [-(2**63), 2**63 - 1])
def test_a_date_that_no_calendar_has_is_shown_as_such(microseconds: int) -> None:
    """It can only come from a damaged store, which must still be readable."""
    assert "?" in shown_date(microseconds)
    assert shown_moment(microseconds) == shown_date(microseconds)


@pytest.mark.parametrize(
    ("zone", "seconds", "shown"),
    [
        ("Europe/Berlin", 1_792_884_600, "2026-10-25 01:30:00"),
        ("Europe/Berlin", 1_792_888_200, "2026-10-25 02:30:00+02:00"),
        ("Europe/Berlin", 1_792_891_800, "2026-10-25 02:30:00+01:00"),
        ("Europe/Berlin", 1_792_893_600, "2026-10-25 03:00:00"),
        ("America/New_York", 1_793_511_000, "2026-11-01 01:30:00-04:00"),
        ("America/New_York", 1_793_514_600, "2026-11-01 01:30:00-05:00"),
        ("Australia/Lord_Howe", 1_775_313_000, "2026-04-05 01:30:00+11:00"),
        ("UTC", 1_792_888_200, "2026-10-25 00:30:00"),
    ],
)
def test_two_moments_of_an_hour_that_comes_twice_are_told_apart(
    time_zone: Callable[[str], None], zone: str, seconds: int, shown: str
) -> None:
    time_zone(zone)
    assert shown_moment(seconds * 1_000_000) == shown
    assert shown[:19] in readings(shown)  # it is searched for as it is seen


def test_every_operation_has_a_name() -> None:
    assert set(OPERATION_NAMES) == set(OperationType)
    assert all(name and name[0].isupper() for name in OPERATION_NAMES.values())
