"""Two windows on one store: a second start raises the first; two programs all the same agree within a second."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.window.single_instance import SingleInstance
from tests.support import windows
from tests.support.command_line import ROOT
from tests.support.widgets import part

FRESH_S = 1.0
PATIENCE_S = 30

# Without a screen there is nothing to come to the front of.
pytestmark = pytest.mark.qt_log_ignore(r"This plugin does not support raise\(\)", extend=True)


@contextlib.contextmanager
def started(*words: str) -> Iterator[tuple[subprocess.Popen[str], queue.Queue[str]]]:
    """A Python process without a screen, and the lines it says."""
    with subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        lines: queue.Queue[str] = queue.Queue()
        reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
        reader.start()
        try:
            yield process, lines
        finally:
            process.kill()
            reader.join(PATIENCE_S)


def _read(process: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line.strip())


def _say(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Callable[[], SingleInstance]]:
    """Makes instances for one store, and closes them."""
    made: list[SingleInstance] = []

    def make() -> SingleInstance:
        made.append(SingleInstance(tmp_path / "data" / "metercalc.db"))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.usefixtures("cheap_passwords")
def test_a_second_start_raises_the_first_window_and_ends_well(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, instance: Callable[[], SingleInstance]
) -> None:
    with windows.opened(qapp, tmp_path / "data") as program:
        first = instance()
        assert not first.is_second()
        first.raise_asked.connect(program.raise_window)
        window = windows.register(qtbot, program)
        window.showMinimized()
        assert window.isMinimized()
        with started("desktop", "--data-dir", str(tmp_path / "data")) as (process, _lines):
            qtbot.waitUntil(lambda: process.poll() is not None, timeout=PATIENCE_S * 1000)
            assert process.returncode == 0
        qtbot.waitUntil(lambda: not window.isMinimized(), timeout=5_000)
        assert window.isVisible()
        assert not program.login_dialog.isVisible()


def test_a_second_start_before_sign_in_raises_the_sign_in_dialog(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, instance: Callable[[], SingleInstance]
) -> None:
    with windows.opened(qapp, tmp_path / "data") as program:
        first, second = instance(), instance()
        assert not first.is_second()
        first.raise_asked.connect(program.raise_window)
        program.login_dialog.showMinimized()
        assert second.is_second()
        qtbot.waitUntil(lambda: not program.login_dialog.isMinimized(), timeout=5_000)
        assert program.login_dialog.isVisible()


def test_who_asks_before_the_first_window_listens_to_it_is_not_forgotten(
    qtbot: QtBot, instance: Callable[[], SingleInstance]
) -> None:
    first, second = instance(), instance()
    assert not first.is_second()
    assert second.is_second()  # the first is still being built: nothing of its has run since
    with qtbot.waitSignal(first.raise_asked):
        pass


def test_another_store_has_a_window_of_its_own(tmp_path: Path, instance: Callable[[], SingleInstance]) -> None:
    assert not instance().is_second()
    other = SingleInstance(tmp_path / "other" / "metercalc.db")
    assert not other.is_second()
    other.close()


def test_a_store_that_is_closed_can_be_opened_again(instance: Callable[[], SingleInstance]) -> None:
    first = instance()
    assert not first.is_second()
    first.close()
    assert not instance().is_second()


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL; a named pipe goes with its process")
def test_a_killed_program_does_not_keep_its_store(tmp_path: Path, instance: Callable[[], SingleInstance]) -> None:
    code = (
        "import sys, time; from pathlib import Path; from PySide6.QtCore import QCoreApplication;"
        "from desktop.window.single_instance import SingleInstance; a = QCoreApplication([]);"
        "i = SingleInstance(Path(sys.argv[1])); print(i.is_second(), flush=True); a.exec()"
    )
    file = tmp_path / "data" / "metercalc.db"
    with subprocess.Popen([sys.executable, "-c", code, str(file)], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"False\n"
        assert instance().is_second()
        process.send_signal(signal.SIGKILL)
    assert not instance().is_second()
    assert instance().is_second()


@pytest.mark.usefixtures("cheap_passwords")
def test_two_programs_on_one_store_see_each_others_balance_within_a_second(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    with windows.opened(qapp, folder) as program:
        window = windows.register(qtbot, program)
        entry, balance = part(window, QLineEdit, "entry_edit"), part(window, QLabel, "balance_label")
        with started("tests.support.window_process", str(folder)) as (other, said):
            assert said.get(timeout=PATIENCE_S) == "1,000.00"
            expected = 1_000
            for _ in range(4):
                _say(other, "1+1")
                expected -= 10
                assert said.get(timeout=PATIENCE_S) == f"{expected}.00"
                told = time.monotonic()
                qtbot.waitUntil(partial(_shows, balance, f"{expected}.00"), timeout=5_000)
                assert time.monotonic() - told < FRESH_S
                entry.setText("2+2")
                QTest.keyClick(entry, Qt.Key.Key_Return)
                expected -= 10
                qtbot.waitUntil(partial(_shows, balance, f"{expected}.00"), timeout=5_000)
                told = time.monotonic()
                assert said.get(timeout=PATIENCE_S) == f"{expected}.00"
                assert time.monotonic() - told < FRESH_S
            _say(other, "")
            assert other.wait(PATIENCE_S) == 0
        assert windows.shown(window, "message_label") == ""
        problems: list[object] = []
        program.store.verified.connect(lambda outcome: problems.extend(outcome.problems))
        with qtbot.waitSignal(program.store.verified, timeout=10_000):
            program.store.verify()
        assert problems == []


def _shows(label: QLabel, text: str) -> bool:
    return label.text() == text
