"""The columns of the records table: what they show, how they stand, and the menu that changes it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.arithmetic.numbers import NumberFormat
from desktop.terms.kinds import Column, Detail, Source
from desktop.views.records.column_layout import ColumnLayout
from desktop.views.records.columns import COLUMNS, cells, order_of
from desktop.views.records.columns_menu import ColumnsMenu
from desktop.views.records.model import RecordsModel
from desktop.views.records.table import RecordsTable
from tests.support.fake_controllers import entry, page
from tests.support.widgets import part

GERMAN = NumberFormat(decimal_mark=",", group_marks=".")
AT_FIRST = list(Column)


@dataclass(frozen=True)
class Stage:
    """A table of ten records, and the menu of its columns."""

    model: RecordsModel
    table: RecordsTable
    layout: ColumnLayout
    menu: ColumnsMenu


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    model = RecordsModel(number_format=NumberFormat())
    table = RecordsTable(model, number_format=NumberFormat())
    qtbot.addWidget(table)
    menu = ColumnsMenu(table=table, parent=table)
    table.resize(900, 400)
    with qtbot.waitExposed(table):
        table.show()
    show(table)
    return Stage(model, table, table.column_layout, menu)


def show(table: RecordsTable) -> None:
    table.show_page(page(tuple(entry(number) for number in range(1, 11))))


def act(stage: Stage, name: str) -> None:
    """What a person does in the menu."""
    stage.menu.aboutToShow.emit()
    part(stage.menu, QAction, name).trigger()


def width(stage: Stage, column: Column | Detail) -> int:
    return stage.table.columnWidth(COLUMNS.index(column))


def test_a_record_tells_where_it_came_from(qtbot: QtBot) -> None:
    exact = dict(zip(COLUMNS, cells(entry(12_345, expression="0.5 + 2"), GERMAN), strict=True))
    assert exact[Detail.EXPRESSION] == "0,5 + 2"
    assert exact[Detail.NUMBER] == "12.345"
    assert exact[Detail.SOURCE] == "computed exactly"
    assert exact[Detail.REQUEST] == "00000000-0000-4000-8000-000000012345"
    rounded = dict(zip(COLUMNS, cells(entry(1, exact=False), GERMAN), strict=True))
    assert rounded[Detail.SOURCE] == "computed, rounded"


@pytest.mark.parametrize("source", Source)
def test_every_source_has_its_words(source: Source) -> None:
    assert all(cells(entry(1, source=source, expression="1 + 1", note="x"), GERMAN))


def test_what_can_be_sorted_by_says_so() -> None:
    assert [order_of(column) for column in Column] == list(Column)
    assert order_of(Detail.NUMBER) is Column.DATE
    assert {order_of(column) for column in set(Detail) - {Detail.NUMBER}} == {None}


def test_at_first_the_further_columns_are_hidden(stage: Stage) -> None:
    assert stage.layout.shown() == AT_FIRST


def test_a_column_can_be_shown_and_hidden_from_the_menu(stage: Stage) -> None:
    act(stage, "show_expression_action")
    act(stage, "show_balance_action")
    assert stage.layout.shown() == [*AT_FIRST[:-1], Detail.EXPRESSION]
    act(stage, "show_expression_action")
    assert stage.layout.shown() == AT_FIRST[:-1]


def test_a_column_that_comes_is_as_wide_as_what_it_holds(stage: Stage) -> None:
    stage.table.horizontalHeader().resizeSection(0, 200)
    act(stage, "show_request_action")
    act(stage, "show_number_action")
    for column in (Detail.REQUEST, Detail.NUMBER):
        assert width(stage, column) >= stage.table.sizeHintForColumn(COLUMNS.index(column))


def test_the_last_column_cannot_be_hidden(stage: Stage) -> None:
    for column in AT_FIRST[:-1]:
        act(stage, f"show_{column.value}_action")
    stage.menu.aboutToShow.emit()
    assert not part(stage.menu, QAction, "show_balance_action").isEnabled()
    stage.layout.show_column(Column.BALANCE, False)
    assert stage.layout.shown() == [Column.BALANCE]


def test_the_column_with_the_cursor_is_moved_by_keyboard(qtbot: QtBot, stage: Stage) -> None:
    stage.table.setFocus()
    stage.table.put_cursor(COLUMNS.index(Column.AMOUNT))
    keys = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
    for _ in range(2):
        qtbot.keyClick(stage.table, Qt.Key.Key_Left, keys)
    assert stage.layout.shown()[2] is Column.AMOUNT
    qtbot.keyClick(stage.table, Qt.Key.Key_Right, keys)
    assert stage.layout.shown()[3] is Column.AMOUNT


def test_hidden_columns_are_passed_over_when_one_is_moved(stage: Stage) -> None:
    act(stage, "show_response_action")
    stage.table.put_cursor(COLUMNS.index(Column.AMOUNT))
    act(stage, "move_column_left_action")
    assert stage.layout.shown()[2:4] == [Column.AMOUNT, Column.OPERANDS]


def test_no_column_is_moved_past_the_ends(stage: Stage) -> None:
    stage.layout.move(Column.DATE, -1)
    stage.layout.move(Column.BALANCE, 1)
    assert stage.layout.shown() == AT_FIRST


def test_the_column_with_the_cursor_is_sized_by_keyboard(qtbot: QtBot, stage: Stage) -> None:
    stage.table.setFocus()
    stage.table.put_cursor(COLUMNS.index(Column.OPERATION))
    before = width(stage, Column.OPERATION)
    keys = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(stage.table, Qt.Key.Key_Up, keys)
    assert width(stage, Column.OPERATION) > before
    for _ in range(99):
        qtbot.keyClick(stage.table, Qt.Key.Key_Down, keys)
    assert 0 < width(stage, Column.OPERATION) < before
    show(stage.table)
    assert width(stage, Column.OPERATION) < before


def test_reset_brings_back_order_widths_and_columns(stage: Stage) -> None:
    before = [width(stage, column) for column in AT_FIRST]
    act(stage, "show_source_action")
    stage.layout.move(Column.DATE, 3)
    stage.table.horizontalHeader().resizeSection(1, 300)
    act(stage, "reset_columns_action")
    assert stage.layout.shown() == AT_FIRST
    assert [width(stage, column) for column in AT_FIRST] == before


def test_pages_that_come_leave_the_columns_alone(stage: Stage) -> None:
    act(stage, "show_source_action")
    stage.layout.move(Column.DATE, 2)
    shown = stage.layout.shown()
    show(stage.table)
    stage.model.clear()
    show(stage.table)
    assert stage.layout.shown() == shown


def test_the_state_is_all_there_is_to_remember(stage: Stage) -> None:
    act(stage, "show_source_action")
    stage.layout.move(Detail.SOURCE, -4)
    stage.table.horizontalHeader().resizeSection(1, 222)
    shown, state = stage.layout.shown(), json.loads(json.dumps(stage.layout.state()))
    stage.layout.reset()
    stage.layout.recall(state)
    assert stage.layout.shown() == shown
    assert width(stage, Column.OPERATION) == 222
    assert stage.layout.state() == state


def test_widths_that_nobody_set_are_not_remembered(stage: Stage) -> None:
    stage.table.resize(1200, 400)
    assert stage.layout.state()["widths"] == {}


@pytest.mark.parametrize(
    "state",
    [
        None,
        5,
        [],
        {"order": 5, "shown": "date", "widths": []},
        {"order": ["colour", 3, "date"], "shown": [], "widths": {}},
        {"order": [None], "shown": ["colour"], "widths": {"date": "wide", "operation": -5, "amount": 10**9, "x": 1}},
    ],
)
def test_a_state_that_makes_no_sense_is_as_at_first(stage: Stage, state: object) -> None:
    stage.layout.recall(state)
    assert stage.layout.shown() == AT_FIRST
    assert all(0 < width(stage, column) < 4000 for column in AT_FIRST)


def test_columns_of_a_later_version_stand_behind_those_remembered(stage: Stage) -> None:
    stage.layout.recall({"order": ["balance", "date"], "shown": ["date", "balance", "amount"], "widths": {}})
    assert stage.layout.shown() == [Column.BALANCE, Column.DATE, Column.AMOUNT]


def test_a_column_that_was_of_another_width_is_written_as_if_it_had_never_been(qtbot: QtBot, stage: Stage) -> None:
    place, wide = COLUMNS.index(Column.DATE), width(stage, Column.DATE)
    for room in (wide // 2, wide // 3, wide // 2, wide):
        stage.table.setColumnWidth(place, room)
        changed = stage.table.viewport().grab().toImage()
        stage.model.clear()
        show(stage.table)  # the same records, whose cells are made anew
        stage.table.setColumnWidth(place, room)
        assert changed == stage.table.viewport().grab().toImage(), room


def test_the_systems_font_counts_at_once(qtbot: QtBot, qapp: QApplication, stage: Stage) -> None:
    before = qapp.font()
    larger = QFont(before)
    larger.setPointSizeF(1.5 * before.pointSizeF())
    stage.table.viewport().grab()
    try:
        qapp.setFont(larger)
        qtbot.waitUntil(lambda: stage.table.font() == larger)
        changed = stage.table.viewport().grab().toImage()
        stage.model.clear()
        widths = [stage.table.columnWidth(place) for place in range(len(COLUMNS))]
        show(stage.table)  # the same records, whose cells are made anew
        for place, width in enumerate(widths):
            stage.table.setColumnWidth(place, width)
        assert changed == stage.table.viewport().grab().toImage()
    finally:
        qapp.setFont(before)
