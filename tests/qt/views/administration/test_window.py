"""The administrators' window on a real ledger: who is seen, what is done about them, and what it says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QLocale, QObject, QSettings, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QTabWidget
from pytestqt.qtbot import QtBot

from desktop.controllers.administration import AdministrationController
from desktop.terms.errors import NotAllowed
from desktop.terms.kinds import OperationType, Role
from desktop.terms.people import CreditOrder
from desktop.terms.reports import OperationSum
from desktop.views.administration.invite import InviteDialog
from desktop.views.administration.sheet import Sheet
from desktop.views.administration.window import AdministrationWindow
from tests.qt.conftest import EMAIL, PASSWORD, Program
from tests.support.widgets import part
from tests.support.windows import settle

ANN, BOB, NEW = "ann@example.org", "bob@example.org", "new@example.org"
BALANCE = 1_000_00


@pytest.fixture
def controller(program: Program, qtbot: QtBot) -> Iterator[AdministrationController]:
    """An administrator's, with Ann and Bob beside."""
    program.register(qtbot)
    ledger = program.access.ledger

    def make() -> None:
        for email in (ANN, BOB):
            ledger.register(email, PASSWORD, starting_balance=BALANCE, minimum_length=8)

    on_lane(qtbot, program, make)
    made = AdministrationController(lanes=program.lanes, access=program.access, sessions=program.sessions)
    yield made
    shiboken6.delete(made)


@pytest.fixture
def window(qtbot: QtBot, controller: AdministrationController, tmp_path: Path) -> AdministrationWindow:
    """Open, and filled."""
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    made = AdministrationWindow(controller=controller, settings=settings, locale=QLocale.c())
    qtbot.addWidget(made)
    found = [controller.people_found, controller.prices_found, controller.usage_found, controller.deeds_found]
    with qtbot.waitSignals(found):
        made.show_now()
    return made


class _Waiting(QObject):
    """Takes what a lane answers."""

    def __init__(self) -> None:
        super().__init__()
        self.outcomes: list[Any] = []

    @Slot(object)
    def take(self, outcome: object) -> None:
        self.outcomes.append(outcome)


def on_lane(qtbot: QtBot, program: Program, work: Callable[[], Any]) -> Any:
    """Have the lane that writes do something, and what came of it."""
    waiting = _Waiting()
    program.lanes.write.submit(work, done=waiting.take, failed=waiting.take)
    settle(qtbot, program.lanes.write)
    (outcome,) = waiting.outcomes
    return outcome


def rows(window: AdministrationWindow, name: str) -> list[list[str]]:
    """What a sheet shows, from the top."""
    model = part(window, Sheet, name).model()
    columns = range(model.columnCount())
    return [[str(model.index(row, column).data()) for column in columns] for row in range(model.rowCount())]


def wait_for_column(qtbot: QtBot, window: AdministrationWindow, column: int, wanted: list[str]) -> None:
    """Until the people are shown so: two acts are read twice, and the first reading may come after the second act."""
    qtbot.waitUntil(lambda: [row[column] for row in rows(window, "people_table")] == wanted)


def wait_for_deeds(qtbot: QtBot, window: AdministrationWindow, wanted: list[list[str]]) -> None:
    """Until who did what is shown so, whenever; as they are read when the window opens, too."""
    qtbot.waitUntil(lambda: [row[1:] for row in rows(window, "deeds_table")] == wanted)


def choose(window: AdministrationWindow, *emails: str) -> None:
    sheet = part(window, Sheet, "people_table")
    sheet.clearSelection()
    sheet.setSelectionMode(Sheet.SelectionMode.MultiSelection)
    for row, cells in enumerate(rows(window, "people_table")):
        if cells[0] in emails:
            sheet.selectRow(row)


def press(window: AdministrationWindow, name: str) -> None:
    button = part(window, QPushButton, name)
    assert button.isEnabled()
    button.click()


def said(window: AdministrationWindow) -> str:
    return part(window, QLabel, "administration_message_label").text()


def edit(window: AdministrationWindow, name: str, text: str) -> None:
    part(window, QLineEdit, name).setText(text)


def test_people_are_shown_and_found_by_typing(window: AdministrationWindow) -> None:
    shown = rows(window, "people_table")
    assert [row[:4] for row in shown] == [
        [EMAIL, "Administrator", "Active", "1,000.00"],
        [ANN, "User", "Active", "1,000.00"],
        [BOB, "User", "Active", "1,000.00"],
    ]
    edit(window, "people_search_edit", "BOB")
    assert [row[0] for row in rows(window, "people_table")] == [BOB]
    assert part(window, QLabel, "people_count_label").text() == "1 of 3 accounts"


