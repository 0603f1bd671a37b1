"""The real window under keys and mouse: what is pressed where does what is written of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCalendarWidget,
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.views.dialogs.export import ExportDialog
from desktop.views.main_window.window import MainWindow
from desktop.views.main_window.work_bar import WorkBar
from desktop.window.program import Program
from tests.support.hands import calculate, details, go_to, table
from tests.support.letters import texts_of, twice
from tests.support.widgets import part
from tests.support.windows import EMAIL, PASSWORD, opened, register


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Program]:
    with opened(qapp, tmp_path) as made:
        yield made


@pytest.fixture
def window(qtbot: QtBot, program: Program) -> MainWindow:
    """With three calculations on record, and with the focus as after a click."""
    made = register(qtbot, program)
    for text in ("1+1", "5/3", "7*6"):
        calculate(qtbot, program, text)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def popup_of(qtbot: QtBot, window: QWidget, name: str) -> QMenu:
    menu = part(window, QMenu, name)
    qtbot.waitUntil(menu.isVisible)
    return menu


@pytest.mark.parametrize("row", [0, 2])
def test_the_menu_key_and_the_mouse_reach_the_same_cell(qtbot: QtBot, window: MainWindow, row: int) -> None:
    go_to(window, row, 2)
    cell = table(window).visualRect(table(window).currentIndex()).center()
    # Qt gives the table's own coordinates for the key in some versions: a point that lies a header's height higher.
    above = cell - QPoint(0, table(window).horizontalHeader().height())
    found = []
    for reason, at, target in (
        (QContextMenuEvent.Reason.Keyboard, above, table(window)),
        (QContextMenuEvent.Reason.Mouse, cell, table(window).viewport()),
    ):
        QApplication.sendEvent(target, QContextMenuEvent(reason, at, target.mapToGlobal(at)))
        menu = popup_of(qtbot, window, "record_menu")
        found.append([action.text() for action in menu.actions()])
        menu.close()
    assert found[0] == found[1]
    assert any(table(window).currentIndex().data() in text for text in found[0])


def test_the_store_begins_with_the_session_though_nothing_was_painted(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with opened(qapp, tmp_path) as program:
        program.login_dialog.appeared.disconnect()
        with qtbot.waitSignal(program.sessions.signed_in):
            program.sessions.register(EMAIL, PASSWORD)
        qtbot.waitUntil(lambda: bool(list(tmp_path.rglob("*.metercalc-backup"))))  # watched and proved


def test_esc_at_sign_in_clears_and_ends_nothing(qtbot: QtBot, program: Program) -> None:
    dialog = program.login_dialog
    email, password = (part(dialog, QLineEdit, name) for name in ("email_edit", "password_edit"))
    email.setText(EMAIL)
    password.setText(PASSWORD)
    password.setFocus()
    with qtbot.assertNotEmitted(dialog.quit_asked):
        for _ in range(3):
            qtbot.keyClick(password, Qt.Key.Key_Escape)
    assert (dialog.isVisible(), email.text(), password.text()) == (True, EMAIL, "")


def test_f6_walks_the_panes(qtbot: QtBot, window: MainWindow) -> None:
    window.calculator_panel.focus_entry()
    seen = []
    for _ in range(3):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_F6)
        seen.append(window.focusWidget().objectName())
    assert seen == ["search_edit", "records_table", "entry_edit"]


def test_f10_opens_the_menu(qtbot: QtBot, window: MainWindow) -> None:
    window.calculator_panel.focus_entry()
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_F10)
    assert window.menuBar().activeAction() is window.menuBar().actions()[0]
    qtbot.keyClick(window.menuBar(), Qt.Key.Key_Escape)


def test_alt_down_opens_a_calendar(qtbot: QtBot, window: MainWindow) -> None:
    part(window, QAbstractButton, "more_filters_button").setChecked(True)
    day = part(window, QDateEdit, "from_date")
    day.setFocus()
    qtbot.keyClick(day, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    calendar = day.calendarWidget()
    qtbot.waitUntil(calendar.isVisible)
    assert isinstance(calendar, QCalendarWidget)
    calendar.window().close()


def shown_amounts(window: MainWindow) -> list[str]:
    model = table(window).model()
    return [model.index(row, 4).data() for row in range(model.rowCount())]


def test_the_order_by_amount_is_the_one_that_is_seen_and_the_menu_marks_it(
    qtbot: QtBot, window: MainWindow, program: Program
) -> None:
    header, menu = table(window).horizontalHeader(), window.records_browser.sort_menu
    orders = {}
    for _ in range(2):
        with qtbot.waitSignal(program.records.page_changed):
            at = QPoint(header.sectionViewportPosition(4) + 10, header.height() // 2)
            qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
        marked = tuple(action.text().replace("&", "") for action in menu.actions() if action.isChecked())
        orders[marked] = shown_amounts(window)
        assert header.sortIndicatorOrder() is (
            Qt.SortOrder.AscendingOrder if marked[1].startswith("Smallest") else Qt.SortOrder.DescendingOrder
        )
    rising = ["−40.00", "−30.00", "−10.00", "+1,000.00"]
    assert orders == {
        ("Amount", "Smallest or oldest first"): rising,
        ("Amount", "Largest or newest first"): rising[::-1],
    }


def test_the_amounts_that_are_seen_are_those_that_are_found(qtbot: QtBot, window: MainWindow, program: Program) -> None:
    for name, text in (("least_edit", "−30.00"), ("most_edit", "−10.00")):
        with qtbot.waitSignal(program.records.page_changed):
            part(window, QLineEdit, name).setText(text)
    assert shown_amounts(window) == ["−30.00", "−10.00"]


PLACES = (
    "entry_edit", "search_edit", "least_edit", "from_date", "page_spin", "period_filter", "records_table",
    "tape_view", "trash_toggle",
)  # fmt: skip


def test_every_shortcut_of_the_menus_works_from_every_place(qtbot: QtBot, window: MainWindow) -> None:
    part(window, QAbstractButton, "more_filters_button").setChecked(True)
    part(window, QLineEdit, "entry_edit").setText("")  # with nothing of its own to undo
    actions = {action for menu in window.menuBar().findChildren(QMenu) for action in menu.actions()}
    heard: list[str] = []
    keys = {}
    for action in actions:
        if action.shortcut().toString() and action.shortcutContext() is Qt.ShortcutContext.WindowShortcut:
            action.triggered.disconnect()  # only whether it is reached counts here
            action.setEnabled(True)
            keys[action.shortcut().toString()] = action
            action.triggered.connect(partial(heard.append, action.shortcut().toString()))
    assert {"Ctrl+E", "Ctrl+Z", "Ctrl+G", "Ctrl+F", "Ctrl+T", "F1", "F6"} <= keys.keys()
    deaf = []
    for name in PLACES:
        place = part(window, QWidget, name)
        place.setFocus()
        assert place.hasFocus(), name
        for text, action in keys.items():
            heard.clear()
            action.setEnabled(True)  # a pane that was shown again by its key has left nothing to undo
            key = action.shortcut()[0]  # type: ignore[index]  # a sequence of keys, which its stub does not say
            qtbot.keyClick(place, key.key(), key.keyboardModifiers())
            if heard != [text]:
                deaf.append(f"{text} in {name}")
    assert deaf == []


def test_what_was_typed_is_undone_before_what_was_deleted(qtbot: QtBot, window: MainWindow) -> None:
    search = part(window, QLineEdit, "search_edit")
    search.setFocus()
    qtbot.keyClicks(search, "1")
    qtbot.keyClick(search, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert search.text() == ""


@pytest.mark.parametrize("name", ["search_edit", "least_edit", "most_edit"])
def test_esc_clears_a_filter_and_then_goes_back_to_the_entry(qtbot: QtBot, window: MainWindow, name: str) -> None:
    part(window, QAbstractButton, "more_filters_button").setChecked(True)
    field = part(window, QLineEdit, name)
    field.setFocus()
    qtbot.keyClicks(field, "7")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), field.hasFocus()) == ("", True)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert part(window, QLineEdit, "entry_edit").hasFocus()


@pytest.mark.parametrize(
    ("button", "typed"), [("use_result_button", "42"), ("enter_again_button", "7 × 6")], ids=["result", "again"]
)
def test_a_record_is_used_again_and_nothing_is_paid_for_that(
    qtbot: QtBot, window: MainWindow, program: Program, button: str, typed: str
) -> None:
    part(window, QLineEdit, "entry_edit").clear()
    balance = part(window, QLabel, "balance_label").text()
    dialog = details(qtbot, window, 0, "Enter")
    part(dialog, QAbstractButton, button).click()
    entry = part(window, QLineEdit, "entry_edit")
    assert entry.text().replace("*", "×").replace(" ", "") == typed.replace(" ", "")
    assert part(window, QLabel, "balance_label").text() == balance


def test_copying_says_so_quietly(window: MainWindow) -> None:
    table(window).selectAll()
    part(window, QAction, "copy_records_action").trigger()
    assert window.statusBar().currentMessage() == "Copied 4 records"
    part(window, QAction, "copy_as_csv_action").trigger()
    assert window.statusBar().currentMessage() == "Copied 4 records"


def test_one_sees_where_one_is_and_no_tool_slides(qtbot: QtBot, window: MainWindow, program: Program) -> None:
    names = ("delete_action", "restore_action", "export_action")
    buttons = [button for button in window.findChildren(QToolButton) if button.defaultAction() is not None]
    tools = [button for button in buttons if button.defaultAction().objectName() in names]
    tools.append(part(window, QToolButton, "trash_toggle"))
    before = [button.geometry() for button in tools]
    top = table(window).mapTo(window, QPoint(0, 0))
    table(window).selectRow(0)
    with qtbot.waitSignals([program.records.page_changed, program.records.trash_changed]):
        part(window, QAction, "delete_action").trigger()
    undo = part(window, QAbstractButton, "undo_button")
    assert undo.isVisible()
    assert table(window).mapTo(window, QPoint(0, 0)) == top
    assert [button.geometry() for button in tools] == before
    title = part(window, QLabel, "records_title_label")
    assert title.text() == "Records"
    with qtbot.waitSignal(program.records.page_changed):
        part(window, QToolButton, "trash_toggle").click()
    assert title.text() == "Trash"
    at = undo.mapTo(window, undo.rect().center())
    assert window.childAt(at) is undo  # over the records, and to be pressed


def test_every_tool_says_what_it_does_by_which_key_and_why_not_now(window: MainWindow) -> None:
    tips = [part(window, QAction, name).toolTip() for name in ("delete_action", "restore_action", "export_action")]
    assert tips == [
        "Put the selected records into the Trash (Del): no record is selected",
        "Take the selected records out of the Trash (Ctrl+R): only what is in the Trash can be restored",
        "Write 4 records to a file (Ctrl+E)",
    ]
    assert part(window, QAction, "export_action").text() == "&Export 4 records…"


def test_a_backup_is_proposed_dated_and_goes_where_the_last_one_went(
    qtbot: QtBot, window: MainWindow, program: Program, tmp_path: Path
) -> None:
    backup = part(window, QAction, "back_up_action")
    backup.trigger()
    dialog = part(window, QFileDialog, "backup_file_dialog")
    (file,) = dialog.selectedFiles()
    assert re.fullmatch(r"metercalc-\d{4}-\d\d-\d\d\.metercalc-backup", Path(file).name)
    with qtbot.waitSignal(program.store.backed_up):
        dialog.fileSelected.emit(str(tmp_path / "mine.metercalc-backup"))
    dialog.close()
    backup.trigger()
    dialogs = [dialog for dialog in window.findChildren(QFileDialog) if dialog.isVisible()]
    assert dialogs[-1].directory().absolutePath() == str(tmp_path)
    assert all(button.icon().isNull() for box in dialogs[-1].findChildren(QDialogButtonBox) for button in box.buttons())
    dialogs[-1].close()


def test_the_button_of_the_saved_filters_is_itself_again_when_its_menu_has_closed(
    qtbot: QtBot, window: MainWindow
) -> None:
    button = part(window, QToolButton, "saved_filters_button")
    plain = button.grab().toImage()
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    popup_of(qtbot, window, "saved_filters_menu").close()
    part(window, QLineEdit, "entry_edit").setFocus()
    assert button.grab().toImage() == plain


def test_an_export_leaves_the_table_as_high_as_it_was(
    qtbot: QtBot, window: MainWindow, program: Program, tmp_path: Path
) -> None:
    before = table(window).height()
    part(window, QAction, "export_action").trigger()
    file = tmp_path / "records.csv"
    part(window, ExportDialog, "export_dialog").export_to(str(file))
    qtbot.waitUntil(lambda: str(file) in window.statusBar().currentMessage())
    part(window, WorkBar, "export_bar").begin()
    QApplication.processEvents()
    assert table(window).height() == before


def test_a_proof_shows_each_rule_with_a_tick_and_is_saved_as_a_page(
    qtbot: QtBot, window: MainWindow, program: Program, tmp_path: Path
) -> None:
    part(window, QAction, "verify_action").trigger()
    dialog = part(window, QDialog, "verify_dialog")
    save = part(dialog, QAbstractButton, "save_proof_button")
    qtbot.waitUntil(save.isVisible)
    for number in range(1, 8):
        assert part(dialog, QLabel, f"rule_L{number}_label").text().startswith("✓")
    assert twice(texts_of(dialog)) == []
    save.click()
    page = tmp_path / "proof.html"
    part(window, QFileDialog, "proof_file_dialog").fileSelected.emit(str(page))
    qtbot.waitUntil(page.is_file)
    qtbot.waitUntil(lambda: str(page) in window.statusBar().currentMessage())
    text = page.read_text(encoding="utf-8")
    assert text.count("✓") == 7
    assert "The ledger is proved: 4 records of 1 user" in text
    dialog.reject()


def test_every_action_is_found_by_its_words(qtbot: QtBot, window: MainWindow, program: Program) -> None:
    window.calculator_panel.focus_entry()
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_P, SHIFTED)
    palette = part(window, QDialog, "palette_dialog")
    field, found = part(palette, QLineEdit, "palette_edit"), part(palette, QListWidget, "palette_list")
    said = [found.item(row).text() for row in range(found.count())]
    assert "View › Sort by › Amount" in said
    assert "File › Statement…   Ctrl+T" in said
    qtbot.keyClicks(field, "sort amount")
    assert [found.item(row).text() for row in range(found.count())] == ["View › Sort by › Amount"]
    with qtbot.waitSignal(program.records.page_changed):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert shown_amounts(window)[0] == "+1,000.00"


SHIFTED = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
