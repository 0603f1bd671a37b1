"""Who is noticed to be there, in whichever window, and what is kept back once the lock is due."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from desktop.controllers.sessions import SessionController
from desktop.views.main_window.window import MainWindow
from desktop.window import presence
from desktop.window.program import Program
from tests.support.widgets import part
from tests.support.windows import opened, register


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What each look at the idle lock came to; what stands last is what it comes to next."""
    seen = [True]

    def note(_sessions: SessionController) -> bool:
        seen.append(seen[-1])
        return seen[-1]

    monkeypatch.setattr(SessionController, "note_activity", note)
    return seen


@pytest.fixture
def program(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, noted: list[bool], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Program]:
    monkeypatch.setattr(presence, "AGAIN_MS", 10)
    with opened(qapp, tmp_path) as made:
        yield made


@pytest.fixture
def window(qtbot: QtBot, program: Program) -> MainWindow:
    made = register(qtbot, program)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def system_window(widget: QWidget) -> QWindow:
    found = widget.windowHandle()
    assert found is not None
    return found


def type_into(widget: QWidget, text: str) -> None:
    """As the system delivers it: to the window."""
    for letter in text:
        QTest.keyClick(system_window(widget), Qt.Key(ord(letter.upper())))


def test_keys_and_clicks_are_noticed_and_go_where_they_should(
    qtbot: QtBot, window: MainWindow, noted: list[bool]
) -> None:
    entry = part(window, QLineEdit, "entry_edit")
    entry.setFocus()
    noted[:] = [True]
    type_into(window, "12")
    assert entry.text() == "12"
    assert len(noted) > 2
    noted[:] = [True]
    QTest.mouseClick(system_window(window), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert len(noted) > 1


def test_what_comes_after_the_lock_was_due_counts_for_nothing(
    qtbot: QtBot, window: MainWindow, noted: list[bool]
) -> None:
    entry = part(window, QLineEdit, "entry_edit")
    entry.setFocus()
    noted[:] = [False]
    type_into(window, "12")
    QTest.keyClick(system_window(window), Qt.Key.Key_F1)  # a shortcut is no press of a key to Qt
    assert (entry.text(), window.findChild(QDialog)) == ("", None)
    noted[:] = [True]
    QTest.keyClick(system_window(window), Qt.Key.Key_F1)
    dialog = window.findChild(QDialog)
    assert dialog is not None
    dialog.close()


@pytest.mark.parametrize("kind", [QDialog, QMenu])
def test_a_window_that_opens_later_is_watched_too(
    qtbot: QtBot, window: MainWindow, noted: list[bool], kind: type[QDialog | QMenu]
) -> None:
    later = kind(window)
    if isinstance(later, QMenu):
        later.setWindowFlag(Qt.WindowType.ToolTip)  # takes no focus, as a menu does on any other platform than this
    later.resize(50, 50)
    later.show()
    noted[:] = [False]

    def is_noticed() -> bool:
        QTest.mousePress(system_window(later), Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
        return len(noted) > 1

    qtbot.waitUntil(is_noticed)
    later.close()


def test_nobody_is_noticed_where_nobody_is_signed_in(
    qtbot: QtBot, program: Program, window: MainWindow, noted: list[bool]
) -> None:
    with qtbot.waitSignal(program.sessions.signed_out):
        program.sessions.sign_out()
    program.login_dialog.show()
    qtbot.waitUntil(lambda: program.login_dialog.windowHandle() is not None)
    noted[:] = [True]
    type_into(program.login_dialog, "a")
    assert len(noted) == 1
