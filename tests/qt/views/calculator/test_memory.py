"""The memory, the last answer, the ± and % keys: free to recall, and an addition is priced like any other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.arithmetic.numbers import NumberFormat
from desktop.terms.kinds import OperationType
from desktop.views.calculator.negating import negated_at
from desktop.views.calculator.panel import CalculatorPanel
from tests.support.fake_controllers import FakeCalculator, entry, receipt, statement
from tests.support.widgets import part

SUM = entry(2, operands="2 + 3", response="5", amount=1000, expression="2 + 3")


@pytest.fixture
def calculator(qtbot: QtBot) -> FakeCalculator:
    return FakeCalculator()


@pytest.fixture
def panel(qtbot: QtBot, calculator: FakeCalculator) -> CalculatorPanel:
    made = CalculatorPanel(calculator=calculator, locale=QLocale(QLocale.Language.C))
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    calculator.statement_changed.emit(statement(calculator.balance))
    made.focus_entry()
    return made


def entry_of(panel: CalculatorPanel) -> QLineEdit:
    return part(panel, QLineEdit, "entry_edit")


def press(qtbot: QtBot, panel: CalculatorPanel, *names: str) -> None:
    for name in names:
        qtbot.mouseClick(part(panel, QPushButton, name), Qt.MouseButton.LeftButton)


def quote(panel: CalculatorPanel) -> str:
    return part(panel, QLabel, "quote_label").text()


def test_with_nothing_to_recall_the_keys_are_off_and_say_why(panel: CalculatorPanel) -> None:
    for name in ("key_memory_recall", "key_memory_clear", "key_answer"):
        key = part(panel, QPushButton, name)
        assert not key.isEnabled()
        assert key.toolTip().endswith(("there is nothing in it", "there is none yet"))


def test_a_number_is_kept_for_nothing_and_recalled_at_the_cursor(qtbot: QtBot, panel: CalculatorPanel) -> None:
    qtbot.keyClicks(entry_of(panel), "42")
    press(qtbot, panel, "key_memory_add")
    assert quote(panel) == "Kept in the memory, free of charge."
    entry_of(panel).setText("7 × ")
    press(qtbot, panel, "key_memory_recall")
    assert entry_of(panel).text() == "7 × 42"


def test_adding_to_the_memory_is_an_addition_with_its_price_and_is_kept_once_paid(
    qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator
) -> None:
    qtbot.keyClicks(entry_of(panel), "2")
    press(qtbot, panel, "key_memory_add")
    entry_of(panel).setText("3")
    press(qtbot, panel, "key_memory_add")
    assert entry_of(panel).text() == "2 + 3"
    assert "Costs 10.00" in quote(panel)
    assert quote(panel).endswith("The result goes into the memory.")
    entry_of(panel).setCursorPosition(0)
    calculator.charged.emit(receipt(SUM))
    press(qtbot, panel, "key_clear", "key_memory_recall")
    assert entry_of(panel).text() == "5"


def test_adding_twice_before_paying_adds_once(qtbot: QtBot, panel: CalculatorPanel) -> None:
    qtbot.keyClicks(entry_of(panel), "5")
    press(qtbot, panel, "key_memory_add")
    entry_of(panel).setText("1+2")
    press(qtbot, panel, "key_memory_add", "key_memory_add")
    assert entry_of(panel).text() == "5 + (1+2)"


def test_a_sum_that_was_changed_before_it_was_paid_is_not_kept(
    qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator
) -> None:
    qtbot.keyClicks(entry_of(panel), "2")
    press(qtbot, panel, "key_memory_add", "key_memory_add")
    assert entry_of(panel).text() == "2 + 2"
    qtbot.keyClick(entry_of(panel), Qt.Key.Key_End)
    qtbot.keyClicks(entry_of(panel), "0")
    calculator.charged.emit(receipt(SUM))
    press(qtbot, panel, "key_clear", "key_memory_recall")
    assert entry_of(panel).text() == "2"


@pytest.mark.parametrize("word", ["ans", "Ans", "ANS"])
def test_a_typed_answer_turns_into_its_number(
    qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator, word: str
) -> None:
    calculator.charged.emit(receipt(SUM))
    entry_of(panel).setText("4 × ")
    qtbot.keyClicks(entry_of(panel), word)
    assert entry_of(panel).text() == "4 × 5"


def test_a_word_without_a_number_stays_as_it_was_typed(qtbot: QtBot, panel: CalculatorPanel) -> None:
    qtbot.keyClicks(entry_of(panel), "2 + mr")
    assert entry_of(panel).text() == "2 + mr"


def test_a_drawn_string_is_no_answer(qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator) -> None:
    drawn = entry(3, operation=OperationType.RANDOM_STRING, operands="", response="12345678", amount=6000)
    calculator.charged.emit(receipt(drawn))
    assert not part(panel, QPushButton, "key_answer").isEnabled()


def test_somebody_else_finds_nothing_kept(qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator) -> None:
    calculator.charged.emit(receipt(SUM))
    press(qtbot, panel, "key_memory_add")
    panel.forget()
    assert not part(panel, QPushButton, "key_memory_recall").isEnabled()
    assert not part(panel, QPushButton, "key_answer").isEnabled()


def test_the_sign_of_a_result_turns_and_it_is_still_gone_on_with(
    qtbot: QtBot, panel: CalculatorPanel, calculator: FakeCalculator
) -> None:
    calculator.charged.emit(receipt(SUM))
    press(qtbot, panel, "key_sign")
    assert entry_of(panel).text() == "-5"
    qtbot.keyClicks(entry_of(panel), "+1")
    assert entry_of(panel).text() == "-5+1"


def test_percent_is_typed(qtbot: QtBot, panel: CalculatorPanel) -> None:
    qtbot.keyClicks(entry_of(panel), "200 + 15")
    press(qtbot, panel, "key_percent")
    assert "Read as 200 + 200 × 15 ÷ 100" in quote(panel)


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("5|", "-5|"),
        ("-5|", "5|"),
        ("−5|", "5|"),
        ("3 + 5|", "3 + -5|"),
        ("3 + -5|", "3 + 5|"),
        ("3 - 5|", "3 - -5|"),
        ("3 - -5|", "3 - 5|"),
        ("1,234.5|", "-1,234.5|"),
        ("3 × 5| + 2", "3 × -5| + 2"),
        ("2 × (3 + 4)|", "2 × -(3 + 4)|"),
        ("2 × -(3 + 4)|", "2 × (3 + 4)|"),
        ("√2|", "-√2|"),
        ("-√2|", "√2|"),
        ("sqrt(9)|", "-sqrt(9)|"),
        ("3 - sqrt(4)|", "3 - -sqrt(4)|"),
        ("15%|", "-15%|"),
        ("|", "-|"),
        ("2 × |", "2 × -|"),
        ("3)|", "3)-|"),
    ],
)
def test_the_number_at_the_cursor_gets_the_other_sign(text: str, turned: str) -> None:
    cursor = text.index("|")
    found = negated_at(text.replace("|", ""), cursor, NumberFormat())
    assert f"{found.text[: found.cursor]}|{found.text[found.cursor :]}" == turned
