"""The row of filters, and the days at its ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QComboBox, QDateEdit, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.arithmetic.numbers import NumberFormat
from desktop.values import Filters, OperationType
from desktop.views.date_filter import end_of, start_of
from desktop.views.filter_bar import FilterBar
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


def utc(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[misc]


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


def test_clear_takes_everything_off_and_says_so_once(qtbot: QtBot, bar: FilterBar) -> None:
    part(bar, QLineEdit, "search_edit").setText("x")
    part(bar, QComboBox, "operation_filter").setCurrentIndex(2)
    part(bar, QDateEdit, "from_date").setDate(QDate(2025, 7, 1))
    part(bar, QDateEdit, "to_date").setDate(QDate(2025, 7, 2))
    changes: list[Filters] = []
    bar.changed.connect(lambda: changes.append(bar.filters(trash=False)))
    part(bar, QPushButton, "clear_filters_button").click()
    assert changes == [Filters()]


@pytest.mark.parametrize(
    ("mark", "groups", "typed", "readings"),
    [
        (",", ".", "1.234,56", ("1.234,56", "1234.56")),
        (".", ",", "1,000", ("1,000", "1000")),
        (".", ",", "12", ("12",)),
        (".", ",", "50%_'", ("50%_'",)),
        (".", ",", "  spaced  ", ("spaced",)),
        (".", ",", "   ", ()),
    ],
)
def test_a_number_is_also_looked_for_as_the_ledger_writes_it(
    qtbot: QtBot, mark: str, groups: str, typed: str, readings: tuple[str, ...]
) -> None:
    bar = make_bar(qtbot, NumberFormat(decimal_mark=mark, group_marks=groups))
    part(bar, QLineEdit, "search_edit").setText(typed)
    assert bar.filters(trash=False).search == readings
