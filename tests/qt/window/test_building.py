"""The window is built in turns behind the sign-in dialog, and nobody is let in before it is whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QTableView
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from desktop.window.program import Program
from desktop.window.turns import Turns
from tests.support.widgets import part
from tests.support.windows import EMAIL, PASSWORD, opened


def test_steps_are_taken_one_a_turn(qtbot: QtBot) -> None:
    taken: list[int] = []

    def steps() -> Iterator[None]:
        for number in range(3):
            taken.append(number)
            yield

    owner = QObject()
    turns = Turns(steps(), owner)
    turns.begin()
    turns.begin()
    assert taken == []  # not within the turn that asked
    with qtbot.waitSignal(turns.ended):
        pass
    assert taken == [0, 1, 2]
    with qtbot.assertNotEmitted(turns.ended, wait=20):
        turns.begin()


def test_steps_that_were_stopped_are_left(qtbot: QtBot) -> None:
    taken: list[int] = []

    def steps() -> Iterator[None]:
        for number in range(1000):
            taken.append(number)
            yield

    owner = QObject()
    turns = Turns(steps(), owner)
    turns.begin()
    qtbot.waitUntil(lambda: len(taken) > 1)
    turns.stop()
    with qtbot.assertNotEmitted(turns.ended, wait=20):
        turns.begin()
    assert len(taken) < 1000


def test_a_step_that_fails_is_told_and_nothing_goes_on_as_if_all_were_built(qtbot: QtBot) -> None:
    def steps() -> Iterator[None]:
        yield
        raise ZeroDivisionError

    owner = QObject()
    turns = Turns(steps(), owner)
    with capture_exceptions() as raised, qtbot.waitSignal(turns.broke):
        turns.begin()
    assert [kind for kind, *_ in raised] == [ZeroDivisionError]
    with qtbot.assertNotEmitted(turns.ended, wait=20):
        turns.begin()


def test_whoever_is_faster_than_the_window_is_let_in_once_it_is_whole(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with opened(qapp, tmp_path / "data") as program:
        codes: list[str] = []
        program.sessions.recovery_code_made.connect(codes.append)
        part(program.login_dialog, QLineEdit, "email_edit").setText(EMAIL)
        part(program.login_dialog, QLineEdit, "password_edit").setText(PASSWORD)
        with qtbot.waitSignals([program.sessions.signed_in, program.records.page_changed]):
            part(program.login_dialog, QPushButton, "register_button").click()
            assert program.window is None
            assert program.login_dialog.isVisible()
        window = program.window
        assert window is not None
        assert window.isVisible()
        assert not program.login_dialog.isVisible()
        assert part(window, QTableView, "records_table").model().rowCount() == 1
        assert len(codes) == 1
        assert part(window, QLabel, "recovery_code_label").text() == codes[0]


def test_enter_that_is_faster_than_the_store_signs_in_and_makes_no_account(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    def enter(program: Program) -> None:
        part(program.login_dialog, QLineEdit, "email_edit").setText(EMAIL)
        password = part(program.login_dialog, QLineEdit, "password_edit")
        password.setText(PASSWORD)
        qtbot.keyClick(password, Qt.Key.Key_Return)

    with opened(qapp, tmp_path / "data") as program:
        dialog = program.login_dialog
        with qtbot.waitSignal(program.sessions.first_run_known):
            enter(program)
        assert not program.sessions.is_signed_in
        assert not part(dialog, QLabel, "login_error_label").isVisible()
        with qtbot.waitSignal(program.sessions.signed_in):
            part(dialog, QPushButton, "register_button").click()
    with opened(qapp, tmp_path / "data") as program, qtbot.waitSignal(program.sessions.signed_in):
        enter(program)
        assert not part(program.login_dialog, QPushButton, "sign_in_button").isEnabled()
