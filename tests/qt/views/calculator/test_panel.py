"""The calculator panel with a controller that reads and quotes but never charges."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QLocale, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QListView, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.terms.errors import BalanceTooLow, DivisionByZero, ExpressionError, NetworkError
from desktop.terms.kinds import OperationType, Source
from desktop.views.calculator.panel import CalculatorPanel
from tests.support.fake_controllers import REFERENCE, FakeCalculator, entry, failure, receipt, statement
from tests.support.widgets import part

KEYS = {
    **{f"key_{digit}": str(digit) for digit in range(10)},
    "key_point": ".",
    "key_add": "+",
    "key_subtract": "−",
    "key_multiply": "×",
    "key_divide": "÷",
    "key_square_root": "√",
    "key_open": "(",
    "key_close": ")",
}
THIRD = entry(2, operation=OperationType.DIVISION, operands="1 ÷ 3", response="0.33", exact=False, amount=4000)
DRAWN = entry(
    3,
    operation=OperationType.RANDOM_STRING,
    operands="",
    response="a.b-c",
    source=Source.RANDOM_ORG,
    amount=6000,
    user_balance=94_000,
)


@pytest.fixture
def calculator(qtbot: QtBot) -> FakeCalculator:
    return FakeCalculator()


@pytest.fixture
def panel(qtbot: QtBot, calculator: FakeCalculator) -> CalculatorPanel:
    return open_panel(qtbot, calculator, QLocale(QLocale.Language.C))


def open_panel(qtbot: QtBot, calculator: FakeCalculator, locale: QLocale) -> CalculatorPanel:
    made = CalculatorPanel(calculator=calculator, locale=locale)
    qtbot.addWidget(made)
    made.resize(400, 680)
    with qtbot.waitExposed(made):
        made.show()
    calculator.statement_changed.emit(statement(calculator.balance))
    made.focus_entry()
    return made


def the_entry(panel: CalculatorPanel) -> QLineEdit:
    return part(panel, QLineEdit, "entry_edit")


def key(panel: CalculatorPanel, name: str) -> QPushButton:
    return part(panel, QPushButton, name)


def shown(panel: CalculatorPanel, name: str) -> str:
    label = part(panel, QLabel, name)
    return label.text() if label.isVisible() else ""


@pytest.mark.parametrize(("name", "types"), KEYS.items())
def test_a_key_types_into_the_entry_at_the_cursor(qtbot: QtBot, panel: CalculatorPanel, name: str, types: str) -> None:
    the_entry(panel).setText("12")
    the_entry(panel).setCursorPosition(1)
    qtbot.mouseClick(key(panel, name), Qt.MouseButton.LeftButton)
    assert the_entry(panel).text() == f"1{types}2"


def test_no_key_ever_takes_the_focus(qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator) -> None:
    for button in panel.findChildren(QPushButton):
        if button.objectName().startswith("key_"):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
            assert panel.focusWidget() is the_entry(panel)


def test_1_05_by_keys_is_1_05(qtbot: QtBot, panel: CalculatorPanel) -> None:
    for name in ("key_1", "key_point", "key_0", "key_5"):
        qtbot.mouseClick(key(panel, name), Qt.MouseButton.LeftButton)
    assert the_entry(panel).text() == "1.05"


def test_the_decimal_key_types_the_locales_mark(qtbot: QtBot, calculator: FakeCalculator) -> None:
    panel = open_panel(qtbot, calculator, QLocale(QLocale.Language.German))
    qtbot.mouseClick(key(panel, "key_point"), Qt.MouseButton.LeftButton)
    assert the_entry(panel).text() == ","
    assert calculator.number_format.decimal_mark == ","


@pytest.mark.parametrize("pressed", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Equal])
def test_enter_and_equals_ask_for_the_result(
    qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator, pressed: Qt.Key
) -> None:
    qtbot.keyClicks(the_entry(panel), "1+2")
    qtbot.keyClick(the_entry(panel), pressed)
    assert calculator.asked == ["evaluate 1+2"]


def test_the_equals_key_asks_for_the_result(panel: CalculatorPanel, calculator: FakeCalculator) -> None:
    the_entry(panel).setText("1+2")
    key(panel, "key_equals").click()
    assert calculator.asked == ["evaluate 1+2"]


def test_nothing_is_asked_while_typing_or_pasting(
    qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator
) -> None:
    QGuiApplication.clipboard().setText("7 × 8 =\n")
    the_entry(panel).paste()
    qtbot.keyClicks(the_entry(panel), "+1")
    assert calculator.asked == []


def test_the_price_and_the_balance_after_are_shown_while_typing_and_never_the_result(
    qtbot: QtBot, panel: CalculatorPanel
) -> None:
    qtbot.keyClicks(the_entry(panel), "12 × 3")
    assert shown(panel, "quote_label") == "Costs 30.00 · balance after 970.00"
    assert "36" not in "".join(label.text() for label in panel.findChildren(QLabel))


def test_a_price_above_the_balance_says_how_much_is_missing_before_anything_is_pressed(
    panel: CalculatorPanel, calculator: FakeCalculator
) -> None:
    calculator.balance = 500
    the_entry(panel).setText("1+2")
    assert "5.00 more than the balance" in shown(panel, "quote_label")
    assert part(panel, QLabel, "quote_label").property("role") == "warning"


def test_a_price_equal_to_the_balance_is_covered(panel: CalculatorPanel, calculator: FakeCalculator) -> None:
    calculator.balance = 1000
    the_entry(panel).setText("1+2")
    assert shown(panel, "quote_label") == "Costs 10.00 · balance after 0.00"


@pytest.mark.parametrize(
    ("typed", "read"),
    [("1,000 + 1", "1000 + 1"), ("1'000+1", "1000 + 1"), ("1_000+1", "1000 + 1")],
)
def test_what_is_read_as_something_else_is_shown_as_it_was_read(panel: CalculatorPanel, typed: str, read: str) -> None:
    the_entry(panel).setText(typed)
    assert shown(panel, "quote_label").startswith(f"Read as {read}\n")


@pytest.mark.parametrize("typed", ["1+2", "12.50*3", "6 / 2", "sqrt(4)", "-2 - 1", "3.0+1"])
def test_what_is_read_as_it_was_typed_is_not_repeated(panel: CalculatorPanel, typed: str) -> None:
    the_entry(panel).setText(typed)
    assert "Read as" not in shown(panel, "quote_label")


def test_an_entry_that_is_not_understood_says_where(panel: CalculatorPanel) -> None:
    the_entry(panel).setText("12 × x + 4")
    assert "x" in shown(panel, "quote_label")
    assert part(panel, QLabel, "quote_label").property("role") == "warning"
    assert the_entry(panel).text() == "12 × x + 4"


def test_an_unfinished_entry_is_no_mistake(panel: CalculatorPanel) -> None:
    the_entry(panel).setText("12 × ")
    assert part(panel, QLabel, "quote_label").property("role") == "muted"


def test_a_result_is_shown_with_what_it_cost(panel: CalculatorPanel, calculator: FakeCalculator) -> None:
    the_entry(panel).setText("1 + 1")
    calculator.charged.emit(receipt(entry(1)))
    assert shown(panel, "result_label") == "2"
    assert shown(panel, "quote_label") == "Charged 10.00 · balance 990.00"
    assert part(panel, QListView, "tape_view").model().rowCount() == 1


def test_a_later_statement_does_not_hide_what_was_charged(panel: CalculatorPanel, calculator: FakeCalculator) -> None:
    calculator.charged.emit(receipt(entry(1)))
    calculator.statement_changed.emit(statement(99_000))
    calculator.set_entry(the_entry(panel).text())  # as the controller quotes anew
    assert shown(panel, "quote_label").startswith("Charged 10.00")


def test_a_rounded_result_is_marked_and_copied_without_the_mark(
    panel: CalculatorPanel, calculator: FakeCalculator
) -> None:
    calculator.charged.emit(receipt(THIRD, exact=False))
    assert shown(panel, "result_label") == "≈ 0.33"
    part(panel, QToolButton, "copy_result_button").click()
    assert QGuiApplication.clipboard().text() == "0.33"


def test_after_a_result_a_digit_begins_anew(qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator) -> None:
    calculator.charged.emit(receipt(entry(41)))
    qtbot.keyClicks(the_entry(panel), "7")
    assert the_entry(panel).text() == "7"


@pytest.mark.parametrize("by_key", [True, False])
def test_after_a_result_an_operator_goes_on_with_it(
    qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator, by_key: bool
) -> None:
    calculator.charged.emit(receipt(entry(41)))
    if by_key:
        qtbot.mouseClick(key(panel, "key_multiply"), Qt.MouseButton.LeftButton)
    else:
        qtbot.keyClicks(the_entry(panel), "×")
    assert the_entry(panel).text() == "42×"


def test_who_moves_the_cursor_into_a_result_edits_it(
    qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator
) -> None:
    calculator.charged.emit(receipt(entry(41)))
    qtbot.keyClick(the_entry(panel), Qt.Key.Key_Home)
    qtbot.keyClicks(the_entry(panel), "-")
    assert the_entry(panel).text() == "-42"


def test_a_denial_is_shown_in_place_with_its_reference_and_no_result(
    panel: CalculatorPanel, calculator: FakeCalculator
) -> None:
    calculator.charged.emit(receipt(entry(1)))
    low = BalanceTooLow("This costs 30.00 and the balance is 5.00.", cost=3000, balance=500, shortfall=2500)
    calculator.denied.emit(failure(low))
    assert "This costs 30.00" in shown(panel, "message_label")
    assert REFERENCE in shown(panel, "message_label")
    assert shown(panel, "result_label") == ""


def test_where_an_entry_fails_the_place_is_selected(panel: CalculatorPanel, calculator: FakeCalculator) -> None:
    the_entry(panel).setText("12 × x + 4")
    calculator.failed.emit(failure(ExpressionError("“x” is not understood.", 5)))
    assert the_entry(panel).selectedText() == "x"


def test_typing_takes_the_message_away(qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator) -> None:
    calculator.failed.emit(failure(DivisionByZero("5 ÷ 0 has no result.")))
    qtbot.keyClicks(the_entry(panel), "1")
    assert shown(panel, "message_label") == ""


def test_the_keys_do_not_move_when_something_is_shown_above_them(
    qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator
) -> None:
    def place() -> QPoint:
        return key(panel, "key_5").mapTo(panel, QPoint())

    qtbot.waitUntil(lambda: place().y() > 0)
    before = place()
    the_entry(panel).setText("1,000+1")
    assert place() == before
    calculator.failed.emit(failure(DivisionByZero("5 ÷ 0 has no result: nothing can be divided by zero.")))
    assert place() == before
    calculator.drawing_changed.emit(True)
    assert place() == before
    calculator.drawing_changed.emit(False)
    calculator.charged.emit(receipt(entry(1, response="9" * 300)))
    assert place() == before


@pytest.mark.parametrize("by_key", [True, False])
def test_clearing_clears_entry_result_and_message(
    qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator, by_key: bool
) -> None:
    calculator.charged.emit(receipt(entry(1)))
    calculator.failed.emit(failure(DivisionByZero("5 ÷ 0 has no result.")))
    if by_key:
        key(panel, "key_clear").click()
    else:
        qtbot.keyClick(the_entry(panel), Qt.Key.Key_Escape)
    assert (the_entry(panel).text(), shown(panel, "result_label"), shown(panel, "message_label")) == ("", "", "")


def test_backspace_takes_an_operator_back_too(qtbot: QtBot, panel: CalculatorPanel) -> None:
    qtbot.keyClicks(the_entry(panel), "12+")
    key(panel, "key_backspace").click()
    assert the_entry(panel).text() == "12"
    qtbot.keyClick(the_entry(panel), Qt.Key.Key_Backspace)
    assert the_entry(panel).text() == "1"


def test_a_random_string_is_shown_and_copied_as_it_is(qtbot: QtBot, calculator: FakeCalculator) -> None:
    panel = open_panel(qtbot, calculator, QLocale(QLocale.Language.German))
    calculator.charged.emit(receipt(DRAWN))
    assert shown(panel, "result_label") == "a.b-c"
    panel.copy_result()
    assert QGuiApplication.clipboard().text() == "a.b-c"
    assert the_entry(panel).text() == ""


def test_a_random_string_leaves_the_entry_and_its_price_alone(
    panel: CalculatorPanel, calculator: FakeCalculator
) -> None:
    the_entry(panel).setText("1+2")
    calculator.charged.emit(receipt(DRAWN))
    assert the_entry(panel).text() == "1+2"
    assert shown(panel, "quote_label").startswith("Costs 10.00")


def test_a_double_click_on_random_buys_one(qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator) -> None:
    qtbot.mouseClick(key(panel, "key_random"), Qt.MouseButton.LeftButton)
    qtbot.mouseDClick(key(panel, "key_random"), Qt.MouseButton.LeftButton)
    assert calculator.asked == ["draw_random"]


def test_the_price_of_a_random_string_is_shown_when_one_points_at_its_key(
    panel: CalculatorPanel, calculator: FakeCalculator
) -> None:
    button = key(panel, "key_random")
    point_at(button)
    assert shown(panel, "quote_label") == "Random string: Costs 60.00 · balance after 940.00"
    QGuiApplication.sendEvent(button, QEvent(QEvent.Type.Leave))
    assert "60.00" not in shown(panel, "quote_label")


def point_at(widget: QWidget) -> None:
    QGuiApplication.sendEvent(widget, QEnterEvent(QPointF(1, 1), QPointF(1, 1), QPointF(1, 1)))


def test_waiting_for_random_org_can_be_cancelled_by_button_and_esc(
    qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator
) -> None:
    the_entry(panel).setText("1+2")
    cancel = part(panel, QPushButton, "cancel_random_button")
    assert not cancel.isVisible()
    calculator.drawing_changed.emit(True)
    assert cancel.isVisible()
    cancel.click()
    qtbot.keyClick(the_entry(panel), Qt.Key.Key_Escape)
    assert calculator.asked == ["cancel_drawing", "cancel_drawing"]
    assert the_entry(panel).text() == "1+2"
    calculator.drawing_changed.emit(False)
    assert not cancel.isVisible()


def test_a_draw_that_fails_says_so_where_the_wait_was(panel: CalculatorPanel, calculator: FakeCalculator) -> None:
    calculator.drawing_changed.emit(True)
    calculator.drawing_changed.emit(False)
    calculator.failed.emit(failure(NetworkError("random.org cannot be reached. Nothing was charged.")))
    assert "random.org cannot be reached" in shown(panel, "message_label")


def test_every_operation_key_shows_its_price_and_says_it_to_a_screen_reader(panel: CalculatorPanel) -> None:
    for name, price in (("key_add", "10.00"), ("key_divide", "40.00"), ("key_random", "60.00")):
        assert price in key(panel, name).accessibleDescription()
        assert price in key(panel, name).toolTip()


def test_everything_has_a_spoken_name(panel: CalculatorPanel) -> None:
    for name in (*KEYS, "key_random", "key_clear", "key_backspace", "key_equals"):
        assert key(panel, name).accessibleName()
    for kind, name in ((QLineEdit, "entry_edit"), (QLabel, "result_label"), (QListView, "tape_view")):
        assert part(panel, kind, name).accessibleName()


def test_an_old_result_comes_back_from_the_tape_in_the_locales_marks(qtbot: QtBot, calculator: FakeCalculator) -> None:
    panel = open_panel(qtbot, calculator, QLocale(QLocale.Language.German))
    calculator.charged.emit(receipt(THIRD, exact=False))
    the_entry(panel).setText("2×")
    tape = part(panel, QListView, "tape_view")
    tape.setCurrentIndex(tape.model().index(0, 0))
    qtbot.keyClick(tape, Qt.Key.Key_Return)
    assert the_entry(panel).text() == "2×0,33"
    assert calculator.asked == []


def test_a_result_too_long_to_calculate_with_is_not_put_into_the_entry(
    panel: CalculatorPanel, calculator: FakeCalculator
) -> None:
    the_entry(panel).setText("2 × 3")
    calculator.charged.emit(receipt(entry(1, response="9" * 300)))
    assert shown(panel, "result_label") == ",".join(["999"] * 100)
    assert the_entry(panel).text() == "2 × 3"


def test_when_somebody_else_may_sign_in_nothing_is_left(panel: CalculatorPanel, calculator: FakeCalculator) -> None:
    calculator.charged.emit(receipt(entry(1)))
    calculator.drawing_changed.emit(True)
    panel.forget()
    calculator.drawing_changed.emit(False)
    assert the_entry(panel).text() == ""
    assert shown(panel, "result_label") == ""
    assert part(panel, QListView, "tape_view").model().rowCount() == 0


def test_a_result_above_which_something_else_is_typed_steps_back(
    qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator
) -> None:
    label = part(panel, QLabel, "result_label")
    calculator.charged.emit(receipt(THIRD))
    assert not label.property("role")
    qtbot.keyClicks(the_entry(panel), "7")
    assert label.text().endswith("0.33")
    assert label.property("role") == "muted"
    calculator.charged.emit(receipt(THIRD))
    assert not label.property("role")
