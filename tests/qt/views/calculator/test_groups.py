"""Figures in groups: for the eye alone while one types, in the result as the locale writes them, and only if wanted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.arithmetic.numbers import NumberFormat
from desktop.views.calculator.entry_edit import EntryEdit
from desktop.views.calculator.panel import CalculatorPanel
from desktop.wording.grouping import gaps, grouped, show_groups
from tests.support.fake_controllers import FakeCalculator, entry, receipt, statement
from tests.support.widgets import part

LONG = entry(2, operands="1200000 + 34567", response="1234567", expression="1200000 + 34567")


@pytest.fixture(autouse=True)
def groups() -> Iterator[None]:
    yield
    show_groups(True)


@pytest.fixture
def line(qtbot: QtBot) -> EntryEdit:
    made = EntryEdit()
    qtbot.addWidget(made)
    made.resize(600, 40)
    with qtbot.waitExposed(made):
        made.show()
    made.setFocus()
    return made


def width_of(line: EntryEdit, text: str) -> int:
    """How far the cursor goes from the beginning of a text to its end."""
    line.clear()
    line.setText(text)
    line.setAlignment(Qt.AlignmentFlag.AlignLeft)
    line.setCursorPosition(0)
    start = line.cursorRect().left()
    line.setCursorPosition(len(text))
    return line.cursorRect().left() - start


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("123", []),
        ("1234", [0]),
        ("1234567", [3, 0]),
        ("0.1234567", []),
        ("12 + 34567.1234", [6]),
        ("1,234,567", []),
    ],
)
def test_a_group_ends_behind_these_figures(text: str, places: list[int]) -> None:
    assert gaps(text, NumberFormat()) == places


def test_room_shows_the_groups_of_what_is_typed_and_the_text_stays_as_it_was_typed(
    qtbot: QtBot, line: EntryEdit
) -> None:
    show_groups(False)
    plain = width_of(line, "1234567")
    show_groups(True)
    spaced = width_of(line, "1234567")
    assert spaced > plain
    line.clear()
    qtbot.keyClicks(line, "1234567")
    assert line.text() == "1234567"
    assert line.cursorPosition() == 7
    qtbot.keyClick(line, Qt.Key.Key_Left)
    qtbot.keyClick(line, Qt.Key.Key_Backspace)
    assert line.text() == "123457", "the cursor goes over figures, never over a gap"
    line.undo()
    assert line.text() == "1234567", "the gaps are no steps of their own"


def test_a_number_that_has_become_short_has_no_gap_left(line: EntryEdit) -> None:
    show_groups(False)
    plain = width_of(line, "123")
    show_groups(True)
    width_of(line, "1234567")
    assert width_of(line, "123") == plain


def test_what_is_copied_from_the_entry_has_no_groups(qtbot: QtBot, line: EntryEdit) -> None:
    line.setText("1234567")
    line.selectAll()
    line.copy()
    assert QGuiApplication.clipboard().text() == "1234567"


def test_groups_can_be_switched_off_for_what_is_shown_already(qtbot: QtBot) -> None:
    calculator = FakeCalculator()
    panel = CalculatorPanel(calculator=calculator, locale=QLocale(QLocale.Language.C))
    qtbot.addWidget(panel)
    calculator.statement_changed.emit(statement(calculator.balance))
    calculator.charged.emit(receipt(LONG))
    result = part(panel, QLabel, "result_label")
    assert result.text() == "1,234,567"
    show_groups(False)
    panel.show_numbers_anew()
    assert result.text() == "1234567"
    assert part(panel, QLineEdit, "entry_edit").text() == "1234567"
    assert grouped("1234567", NumberFormat()) == "1234567"


def test_a_message_stays_when_the_groups_change(qtbot: QtBot) -> None:
    from desktop.terms.errors import DivisionByZero
    from tests.support.fake_controllers import failure

    calculator = FakeCalculator()
    panel = CalculatorPanel(calculator=calculator, locale=QLocale(QLocale.Language.C))
    qtbot.addWidget(panel)
    calculator.failed.emit(failure(DivisionByZero("Nothing can be divided by zero.")))
    panel.show_numbers_anew()
    assert "divided by zero" in part(panel, QLabel, "message_label").text()
