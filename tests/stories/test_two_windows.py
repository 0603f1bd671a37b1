"""Two windows on one store: a second start raises the first; two programs all the same agree by themselves."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.controllers.store import POLL_MS
from desktop.window import single_instance
from desktop.window.single_instance import SingleInstance
from tests.support import windows
from tests.support.command_line import ROOT
from tests.support.waiting import PATIENCE_MS, PATIENCE_S
from tests.support.widgets import part

HOLD = (
    "import sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication;"
    "from desktop.window.single_instance import SingleInstance; a = QCoreApplication([]);"
    "i = SingleInstance(Path(sys.argv[1])); print(i.is_second(), flush=True); a.exec()"
)

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


@pytest.fixture(autouse=True)
def sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The session's folder for sockets: a short one, for a socket's name can have a hundred bytes."""
    with tempfile.TemporaryDirectory(prefix="run-") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


@contextlib.contextmanager
def holding(file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds a store's name as a window does."""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(file)], cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"False\n"
            yield process
        finally:
            process.kill()


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window that is slow to answer is none that hangs."""
    monkeypatch.setattr(single_instance, "CONNECT_MS", PATIENCE_MS)
    monkeypatch.setattr(single_instance, "ANSWER_MS", PATIENCE_MS)


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
        with started("tests.support.patient_program", "--data-dir", str(tmp_path / "data")) as (process, _lines):
            qtbot.waitUntil(lambda: process.poll() is not None)
            assert process.returncode == 0
        qtbot.waitUntil(lambda: not window.isMinimized())
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
        qtbot.waitUntil(lambda: not program.login_dialog.isMinimized())
        assert program.login_dialog.isVisible()


def test_who_asks_before_the_first_window_listens_to_it_is_not_forgotten(
    qtbot: QtBot, instance: Callable[[], SingleInstance]
) -> None:
    first, second = instance(), instance()
    assert not first.is_second()  # from here on it is still being built, and nothing of its runs
    with qtbot.waitSignal(first.raise_asked):
        assert second.is_second()


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
    with holding(tmp_path / "data" / "metercalc.db") as process:
        assert instance().is_second()
        process.kill()
    assert not instance().is_second()
    assert instance().is_second()


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGSTOP")
def test_a_window_that_hangs_does_not_keep_the_next_one_from_opening(
    tmp_path: Path, sockets: Path, instance: Callable[[], SingleInstance], monkeypatch: pytest.MonkeyPatch
) -> None:
    with holding(tmp_path / "data" / "metercalc.db") as process:
        process.send_signal(signal.SIGSTOP)
        with monkeypatch.context() as impatient:
            impatient.setattr(single_instance, "ANSWER_MS", 200)
            assert not instance().is_second()
        assert len(list(sockets.iterdir())) == 1  # it keeps its name: it may come round
        process.send_signal(signal.SIGCONT)
        assert instance().is_second()


@pytest.mark.skipif(os.name == "nt", reason="a named pipe goes with its process")
def test_the_sockets_of_killed_windows_do_not_stay(
    tmp_path: Path, sockets: Path, instance: Callable[[], SingleInstance]
) -> None:
    with holding(tmp_path / "alive" / "metercalc.db"):
        with holding(tmp_path / "1" / "metercalc.db"), holding(tmp_path / "2" / "metercalc.db"):
            pass
        assert len(list(sockets.iterdir())) == 3
        assert not instance().is_second()
        assert len(list(sockets.iterdir())) == 2


@pytest.mark.skipif(os.name == "nt", reason="no folder of sockets")
@pytest.mark.parametrize("mode", [0o777, 0o750])
def test_a_folder_that_others_can_reach_into_holds_no_socket(
    monkeypatch: pytest.MonkeyPatch, sockets: Path, instance: Callable[[], SingleInstance], mode: int
) -> None:
    """A name that somebody else holds there would keep this person's window from opening, for ever."""
    (sockets / "open").mkdir()
    (sockets / "open").chmod(mode)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(sockets / "open"))
    monkeypatch.setattr(tempfile, "tempdir", str(sockets))
    assert not instance().is_second()
    assert instance().is_second()
    assert list((sockets / "open").iterdir()) == []
    (mine,) = sockets.glob("metercalc-*")
    assert mine.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.name == "nt", reason="no folder of sockets")
def test_where_no_folder_is_the_person_s_own_the_window_opens_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    sockets: Path,
    instance: Callable[[], SingleInstance],
) -> None:
    (sockets / f"metercalc-{os.getuid()}").symlink_to(sockets)
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr(tempfile, "tempdir", str(sockets))
    assert not instance().is_second()
    assert not instance().is_second()
    assert "a second window cannot find this one" in caplog.text


@pytest.mark.usefixtures("cheap_passwords")
def test_two_programs_on_one_store_see_each_others_balance_by_themselves(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    assert POLL_MS <= 500  # within a second, where the machine has nothing else to do
    folder = tmp_path / "data"
    with windows.opened(qapp, folder) as program:
        window = windows.register(qtbot, program)
        entry, balance = part(window, QLineEdit, "entry_edit"), part(window, QLabel, "balance_label")
        with started("tests.support.window_process", str(folder)) as (other, said):
            assert said.get(timeout=PATIENCE_S) == "1,000.00"
            expected = 1_000
            for _ in range(2):
                _say(other, "1+1")
                expected -= 10
                assert said.get(timeout=PATIENCE_S) == f"{expected}.00"
                qtbot.waitUntil(partial(_shows, balance, f"{expected}.00"))
                entry.setText("2+2")
                QTest.keyClick(entry, Qt.Key.Key_Return)
                expected -= 10
                qtbot.waitUntil(partial(_shows, balance, f"{expected}.00"))
                assert said.get(timeout=PATIENCE_S) == f"{expected}.00"
            _say(other, "")
            assert other.wait(PATIENCE_S) == 0
        assert windows.shown(window, "message_label") == ""
        problems: list[object] = []
        program.store.verified.connect(lambda outcome: problems.extend(outcome.problems))
        with qtbot.waitSignal(program.store.verified):
            program.store.verify()
        assert problems == []


def _shows(label: QLabel, text: str) -> bool:
    return label.text() == text
