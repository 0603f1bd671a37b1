"""The main window on controllers that ask nobody."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QMenu, QTableView, QWidget
from pytestqt.qtbot import QtBot

from desktop.terms.errors import StoreFull
from desktop.views.calculator.panel import CalculatorPanel
from desktop.views.look.theme import Theme
from desktop.views.records.browser import RecordsBrowser
from tests.support.fake_controllers import (
    PRICES,
    entry,
    failure,
    receipt,
    statement,
)
from tests.support.stages import Stage, open_stage
from tests.support.widgets import part


def text(stage: Stage, name: str) -> str:
    return part(stage.window, QLabel, name).text()


def menu_actions(stage: Stage) -> list[QAction]:
    return [action for menu in stage.window.menuBar().findChildren(QMenu) for action in menu.actions()]


def find(stage: Stage, words: str) -> QAction:
    (found,) = {action for action in menu_actions(stage) if words in action.text().replace("&", "")}
    return found


def test_who_is_signed_in_and_the_balance_stand_at_the_top(stage: Stage) -> None:
    assert text(stage, "user_label") == "ada@example.org"
    assert text(stage, "balance_label") == "1,000.00"


def test_the_balance_is_fresh_as_soon_as_something_is_charged(stage: Stage) -> None:
    stage.calculator.charged.emit(receipt(entry(1)))
    assert text(stage, "balance_label") == "990.00"


def test_a_balance_that_does_not_cover_every_operation_has_the_colour_of_a_warning(stage: Stage) -> None:
    label = part(stage.window, QLabel, "balance_label")
    dearest = max(PRICES.values())
    stage.calculator.statement_changed.emit(statement(dearest))
    assert label.property("role") != "warning"
    stage.calculator.statement_changed.emit(statement(dearest - 1))
    assert label.property("role") == "warning"
    stage.calculator.charged.emit(receipt(entry(1, user_balance=0)))
    assert label.property("role") == "warning"


def test_sign_out_asks_the_sessions_and_leaves_nothing(stage: Stage) -> None:
    part(stage.window, QLineEdit, "entry_edit").setText("1+2")
    part(stage.window, QAction, "sign_out_action").trigger()
    assert ("sign_out",) in stage.sessions.asked
    assert text(stage, "user_label") == ""
    assert "1,000" not in text(stage, "balance_label")
    assert part(stage.window, QLineEdit, "entry_edit").text() == ""
    assert part(stage.window, QWidget, "records_table").model().rowCount() == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "calculator", "records"),
    [("Calculator alone", True, False), ("Records alone", False, True), ("Calculator and records", True, True)],
)
def test_each_half_can_stand_alone(stage: Stage, words: str, calculator: bool, records: bool) -> None:
    find(stage, words).trigger()
    assert part(stage.window, CalculatorPanel, "calculator_panel").isVisible() is calculator
    assert part(stage.window, RecordsBrowser, "records_browser").isVisible() is records


def test_the_calculator_alone_is_a_small_window_and_the_whole_one_comes_back(stage: Stage) -> None:
    whole = stage.window.size()
    find(stage, "Calculator alone").trigger()
    assert stage.window.width() < whole.width() / 2
    find(stage, "Calculator and records").trigger()
    assert stage.window.size() == whole


def test_arrangement_size_and_keep_on_top_are_remembered(
    qtbot: QtBot, stage: Stage, colours: Theme, settings: QSettings
) -> None:
    find(stage, "Keep on top").trigger()
    find(stage, "Records alone").trigger()
    stage.window.resize(700, 600)
    stage.window.close()
    settings.sync()
    again = open_stage(qtbot, QSettings(settings.fileName(), QSettings.Format.IniFormat), colours)
    assert not part(again.window, CalculatorPanel, "calculator_panel").isVisible()
    assert again.window.size() == stage.window.size()
    assert again.window.windowFlags() & Qt.WindowType.WindowStaysOnTopHint


def test_what_is_chosen_is_added_up_in_the_status_bar(stage: Stage) -> None:
    part(stage.window, QTableView, "records_table").selectAll()
    assert text(stage, "selection_label") == "1 record selected · sum −10.00 · average −10.00"
    stage.sessions.sign_out()
    assert text(stage, "selection_label") == ""


def test_keep_on_top_does_not_make_the_window_vanish(qtbot: QtBot, stage: Stage) -> None:
    find(stage, "Keep on top").trigger()
    assert stage.window.isVisible()
    assert stage.window.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    find(stage, "Keep on top").trigger()
    assert stage.window.isVisible()


def test_closing_says_so_once_what_it_looked_like_is_kept(qtbot: QtBot, stage: Stage) -> None:
    with qtbot.waitSignal(stage.window.closed):
        stage.window.close()
    assert stage.settings.contains("window/geometry")


def test_what_lasts_is_said_across_the_top_until_it_ends(stage: Stage) -> None:
    banner = part(stage.window, QWidget, "banner")
    assert not banner.isVisible()
    stage.store.trouble_changed.emit("The store can only be read.")
    assert banner.isVisible()
    assert text(stage, "banner_label") == "The store can only be read."
    stage.store.trouble_changed.emit("")
    assert not banner.isVisible()


def test_a_backup_that_fails_is_not_passed_over(stage: Stage) -> None:
    stage.store.failed.emit(failure(StoreFull("The disk is full: no backup was written.")))
    assert "no backup was written" in stage.window.statusBar().currentMessage()


def test_undo_stands_in_the_menu_while_there_is_something_to_undo(stage: Stage) -> None:
    undo = find(stage, "Undo")
    assert not undo.isEnabled()
    stage.records.undo_changed.emit(True, "3 records deleted")
    assert undo.isEnabled()
    assert "3 records deleted" in undo.text()
    undo.trigger()
    assert ("undo",) in stage.records.asked


def test_what_needs_a_dialog_is_asked_for(qtbot: QtBot, stage: Stage) -> None:
    for words, signal in (
        ("Change password", "password_change_asked"),
        ("Verify ledger", "verify_asked"),
        ("Back up now", "back_up_asked"),
        ("Keyboard shortcuts", "shortcuts_asked"),
        ("About Metercalc", "about_asked"),
        ("Open log folder", "log_folder_asked"),
    ):
        with qtbot.waitSignal(getattr(stage.window, signal)):
            find(stage, words).trigger()


def test_the_random_string_can_be_bought_by_keyboard(stage: Stage) -> None:
    draw = part(stage.window, QAction, "draw_random_action")
    assert not draw.shortcut().isEmpty()
    draw.trigger()
    assert stage.calculator.asked == ["draw_random"]


def test_quit_and_help_have_keys_without_a_desktop_theme(stage: Stage) -> None:
    assert find(stage, "Quit").shortcut() == QKeySequence("Ctrl+Q")
    assert find(stage, "Keyboard shortcuts").shortcut() == QKeySequence("F1")


def test_no_two_actions_want_the_same_keys(stage: Stage) -> None:
    keys = [action.shortcut().toString() for action in set(menu_actions(stage)) if not action.shortcut().isEmpty()]
    assert len(keys) == len(set(keys)), sorted(keys)


def test_no_two_things_in_the_window_want_the_same_mnemonic(stage: Stage) -> None:
    menus = [action.text() for action in stage.window.menuBar().actions()]
    labels = [label.text() for label in stage.window.findChildren(QLabel) if label.buddy() is not None]
    buttons = [button.text() for button in stage.window.findChildren(QAbstractButton) if button.isVisible()]
    letters = [QKeySequence.mnemonic(words).toString() for words in (*menus, *labels, *buttons) if "&" in words]
    assert len(letters) == len(set(letters)), sorted(letters)


def test_every_menu_entry_has_a_mnemonic_of_its_own(stage: Stage) -> None:
    for menu in stage.window.menuBar().findChildren(QMenu):
        if menu is part(stage.window, RecordsBrowser, "records_browser").sort_menu:
            continue
        texts = [action.text() for action in menu.actions() if not action.isSeparator()]
        letters = [QKeySequence.mnemonic(words).toString() for words in texts]
        assert all(letters), texts
        assert len(letters) == len(set(letters)), texts


KEPT = ("window/geometry", "window/splitter", "records/page_size", "records/columns", "saved_filters")


@pytest.mark.parametrize("value", ["abc", ["a", "list"], "9" * 5000, 7, "@Invalid()"], ids=["a", "b", "c", "d", "e"])
def test_a_remembered_state_of_the_wrong_kind_is_ignored_and_the_log_says_so(
    qtbot: QtBot, settings: QSettings, colours: Theme, caplog: pytest.LogCaptureFixture, value: object
) -> None:
    for name in KEPT:
        settings.setValue(name, value)
    stage = open_stage(qtbot, settings, colours)
    part(stage.window, QMenu, "saved_filters_menu").aboutToShow.emit()
    assert stage.window.isVisible()
    for name in KEPT:
        understood = name in ("records/page_size", "records/columns") and value == 7
        assert [line.message for line in caplog.records if name in line.message] or understood, name
    assert not any("9" * 20 in line.message for line in caplog.records)
