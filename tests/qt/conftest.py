"""The window's program without its window: real lanes, store and controllers on a throw-away folder."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.controllers import background
from desktop.controllers.background import Lanes
from desktop.controllers.calculator import CalculatorController
from desktop.controllers.random_strings import RandomStrings
from desktop.controllers.records import RecordsController
from desktop.controllers.sessions import SessionController
from desktop.controllers.store import StoreController
from desktop.controllers.store_access import StoreAccess
from desktop.models.ledger import passwords
from desktop.settings import config as configuration
from desktop.terms.people import Session
from tests.support.random_server import RandomServer
from tests.support.stores import cheap_hasher
from tests.support.waiting import PATIENCE_S, PatientBot


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_teardown() -> Generator[None]:
    """A window that was closed is gone before anything is put back: a change of style would be worked out for it.

    Last of all wrappers, and so after the one that closes the windows.
    """
    application = QGuiApplication.instance()
    if application is not None:
        application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    yield


@pytest.fixture(autouse=True)
def _quick_sign_in(cheap_passwords: None) -> None:
    """Signing in takes no time here; the strength of real passwords has its own tests."""


@pytest.fixture(autouse=True)
def _nothing_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quitting waits for what runs, however slow the machine is; what it does without end has tests of its own."""
    monkeypatch.setattr(background, "GRACE", PATIENCE_S)


@pytest.fixture(autouse=True)
def _no_key_stays_pressed() -> Iterator[None]:
    """Alt, Ctrl and Shift of a test are let go of: Qt remembers them, and the next one's selections would heed them."""
    yield
    if QGuiApplication.instance() is not None and QGuiApplication.keyboardModifiers() != Qt.KeyboardModifier.NoModifier:
        widget = QWidget()
        QTest.keyClick(widget, Qt.Key.Key_Shift)
        assert QGuiApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier


@pytest.fixture(scope="module")
def lasting_bot(qapp: object, request: pytest.FixtureRequest) -> Iterator[PatientBot]:
    """For a window that a module shares, each test leaving it as it was; signing in takes no time here either."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", cheap_hasher())
        yield PatientBot(request)


EMAIL, PASSWORD = "ada@example.org", "difference engine"
NOWHERE = "http://127.0.0.1:9/"  # nothing listens there


@dataclass(frozen=True)
class Program:
    """All controllers of one window."""

    access: StoreAccess
    lanes: Lanes
    sessions: SessionController
    random_strings: RandomStrings
    calculator: CalculatorController
    records: RecordsController
    store: StoreController

    def register(self, qtbot: QtBot, email: str = EMAIL) -> Session:
        """Make an account, be signed in to it, and wait for its prices."""
        with qtbot.waitSignals([self.sessions.signed_in, self.calculator.statement_changed]):
            self.sessions.register(email, PASSWORD)
        return self.sessions.session


def make_program(folder: Path, **random: object) -> Program:
    """The controllers on a folder; `random` replaces settings of the [random] section."""
    places = configuration.places(folder)
    config = configuration.load(places.config_file, {}, {})
    chosen: dict[str, Any] = {"url": NOWHERE, "quota_url": NOWHERE, "timeout": 60, **random}
    settings = config.random._replace(**chosen)
    config = replace(config, random=settings)
    access = StoreAccess(places, config)
    lanes = Lanes(
        open_writing=access.open,
        open_reading=access.join_reading,
        open_survey=access.join,
        leave=access.leave,
        close=access.close,
        interrupt_reader=access.interrupt,
    )
    sessions = SessionController(lanes=lanes, access=access)
    random_strings = RandomStrings(network=lanes.network, settings=settings)
    sessions.look_around()  # opens the store
    return Program(
        access,
        lanes,
        sessions,
        random_strings,
        CalculatorController(lanes=lanes, access=access, sessions=sessions, random_strings=random_strings),
        RecordsController(lanes=lanes, access=access, sessions=sessions),
        StoreController(lanes=lanes, access=access),
    )


@pytest.fixture
def program(qtbot: QtBot, tmp_path: Path) -> Iterator[Program]:
    """A program with an empty store; random.org does not answer."""
    made = make_program(tmp_path / "data")
    yield made
    take_apart(made)


@pytest.fixture
def online(qtbot: QtBot, tmp_path: Path) -> Iterator[Program]:
    """A program with an empty store, and a random.org of its own on this machine."""
    with RandomServer() as server:
        made = make_program(tmp_path / "data", url=server.url, quota_url=server.quota_url)
        yield made
        take_apart(made)


def take_apart(made: Program) -> None:
    """End the lanes, and delete the controllers on this thread: the garbage collector might choose a lane's."""
    made.lanes.close()
    for controller in (made.store, made.records, made.calculator, made.random_strings, made.sessions):
        shiboken6.delete(controller)
