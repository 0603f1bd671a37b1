"""A day that may be left open. Days are the person's own, and the last one is included."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QMouseEvent, QTextCharFormat
from PySide6.QtWidgets import (
    QApplication,
    QCalendarWidget,
    QDateEdit,
    QStyle,
    QStyleOptionComboBox,
    QToolButton,
    QWidget,
)

from desktop.language.directions import turns_signs
from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.terms import days
from desktop.views.look import theme
from desktop.views.look.icons import icon
from desktop.views.look.left_to_right import left_to_right
from desktop.views.look.number_locale import widgets_locale

_OPEN = QDate(1999, 12, 31)  # before any record; shown as the special text
_MARK = "\u200e"  # left to right, and of no width
_LAST = QDate(2999, 12, 31)  # Python's days end with the year 9999, and the day after must exist


class DayEdit(QDateEdit):
    """A day, or none."""

    def __init__(self, name: str, open_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setCalendarPopup(True)
        self.setLocale(widgets_locale())
        # Beside Arabic-Indic digits the hyphens are no part of the date, which would be written backwards.
        between = f"{_MARK}-{_MARK}" if turns_signs(self.locale().zeroDigit()) else "-"
        left_to_right(self)  # first: Qt turns the parts of a format round where the widget is mirrored
        self.setDisplayFormat(between.join(("yyyy", "MM", "dd")))
        self.setDateRange(_OPEN, _LAST)
        self.setSpecialValueText(open_text)
        self.setDate(_OPEN)
        self.setToolTip(say("Del leaves the day open"))
        self._moved_on = False  # whether the last digit was its section's last, so that Qt has gone to the next

    @property
    def day(self) -> QDate | None:
        """The day, or None when it is open."""
        return None if self.date() == _OPEN else self.date()

    def set_open(self) -> None:
        """Leave the day open."""
        self.setDate(_OPEN)

    def set_day(self, day: QDate | None) -> None:
        """Set the day; None, and what is no day, leaves it open."""
        self.setDate(day if day is not None and day.isValid() else _OPEN)

    def open_calendar(self) -> None:
        """Open the calendar as a click on the arrow does: Qt has no other way."""
        box = QStyleOptionComboBox()
        box.initFrom(self)
        box.editable = True
        parts = QStyle.ComplexControl.CC_ComboBox, box, QStyle.SubControl.SC_ComboBoxArrow, self
        at = QPointF(self.style().subControlRect(*parts).center())
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
            QApplication.sendEvent(self, QMouseEvent(kind, at, self.mapToGlobal(at), left, left, none))

    @override
    def stepBy(self, steps: int) -> None:
        if self.day is None:
            self.setDate(QDate.currentDate())  # the day after "any day" is not in 2000
        else:
            super().stepBy(steps)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        # Only now, when it may be opened: two calendars take 10 ms of the window's building.
        self.calendarWidget().installEventFilter(self)  # once more is the same as once
        self.calendarWidget().setLayoutDirection(QGuiApplication.layoutDirection())  # only the field is no words
        self._dress(self.calendarWidget())
        super().mousePressEvent(event)

    def _dress(self, calendar: QCalendarWidget) -> None:
        """In the colours of the moment, with our arrows: Qt's are black, and its Sundays red, in every scheme."""
        for name, picture in (("qt_calendar_prevmonth", "previous"), ("qt_calendar_nextmonth", "next")):
            for button in calendar.findChildren(QToolButton, name):
                button.setIcon(icon(picture))
        plain = QTextCharFormat()
        plain.setForeground(QColor(theme.colours().text))
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            calendar.setWeekdayTextFormat(day, plain)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.open_calendar()
            return
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.lineEdit().hasSelectedText():
            self.set_open()
            return
        if event.text() in ("-", ".", "/"):
            self._go_on()
            return
        if self.day is None and event.text().isdigit():
            self.setDate(QDate.currentDate())
            self.setSelectedSection(self.sectionAt(0))
        section = self.currentSectionIndex()
        super().keyPressEvent(event)
        self._moved_on = event.text().isdigit() and self.currentSectionIndex() != section

    def _go_on(self) -> None:
        """A separator was typed: Qt's own goes one section too far after a full one, and out of the field at last."""
        following = self.currentSectionIndex() + (not self._moved_on)
        self._moved_on = False
        self.setSelectedSection(self.sectionAt(min(following, self.sectionCount() - 1)))

    @override
    def focusNextPrevChild(self, following: bool) -> bool:
        # Qt's own goes through year, month and day first: three more keys to get out. Left and Right still do.
        return QWidget.focusNextPrevChild(self, following)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        calendar = self.calendarWidget()
        if watched is calendar and event.type() == QEvent.Type.Show and self.day is None:
            today = QDate.currentDate()
            calendar.setCurrentPage(today.year(), today.month())
        return super().eventFilter(watched, event)


def start_of(day: QDate) -> int:
    """The first moment of a day, in UTC microseconds."""
    return days.start_of(date(day.year(), day.month(), day.day()))


def end_of(day: QDate) -> int:
    """The first moment after a day, in UTC microseconds."""
    return days.end_of(date(day.year(), day.month(), day.day()))
