"""The real program with its window, offscreen, on a folder that a test owns; and how its parts are found."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.controllers import background
from desktop.controllers.lane import Lane
from desktop.settings import config as configuration
from desktop.settings.config import Config, DatabaseSection
from desktop.views.main_window.window import MainWindow
from desktop.window.program import Program
from tests.support.waiting import PATIENCE_MS, PATIENCE_S
from tests.support.widgets import part

EMAIL, PASSWORD = "ada@example.org", "difference engine"
NOWHERE = "http://127.0.0.1:9/"  # nothing listens there


def make_config(folder: Path, *, balance: int = 100_000, **random: object) -> Config:
    """The shipped configuration with a starting balance (hundredths), where random.org does not answer."""
    shipped = configuration.load(folder / "config.toml", {}, {})
    unreachable = {"url": NOWHERE, "quota_url": NOWHERE, "timeout": 60}
    return replace(
        shipped,
        account=shipped.account._replace(default_balance=balance),
        random=shipped.random._replace(**(unreachable | random)),  # type: ignore[arg-type]
    )


@contextlib.contextmanager
def opened(application: QApplication, folder: Path, *, balance: int = 100_000, **random: object) -> Iterator[Program]:
    """A program that has started; at the end it is taken apart on this thread, and every bug it met is raised."""
    program = Program(application, configuration.places(folder), make_config(folder, balance=balance, **random))
    with running(application, program):
        yield program


@contextlib.contextmanager
def opened_at(application: QApplication, folder: Path, database: str) -> Iterator[Program]:
    """The same at the ledger of a server."""
    places = configuration.places(folder).with_database(DatabaseSection(database))
    program = Program(application, places, make_config(folder))
    with running(application, program):
        yield program


@contextlib.contextmanager
def running(application: QApplication, program: Program) -> Iterator[None]:
    """A program from its start to its end; every bug it met is raised."""
    bugs: list[str] = []
    program.bug_found.connect(lambda _reference, trace: bugs.append(trace))
    hook, sys.excepthook = sys.excepthook, program.report_bug
    grace, background.GRACE = background.GRACE, PATIENCE_S  # a slow machine leaves nothing behind
    try:
        program.start()
        yield
    finally:
        program.close()
        background.GRACE = grace
        sys.excepthook = hook
        dispose(application, program)
    assert not bugs, "\n".join(bugs)


def dispose(application: QApplication, program: Program) -> None:
    """Take a closed program's objects away at once: left to the garbage collector, timers might die on a lane."""
    for dialog in application.topLevelWidgets():
        if dialog not in (program.window, program.login_dialog):
            dialog.deleteLater()
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    built = vars(program)  # what was never needed is not built now
    for name in ("window", "login_dialog", "store", "records", "calculator", "random_strings", "sessions", "theme"):
        thing = built.get(name)
        if thing is not None and shiboken6.isValid(thing):
            shiboken6.delete(thing)
    program.window = None


def register(qtbot: QtBot, program: Program, email: str = EMAIL) -> MainWindow:
    """Make an account through the dialog; returns the window once it shows the balance and the records."""
    return _enter(qtbot, program, "register_button", email)


def sign_in(qtbot: QtBot, program: Program, email: str = EMAIL) -> MainWindow:
    """Sign in through the dialog; returns the window once it shows the balance and the records."""
    return _enter(qtbot, program, "sign_in_button", email)


def _enter(qtbot: QtBot, program: Program, button: str, email: str) -> MainWindow:
    dialog = program.login_dialog
    part(dialog, QLineEdit, "email_edit").setText(email)
    part(dialog, QLineEdit, "password_edit").setText(PASSWORD)
    with qtbot.waitSignals([program.calculator.statement_changed, program.records.page_changed]):
        part(dialog, QPushButton, button).click()
    assert program.window is not None
    return program.window


class _Heard(QObject):
    """Says that a lane has come as far as this."""

    heard = Signal()

    def on_done(self, _outcome: object) -> None:
        self.heard.emit()


def settle(qtbot: QtBot, lane: Lane) -> None:
    """Until a lane has done, and delivered, all that it was given so far."""
    last = _Heard()
    with qtbot.waitSignal(last.heard):
        lane.submit(lambda: None, done=last.on_done, failed=last.on_done)


@contextlib.contextmanager
def answered(qtbot: QtBot, program: Program, *, timeout: int = PATIENCE_MS, raising: bool = True) -> Iterator[None]:
    """Wait until the calculator has answered what is asked of it meanwhile, however it does."""
    calculator = program.calculator
    with qtbot.waitSignal(calculator.charged, timeout=timeout, raising=raising) as answer:
        for other in (calculator.denied, calculator.price_changed, calculator.failed):
            answer.connect(other)
        yield


def run_through(lane: Lane) -> None:
    """Until a lane has done all that it was given so far; nothing is delivered meanwhile."""
    nobody, reached = _Heard(), threading.Event()
    lane.submit(reached.set, done=nobody.on_done, failed=nobody.on_done)
    assert reached.wait(PATIENCE_S)


def shown(window: MainWindow, name: str) -> str:
    """What a label of the window says; "" when it is hidden."""
    label: Any = part(window, QLabel, name)
    return label.text() if label.isVisible() else ""
