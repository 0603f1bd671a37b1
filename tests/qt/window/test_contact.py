"""Before the first draw from random.org a person is asked for an address, once, and told why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.settings import config as configuration
from desktop.views.dialogs.contact import ContactDialog
from desktop.views.main_window.window import MainWindow
from desktop.window.program import Program
from tests.support import windows
from tests.support.widgets import part

SERVICE = "https://www.random.org/strings/"


@pytest.fixture
def program(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, draws: list[str]
) -> Iterator[Program]:
    with windows.opened(qapp, tmp_path, url=SERVICE) as program:
        windows.register(qtbot, program)
        monkeypatch.setattr(program.calculator, "draw_random", lambda: draws.append("drawn"))
        yield program


@pytest.fixture
def draws() -> list[str]:
    return []


@pytest.fixture
def window(program: Program) -> MainWindow:
    assert program.window is not None
    return program.window


def press(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.mouseClick(part(window, QPushButton, "key_random"), Qt.MouseButton.LeftButton)


def dialog_of(window: MainWindow) -> ContactDialog:
    return part(window, ContactDialog, "contact_dialog")


def test_an_address_that_is_given_is_kept_in_the_file_and_the_string_is_drawn(
    qtbot: QtBot, program: Program, window: MainWindow, draws: list[str]
) -> None:
    press(qtbot, window)
    assert not draws, "nothing is drawn before the answer"
    dialog = dialog_of(window)
    assert part(dialog, QLineEdit, "contact_edit").text() == "ada@example.org"
    with qtbot.waitSignal(dialog.accepted):
        qtbot.keyClick(part(dialog, QLineEdit, "contact_edit"), Qt.Key.Key_Return)
    assert draws == ["drawn"]
    assert configuration.load(program.places.config_file, {}, {}).random.contact == "ada@example.org"
    assert program.access.config.random.contact == "ada@example.org"
    press(qtbot, window)
    assert draws == ["drawn", "drawn"], "asked once"


def test_whoever_names_none_is_not_asked_again(
    qtbot: QtBot, program: Program, window: MainWindow, draws: list[str]
) -> None:
    press(qtbot, window)
    qtbot.mouseClick(part(dialog_of(window), QPushButton, "draw_without_contact_button"), Qt.MouseButton.LeftButton)
    assert draws == ["drawn"]
    press(qtbot, window)
    assert draws == ["drawn", "drawn"]
    assert not program.access.config.random.contact


def test_esc_draws_nothing_and_the_question_stays_open(qtbot: QtBot, window: MainWindow, draws: list[str]) -> None:
    press(qtbot, window)
    with qtbot.waitSignal(dialog_of(window).destroyed):
        qtbot.keyClick(dialog_of(window), Qt.Key.Key_Escape)
    assert not draws
    press(qtbot, window)
    assert dialog_of(window).isVisible()


def test_an_address_that_is_kept_when_the_question_was_closed_meanwhile_draws_nothing(
    qtbot: QtBot, program: Program, window: MainWindow, draws: list[str]
) -> None:
    press(qtbot, window)
    dialog = dialog_of(window)
    qtbot.keyClick(part(dialog, QLineEdit, "contact_edit"), Qt.Key.Key_Return)
    windows.run_through(program.lanes.files)  # kept, and the answer is on its way
    with qtbot.waitSignal(dialog.destroyed):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    windows.settle(qtbot, program.lanes.files)
    assert program.access.config.random.contact == "ada@example.org"
    assert not draws


def test_what_is_no_address_is_said_in_place(qtbot: QtBot, window: MainWindow, draws: list[str]) -> None:
    press(qtbot, window)
    dialog = dialog_of(window)
    part(dialog, QLineEdit, "contact_edit").setText("not an address")
    error = part(dialog, QLabel, "contact_error_label")
    qtbot.keyClick(part(dialog, QLineEdit, "contact_edit"), Qt.Key.Key_Return)
    qtbot.waitUntil(error.isVisible)
    assert "e-mail" in error.text()
    assert not draws


def test_another_server_than_random_org_asks_for_no_address(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    with windows.opened(qapp, tmp_path) as program:
        window = windows.register(qtbot, program)
        monkeypatch.setattr(program.calculator, "draw_random", lambda: drawn.append("drawn"))
        press(qtbot, window)
        assert drawn == ["drawn"]