def test_people_are_sorted_by_what_they_have_and_not_by_its_letters(
    qtbot: QtBot, window: AdministrationWindow, controller: AdministrationController, program: Program
) -> None:
    with qtbot.waitSignal(controller.people_found):
        controller.credit([CreditOrder(ANN, -999_00, "x")])
    part(window, Sheet, "people_table").sortByColumn(3, Qt.SortOrder.AscendingOrder)
    assert rows(window, "people_table")[0][:4:3] == [ANN, "1.00"]


def test_somebody_is_deactivated_and_let_in_again(qtbot: QtBot, window: AdministrationWindow) -> None:
    choose(window, ANN, BOB)
    press(window, "status_button")
    wait_for_column(qtbot, window, 2, ["Active", "Inactive", "Inactive"])
    choose(window, ANN)
    assert part(window, QPushButton, "status_button").text() == "&Activate"
    press(window, "status_button")
    wait_for_column(qtbot, window, 2, ["Active", "Active", "Inactive"])
    assert said(window) == f"{ANN} is a user, and active."


def test_the_last_administrator_stays_and_the_window_says_why(
    qtbot: QtBot, window: AdministrationWindow, controller: AdministrationController
) -> None:
    choose(window, EMAIL)
    for button in ("status_button", "role_button"):
        with qtbot.waitSignal(controller.failed):
            press(window, button)
        assert "last active administrator" in said(window)
    choose(window, ANN)
    press(window, "role_button")
    wait_for_column(qtbot, window, 1, ["Administrator", "Administrator", "User"])


def test_who_is_invited_has_a_password_that_is_shown_once(
    qtbot: QtBot, window: AdministrationWindow, controller: AdministrationController, program: Program
) -> None:
    press(window, "invite_button")
    dialog = part(window, InviteDialog, "invite_dialog")
    part(dialog, QLineEdit, "invite_email_edit").setText(ANN)
    with qtbot.waitSignal(controller.failed):
        part(dialog, QPushButton, "invite_accept_button").click()
    assert "There is an account with this e-mail already" in part(dialog, QLabel, "invite_message_label").text()
    part(dialog, QLineEdit, "invite_email_edit").setText(NEW)
    with qtbot.waitSignals([controller.invited, controller.people_found]):
        part(dialog, QPushButton, "invite_accept_button").click()
    password = part(dialog, QLabel, "one_time_password_label").text()
    part(dialog, QPushButton, "copy_invitation_button").click()
    assert QGuiApplication.clipboard().text() == f"{NEW}\n{password}"
    assert [row[2] for row in rows(window, "people_table") if row[0] == NEW] == ["Invited"]
    assert on_lane(qtbot, program, lambda: program.access.ledger.sign_in(NEW, password)).one_time


def test_who_has_lost_a_password_is_given_one_that_is_used_once(
    qtbot: QtBot, window: AdministrationWindow, controller: AdministrationController, program: Program
) -> None:
    choose(window, ANN)
    press(window, "reset_password_button")
    dialog = part(window, InviteDialog, "invite_dialog")
    assert part(dialog, QLineEdit, "invite_email_edit").text() == ANN
    with qtbot.waitSignals([controller.invited, controller.people_found]):
        part(dialog, QPushButton, "invite_accept_button").click()
    password = part(dialog, QLabel, "one_time_password_label").text()
    assert on_lane(qtbot, program, lambda: program.access.ledger.sign_in(ANN, password)).one_time


def test_credit_is_looked_at_before_it_is_given_and_given_once(
    qtbot: QtBot, window: AdministrationWindow, controller: AdministrationController
) -> None:
    choose(window, ANN, BOB)
    press(window, "give_credit_button")
    assert part(window, QTabWidget, "administration_tabs").currentWidget() is window.credits
    assert part(window, QLineEdit, "credit_to_edit").text() == f"{ANN}, {BOB}"
    for first in (True, False):
        edit(window, "credit_to_edit", f"{ANN}, {BOB}")
        edit(window, "credit_amount_edit", "1,250.50")
        edit(window, "credit_reason_edit", "Allowance")
        with qtbot.waitSignal(controller.credits_checked):
            press(window, "credit_add_button")
        if first:
            assert [row[1:4] for row in rows(window, "credits_table")] == [
                [ANN, "+1,250.50", "2,250.50"],
                [BOB, "+1,250.50", "2,250.50"],
            ]
            with qtbot.waitSignals([controller.credited, controller.people_found, controller.deeds_found]):
                press(window, "credit_give_button")
            assert said(window) == "2 credits, +2,501.00 in all."
            assert rows(window, "credits_table") == []
    assert not part(window, QPushButton, "credit_give_button").isEnabled()
    assert "2 carried out before, and not again" in part(window, QLabel, "credits_sum_label").text()
    wait_for_column(qtbot, window, 3, ["1,000.00", "2,250.50", "2,250.50"])
    wait_for_deeds(qtbot, window, [[EMAIL, f"+1,250.50 for {email}: Allowance"] for email in (BOB, ANN)])


