"""The table model of one page."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from desktop.arithmetic.numbers import NumberFormat
from desktop.terms.kinds import Column, Detail, OperationType, Source
from desktop.views.records.cell import CELL_ROLE
from desktop.views.records.columns import COLUMNS
from desktop.views.records.model import RecordsModel
from desktop.wording.grouping import show_groups
from tests.support.fake_controllers import entry, page

GERMAN = NumberFormat(decimal_mark=",", group_marks=".")


def text(model: RecordsModel, row: int, column: Column | Detail) -> str:
    shown = model.index(row, COLUMNS.index(column)).data()
    assert isinstance(shown, str)
    return shown


@pytest.fixture
def model(qtbot: QtBot) -> RecordsModel:
    return RecordsModel(number_format=NumberFormat())


def test_it_is_a_sound_model_through_its_whole_life(model: RecordsModel, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(model)
    model.show(page((entry(1), entry(2))))
    qtmodeltester.check(model)
    model.show(page((entry(3),)))
    qtmodeltester.check(model)
    model.clear()
    assert model.rowCount() == 0


def test_a_charge_is_shown_below_zero_and_a_credit_above(model: RecordsModel) -> None:
    model.show(page((entry(1, amount=1000), entry(2, amount=-100_000, operation=OperationType.CREDIT))))
    assert text(model, 0, Column.AMOUNT) == "−10.00"
    assert text(model, 1, Column.AMOUNT) == "+1,000.00"


def test_only_money_put_in_has_a_colour(model: RecordsModel) -> None:
    model.show(page((entry(1, amount=1000), entry(2, amount=-1000, operation=OperationType.CREDIT))))
    column = COLUMNS.index(Column.AMOUNT)
    assert model.index(0, column).data(Qt.ItemDataRole.ForegroundRole) is None
    assert model.index(1, column).data(Qt.ItemDataRole.ForegroundRole) is not None


def test_a_rounded_result_is_marked(model: RecordsModel) -> None:
    model.show(page((entry(1, response="0.3333", exact=False),)))
    assert text(model, 0, Column.RESPONSE) == "≈ 0.3333"


def test_numbers_are_written_as_the_locale_does(qtbot: QtBot) -> None:
    model = RecordsModel(number_format=GERMAN)
    model.show(page((entry(1, operands="0.5 − -3", response="3.5", user_balance=123_456_789),)))
    assert text(model, 0, Column.OPERANDS) == "0,5 − −3"
    assert text(model, 0, Column.RESPONSE) == "3,5"
    assert text(model, 0, Column.BALANCE) == "1.234.567,89"


def test_a_random_string_and_a_reason_stay_as_they_are(qtbot: QtBot) -> None:
    model = RecordsModel(number_format=GERMAN)
    drawn = entry(1, operation=OperationType.RANDOM_STRING, operands="", response="a.b-c", source=Source.RANDOM_ORG)
    credit = entry(2, operation=OperationType.CREDIT, operands="No. 5 - thanks", response="", amount=-1)
    model.show(page((drawn, credit)))
    assert text(model, 0, Column.RESPONSE) == "a.b-c"
    assert text(model, 1, Column.OPERANDS) == "No. 5 - thanks"


def test_a_record_that_cannot_be_shown_is_a_disabled_row_among_the_others(model: RecordsModel) -> None:
    model.show(page((entry(1), entry(2, amount=None), entry(3))))
    assert model.rowCount() == 3
    assert model.flags(model.index(1, 0)) == Qt.ItemFlag.NoItemFlags
    assert model.flags(model.index(2, 0)) & Qt.ItemFlag.ItemIsSelectable
    assert "2" in text(model, 1, COLUMNS[0])
    for column in range(model.columnCount()):
        for role in Qt.ItemDataRole:
            model.index(1, column).data(role)


def test_figures_stand_on_the_right_under_their_heads(model: RecordsModel) -> None:
    model.show(page((entry(1),)))
    for column in (Column.AMOUNT, Column.BALANCE):
        place = COLUMNS.index(column)
        for alignment in (
            model.index(0, place).data(Qt.ItemDataRole.TextAlignmentRole),
            model.headerData(place, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole),
        ):
            assert alignment & Qt.AlignmentFlag.AlignRight


def test_a_page_takes_the_place_of_the_one_before(model: RecordsModel) -> None:
    model.show(page((entry(1), entry(2))))
    model.show(page((entry(3),)))
    assert [model.entry(row) for row in range(model.rowCount())] == [entry(3)]
    assert model.row_of(1) is None
    assert model.row_of(3) == 0
    assert model.columnCount() == len(COLUMNS)


def test_a_record_that_stays_on_the_page_is_shown_as_it_is_now(model: RecordsModel) -> None:
    model.show(page((entry(1, note="before"), entry(2))))
    model.show(page((entry(3), entry(1, note="after"))))
    assert text(model, 1, Detail.NOTE) == "after"
    assert model.entry(1) == entry(1, note="after")


def test_groups_that_are_switched_off_go_from_the_page_that_is_shown(model: RecordsModel) -> None:
    model.show(page((entry(1, response="1234567"),)))
    cell = model.index(0, COLUMNS.index(Column.RESPONSE))
    assert cell.data(CELL_ROLE).seen == "1,234,567"
    show_groups(False)
    try:
        model.show_numbers_anew()
        assert cell.data(CELL_ROLE).seen == "1234567"
    finally:
        show_groups(True)
