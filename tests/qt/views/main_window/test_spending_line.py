"""The line below the balance: quiet while there is nothing to say, and never computed by the window itself."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop.arithmetic.numbers import NumberFormat
from desktop.controllers.requests import Failure
from desktop.terms.charges import Spending
from desktop.terms.errors import StoreError
from desktop.terms.kinds import Role, Status
from desktop.terms.people import Account
from desktop.views.main_window.spending_line import SpendingLine
from tests.support.widgets import part

ADA, ANN = "ada@example.org", "ann@example.org"


def shown(
    qtbot: QtBot, balance: int, *, spent: int = 0, budget: int = 0, level: int = 0, role: Role = Role.USER
) -> SpendingLine:
    line = SpendingLine(number_format=NumberFormat())
    qtbot.addWidget(line)
    line.show_account(Account(2, ANN, role, Status.ACTIVE, balance))
    line.show_spending(Spending(spent, budget, False, level, (ADA,)))
    return line


def text(line: SpendingLine, name: str) -> str:
    label = part(line, QLabel, name)
    return label.text() if label.isVisibleTo(line) else ""


def test_it_is_hidden_where_nothing_was_asked_for(qtbot: QtBot) -> None:
    assert not shown(qtbot, 0).isVisible()
    assert not shown(qtbot, 10_00, level=10_00).isVisible()  # not below it yet


@pytest.mark.parametrize(
    ("spent", "said", "role"),
    [
        (250_00, "750.00 left of this month’s 1,000.00", "muted"),
        (1_000_00, "0.00 left of this month’s 1,000.00", "muted"),
        (1_000_01, "0.01 beyond this month’s 1,000.00", "warning"),
    ],
)
def test_what_is_left_of_the_budget_is_told(qtbot: QtBot, spent: int, said: str, role: str) -> None:
    line = shown(qtbot, 5_00, spent=spent, budget=1_000_00)
    assert line.isVisible()
    assert text(line, "budget_label") == said
    assert part(line, QLabel, "budget_label").property("role") == role
    assert text(line, "warning_label") == ""


def test_a_balance_below_the_level_is_told_with_whom_to_ask_in_one_line_that_can_be_copied(qtbot: QtBot) -> None:
    line = shown(qtbot, 49_99, level=50_00)
    assert text(line, "warning_label") == "Below the 50.00 of your warning."
    assert part(line, QPushButton, "copy_request_button").text() == f"Ask {ADA} for &credit"
    assert part(line, QPushButton, "copy_request_button").toolTip().startswith(f"{ADA} may put credit in.")
    with qtbot.waitSignal(line.copied):
        part(line, QPushButton, "copy_request_button").click()
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith(f"Please give credit to {ANN}: metercalc credit {ANN} AMOUNT --reason TEXT --user {ADA}")
    assert "\n" not in copied
    line.show_balance(50_00)
    assert not line.isVisible()


def test_an_administrator_is_told_where_to_put_credit_in(qtbot: QtBot) -> None:
    line = shown(qtbot, 0, level=1, role=Role.ADMIN)
    assert text(line, "whom_to_ask_label") == "Account, Administration puts credit in."
    assert not part(line, QPushButton, "copy_request_button").isVisibleTo(line)


def test_nothing_of_it_is_left_for_whoever_signs_in_next(qtbot: QtBot) -> None:
    line = shown(qtbot, 0, level=1, budget=1)
    line.forget()
    assert not line.isVisible()
    line.show_account(Account(3, ADA, Role.USER, Status.ACTIVE, 0))
    assert not line.isVisible()


def test_what_could_not_be_found_out_is_told_in_place_of_what_was_true_before(qtbot: QtBot) -> None:
    line = shown(qtbot, 5_00, spent=250_00, budget=1_000_00, level=50_00)
    line.show_failure(Failure.of(StoreError("The store is gone."), "abcdef12"))
    for _ in range(2):
        assert text(line, "warning_label") == "The store is gone. (reference abcdef12)"
        assert text(line, "budget_label") == ""
        assert not part(line, QPushButton, "copy_request_button").isVisibleTo(line)
        line.show_balance(4_00)  # which says nothing about the month
    line.show_spending(Spending(250_00, 1_000_00, False, 0, (ADA,)))
    assert text(line, "warning_label") == ""
    assert text(line, "budget_label") == "750.00 left of this month’s 1,000.00"
    line.show_failure(Failure.of(StoreError("The store is gone."), "abcdef12"))
    line.forget()
    assert line.isHidden(), "whoever signs in next"
