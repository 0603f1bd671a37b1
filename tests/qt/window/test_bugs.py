"""A bug is shown and logged wherever it comes: before the window, without it, and while it is put away."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.cli import main
from desktop.models.embedded import accounts
from desktop.settings import config
from desktop.settings.config import places
from desktop.window import making
from desktop.window.crash import CRASH_DIALOG
from desktop.window.program import Program
from tests.support import windows
from tests.support.widgets import part

pytestmark = pytest.mark.usefixtures("cheap_passwords")


def broken(*_arguments: object, **_more: object) -> Any:
    raise RuntimeError("a planted bug")


def crash_dialogs(application: QApplication) -> list[QDialog]:
    """Those on screen."""
    found = [each for each in application.topLevelWidgets() if each.objectName() == CRASH_DIALOG and each.isVisible()]
    return [each for each in found if isinstance(each, QDialog)]


def meet_a_bug_while_signed_out(qtbot: QtBot, qapp: QApplication, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """The sign-in dialog is on screen, the window is not."""
    with windows.opened(qapp, folder) as program:
        windows.register(qtbot, program)
        program.sessions.sign_out()
        qtbot.waitUntil(program.login_dialog.isVisible)
        patch.setattr(accounts, "sign_in", broken)
        program.sessions.sign_in(windows.EMAIL, windows.PASSWORD)
        see_it(qtbot, qapp, program)


def meet_a_bug_before_the_window(qtbot: QtBot, qapp: QApplication, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """The sign-in dialog looks around, and no window has been built."""
    patch.setattr(accounts, "is_empty", broken)
    with windows.opened(qapp, folder) as program:
        see_it(qtbot, qapp, program)
        assert program.window is None


def see_it(qtbot: QtBot, qapp: QApplication, program: Program) -> None:
    """The crash dialog comes, and belongs to what is on screen."""
    qtbot.waitUntil(lambda: bool(crash_dialogs(qapp)))
    (dialog,) = crash_dialogs(qapp)
    assert "a planted bug" in part(dialog, QPlainTextEdit, "").toPlainText()
    assert dialog.parentWidget() is program.login_dialog
    dialog.close()


def meet_a_bug_while_it_is_built(qtbot: QtBot, qapp: QApplication, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Nobody can be let in: the program ends once that has been read."""
    patch.setattr(making, "_attach", broken)
    ends: list[int] = []
    patch.setattr(Program, "_end", lambda _program: ends.append(1))
    with windows.opened(qapp, folder) as program:
        qtbot.waitUntil(lambda: bool(crash_dialogs(qapp)))
        (dialog,) = crash_dialogs(qapp)
        assert any("It cannot go on" in label.text() for label in dialog.findChildren(QLabel))
        see_it(qtbot, qapp, program)
        assert ends == [1]
        part(program.login_dialog, QLineEdit, "email_edit").setText(windows.EMAIL)
        part(program.login_dialog, QLineEdit, "password_edit").setText(windows.PASSWORD)
        with qtbot.waitSignal(program.sessions.busy_changed):
            part(program.login_dialog, QPushButton, "register_button").click()
        qtbot.wait(20)
        assert program.login_dialog.isVisible()


@pytest.mark.parametrize(
    "meet", [meet_a_bug_before_the_window, meet_a_bug_while_it_is_built, meet_a_bug_while_signed_out]
)
def test_a_bug_is_on_screen_where_no_window_is(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meet: Callable[..., None]
) -> None:
    with pytest.raises(AssertionError, match="a planted bug"):  # the harness tells of every bug at its end
        meet(qtbot, qapp, tmp_path / "data", monkeypatch)


def test_a_bug_that_keeps_the_window_from_being_built_is_shown_logged_and_said(
    qtbot: QtBot,
    qapp: QApplication,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    qapp.setQuitOnLastWindowClosed(False)  # as the program has it: it would quit twice, and end the next test's wait
    monkeypatch.setattr(config, "load", broken)
    seen: list[str] = []

    def read_and_close() -> None:
        for dialog in crash_dialogs(qapp):
            seen.append(part(dialog, QPlainTextEdit, "").toPlainText())
            dialog.close()

    closer = QTimer()
    closer.timeout.connect(read_and_close)
    closer.start(10)
    status = main(["--data-dir", str(tmp_path / "data")])
    closer.stop()
    qapp.setQuitOnLastWindowClosed(True)
    said = capsys.readouterr()
    assert status == 1
    assert len(said.err.splitlines()) == 1
    (reference,) = re.findall(r"\(reference ([0-9a-f]{8})\)", said.err)
    assert len(seen) == 1
    assert "a planted bug" in seen[0]
    log = (places(tmp_path / "data").log_dir / "metercalc.log").read_text()
    assert f"[{reference}]" in log
    assert "a planted bug" in log
