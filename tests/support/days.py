"""Days that do not end while a test is at work: a place where it is noon, and a date that stays."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, tzinfo
from typing import Self

import pytest

from desktop.models.embedded import backups
from desktop.models.embedded.storage import backup_files

DAY = date(2026, 11, 25)  # a Wednesday


def where_it_is_noon() -> str:
    """A time zone, as TZ has it, where it is between twelve and one now: whole hours from UTC, the same all year."""
    return f"NOON{time.gmtime().tm_hour - 12:+d}"


class NoonOfTheDay(datetime):
    """A clock that stands still at noon UTC of `DAY`."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC).astimezone(tz)


def stay_in_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Automatic backups are all made on `DAY`."""
    monkeypatch.setattr(backups, "datetime", NoonOfTheDay)
    monkeypatch.setattr(backup_files, "datetime", NoonOfTheDay)
