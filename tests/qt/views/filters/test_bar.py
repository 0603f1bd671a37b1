"""The row of filters, and the days at its ends."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QDateEdit, QLabel, QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.arithmetic.numbers import NumberFormat
from desktop.finding.filters import FILTERS
from desktop.finding.searching import readings
from desktop.terms.kinds import OperationType
from desktop.terms.pages import Filters
from desktop.views.filters.bar import FilterBar
from desktop.views.filters.day_edit import end_of, start_of
from desktop.views.filters.period import PeriodFilter
from desktop.views.filters.periods import Period, days_of
from desktop.views.filters.widgets import WIDGETS
from desktop.wording.shown import OPERATION_NAMES
from tests.support.widgets import part


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A place whose days can have 23 and 25 hours."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def bar(qtbot: QtBot) -> FilterBar:
    return make_bar(qtbot, NumberFormat())


def make_bar(qtbot: QtBot, number_format: NumberFormat) -> FilterBar:
    made = FilterBar(number_format=number_format)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def home(qtbot: QtBot) -> QWidget:
    """A widget that takes along what it is the parent of."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


def utc(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[misc, arg-type]


def test_nothing_is_filtered_at_first(bar: FilterBar) -> None:
    assert bar.filters(trash=False) == Filters()
    assert bar.filters(trash=True) == Filters(trash=True)


def test_typing_fast_looks_once(qtbot: QtBot, bar: FilterBar) -> None:
    changes: list[Filters] = []
    bar.changed.connect(lambda: changes.append(bar.filters(trash=False)))
    with qtbot.waitSignal(bar.changed):
        qtbot.keyClicks(part(bar, QLineEdit, "search_edit"), "square")
    assert changes == [Filters(search=("square",))]


def test_an_operation_is_looked_for_at_once(qtbot: QtBot, bar: FilterBar) -> None:
    combo = part(bar, QComboBox, "operation_filter")
    assert combo.itemText(0) == "All operations"
    with qtbot.waitSignal(bar.changed):
        combo.setCurrentText("Square root")
    assert bar.filters(trash=False).operations == {OperationType.SQUARE_ROOT}


def test_every_operation_can_be_chosen(bar: FilterBar) -> None:
    combo = part(bar, QComboBox, "operation_filter")
    assert {combo.itemData(place) for place in range(1, combo.count())} == set(OperationType)


@pytest.mark.usefixtures("berlin")
def test_both_ends_are_inclusive_days_of_the_persons_time_zone(bar: FilterBar) -> None:
    part(bar, QDateEdit, "from_date").setDate(QDate(2025, 7, 1))
    part(bar, QDateEdit, "to_date").setDate(QDate(2025, 7, 31))
    filters = bar.filters(trash=False)
    assert filters.since == utc(2025, 6, 30, 22)
    assert filters.until == utc(2025, 7, 31, 22)


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(("day", "hours"), [((2025, 3, 30), 23), ((2025, 10, 26), 25), ((2025, 7, 1), 24)])
def test_a_day_is_as_long_as_the_clocks_say(day: tuple[int, int, int], hours: int) -> None:
    assert end_of(QDate(*day)) - start_of(QDate(*day)) == hours * 3_600_000_000


def test_one_end_can_stay_open(bar: FilterBar) -> None:
    part(bar, QDateEdit, "to_date").setDate(QDate(2025, 7, 31))
    filters = bar.filters(trash=False)
    assert filters.since is None
    assert filters.until is not None


def test_any_day_that_can_be_entered_can_be_looked_for(bar: FilterBar) -> None:
    for name in ("from_date", "to_date"):
        field = part(bar, QDateEdit, name)
        field.setDate(field.maximumDate())
    assert bar.filters(trash=False).until is not None


@pytest.mark.usefixtures("noon")
def test_typing_a_day_starts_from_today(qtbot: QtBot, bar: FilterBar) -> None:
    field = part(bar, QDateEdit, "from_date")
    field.stepUp()
    assert field.date() == QDate.currentDate()


def test_del_leaves_the_day_open_again(qtbot: QtBot, bar: FilterBar) -> None:
    field = part(bar, QDateEdit, "from_date")
    field.setDate(QDate(2025, 7, 1))
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    assert bar.filters(trash=False).since is None


def test_every_filter_that_names_a_widget_has_one(bar: FilterBar) -> None:
    assert {one.widget for one in FILTERS if one.widget} == set(WIDGETS)


def test_clear_takes_everything_off_and_says_so_once(qtbot: QtBot, bar: FilterBar) -> None:
    part(bar, QLineEdit, "search_edit").setText("x")
    part(bar, QComboBox, "operation_filter").setCurrentIndex(2)
    part(bar, QDateEdit, "from_date").setDate(QDate(2025, 7, 1))
    part(bar, QDateEdit, "to_date").setDate(QDate(2025, 7, 2))
    changes: list[Filters] = []
    bar.changed.connect(lambda: changes.append(bar.filters(trash=False)))
    part(bar, QPushButton, "clear_filters_button").click()
    assert changes == [Filters()]


def test_a_search_is_read_in_the_persons_locale(qtbot: QtBot) -> None:
    german = NumberFormat(decimal_mark=",", group_marks=".")
    bar = make_bar(qtbot, german)
    part(bar, QLineEdit, "search_edit").setText("1.234,56")
    assert bar.filters(trash=False).search == readings("1.234,56", german) == ("1,234.56", "1234.56")


def day_field(bar: FilterBar, name: str) -> QDateEdit:
    return part(bar, QDateEdit, name)


def chip(bar: FilterBar, operation: OperationType) -> QToolButton:
    return part(bar, QToolButton, f"chip_{operation.value}")


def further_shown(bar: FilterBar) -> bool:
    return part(bar, QWidget, "further_filters").isVisibleTo(bar)


def unclear(field: QLineEdit) -> bool:
    return field.property("role") == "invalid"


def test_several_operations_can_be_chosen_and_the_list_says_how_many(bar: FilterBar) -> None:
    combo = part(bar, QComboBox, "operation_filter")
    chip(bar, OperationType.ADDITION).click()
    assert combo.currentText() == "Addition"
    chip(bar, OperationType.DIVISION).click()
    assert bar.filters(trash=False).operations == {OperationType.ADDITION, OperationType.DIVISION}
    assert (combo.currentIndex(), combo.placeholderText()) == (-1, "2 operations")
    chip(bar, OperationType.ADDITION).click()
    assert combo.currentText() == "Division"
    chip(bar, OperationType.DIVISION).click()
    assert combo.currentText() == "All operations"
    assert bar.filters(trash=False) == Filters()


def test_the_list_takes_the_place_of_what_the_chips_said(bar: FilterBar) -> None:
    for operation in (OperationType.ADDITION, OperationType.DIVISION):
        chip(bar, operation).click()
    combo = part(bar, QComboBox, "operation_filter")
    combo.setCurrentText("Square root")
    assert bar.filters(trash=False).operations == {OperationType.SQUARE_ROOT}
    assert chip(bar, OperationType.SQUARE_ROOT).isChecked()
    assert not chip(bar, OperationType.ADDITION).isChecked()
    combo.setCurrentIndex(0)
    assert not chip(bar, OperationType.SQUARE_ROOT).isChecked()


def test_each_click_on_a_chip_looks_once(bar: FilterBar) -> None:
    changes: list[Filters] = []
    bar.changed.connect(lambda: changes.append(bar.filters(trash=False)))
    chip(bar, OperationType.ADDITION).click()
    chip(bar, OperationType.DIVISION).click()
    assert len(changes) == 2


def test_chips_show_how_many_records_there_are_and_nothing_before_it_is_known(bar: FilterBar) -> None:
    assert chip(bar, OperationType.ADDITION).text() == "Addition"
    bar.show_counts({OperationType.ADDITION: 12_345})
    assert chip(bar, OperationType.ADDITION).text() == "Addition  12,345"
    assert chip(bar, OperationType.ADDITION).accessibleName() == "Addition"
    assert chip(bar, OperationType.ADDITION).accessibleDescription() == "12,345 records"
    assert chip(bar, OperationType.CREDIT).text() == "Credit  0"
    bar.forget_counts()
    assert chip(bar, OperationType.ADDITION).text() == "Addition"


@pytest.mark.parametrize(
    ("least", "most", "found"),
    [
        ("10", "", (1000, None)),
        ("", "1.000,50", (None, 100_050)),
        ("0,5", "20", (50, 2000)),
        ("−30", "-10,00", (-3000, -1000)),
        ("", "+1.000,00", (None, 100_000)),
        (" ", "0", (None, 0)),
        ("ten", "1,234", (None, None)),
    ],
)
def test_amounts_are_bounded_as_the_locale_writes_money(
    qtbot: QtBot, least: str, most: str, found: tuple[int | None, int | None]
) -> None:
    bar = make_bar(qtbot, NumberFormat(decimal_mark=",", group_marks="."))
    with qtbot.waitSignal(bar.changed):
        part(bar, QLineEdit, "least_edit").setText(least)
        part(bar, QLineEdit, "most_edit").setText(most)
    filters = bar.filters(trash=False)
    assert (filters.least, filters.most) == found


def test_what_is_no_amount_is_marked_and_says_why(bar: FilterBar) -> None:
    field = part(bar, QLineEdit, "least_edit")
    field.setText("1.234.5")
    assert unclear(field)
    assert "1,000.00" in field.toolTip()
    assert shown_trouble(bar) == field.toolTip()
    assert field.accessibleDescription() == field.toolTip()
    field.setText("1234.5")
    assert not unclear(field)
    assert "As the column shows it" in field.toolTip()
    assert shown_trouble(bar) == ""


def shown_trouble(bar: FilterBar) -> str:
    label = part(bar, QLabel, "filter_trouble_label")
    return "" if label.isHidden() else label.text()


def test_a_range_the_wrong_way_round_says_so(bar: FilterBar) -> None:
    part(bar, QLineEdit, "least_edit").setText("10")
    part(bar, QLineEdit, "most_edit").setText("5")
    assert shown_trouble(bar) == "No amount is from +10.00 to +5.00: the first one is the larger."
    part(bar, QLineEdit, "most_edit").setText("15")
    assert shown_trouble(bar) == ""
    part(bar, QDateEdit, "from_date").setDate(QDate(2026, 5, 2))
    part(bar, QDateEdit, "to_date").setDate(QDate(2026, 5, 1))
    assert shown_trouble(bar) == "No day is from 2026-05-02 to 2026-05-01: the first one is the later."
    bar.clear()
    assert shown_trouble(bar) == ""


def test_amounts_saved_by_the_first_version_mean_what_was_paid(bar: FilterBar) -> None:
    bar.recall({"amount": [1000, 3000]})
    filters = bar.filters(trash=False)
    assert (filters.least, filters.most) == (-3000, -1000)
    assert bar.state() == {"amount": {"least": -3000, "most": -1000}}


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("period", [Period.TODAY, Period.WEEK, Period.MONTH, Period.LAST_MONTH, Period.YEAR])
def test_a_named_period_sets_both_days_and_looks_once(bar: FilterBar, period: Period) -> None:
    changes: list[Filters] = []
    bar.changed.connect(lambda: changes.append(bar.filters(trash=False)))
    part(bar, QComboBox, "period_filter").setCurrentText(period.value)
    first, last = days_of(period, QDate.currentDate())
    assert first is not None
    assert last is not None
    assert (day_field(bar, "from_date").date(), day_field(bar, "to_date").date()) == (first, last)
    assert changes == [Filters(since=start_of(first), until=end_of(last))]


@pytest.mark.usefixtures("noon")
def test_days_that_have_a_name_show_it_and_others_are_custom(bar: FilterBar) -> None:
    combo = part(bar, QComboBox, "period_filter")
    today = QDate.currentDate()
    day_field(bar, "from_date").setDate(today)
    assert combo.currentText() == "Custom"
    day_field(bar, "to_date").setDate(today)
    assert combo.currentText() == "Today"
    day_field(bar, "to_date").setDate(today.addDays(1))
    assert combo.currentText() == "Custom"
    combo.setCurrentText("Any time")
    assert bar.filters(trash=False) == Filters()


@pytest.mark.usefixtures("noon")
def test_custom_leaves_the_days_as_they_are_and_shows_them(qtbot: QtBot, bar: FilterBar) -> None:
    combo = part(bar, QComboBox, "period_filter")
    combo.setCurrentText("Today")
    with qtbot.assertNotEmitted(bar.changed):
        combo.setCurrentText("Custom")
    assert day_field(bar, "from_date").date() == QDate.currentDate()
    assert further_shown(bar)
    assert combo.currentText() == "Custom"


def test_the_further_filters_come_and_go_with_their_button(bar: FilterBar) -> None:
    assert not further_shown(bar)
    button = part(bar, QToolButton, "more_filters_button")
    button.click()
    assert further_shown(bar)
    assert bar.more_shown
    button.click()
    assert not further_shown(bar)


def test_a_further_filter_that_is_hidden_is_not_in_force_unseen(bar: FilterBar) -> None:
    button = part(bar, QToolButton, "more_filters_button")
    bar.narrow("amount", {"least": 3000, "most": 3000})
    assert further_shown(bar)
    button.click()
    assert button.text() == "More filters (1)"
    bar.clear()
    assert button.text() == "More filters"


def test_clear_can_be_pressed_while_something_is_set(bar: FilterBar) -> None:
    clear = part(bar, QPushButton, "clear_filters_button")
    assert not clear.isEnabled()
    for name, state in (
        ("search", "x"),
        ("operations", ["credit"]),
        ("period", "TODAY"),
        ("amount", {"least": 1, "most": None}),
    ):
        bar.narrow(name, state)
        assert clear.isEnabled(), name
        clear.click()
        assert bar.filters(trash=False) == Filters()
        assert not clear.isEnabled()


def test_clear_can_be_pressed_as_soon_as_something_is_typed(bar: FilterBar) -> None:
    part(bar, QLineEdit, "search_edit").setText("x")
    assert part(bar, QPushButton, "clear_filters_button").isEnabled()


def test_what_is_set_can_be_kept_and_taken_up_again(qtbot: QtBot, bar: FilterBar) -> None:
    part(bar, QLineEdit, "search_edit").setText("12.5")
    chip(bar, OperationType.ADDITION).click()
    chip(bar, OperationType.CREDIT).click()
    day_field(bar, "from_date").setDate(QDate(2025, 7, 1))
    part(bar, QLineEdit, "most_edit").setText("1,000.00")
    state, filters = json.loads(json.dumps(bar.state())), bar.filters(trash=False)
    bar.clear()
    changes: list[Filters] = []
    bar.changed.connect(lambda: changes.append(bar.filters(trash=False)))
    bar.recall(state)
    assert changes == [filters]
    assert bar.state() == state


def test_a_period_is_kept_by_its_name(qtbot: QtBot, home: QWidget) -> None:
    """Last month's "This month" is this month's when it is taken up again."""
    period = PeriodFilter(parent=home, today=lambda: QDate(2025, 7, 5))
    period.combo.setCurrentText("This month")
    state = period.state()
    later = PeriodFilter(parent=home, today=lambda: QDate(2026, 2, 5))
    later.recall(state)
    assert later.first.date() == QDate(2026, 2, 1)
    assert later.last.date() == QDate(2026, 2, 28)


def test_a_named_period_follows_the_day(qtbot: QtBot, home: QWidget) -> None:
    days = [QDate(2025, 7, 31)]
    period = PeriodFilter(parent=home, today=lambda: days[-1])
    period.combo.setCurrentText("Today")
    with qtbot.assertNotEmitted(period.changed):
        period.follow_the_day()
    days.append(QDate(2025, 8, 1))
    with qtbot.waitSignal(period.changed):
        period.follow_the_day()
    assert (period.first.date(), period.last.date()) == (days[-1], days[-1])
    assert period.combo.currentText() == "Today"


def test_days_that_a_person_set_stay_when_another_day_begins(qtbot: QtBot, home: QWidget) -> None:
    days = [QDate(2025, 7, 31)]
    period = PeriodFilter(parent=home, today=lambda: days[-1])
    period.first.setDate(QDate(2025, 7, 30))
    days.append(QDate(2025, 8, 1))
    with qtbot.assertNotEmitted(period.changed):
        period.follow_the_day()
    assert period.first.date() == QDate(2025, 7, 30)


@pytest.mark.parametrize(
    "state",
    [
        {"search": 5, "operations": "credit", "period": "NEVER", "amount": 3},
        {"search": None, "operations": ["colour", 5], "period": ["x", 5], "amount": [-1, "2"]},
        {"period": ["2025-13-01"], "amount": [True, None], "colour": "red"},
    ],
)
def test_a_state_that_makes_no_sense_filters_nothing(bar: FilterBar, state: dict[str, object]) -> None:
    bar.recall(state)
    assert bar.filters(trash=False) == Filters()
    assert bar.state() == {}


def test_tab_goes_through_every_filter_and_out_of_it(qtbot: QtBot, bar: FilterBar) -> None:
    bar.resize(900, 200)
    bar.show_more(True)
    bar.narrow("search", "x")
    with qtbot.waitActive(bar):
        bar.show()
        bar.activateWindow()
    bar.focus_search()
    passed = []
    for _ in range(40):
        focus = bar.focusWidget()
        assert focus is not None
        if focus.objectName() in passed:
            break
        passed.append(focus.objectName())
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    chips = [f"chip_{operation.value}" for operation in OPERATION_NAMES]
    usual = ["search_edit", "more_filters_button", "clear_filters_button"]
    assert passed == [*usual, *chips, "period_filter", "from_date", "to_date", "least_edit", "most_edit"]


def test_each_filter_is_set_in_one_place(bar: FilterBar) -> None:
    usual, further = part(bar, QToolButton, "more_filters_button"), part(bar, QWidget, "further_filters")
    operations, period = part(bar, QComboBox, "operation_filter"), part(bar, QComboBox, "period_filter")
    bar.show_more(True)
    assert not operations.isVisibleTo(bar), "the chips have the operations"
    assert further.isAncestorOf(period), "the named periods stand beside their days"
    period.setCurrentText(Period.YEAR.value)
    bar.show_more(False)
    assert operations.isVisibleTo(bar)
    assert period.isVisibleTo(bar)
    assert not further.isAncestorOf(period)
    assert period.currentText() == Period.YEAR.value
    assert usual.isVisibleTo(bar)


@pytest.mark.parametrize("width", [536, 760, 1156])
def test_nothing_of_the_bar_is_cut_off_at_any_width(qtbot: QtBot, bar: FilterBar, width: int) -> None:
    bar.show_more(True)
    bar.show_counts(dict.fromkeys(OperationType, 9_999_999))
    bar.resize(width, bar.heightForWidth(width))
    with qtbot.waitExposed(bar):
        bar.show()
    bar.resize(width, bar.heightForWidth(width))
    assert bar.minimumSizeHint().width() <= width
    for widget in bar.findChildren(QWidget):
        if widget.objectName() and widget.isVisible() and isinstance(widget.parentWidget(), QWidget):
            corner = widget.mapTo(bar, widget.rect().bottomRight())
            if widget.objectName().startswith("qt_"):
                continue
            assert corner.x() < width, widget.objectName()
            assert corner.y() < bar.height(), widget.objectName()


@pytest.mark.parametrize("typed", ["2025-03-09", "2025-3-9", "20250309", "2025.03.09"])
def test_a_day_typed_as_it_is_shown_stays_in_its_field(qtbot: QtBot, bar: FilterBar, typed: str) -> None:
    part(bar, QToolButton, "more_filters_button").setChecked(True)
    field = day_field(bar, "from_date")
    with qtbot.waitActive(bar):
        bar.show()
        bar.activateWindow()
    field.setFocus()
    for key in typed:
        qtbot.keyClicks(QApplication.focusWidget(), key)
    assert field.date() == QDate(2025, 3, 9)
    assert field.hasFocus()
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert not field.hasFocus()


def test_what_is_no_amount_can_be_cleared_too(qtbot: QtBot, bar: FilterBar) -> None:
    least, clear = part(bar, QLineEdit, "least_edit"), part(bar, QPushButton, "clear_filters_button")
    with qtbot.waitSignal(bar.changed):
        least.setText("10.555")
    assert clear.isEnabled()
    clear.click()
    assert (least.text(), clear.isEnabled()) == ("", False)


def test_the_least_width_is_the_same_whatever_the_row_holds(bar: FilterBar) -> None:
    """Beside another pane it was given that width, and nobody gives it more when a list comes back into the row."""
    bar.show()
    least = bar.minimumSizeHint().width()
    bar.show_more(True)
    assert bar.minimumSizeHint().width() == least
    part(bar, QLineEdit, "least_edit").setText("1")
    bar.show_more(False)
    QApplication.sendPostedEvents()
    assert part(bar, QToolButton, "more_filters_button").text() == "More filters (1)"
    usual = part(bar, QToolButton, "more_filters_button").parentWidget()
    assert usual is not None
    assert usual.minimumSizeHint().width() <= least
    assert abs(bar.minimumSizeHint().width() - least) <= 1  # a word's width is rounded
