"""A recovery code in the real window: told once at registering, made anew, and used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.views.dialogs.recovery import RecoverDialog, RecoveryCodeDialog
from desktop.views.main_window.window import MainWindow
from desktop.window.program import Program
from tests.support import windows
from tests.support.widgets import part

NEW = "a better horse 8"


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Program]:
    with windows.opened(qapp, tmp_path) as program:
        with qtbot.waitSignal(program.sessions.recovery_code_made):
            windows.register(qtbot, program)
        yield program


@pytest.fixture
def window(program: Program) -> MainWindow:
    assert program.window is not None
    return program.window


def code(window: MainWindow) -> str:
    return part(window, QLabel, "recovery_code_label").text()


def click(qtbot: QtBot, parent: QWidget, name: str) -> None:
    qtbot.mouseClick(part(parent, QPushButton, name), Qt.MouseButton.LeftButton)


def test_the_code_is_in_sight_until_it_was_kept_and_can_be_copied(qtbot: QtBot, window: MainWindow) -> None:
    bar = part(window, QWidget, "recovery_bar")
    assert bar.isVisible()
    assert len(code(window)) == 29
    click(qtbot, bar, "copy_recovery_code_button")
    assert QGuiApplication.clipboard().text() == code(window)
    click(qtbot, bar, "recovery_code_kept_button")
    assert not bar.isVisible()
    assert code(window) == ""


def test_whoever_comes_next_does_not_see_it(qtbot: QtBot, program: Program, window: MainWindow) -> None:
    program.sessions.sign_out()
    assert code(window) == ""


def test_with_the_code_one_is_back_in_ones_account(qtbot: QtBot, program: Program, window: MainWindow) -> None:
    known = code(window)
    program.sessions.sign_out()
    login = program.login_dialog
    click(qtbot, login, "forgotten_password_button")
    asking = part(login, RecoverDialog, "recover_dialog")
    for name, text in (("recover_code_edit", known), ("new_password_edit", NEW), ("again_password_edit", NEW)):
        part(asking, QLineEdit, name).setText(text)
    with qtbot.waitSignal(program.sessions.signed_in):
        qtbot.keyClick(part(asking, QLineEdit, "again_password_edit"), Qt.Key.Key_Return)
    assert window.isVisible()
    assert not login.isVisible()


def test_a_new_code_is_made_for_who_knows_the_password(qtbot: QtBot, program: Program, window: MainWindow) -> None:
    earlier = code(window)
    part(window, QAction, "recovery_code_action").trigger()
    dialog = part(window, RecoveryCodeDialog, "recovery_code_dialog")
    password = part(dialog, QLineEdit, "present_password_edit")
    error = part(dialog, QLabel, "recovery_error_label")
    password.setText("wrong horse 7")
    with qtbot.waitSignal(program.sessions.failed):
        qtbot.keyClick(password, Qt.Key.Key_Return)
    assert "No code was made" in error.text()
    password.setText(windows.PASSWORD)
    with qtbot.waitSignal(program.sessions.recovery_code_made):
        qtbot.keyClick(password, Qt.Key.Key_Return)
    assert code(window) not in ("", earlier)
