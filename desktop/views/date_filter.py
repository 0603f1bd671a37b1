"""A day that may be left open. Days are the person's own, and the last one is included."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QDateEdit, QWidget

_OPEN = QDate(1999, 12, 31)  # before any record; shown as the special text


class DayEdit(QDateEdit):
    """A day, or none."""

    def __init__(self, name: str, open_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setCalendarPopup(True)
        self.setDisplayFormat("yyyy-MM-dd")
        self.setMinimumDate(_OPEN)
        self.setSpecialValueText(open_text)
        self.setDate(_OPEN)
        self.calendarWidget().setGridVisible(False)

    @property
    def day(self) -> QDate | None:
        """The day, or None when it is open."""
        return None if self.date() == _OPEN else self.date()

    def set_open(self) -> None:
        """Leave the day open."""
        self.setDate(_OPEN)


def start_of(day: QDate) -> int:
    """The first moment of a day in the person's time zone, in UTC microseconds."""
    return _microseconds(datetime(day.year(), day.month(), day.day()))


def end_of(day: QDate) -> int:
    """The first moment after a day in the person's time zone, in UTC microseconds; days may have 23 or 25 hours."""
    return _microseconds(datetime(day.year(), day.month(), day.day()) + timedelta(days=1))


def _microseconds(local: datetime) -> int:
    return int(local.timestamp()) * 1_000_000
