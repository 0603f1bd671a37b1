"""How a person stands, asked of a real ledger: a failure is told and logged, and one of before reaches nobody."""

from __future__ import annotations

import logging

import pytest
from pytestqt.qtbot import QtBot

from desktop.controllers.spending import SpendingController
from desktop.models.ledger import standing
from desktop.terms.errors import AppError, NotSignedIn, StoreError
from tests.qt.conftest import Program
from tests.support import windows


def refuse(monkeypatch: pytest.MonkeyPatch, error: AppError) -> None:
    def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(standing, "standing", fail)


@pytest.fixture
def spending(qtbot: QtBot, program: Program) -> SpendingController:
    program.register(qtbot)
    return SpendingController(
        lanes=program.lanes, access=program.access, sessions=program.sessions, parent=program.calculator
    )


def test_what_was_spent_is_told(qtbot: QtBot, spending: SpendingController) -> None:
    with qtbot.waitSignal(spending.changed) as told:
        spending.look()
    assert told.args[0].spent == 0


def test_a_failure_is_told_and_stands_in_the_log_under_its_reference(
    qtbot: QtBot, spending: SpendingController, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(monkeypatch, StoreError("The store is gone."))
    caplog.set_level(logging.INFO)
    with qtbot.waitSignal(spending.failed) as told:
        spending.look()
    assert told.args[0].message == "The store is gone."
    assert [record.getMessage() for record in caplog.records] == ["a request ended in store"]


def test_a_lost_session_ends_instead(
    qtbot: QtBot, program: Program, spending: SpendingController, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, NotSignedIn("You are signed out."))
    with qtbot.assertNotEmitted(spending.failed), qtbot.waitSignal(program.sessions.signed_out) as told:
        spending.look()
    assert told.args == ["You are signed out."]


def test_a_failure_on_its_way_reaches_nobody_who_signs_in_next(
    qtbot: QtBot, program: Program, spending: SpendingController, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, StoreError("The store is gone."))
    spending.look()
    windows.run_through(program.lanes.read)
    program.sessions.sign_out()
    with qtbot.assertNotEmitted(spending.failed):
        program.register(qtbot, "bob@example.org")
        windows.settle(qtbot, program.lanes.read)
