"""Two people at two windows and a stream of expressions on one server, through a forced restart of it."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from desktop.views.main_window.window import MainWindow
from desktop.window.program import Program
from tests.support import shared, windows
from tests.support.command_line import ROOT
from tests.support.postgres import FAST, Server, running, shared_server
from tests.support.stores import ADMIN, ANN, BOB, PASSWORD
from tests.support.waiting import PATIENCE_S
from tests.support.widgets import part


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of its own: it is restarted."""
    with running(*FAST) as found:
        yield found


@contextmanager
def started(*words: str, errors: int = subprocess.STDOUT) -> Iterator[tuple[subprocess.Popen[str], queue.Queue[str]]]:
    """A Python process without a screen, and the lines it says; where its `errors` go is said."""
    with subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
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


def say(process: subprocess.Popen[str], line: str) -> None:
    """Give a process a line."""
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def sign_in(qtbot: QtBot, program: Program) -> MainWindow:
    """Ann signs in through the dialog."""
    dialog = program.login_dialog
    part(dialog, QLineEdit, "email_edit").setText(ANN)
    part(dialog, QLineEdit, "password_edit").setText(PASSWORD)
    with qtbot.waitSignals([program.calculator.statement_changed, program.records.page_changed]):
        part(dialog, QPushButton, "sign_in_button").click()
    assert program.window is not None
    return program.window


def enter(window: MainWindow, text: str) -> None:
    """Type an entry and press Enter."""
    entry = part(window, QLineEdit, "entry_edit")
    entry.setText(text)
    QTest.keyClick(entry, Qt.Key.Key_Return)


def shows(window: MainWindow, balance: str) -> bool:
    """Whether the window shows a balance."""
    return part(window, QLabel, "balance_label").text() == balance


def test_a_window_at_a_server_signs_in_charges_shows_its_records_and_proves_them(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    server = shared_server()
    database = shared.peopled(tmp_path, ADMIN, ANN)
    with windows.opened_at(qapp, tmp_path / "ann", server.url(database)) as program:
        window = sign_in(qtbot, program)
        enter(window, "2×3")
        qtbot.waitUntil(partial(shows, window, "970.00"))
        table = part(window, QTableView, "records_table")
        qtbot.waitUntil(lambda: table.model().rowCount() == 2)
        assert windows.shown(window, "message_label") == ""
        qtbot.waitUntil(lambda: program.store.is_proved is True)  # by itself, once Ann is signed in
        with qtbot.waitSignal(program.store.verified) as proof:
            program.store.verify()
        assert (proof.args[0].problems, proof.args[0].records) == ((), 2)
        with qtbot.waitSignal(program.store.failed) as refused:
            program.store.back_up(str(tmp_path / "copy.db"))
        assert "pg_dump" in refused.args[0].message
    shared.give_back(tmp_path)


def test_a_wrong_password_and_a_new_account_are_refused_in_the_dialog(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    database = shared.peopled(tmp_path, ADMIN)
    with windows.opened_at(qapp, tmp_path / "new", shared_server().url(database)) as program:
        dialog = program.login_dialog
        for button, password, said in (
            ("sign_in_button", "wrong horse 7", "not right"),
            ("register_button", PASSWORD, "an administrator makes the accounts"),
        ):
            part(dialog, QLineEdit, "email_edit").setText(ANN)
            part(dialog, QLineEdit, "password_edit").setText(password)
            with qtbot.waitSignal(program.sessions.failed):
                part(dialog, QPushButton, button).click()
            assert said in part(dialog, QLabel, "login_error_label").text()
    shared.give_back(tmp_path)


@pytest.mark.faults
def test_two_windows_and_a_stream_work_on_one_server_through_its_restart(
    qtbot: QtBot, qapp: QApplication, server: Server, tmp_path: Path
) -> None:
    database = server.ledger(ADMIN, ANN, BOB)
    url = server.url(database)
    bobs = ("tests.support.window_process", str(tmp_path / "bob"), url, BOB, PASSWORD)
    places = ("--data-dir", str(tmp_path / "cli"), "--database", url)
    stream = ("desktop", *places, "eval", "-", "--user", ANN, "--password-stdin")
    with (
        windows.opened_at(qapp, tmp_path / "ann", url) as program,
        started(*bobs, errors=subprocess.DEVNULL) as (bob, bob_shows),
        started(*stream) as (lines, answers),
    ):
        window = sign_in(qtbot, program)
        assert bob_shows.get(timeout=PATIENCE_S) == "1,000.00"
        enter(window, "1+1")
        qtbot.waitUntil(partial(shows, window, "990.00"))
        say(lines, PASSWORD)
        say(lines, "2×3")
        assert answers.get(timeout=PATIENCE_S) == "6"
        qtbot.waitUntil(partial(shows, window, "960.00"))  # what another desk did is seen here
        say(bob, "1+1")
        assert bob_shows.get(timeout=PATIENCE_S) == "990.00"

        server.stop(signal.SIGQUIT)
        enter(window, "4+4")
        qtbot.waitUntil(lambda: "cannot be reached" in windows.shown(window, "message_label"))
        assert "Nothing was charged." in windows.shown(window, "message_label")
        assert part(window, QLineEdit, "entry_edit").text() == "4+4"
        qtbot.waitUntil(lambda: "cannot be reached" in program.store.trouble)
        say(lines, "5+5")
        assert "Nothing was charged." in answers.get(timeout=PATIENCE_S)

        server.start(*FAST)
        qtbot.waitUntil(lambda: program.store.trouble == "")
        QTest.keyClick(part(window, QLineEdit, "entry_edit"), Qt.Key.Key_Return)
        qtbot.waitUntil(partial(shows, window, "950.00"))
        say(lines, "5+5")
        assert answers.get(timeout=PATIENCE_S) == "10"
        qtbot.waitUntil(partial(shows, window, "940.00"))
        say(bob, "2+2")
        assert bob_shows.get(timeout=PATIENCE_S) == "980.00"
        say(bob, "")
        assert bob.wait(PATIENCE_S) == 0
    prover = shared.open_at(database, tmp_path / "prover", at=server)
    prover.sign_in(ADMIN, PASSWORD)
    proof = prover.verify(results=True)
    prover.close()
    assert (proof.problems, proof.records) == ((), 3 + 4 + 2)
