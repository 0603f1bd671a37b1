"""What keeps the window from opening is shown to whoever started it from a menu, and said where there is a terminal."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLabel

from desktop.cli import main
from desktop.settings.config import places
from desktop.system import ending
from desktop.window import socket_place, start
from desktop.window.first_start import FirstStart
from desktop.window.trouble import TROUBLE_DIALOG


@pytest.fixture
def seen(qapp: QApplication) -> Iterator[list[str]]:
    """What stood in each dialog of trouble, which somebody then closes."""
    texts: list[str] = []

    def read_and_close() -> None:
        for dialog in qapp.topLevelWidgets():
            if isinstance(dialog, QDialog) and dialog.objectName() == TROUBLE_DIALOG and dialog.isVisible():
                texts.append(" ".join(label.text() for label in dialog.findChildren(QLabel)))
                dialog.close()

    closer = QTimer()
    closer.timeout.connect(read_and_close)
    closer.start(10)
    qapp.setQuitOnLastWindowClosed(False)  # as the program has it: it would quit twice, and end the next test's wait
    yield texts
    closer.stop()
    qapp.setQuitOnLastWindowClosed(True)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A folder whose configuration holds what nobody may set."""
    file = places(tmp_path / "data").config_file
    file.parent.mkdir(parents=True)
    file.write_text('[random]\nfallback = "maybe"\n', encoding="utf-8")
    return tmp_path / "data"


def test_a_broken_configuration_is_shown_where_no_terminal_says_it(
    broken: Path, seen: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data-dir", str(broken)]) == 2
    (text,) = seen
    for part in (str(places(broken).config_file), "fallback", "maybe", "reference"):
        assert part in text
    assert "fallback" in capsys.readouterr().err


def test_it_has_the_look_of_the_program_where_no_window_gave_it_one(
    broken: Path, seen: list[str], qapp: QApplication
) -> None:
    qapp.setStyleSheet("")
    assert main(["--data-dir", str(broken)]) == 2
    assert len(seen) == 1
    assert "QPushButton" in qapp.styleSheet()


def test_a_terminal_is_enough(broken: Path, seen: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(["--data-dir", str(broken)]) == 2
    assert seen == []


def test_a_terminal_for_what_is_typed_is_one_too(
    broken: Path, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert main(["--data-dir", str(broken)]) == 2
    assert seen == []


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_script_that_takes_what_is_said_waits_for_nobody(
    broken: Path, seen: list[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading), os.fdopen(writing, "w") as taken:
        monkeypatch.setattr(sys, name, taken)
        assert main(["--data-dir", str(broken)]) == 2
        assert seen == []


def test_a_menu_that_is_a_pipe_itself_reads_nothing(
    broken: Path, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as given, os.fdopen(writing, "w"):
        monkeypatch.setattr(sys, "stdin", given)
        assert main(["--data-dir", str(broken)]) == 2
        assert len(seen) == 1


def test_a_command_shows_nothing(broken: Path, seen: list[str]) -> None:
    assert main(["--data-dir", str(broken), "verify"]) == 2
    assert seen == []


@pytest.mark.skipif(sys.platform == "win32", reason="another program cannot send one there")
def test_a_signal_is_a_quit_there_too(broken: Path, qapp: QApplication) -> None:
    qapp.setQuitOnLastWindowClosed(False)

    def end() -> None:
        if any(each.objectName() == TROUBLE_DIALOG and each.isVisible() for each in qapp.topLevelWidgets()):
            ender.stop()
            signal.raise_signal(signal.SIGTERM)

    ender = QTimer()
    ender.timeout.connect(end)
    ender.start(10)
    assert main(["--data-dir", str(broken)]) == ending.status_of(signal.SIGTERM)
    qapp.setQuitOnLastWindowClosed(True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes have names here")
def test_whoever_starts_it_again_meets_no_window_in_the_dialog(
    tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "make_application", lambda: qapp)  # there can be one
    data = places(tmp_path / "data")
    data.data_dir.mkdir(parents=True)
    os.mkfifo(data.settings_file)
    left = socket_place.of(data.store_file).name  # by a window that was killed: so the name is taken at once
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(left)
    again: list[bool] = []

    def start_again() -> None:
        for dialog in qapp.topLevelWidgets():
            if isinstance(dialog, QDialog) and dialog.objectName() == TROUBLE_DIALOG and dialog.isVisible():
                starter.stop()
                second = FirstStart(data.store_file)
                again.append(second.is_second())
                second.close()
                dialog.close()

    starter = QTimer()
    starter.timeout.connect(start_again)
    starter.start(10)
    qapp.setQuitOnLastWindowClosed(False)
    assert main(["--data-dir", str(data.data_dir)]) == 2
    qapp.setQuitOnLastWindowClosed(True)
    assert again == [False]
