"""Which days are looked for: a named period, and the two days that it means, always in step. It knows no record.

A named period is remembered as its name: "This month" means another month when it is taken up again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QDate, QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.terms.pages import Filters
from desktop.views.filters.day_edit import DayEdit, end_of, start_of
from desktop.views.filters.part import FilterPart
from desktop.views.filters.periods import Period, days_of, period_of
from desktop.views.look.told import call

_ISO = Qt.DateFormat.ISODate
_LOOK_MS = 60_000  # a timer set for midnight would miss it on a computer that sleeps


class PeriodFilter(FilterPart):
    """Days of the person's own time zone, both ends included."""

    days_asked = Signal()  # "Custom" was chosen: the two days are what comes next

    def __init__(self, *, parent: QWidget, today: Callable[[], QDate] = QDate.currentDate) -> None:
        super().__init__(parent)
        self._today = today
        self._day = today()
        self._clock = QTimer(self)
        self._clock.setInterval(_LOOK_MS)
        self.combo = QComboBox()
        self.combo.setObjectName("period_filter")
        call(self.combo, say("Period"))
        for period in Period:
            self.combo.addItem(say(period.value), period)
        self.first = DayEdit("from_date", say("any day"))
        self.first.setAccessibleName(say("From this day on"))
        self.last = DayEdit("to_date", say("any day"))
        self.last.setAccessibleName(say("Up to and including this day"))
        self._clock.timeout.connect(self.follow_the_day)
        self._clock.start()
        self.combo.currentIndexChanged.connect(self._on_period)
        self.first.dateChanged.connect(self._on_day)
        self.last.dateChanged.connect(self._on_day)

    @override
    def put_into(self, filters: Filters) -> Filters:
        first, last = self.first.day, self.last.day
        return replace(
            filters,
            since=None if first is None else start_of(first),
            until=None if last is None else end_of(last),
        )

    @override
    def state(self) -> Any:
        period = self._chosen()
        if period is not Period.CUSTOM:
            return None if period is Period.ANY else period.name
        days = [None if day is None else day.toString(_ISO) for day in (self.first.day, self.last.day)]
        return days if any(days) else None

    @override
    def recall(self, state: Any) -> None:
        if isinstance(state, list) and len(state) == 2:
            self._set_days(*(QDate.fromString(day, _ISO) if isinstance(day, str) else None for day in state))
            self._name_days()
        else:
            self._choose(Period[state] if isinstance(state, str) and state in Period.__members__ else Period.ANY)

    @property
    @override
    def trouble(self) -> str:
        first, last = self.first.day, self.last.day
        if first is not None and last is not None and first > last:
            return say(
                "No day is from {first} to {last}: the first one is the later.",
                first=first.toString(_ISO),
                last=last.toString(_ISO),
            )
        return ""

    @property
    @override
    def needs_room(self) -> bool:
        return self._chosen() is Period.CUSTOM

    @Slot()
    def follow_the_day(self) -> None:
        """Set a named period anew when another day has begun: "Today" is not the day of the sign-in."""
        today, period = self._today(), self._chosen()
        if today != self._day:
            self._day = today
            if period is Period.CUSTOM:
                self._name_days()
            elif period is not Period.ANY:
                self._choose(period)
                self.changed.emit()

    def _chosen(self) -> Period:
        return Period(self.combo.currentData())

    def _choose(self, period: Period) -> None:
        with QSignalBlocker(self.combo):
            self.combo.setCurrentIndex(self.combo.findData(period))
        self._set_days(*days_of(period, self._today()))

    def _set_days(self, first: QDate | None, last: QDate | None) -> None:
        with QSignalBlocker(self.first), QSignalBlocker(self.last):
            for field, day in ((self.first, first), (self.last, last)):
                field.set_day(day)

    def _name_days(self) -> None:
        period = period_of(self.first.day, self.last.day, self._today())
        with QSignalBlocker(self.combo):
            self.combo.setCurrentIndex(self.combo.findData(period))

    @Slot()
    def _on_period(self) -> None:
        period = self._chosen()
        if period is Period.CUSTOM:  # the days stay as they are, to be changed
            self.days_asked.emit()
            return
        self._choose(period)
        self.changed.emit()

    @Slot()
    def _on_day(self) -> None:
        self._name_days()
        self.changed.emit()
