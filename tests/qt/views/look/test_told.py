"""What a screen reader can read of the window's figures at any time: their value, and what it is of."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLocale
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.views.calculator.panel import CalculatorPanel
from tests.support import windows
from tests.support.fake_controllers import FakeCalculator
from tests.support.widgets import part


def heard(widget: QWidget) -> str:
    found = QAccessible.queryAccessibleInterface(widget)
    assert found is not None
    return found.text(QAccessible.Text.Name)


def test_price_result_balance_and_person_are_heard_with_their_values(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with windows.opened(qapp, tmp_path) as program:
        window = windows.register(qtbot, program)
        part(window, QLineEdit, "entry_edit").setText("12.50 × 3")
        assert heard(part(window, QLabel, "quote_label")) == "Price: Costs 30.00 · balance after 970.00"
        with qtbot.waitSignal(program.calculator.charged):
            program.calculator.evaluate()
        assert heard(part(window, QLabel, "result_label")) == "Result: 37.5"
        assert heard(part(window, QLabel, "balance_label")) == "Balance: 970.00"
        assert heard(part(window, QLabel, "user_label")) == "Signed in as: ada@example.org"
        assert heard(part(window, QLabel, "expression_label")) == "Paid for: 12.5 × 3 ="


def test_the_example_is_one_that_the_locale_understands(qtbot: QtBot) -> None:
    calculator = FakeCalculator()
    panel = CalculatorPanel(calculator=calculator, locale=QLocale("de_DE"))
    qtbot.addWidget(panel)
    example = part(panel, QLineEdit, "entry_edit").placeholderText().removeprefix("Type a calculation, like ")
    assert example == "12,50 × 3"
    with qtbot.assertNotEmitted(calculator.entry_unclear):
        calculator.set_entry(example)
