"""What the cells of a record offer to look for."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale
from pytestqt.qtbot import QtBot

from desktop.arithmetic.numbers import NumberFormat
from desktop.finding.filters import Plan
from desktop.finding.searching import readings
from desktop.models.embedded.browsing.lines import line_of, matches
from desktop.terms.charges import Entry
from desktop.terms.kinds import Column, Detail, OperationType
from desktop.terms.pages import Filters
from desktop.views.filters.bar import FilterBar
from desktop.views.look.number_locale import number_format_of
from desktop.views.records.cell_filters import offers
from desktop.views.records.columns import COLUMNS, Shown, cells
from tests.support.fake_controllers import entry

GERMAN = NumberFormat(decimal_mark=",", group_marks=".")
RECORD = entry(5, operation=OperationType.MULTIPLICATION, operands="12.5 × 3", response="37.5", amount=3000)


@pytest.fixture
def far_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where it is another day than in UTC."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def bar(qtbot: QtBot) -> FilterBar:
    made = FilterBar(number_format=GERMAN)
    qtbot.addWidget(made)
    return made


def texts(record: Entry, column: Shown) -> list[str]:
    return [offer.text for offer in offers(record, column, shown(record, column), GERMAN)]


def shown(record: Entry, column: Shown) -> str:
    return cells(record, GERMAN)[COLUMNS.index(column)]


def filters(bar: FilterBar, record: Entry, column: Shown, number: int = 0) -> Filters:
    """The filters after an offer was taken."""
    offer = offers(record, column, shown(record, column), GERMAN)[number]
    bar.narrow(offer.filter, offer.state)
    return bar.filters(trash=False)


def test_each_cell_offers_what_it_holds() -> None:
    assert texts(RECORD, Column.OPERATION) == ["Only Multiplication"]
    assert texts(RECORD, Column.AMOUNT) == ["Only amounts of −30,00", "At most −30,00"]
    assert texts(RECORD, Column.OPERANDS) == ["Search for “12,5 × 3”"]
    assert texts(RECORD, Column.RESPONSE) == ["Search for “37,5”"]
    assert texts(RECORD, Column.DATE)[0].startswith("Only this day, 2025-07-01")


def test_a_rounded_result_is_searched_for_without_its_mark() -> None:
    assert texts(entry(1, response="0.33", exact=False), Column.RESPONSE) == ["Search for “0,33”"]


def test_a_long_text_is_brief_in_the_menu_and_whole_in_the_search(bar: FilterBar) -> None:
    record = entry(1, operation=OperationType.CREDIT, operands="R&D " + "x" * 100)
    (text,) = texts(record, Column.OPERANDS)
    assert text.startswith("Search for “R&&D xxx")
    assert len(text) < 50
    assert filters(bar, record, Column.OPERANDS).search == (record.operands,)


@pytest.mark.parametrize(
    ("record", "column"),
    [
        (entry(1, operation=OperationType.RANDOM_STRING, operands=""), Column.OPERANDS),
        (RECORD, Detail.SOURCE),
        (RECORD, Detail.NUMBER),
        (entry(1, date=2**62), Column.DATE),
    ],
)
def test_a_cell_with_nothing_to_look_for_offers_nothing(record: Entry, column: Shown) -> None:
    assert texts(record, column) == []


@pytest.mark.usefixtures("far_east")
def test_the_day_of_a_cell_is_the_persons_own(bar: FilterBar) -> None:
    late = entry(1, date=1_751_371_200_000_000 + 5 * 3_600_000_000)  # 2025-07-01 17:00 UTC, the 2nd over there
    found = filters(bar, late, Column.DATE)
    assert found.since is not None
    assert found.until is not None
    assert found.since <= late.date < found.until
    assert found.until - found.since == 24 * 3_600_000_000
    assert texts(late, Column.DATE)[0] == "Only this day, 2025-07-02"
    assert filters(bar, late, Column.DATE, 1) == Filters(since=found.since)
    assert filters(bar, late, Column.DATE, 2) == Filters(until=found.until)


def test_what_was_looked_for_before_stays(bar: FilterBar) -> None:
    filters(bar, RECORD, Column.OPERATION)
    filters(bar, RECORD, Column.AMOUNT)
    assert filters(bar, RECORD, Column.RESPONSE) == Filters(
        search=("37.5",), operations=frozenset({OperationType.MULTIPLICATION}), least=-3000, most=-3000
    )


@pytest.mark.parametrize("locale", ["C", "en_US", "de_DE", "fr_FR", "sv_SE", "de_CH", "ar_EG", "hi_IN"])
@pytest.mark.parametrize("column", [Column.OPERANDS, Column.RESPONSE, Column.BALANCE])
def test_what_a_cell_offers_to_look_for_finds_its_own_record(locale: str, column: Column) -> None:
    number_format = number_format_of(QLocale(locale))
    records = [
        entry(5, operands="1787.4 − -12.5", response="-1234567.25", user_balance=12_410_00),
        entry(6, operation=OperationType.SQUARE_ROOT, operands="√2.25", response="1.5", user_balance=5),
    ]
    for record in records:
        text = cells(record, number_format)[COLUMNS.index(column)]
        (offer,) = offers(record, column, text, number_format)
        search = readings(offer.state, number_format)
        assert matches(line_of(record), Plan(texts=search)), (text, search)