def test_a_file_is_carried_out_only_once_each_of_its_lines_can_be(
    qtbot: QtBot, window: AdministrationWindow, controller: AdministrationController, tmp_path: Path
) -> None:
    file = tmp_path / "credits.csv"
    file.write_text(f"email,amount,reason\n{ANN},1,x\nnobody@example.org,1,x\n{BOB},much,x\n{BOB},2,x\n")
    with qtbot.waitSignal(controller.credits_checked):
        window.credits.take_file(str(file))
    table = rows(window, "credits_table")
    assert [row[0] for row in table] == ["2", "3", "4", "5"]
    assert "no account" in table[1][4]
    assert "is not an amount" in table[2][4]
    assert part(window, QLabel, "credits_sum_label").text().startswith("2 of the lines cannot be carried out.")
    assert not part(window, QPushButton, "credit_give_button").isEnabled()
    sheet = part(window, Sheet, "credits_table")
    sheet.setSelectionMode(Sheet.SelectionMode.MultiSelection)
    for row in (1, 2):
        sheet.selectRow(row)
    with qtbot.waitSignal(controller.credits_checked):
        press(window, "credit_remove_button")
    press(window, "credit_give_button")
    wait_for_column(qtbot, window, 3, ["1,000.00", "1,001.00", "1,002.00"])


def test_a_price_is_seen_in_what_it_would_have_come_to_and_set_from_now_on(
    qtbot: QtBot, window: AdministrationWindow, controller: AdministrationController, program: Program
) -> None:
    controller.usage_found.emit({OperationType.DIVISION: OperationSum(OperationType.DIVISION, 3, 120_00)})
    combo = part(window, QComboBox, "price_operation_combo")
    combo.setCurrentIndex(combo.findData(OperationType.DIVISION.value))
    assert part(window, QLabel, "price_now_label").text() == "40.00"
    assert not part(window, QPushButton, "set_price_button").isEnabled()
    edit(window, "price_edit", "-1")
    assert part(window, QLabel, "forecast_label").text() == "A price cannot be below zero."
    edit(window, "price_edit", "50")
    assert part(window, QLabel, "forecast_label").text() == (
        "Last month it was used 3 times for 120.00; at this price that would have been 150.00 (+30.00). "
        "Everything together: 120.00, and 150.00 at today’s prices with this one."
    )
    with qtbot.waitSignals([controller.changed, controller.prices_found, controller.deeds_found]):
        press(window, "set_price_button")
    assert rows(window, "prices_table")[0][1:] == ["Division", "50.00", EMAIL]
    assert part(window, QLabel, "price_now_label").text() == "50.00"
    wait_for_deeds(qtbot, window, [[EMAIL, "Division: 40.00 → 50.00"]])


def test_who_is_no_administrator_any_more_is_told_so(
    qtbot: QtBot, window: AdministrationWindow, controller: AdministrationController, program: Program
) -> None:
    ledger, session = program.access.ledger, program.sessions.session
    on_lane(qtbot, program, lambda: ledger.set_role(session, ANN, Role.ADMIN))
    on_lane(qtbot, program, lambda: ledger.set_role(session, EMAIL, Role.USER))
    choose(window, BOB)
    with qtbot.waitSignal(controller.failed) as told:
        press(window, "status_button")
    assert isinstance(told.args[0].error, NotAllowed)
    assert "Only an administrator may do that." in said(window)


def test_nothing_of_it_is_left_for_whoever_signs_in_next(window: AdministrationWindow) -> None:
    edit(window, "credit_to_edit", ANN)
    window.forget()
    assert not window.isVisible()
    for name in ("people_table", "credits_table", "prices_table", "deeds_table"):
        assert rows(window, name) == []
    assert part(window, QLineEdit, "credit_to_edit").text() == ""


def test_letters_with_alt_are_unique_on_each_page_and_everything_has_a_name(window: AdministrationWindow) -> None:
    tabs = part(window, QTabWidget, "administration_tabs")
    for place in range(tabs.count()):
        tabs.setCurrentIndex(place)
        texts = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
        texts += [button.text() for button in window.findChildren(QPushButton) if button.isVisible()]
        letters = [text[text.index("&") + 1].casefold() for text in texts if "&" in text]
        assert len(set(letters)) == len(letters), (tabs.tabText(place), letters)
        for sheet in window.findChildren(Sheet):
            assert sheet.accessibleName()
