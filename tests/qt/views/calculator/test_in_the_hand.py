"""The calculator under a mouse, a keyboard and an input method, in the real window with a real ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QModelIndex, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QTableView,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop.arithmetic.numbers import NumberFormat
from desktop.controllers import sessions
from desktop.terms.errors import BalanceTooLow, DivisionByZero
from desktop.terms.kinds import Column, OperationType, Role, Source
from desktop.views.calculator.keypad import KeyButton
from desktop.views.calculator.panel import CalculatorPanel
from desktop.views.calculator.result_label import Figures
from desktop.views.calculator.tape import TapeView
from desktop.views.calculator.tape_model import HEADING_ROLE
from desktop.views.dialogs.record import RecordDialog
from desktop.views.look import scales
from desktop.views.main_window.header import Header
from desktop.views.main_window.window import MainWindow
from desktop.views.records.cell import CELL_ROLE
from desktop.views.records.columns import COLUMNS
from desktop.views.records.model import RecordsModel
from desktop.views.records.table import RecordsTable
from desktop.window.program import Program
from tests.support import windows
from tests.support.fake_controllers import FakeCalculator, entry, failure, page, receipt, statement
from tests.support.widgets import part

NONE, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
ALT, META, KEYPAD = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.MetaModifier,
    Qt.KeyboardModifier.KeypadModifier,
)
HOURS = 4 * 3600.0


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Program]:
    """The whole program, with Ada signed in."""
    with windows.opened(qapp, tmp_path) as program:
        windows.register(qtbot, program)
        yield program


@pytest.fixture
def window(program: Program) -> MainWindow:
    assert program.window is not None
    return program.window


def steps(window: MainWindow) -> list[QModelIndex]:
    model = part(window, QListView, "tape_view").model()
    return [model.index(row, 0) for row in range(model.rowCount())]


def the_entry(window: MainWindow | CalculatorPanel) -> QLineEdit:
    return part(window, QLineEdit, "entry_edit")


def pay(qtbot: QtBot, program: Program, text: str) -> None:
    """Type an entry over whatever stands there, and pay for it."""
    assert program.window is not None
    the_entry(program.window).setText(text)
    with qtbot.waitSignals([program.calculator.charged, program.records.page_changed]):
        qtbot.keyClick(the_entry(program.window), Qt.Key.Key_Return)


@pytest.fixture
def five(qtbot: QtBot, program: Program, window: MainWindow) -> QLineEdit:
    """An entry in which the result 5 stands, untouched."""
    pay(qtbot, program, "40+2")
    pay(qtbot, program, "2+3")
    assert the_entry(window).text() == "5"
    return the_entry(window)


def test_a_result_gives_way_to_a_value_from_the_tape(window: MainWindow, five: QLineEdit) -> None:
    tape = part(window, QListView, "tape_view")
    place = tape.visualRect(tape.model().index(0, 0)).center()
    QTest.mouseClick(tape.viewport(), Qt.MouseButton.LeftButton, NONE, place)  # the focus goes away
    QTest.mouseDClick(tape.viewport(), Qt.MouseButton.LeftButton, NONE, place)
    assert five.text() == "42"


@pytest.mark.parametrize("doubled", [False, True])
def test_one_click_on_an_old_result_is_enough_to_go_on_with_it(
    window: MainWindow, five: QLineEdit, *, doubled: bool
) -> None:
    tape = part(window, TapeView, "tape_view")
    place = tape.result_area(tape.model().index(0, 0)).center()
    QTest.mouseClick(tape.viewport(), Qt.MouseButton.LeftButton, NONE, place)
    if doubled:
        tape.setFocus()  # as the press of a second click has it
        QTest.mouseDClick(tape.viewport(), Qt.MouseButton.LeftButton, NONE, place)
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClicks(focus, "+1")
    assert five.text() == "42+1"


def test_a_result_gives_way_to_a_digit_wherever_the_focus_was(
    qtbot: QtBot, window: MainWindow, five: QLineEdit
) -> None:
    table = part(window, QTableView, "records_table")
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, NONE, table.visualRect(table.model().index(0, 0)).center()
    )
    qtbot.mouseClick(part(window, QPushButton, "key_7"), Qt.MouseButton.LeftButton)
    assert five.text() == "7"


def test_a_result_is_gone_on_from_by_an_operator_wherever_the_focus_was(
    qtbot: QtBot, window: MainWindow, five: QLineEdit
) -> None:
    part(window, QTableView, "records_table").setFocus()
    qtbot.mouseClick(part(window, QPushButton, "key_add"), Qt.MouseButton.LeftButton)
    qtbot.keyClicks(five, "1")
    assert five.text() == "5+1"


@pytest.mark.parametrize(("comes", "stands"), [("×3", "5×3"), ("*3", "5*3"), ("7", "7"), ("(1+1)", "(1+1)")])
def test_what_is_pasted_or_composed_after_a_result_is_as_if_typed(five: QLineEdit, comes: str, stands: str) -> None:
    QGuiApplication.clipboard().setText(comes)
    five.paste()
    assert five.text() == stands


def test_what_an_input_method_gives_after_a_result_goes_on_from_it(five: QLineEdit) -> None:
    event = QInputMethodEvent()
    event.setCommitString("×3")
    QApplication.sendEvent(five, event)
    assert five.text() == "5×3"


def test_a_cursor_that_the_person_sets_is_heeded(qtbot: QtBot, five: QLineEdit) -> None:
    qtbot.keyClick(five, Qt.Key.Key_Home)
    qtbot.keyClicks(five, "7")
    assert five.text() == "75"


def test_undo_after_a_result_brings_back_the_entry_that_was_paid(five: QLineEdit) -> None:
    five.undo()
    assert five.text() == "2+3"


def test_only_a_bare_enter_pays(qtbot: QtBot, program: Program, window: MainWindow) -> None:
    the_entry(window).setText("1+1")
    for key, modifiers in product((Qt.Key.Key_Return, Qt.Key.Key_Enter), (CTRL, ALT, META, SHIFT)):
        with qtbot.assertNotEmitted(program.calculator.charged):
            qtbot.keyClick(the_entry(window), key, modifiers)
            windows.settle(qtbot, program.lanes.write)
        assert the_entry(window).text() == "1+1", (key, modifiers)


def test_an_equals_sign_pays_and_with_ctrl_it_does_not(qtbot: QtBot, program: Program, window: MainWindow) -> None:
    the_entry(window).setText("1+1")
    with qtbot.assertNotEmitted(program.calculator.charged):
        qtbot.keyClick(the_entry(window), Qt.Key.Key_Equal, CTRL)
    with qtbot.waitSignal(program.calculator.charged):
        QTest.keyClicks(the_entry(window), "=", SHIFT)


def test_zooming_keys_type_nothing_after_a_result(qtbot: QtBot, five: QLineEdit) -> None:
    for key in (Qt.Key.Key_Minus, Qt.Key.Key_Plus, Qt.Key.Key_Equal):
        qtbot.keyClick(five, key, CTRL)
    assert five.text() == "5"


def test_nothing_that_is_said_moves_a_key(qtbot: QtBot, program: Program, window: MainWindow) -> None:
    keys = window.findChildren(KeyButton)
    before = [key.mapTo(window, key.rect().topLeft()) for key in keys]
    seen = {part(window, QLabel, "quote_label").text()}
    for text in ("1..2 + " * 12, "1,2,3" * 30, "2+3", "(((", "1/0", "a word that nobody understands here " * 6):
        the_entry(window).setText(text)
        qtbot.waitUntil(lambda: part(window, QLabel, "quote_label").text() not in seen)
        seen.add(part(window, QLabel, "quote_label").text())
        assert [key.mapTo(window, key.rect().topLeft()) for key in keys] == before
    with qtbot.waitSignal(program.calculator.failed):
        the_entry(window).setText("1/0")
        qtbot.keyClick(the_entry(window), Qt.Key.Key_Return)
    assert [key.mapTo(window, key.rect().topLeft()) for key in keys] == before


def test_the_numeric_keypads_point_is_the_locales(qtbot: QtBot) -> None:
    calculator = FakeCalculator()
    panel = CalculatorPanel(calculator=calculator, locale=QLocale(QLocale.Language.German))
    qtbot.addWidget(panel)
    with qtbot.waitExposed(panel):
        panel.show()
    calculator.statement_changed.emit(statement(calculator.balance))
    qtbot.keyClicks(the_entry(panel), "1")
    qtbot.keyClick(the_entry(panel), Qt.Key.Key_Period, KEYPAD)
    qtbot.keyClicks(the_entry(panel), "5")
    assert the_entry(panel).text() == "1,5"
    calculator.charged.emit(receipt(entry(1, response="3")))
    qtbot.keyClick(the_entry(panel), Qt.Key.Key_Comma, KEYPAD)
    assert the_entry(panel).text() == ","


def lock(
    qtbot: QtBot,
    program: Program,
    window: MainWindow,
    monkeypatch: pytest.MonkeyPatch,
    key: Qt.Key = Qt.Key.Key_Return,
) -> None:
    """Come back after hours of sleep, in which no timer went on, and type a key."""
    now = sessions.awake_or_asleep()
    monkeypatch.setattr(sessions, "awake_or_asleep", lambda: (now[0] + HOURS, now[1] + HOURS))
    the_entry(window).setFocus()
    with qtbot.waitSignal(program.sessions.signed_out), qtbot.assertNotEmitted(program.calculator.charged):
        QTest.keyClick(window.windowHandle(), key)  # as it comes from the keyboard


def test_the_idle_lock_counts_sleep_and_the_same_person_finds_everything_as_it_was(
    qtbot: QtBot, program: Program, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(qtbot, program, "40+2")
    the_entry(window).setText("2+3")
    lock(qtbot, program, window, monkeypatch)
    assert not window.isVisible()
    said = part(program.login_dialog, QLabel, "login_error_label")
    assert said.text() == "Locked after 15 minutes without activity. Sign in to go on where you were."
    assert said.property("role") == "muted"
    for field in program.login_dialog.findChildren(QLineEdit):
        assert field.height() >= field.minimumSizeHint().height()
    assert windows.sign_in(qtbot, program) is window
    assert the_entry(window).text() == "2+3"
    assert part(window, QListView, "tape_view").model().rowCount() == 1
    with qtbot.waitSignal(program.calculator.charged):
        qtbot.keyClick(the_entry(window), Qt.Key.Key_Return)
    assert the_entry(window).text() == "5"


def test_a_shortcut_after_the_lock_was_due_does_nothing(
    qtbot: QtBot, program: Program, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock(qtbot, program, window, monkeypatch, Qt.Key.Key_F1)
    assert window.findChild(QDialog) is None


def test_another_person_finds_nothing_after_the_lock(
    qtbot: QtBot, program: Program, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(qtbot, program, "40+2")
    the_entry(window).setText("2+3")
    lock(qtbot, program, window, monkeypatch)
    windows.register(qtbot, program, "bob@example.org")
    assert the_entry(window).text() == ""
    assert part(window, QListView, "tape_view").model().rowCount() == 0


def test_a_rounded_result_of_an_earlier_sitting_keeps_its_value_too(
    qtbot: QtBot, program: Program, window: MainWindow
) -> None:
    pay(qtbot, program, "1/3")
    program.sessions.sign_out()
    with qtbot.waitSignal(program.calculator.recalled):
        windows.sign_in(qtbot, program)
    pay(qtbot, program, f"0.{'3' * 34}*3")
    assert part(window, QLabel, "result_label").text() == "1"


def test_what_was_paid_for_stands_above_its_result(qtbot: QtBot, program: Program, window: MainWindow) -> None:
    pay(qtbot, program, "12.50*3-2")
    assert part(window, QLabel, "expression_label").text() == "12.5 × 3 − 2 ="
    the_entry(window).setText("4")
    assert part(window, QLabel, "expression_label").text() == "12.5 × 3 − 2 ="
    pay(qtbot, program, "+".join(["1234567"] * 10))
    label = part(window, QLabel, "expression_label")
    assert label.text().startswith("1,234,567 + 1,234,567")
    assert label.text().endswith("…")
    assert label.toolTip() == " + ".join(["1,234,567"] * 10) + " ="


def test_a_rounded_result_that_is_gone_on_from_keeps_its_value(
    qtbot: QtBot, program: Program, window: MainWindow
) -> None:
    pay(qtbot, program, "1/3")
    assert part(window, QLabel, "result_label").text().startswith("≈ 0.33")
    qtbot.keyClicks(the_entry(window), "*3")
    with qtbot.waitSignal(program.calculator.charged):
        qtbot.keyClick(the_entry(window), Qt.Key.Key_Return)
    assert part(window, QLabel, "result_label").text() == "1"


def test_thousands_are_grouped_in_sight_and_not_in_copies(qtbot: QtBot, program: Program, window: MainWindow) -> None:
    pay(qtbot, program, "1234567*2.0001")
    assert part(window, QLabel, "result_label").text() == "2,469,257.4567"
    assert the_entry(window).text() == "2469257.4567"
    tape = part(window, QListView, "tape_view").model()
    assert tape.index(0, 0).data() == "1,234,567 × 2.0001 = 2,469,257.4567"
    table = part(window, RecordsTable, "records_table")
    cell = partial(table.model().index, 0, COLUMNS.index(Column.RESPONSE))
    qtbot.waitUntil(lambda: cell().isValid() and cell().data(CELL_ROLE).seen == "2,469,257.4567")
    table.selectRow(0)
    table.copy()
    assert "2469257.4567" in QGuiApplication.clipboard().text().split("\t")
    part(window, CalculatorPanel, "calculator_panel").copy_result()
    assert QGuiApplication.clipboard().text() == "2469257.4567"


def test_the_answer_is_the_largest_text_however_long(qtbot: QtBot, program: Program, window: MainWindow) -> None:
    pay(qtbot, program, "2/7")
    figures = part(window, QLabel, "result_label")
    lines = figures.heightForWidth(figures.width()) / the_entry(window).fontMetrics().height()
    assert lines > 2, "two lines of larger figures than the entry's"
    assert the_entry(window).cursorPosition() == 0, "its head is in sight"


def test_a_random_string_stands_in_a_face_that_tells_its_letters_apart(qtbot: QtBot) -> None:
    calculator = FakeCalculator()
    panel = CalculatorPanel(calculator=calculator)
    qtbot.addWidget(panel)
    drawn = entry(1, operation=OperationType.RANDOM_STRING, operands="", response="lI0O|1lI")
    face = scales.telling_font().family()
    assert face != scales.font().family()
    calculator.charged.emit(receipt(drawn))
    figures = part(panel, QLabel, "result_label")
    assert isinstance(figures, Figures)
    assert figures.font_for(300).family() == face
    model = RecordsModel(number_format=NumberFormat())
    model.show(page((drawn, entry(2))))
    place = COLUMNS.index(Column.RESPONSE)
    assert model.index(0, place).data(Qt.ItemDataRole.FontRole).family() == face
    assert model.index(1, place).data(Qt.ItemDataRole.FontRole).family() != face
    dialog = RecordDialog(drawn, proof="", number_format=NumberFormat())
    qtbot.addWidget(dialog)
    assert part(dialog, QLabel, "record_result_label").font().family() == face
    calculator.charged.emit(receipt(entry(3)))
    assert figures.font_for(300).family() != face


def test_a_long_address_is_shortened_in_the_middle_and_whole_on_hover(qtbot: QtBot, window: MainWindow) -> None:
    address = f"{'long.' * 24}ada@example.org"
    header = window.findChild(Header)
    assert header is not None
    header.show_user(address)
    label = part(window, QLabel, "user_label")
    assert label.text().startswith("long.")
    assert label.text().endswith("example.org")
    assert label.toolTip() == address
    assert header.minimumSizeHint().width() <= window.calculator_panel.sizeHint().width()


def test_up_recalls_earlier_entries_and_down_comes_back_to_what_was_typed(
    qtbot: QtBot, program: Program, window: MainWindow
) -> None:
    pay(qtbot, program, "1+1")
    pay(qtbot, program, "12.50*3")
    line = the_entry(window)
    line.clear()
    qtbot.keyClicks(line, "7")
    seen = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(line, key)
        seen.append(line.text())
    assert seen == ["12.5 × 3", "1 + 1", "1 + 1", "12.5 × 3", "7", "7"]
    qtbot.keyClick(line, Qt.Key.Key_Up)
    assert part(window, QLabel, "quote_label").text().startswith("Costs ")
    with qtbot.assertNotEmitted(program.calculator.charged):
        qtbot.keyClicks(line, "0")
    assert line.text() == "12.5 × 30"


def test_the_entries_of_earlier_sittings_are_recalled_and_of_nobody_else(
    qtbot: QtBot, program: Program, window: MainWindow
) -> None:
    pay(qtbot, program, "1+1")
    program.sessions.sign_out()
    with qtbot.waitSignal(program.calculator.recalled):
        windows.register(qtbot, program, "bob@example.org")
    qtbot.keyClick(the_entry(window), Qt.Key.Key_Up)
    assert the_entry(window).text() == ""
    program.sessions.sign_out()
    with qtbot.waitSignal(program.calculator.recalled):
        windows.sign_in(qtbot, program)
    qtbot.keyClick(the_entry(window), Qt.Key.Key_Up)
    assert the_entry(window).text() == "1 + 1"


def test_the_tape_of_earlier_sittings_is_there_again_whole_and_for_its_owner_alone(
    qtbot: QtBot, program: Program, window: MainWindow
) -> None:
    pay(qtbot, program, "(19.99+5)/3")
    before = [step.data() for step in steps(window)]
    assert len(before) == 2
    program.sessions.sign_out()
    with qtbot.waitSignal(program.calculator.tape_recalled):
        windows.register(qtbot, program, "bob@example.org")
    assert not steps(window)
    program.sessions.sign_out()
    with qtbot.waitSignal(program.calculator.tape_recalled):
        windows.sign_in(qtbot, program)
    assert [step.data() for step in steps(window)] == before
    tape = part(window, QListView, "tape_view")
    assert tape.model().index(0, 0).data(HEADING_ROLE) == "(19.99 + 5) ÷ 3"
    tape.setCurrentIndex(tape.model().index(1, 0))
    qtbot.keyClick(tape, Qt.Key.Key_Return)
    assert the_entry(window).text() == "8.33"


def test_whoever_signs_in_next_sees_nothing_of_the_last(qtbot: QtBot, program: Program, window: MainWindow) -> None:
    pay(qtbot, program, "12345+678")
    the_entry(window).clear()
    here = part(window, QPushButton, "draw_here_button")
    with qtbot.waitSignal(program.calculator.failed):
        part(window, QPushButton, "key_random").click()
    with qtbot.waitSignal(program.calculator.charged):
        qtbot.mouseClick(here, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(the_entry(window), "999+1")
    the_entry(window).clear()
    program.sessions.sign_out()
    assert "Charged" not in part(window, QLabel, "quote_label").text()
    assert part(window, QLabel, "total_label").text() == ""
    windows.register(qtbot, program, "bob@example.org")
    the_entry(window).undo()
    assert the_entry(window).text() == ""


def test_a_step_on_the_tape_has_a_menu_as_a_record_has(qtbot: QtBot, program: Program, window: MainWindow) -> None:
    pay(qtbot, program, "1200+34.5")
    the_entry(window).clear()
    tape = part(window, QListView, "tape_view")
    at = tape.visualRect(tape.model().index(0, 0)).center()
    QApplication.sendEvent(
        tape.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, tape.viewport().mapToGlobal(at))
    )
    menu = part(window, QMenu, "tape_menu")
    assert menu.isVisible()
    part(menu, QAction, "tape_enter_again_action").trigger()
    assert the_entry(window).text() == "1200 + 34.5"
    assert part(window, QLabel, "quote_label").text().startswith("Costs ")
    part(menu, QAction, "tape_use_result_action").trigger()
    part(menu, QAction, "tape_copy_action").trigger()
    assert QGuiApplication.clipboard().text() == "1200 + 34.5 = 1234.5\t−10.00"
    assert window.statusBar().currentMessage() == "Copied the step"
    part(menu, QAction, "tape_details_action").trigger()
    assert part(window, RecordDialog, "record_dialog").isVisible()
    menu.close()


def test_copying_the_result_is_said(qtbot: QtBot, program: Program, window: MainWindow) -> None:
    pay(qtbot, program, "1+1")
    qtbot.mouseClick(part(window, QToolButton, "copy_result_button"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "2"
    assert window.statusBar().currentMessage() == "Copied the result"


@pytest.mark.parametrize(
    ("balance", "caption", "tip"),
    [
        (100_000, "Balance", ""),
        (1500, "Balance low", "does not cover every operation any more."),
        (5, "Balance used up", "does not cover any operation any more."),
    ],
)
def test_a_balance_that_does_not_suffice_says_so_and_what_to_do(
    program: Program, window: MainWindow, balance: int, caption: str, tip: str
) -> None:
    program.calculator.statement_changed.emit(statement(balance))
    shown = part(window, QLabel, "balance_caption")
    assert shown.text() == caption
    assert tip in shown.toolTip()
    assert ("metercalc credit ada@example.org AMOUNT" in shown.toolTip()) == bool(tip)


@pytest.mark.parametrize(("role", "said"), [(Role.ADMIN, "You are an administrator"), (Role.USER, "Ask an admin")])
def test_a_refusal_for_want_of_credit_names_the_way_out(qtbot: QtBot, role: Role, said: str) -> None:
    calculator = FakeCalculator()
    panel = CalculatorPanel(calculator=calculator)
    qtbot.addWidget(panel)
    found = statement(5)
    calculator.statement_changed.emit(replace(found, account=replace(found.account, role=role)))
    low = BalanceTooLow("This costs 30.00 and the balance is 0.05.", cost=3000, balance=5, shortfall=2995)
    calculator.denied.emit(failure(low))
    assert said in part(panel, QLabel, "message_label").text()
    assert part(panel, QPushButton, "put_in_credit_button").isVisibleTo(panel) == (role is Role.ADMIN)
    calculator.failed.emit(failure(DivisionByZero("Nothing can be divided by zero.")))
    assert not part(panel, QPushButton, "put_in_credit_button").isVisibleTo(panel)


def test_an_administrator_without_credit_goes_from_the_refusal_to_where_it_is_put_in(
    qtbot: QtBot, program: Program, window: MainWindow
) -> None:
    low = BalanceTooLow("This costs 30.00 and the balance is 0.05.", cost=3000, balance=5, shortfall=2995)
    program.calculator.denied.emit(failure(low))
    qtbot.mouseClick(part(window, QPushButton, "put_in_credit_button"), Qt.MouseButton.LeftButton)
    found = part(window, QWidget, "administration_window")
    assert found.isVisible()
    assert "ada@example.org" in part(found, QLineEdit, "credit_to_edit").text()
    found.close()


def test_where_random_org_gives_nothing_this_computer_can_draw_this_once(
    qtbot: QtBot, program: Program, window: MainWindow
) -> None:
    here = part(window, QPushButton, "draw_here_button")
    with qtbot.waitSignal(program.calculator.failed):
        part(window, QPushButton, "key_random").click()
    assert here.isVisible()
    assert "Nothing was charged" in part(window, QLabel, "message_label").text()
    with qtbot.waitSignal(program.calculator.charged) as charged:
        qtbot.mouseClick(here, Qt.MouseButton.LeftButton)
    (drawn,) = charged.args[0].entries
    assert drawn.source is Source.LOCAL
    assert part(window, QLabel, "result_label").text() == drawn.response
    the_entry(window).setText("1/0")
    with qtbot.waitSignal(program.calculator.failed):
        qtbot.keyClick(the_entry(window), Qt.Key.Key_Return)
    assert not here.isVisible()


def test_keys_take_the_room_there_is_and_prices_are_no_smaller_than_text(qtbot: QtBot) -> None:
    panel = CalculatorPanel(calculator=FakeCalculator())
    qtbot.addWidget(panel)
    panel.resize(360, panel.minimumSizeHint().height())
    with qtbot.waitExposed(panel):
        panel.show()
    key = part(panel, KeyButton, "key_add")
    low = key.height()
    assert low >= 3 * panel.fontMetrics().height(), "room for a sign and its price"
    panel.resize(360, 1200)
    qtbot.waitUntil(lambda: key.height() > 1.5 * low)
