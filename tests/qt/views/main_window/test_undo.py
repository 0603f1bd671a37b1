"""Whatever hides or drops something that a person made can be taken back, in one way, by key or by the bar."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QTableView,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.support.fake_controllers import entry, page
from tests.support.stages import Stage
from tests.support.widgets import part


def offered(stage: Stage) -> str:
    """What the bar offers to take back; "" while it is not in sight."""
    label = part(stage.window, QLabel, "undo_label")
    return label.text() if label.isVisible() else ""


def press_undo(stage: Stage) -> None:
    QTest.keyClick(part(stage.window, QTableView, "records_table"), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def search(qtbot: QtBot, stage: Stage, text: str) -> QLineEdit:
    edit = part(stage.window, QLineEdit, "search_edit")
    QTest.keyClicks(edit, text)
    qtbot.waitUntil(lambda: bool(stage.records.requests) and text in stage.records.request.filters.search)
    return edit


def test_esc_in_the_search(qtbot: QtBot, stage: Stage) -> None:
    edit = search(qtbot, stage, "rent")
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: offered(stage) == "Filter “rent” removed")
    press_undo(stage)
    assert edit.text() == "rent"
    assert stage.records.request.filters.search
    assert offered(stage) == ""


def test_the_cross_in_the_search(qtbot: QtBot, stage: Stage) -> None:
    edit = search(qtbot, stage, "rent")
    next(action for action in edit.findChildren(QAction) if "clear" in action.objectName()).trigger()
    qtbot.waitUntil(lambda: offered(stage) == "Filter “rent” removed")
    part(stage.window, QPushButton, "undo_button").click()
    assert edit.text() == "rent"


def test_what_is_typed_away_is_the_fields_own_to_take_back(qtbot: QtBot, stage: Stage) -> None:
    edit = search(qtbot, stage, "r")
    QTest.keyClick(edit, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: not stage.records.request.filters.search)
    assert offered(stage) == ""
    QTest.keyClick(edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert edit.text() == "r"


def test_clear_filters(qtbot: QtBot, stage: Stage) -> None:
    edit = search(qtbot, stage, "rent")
    part(stage.window, QComboBox, "operation_filter").setCurrentIndex(2)
    before = stage.records.request.filters
    part(stage.window, QPushButton, "clear_filters_button").click()
    assert offered(stage) == "2 filters removed"
    assert stage.records.request.filters != before
    press_undo(stage)
    assert stage.records.request.filters == before
    assert edit.text() == "rent"


def test_a_chip_that_is_let_go(stage: Stage) -> None:
    part(stage.window, QToolButton, "more_filters_button").setChecked(True)
    chips = [part(stage.window, QToolButton, f"chip_{name}") for name in ("addition", "division")]
    for chip in chips:
        chip.click()
    assert offered(stage) == ""
    chips[1].click()
    assert offered(stage) == "Filter “Addition or Division” changed"
    press_undo(stage)
    assert [chip.isChecked() for chip in chips] == [True, True]
    chips[1].click()
    chips[0].click()
    assert offered(stage) == "Filter “Addition” removed"
    press_undo(stage)
    assert [chip.isChecked() for chip in chips] == [True, False]


def test_a_search_that_another_one_takes_the_place_of(qtbot: QtBot, stage: Stage) -> None:
    edit = search(qtbot, stage, "rent")
    stage.window.records_browser._filter_bar.narrow("search", "12.5")  # noqa: SLF001 - as a cell's menu does
    assert (edit.text(), offered(stage)) == ("12.5", "Filter “rent” changed")
    press_undo(stage)
    assert edit.text() == "rent"


def saved_menu(stage: Stage) -> QMenu:
    menu = part(stage.window, QMenu, "saved_filters_menu")
    menu.aboutToShow.emit()
    return menu


def choose(menu: QMenu, name: str) -> None:
    next(action for action in menu.actions() if action.text() == name).trigger()


def names(stage: Stage) -> list[str]:
    return [action.text() for action in saved_menu(stage).actions() if action.data() is not None]


def test_a_saved_filter_that_is_removed(qtbot: QtBot, stage: Stage) -> None:
    browser = stage.window.records_browser
    search(qtbot, stage, "rent")
    browser._saved.keep("Rent", browser._memory.state())  # noqa: SLF001 - as the dialog does
    choose(part(saved_menu(stage), QMenu, "remove_saved_menu"), "Rent")
    assert (names(stage), offered(stage)) == ([], "Saved filter “Rent” removed")
    press_undo(stage)
    assert names(stage) == ["Rent"]


def test_a_saved_filter_of_the_same_name(qtbot: QtBot, stage: Stage) -> None:
    browser = stage.window.records_browser
    edit = search(qtbot, stage, "rent")
    browser._saved.keep("Rent", browser._memory.state())  # noqa: SLF001 - as the dialog does
    assert offered(stage) == ""
    edit.setText("food")
    browser._saved.keep("Rent", browser._memory.state())  # noqa: SLF001 - as the dialog does
    assert offered(stage) == "Saved filter “Rent” replaced"
    press_undo(stage)
    choose(saved_menu(stage), "Rent")
    assert edit.text() == "rent"
    assert offered(stage) == "Filters replaced by “Rent”"
    press_undo(stage)
    assert edit.text() == "food"


def test_a_hidden_column(stage: Stage) -> None:
    layout = part(stage.window, QTableView, "records_table").column_layout  # type: ignore[attr-defined]  # a RecordsTable
    before = layout.shown()
    part(stage.window, QAction, "show_operation_action").trigger()
    assert layout.shown() != before
    assert offered(stage) == "Column “Operation” hidden"
    press_undo(stage)
    assert layout.shown() == before
    part(stage.window, QAction, "show_operation_action").trigger()
    part(stage.window, QAction, "reset_columns_action").trigger()
    assert offered(stage) == "Columns as at first"
    press_undo(stage)
    assert layout.shown() != before


def test_what_is_there_again_by_other_means_is_passed_over(stage: Stage) -> None:
    part(stage.window, QAction, "show_operation_action").trigger()
    part(stage.window, QAction, "show_date_action").trigger()
    part(stage.window, QAction, "show_date_action").trigger()  # shown again by hand
    press_undo(stage)
    layout = part(stage.window, QTableView, "records_table").column_layout  # type: ignore[attr-defined]  # a RecordsTable
    assert "operation" in [column.value for column in layout.shown()]


def test_the_memory(stage: Stage) -> None:
    entry_edit = part(stage.window, QLineEdit, "entry_edit")
    QTest.keyClicks(entry_edit, "1234")
    part(stage.window, QPushButton, "key_memory_add").click()
    part(stage.window, QPushButton, "key_memory_clear").click()
    assert offered(stage) == "Memory 1,234 cleared"
    press_undo(stage)
    assert stage.window.calculator_panel._memory.kept == "1234"  # noqa: SLF001 - what MR would type
    assert part(stage.window, QPushButton, "key_memory_recall").isEnabled()


@pytest.mark.parametrize(
    ("keys", "text", "hidden"),
    [(Qt.Key.Key_2, "Records hidden", "records_browser"), (Qt.Key.Key_3, "Calculator hidden", "calculator_panel")],
)
def test_a_hidden_pane(stage: Stage, keys: Qt.Key, text: str, hidden: str) -> None:
    pane = part(stage.window, QWidget, hidden)
    QTest.keyClick(stage.window, keys, Qt.KeyboardModifier.ControlModifier)
    assert not pane.isVisible()
    assert offered(stage) == text
    part(stage.window, QPushButton, "undo_button").click()
    assert pane.isVisible()
    assert offered(stage) == ""


def test_the_details(stage: Stage) -> None:
    details = part(stage.window, QAction, "details_pane_action")
    details.setChecked(True)
    details.trigger()
    assert offered(stage) == "Record details hidden"
    press_undo(stage)
    assert details.isChecked()


@pytest.mark.parametrize("keys", [Qt.Key.Key_2, Qt.Key.Key_3])
def test_a_pane_that_is_back_by_hand_is_not_offered(stage: Stage, keys: Qt.Key) -> None:
    QTest.keyClick(stage.window, keys, Qt.KeyboardModifier.ControlModifier)
    assert offered(stage)
    QTest.keyClick(stage.window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert offered(stage) == ""


def test_a_column_and_details_that_are_back_by_hand_are_not_offered(stage: Stage) -> None:
    part(stage.window, QAction, "details_pane_action").setChecked(True)
    for name in ("show_date_action", "details_pane_action"):
        part(stage.window, QAction, name).trigger()
        assert offered(stage), name
        part(stage.window, QAction, name).trigger()
        assert offered(stage) == "", name


def test_a_number_and_a_filter_that_are_back_by_hand_are_not_offered(qtbot: QtBot, stage: Stage) -> None:
    QTest.keyClicks(part(stage.window, QLineEdit, "entry_edit"), "7")
    for name in ("key_memory_add", "key_memory_clear"):
        part(stage.window, QPushButton, name).click()
    assert offered(stage) == "Memory 7 cleared"
    part(stage.window, QPushButton, "key_memory_add").click()
    assert offered(stage) == ""
    edit = search(qtbot, stage, "rent")
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: offered(stage) == "Filter “rent” removed")
    QTest.keyClicks(edit, "rent")
    qtbot.waitUntil(lambda: offered(stage) == "")


@pytest.mark.parametrize("alone", [False, True])
def test_the_bar_lies_over_what_is_there_and_moves_nothing(qtbot: QtBot, stage: Stage, alone: bool) -> None:
    if alone:
        QTest.keyClick(stage.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
        part(stage.window, QToolButton, "close_undo_button").click()
    else:
        stage.records.page_changed.emit(page(tuple(entry(n) for n in range(1, 26)), request=stage.records.request))

    def places() -> list[tuple[QPoint, int]]:
        names = ("records_table", "tape_view", "key_equals", "next_page_button")
        found = [part(stage.window, QWidget, name) for name in names]
        return [(one.mapTo(stage.window, QPoint()), one.height()) for one in found if one.isVisible()]

    QTest.keyClicks(part(stage.window, QLineEdit, "entry_edit"), "7")
    part(stage.window, QPushButton, "key_memory_add").click()
    before = places()
    part(stage.window, QPushButton, "key_memory_clear").click()
    qtbot.waitUntil(lambda: offered(stage) == "Memory 7 cleared")
    assert places() == before
    button = part(stage.window, QPushButton, "undo_button")
    assert stage.window.rect().contains(button.rect().translated(button.mapTo(stage.window, QPoint())))


def test_nothing_of_one_person_is_brought_back_for_the_next(qtbot: QtBot, stage: Stage) -> None:
    edit = search(qtbot, stage, "rent")
    part(stage.window, QAction, "sign_out_action").trigger()
    stage.sessions.signed_out.emit("")
    qtbot.waitUntil(lambda: not edit.text())
    assert offered(stage) == ""
    press_undo(stage)
    assert edit.text() == ""


def test_it_is_said_where_the_bar_has_no_place(stage: Stage) -> None:
    QTest.keyClicks(part(stage.window, QLineEdit, "entry_edit"), "7")
    part(stage.window, QPushButton, "key_memory_add").click()
    QTest.keyClick(stage.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    part(stage.window, QWidget, "tape_view").hide()  # as in a low window
    part(stage.window, QPushButton, "key_memory_clear").click()
    assert stage.window.statusBar().currentMessage() == "Memory 7 cleared. Ctrl+Z brings it back."
