"""Promises 19 and 1, by hand: senseless events crash nothing and leave the ledger whole; twice pressed pays once."""

from __future__ import annotations

import ctypes
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.arithmetic.money import format_money
from desktop.controllers.calculator import CalculatorController
from desktop.models.embedded.verify import verify
from desktop.terms.charges import Receipt
from desktop.views.calculator.panel import CalculatorPanel
from desktop.views.main_window.window import MainWindow
from desktop.window.program import Program
from tests.faults.support.runs import in_some_go
from tests.support import windows
from tests.support.monkey import Monkey, double_click
from tests.support.random_server import RandomServer
from tests.support.stores import make_store, raw, store_behind, tamper
from tests.support.widgets import part

RICH = 10**12  # hundredths
SITTING = 250  # sums until the window is closed: the tape takes longer the longer it is
PATIENCE_MS = 300_000  # only a window that hangs meets it

pytestmark = [
    pytest.mark.usefixtures("cheap_passwords", "_no_folder_is_opened"),
    pytest.mark.qt_log_ignore(r"This plugin does not support", extend=True),  # there is no screen
]


class _Swallow(QObject):
    @Slot(QUrl)
    def open(self, _url: QUrl) -> None:
        """Help, Open log folder: not on this machine."""


@pytest.fixture
def _no_folder_is_opened(qapp: QApplication) -> Iterator[None]:
    swallow = _Swallow()
    QDesktopServices.setUrlHandler("file", swallow, "open")  # type: ignore[arg-type]  # its stub wants bytes, it takes text
    yield
    QDesktopServices.unsetUrlHandler("file")


@pytest.fixture
def server() -> Iterator[RandomServer]:
    with RandomServer() as running:
        yield running


def problems(file: Path) -> list[str]:
    """What `verify` finds in a store that nobody has open."""
    store = make_store(file)
    try:
        return [f"{problem.rule}: {problem.message}" for problem in verify(store).problems]
    finally:
        store.close()


# -- the monkey --------------------------------------------------------------------------------------------------------


def let_loose(
    qtbot: QtBot, qapp: QApplication, folder: Path, server: RandomServer, choose: random.Random, events: int
) -> tuple[list[str], list[str]]:
    """Let the monkey play, then check that the window still calculates: bugs that showed, problems of the ledger."""
    data, bugs = folder / "data", list[str]()
    random = {"url": server.url, "quota_url": server.quota_url, "block": 10}
    (folder / "files").mkdir()
    try:
        with windows.opened(qapp, data, balance=RICH, **random) as program:
            program.bug_found.connect(lambda _reference, trace: bugs.append(trace))
            window = windows.register(qtbot, program)
            monkey = Monkey(program, choose, folder / "files", events)
            with qtbot.waitSignal(monkey.finished, timeout=PATIENCE_MS):
                monkey.start()
            print("\n".join(monkey.did[-20:]))  # noqa: T201  # what it did last
            _still_calculates(qtbot, program, window)
            monkey.deleteLater()
    except AssertionError:
        if not bugs:  # they are the caller's to judge
            raise
    return bugs, problems(data / "metercalc.db")


def _still_calculates(qtbot: QtBot, program: Program, window: MainWindow) -> None:
    for widget in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
        if widget is not None and widget is not program.login_dialog:
            widget.close()
    if not program.sessions.is_signed_in:
        store = store_behind(program.access.ledger)
        clock = store.clock
        store.clock = lambda: clock() + 10**9
        with qtbot.waitSignals([program.sessions.signed_in, program.calculator.statement_changed]):
            program.sessions.sign_in(windows.EMAIL, windows.PASSWORD)
    program.calculator.cancel_drawing()

    def charged() -> bool:
        # What the monkey asked for last may still be under way: then this one is ignored, and asked again.
        if not receipts:
            program.calculator.set_entry("1+1")
            program.calculator.evaluate()
        return bool(receipts)

    receipts: list[Receipt] = []
    program.calculator.charged.connect(receipts.append)
    qtbot.waitUntil(charged)
    with qtbot.waitSignal(program.calculator.statement_changed) as statement:
        program.calculator.refresh()
    with raw(program.places.store_file) as connection:
        balance = connection.execute("SELECT balance FROM user").fetchone()[0]
    assert statement.args[0].account.balance == balance
    shown = part(window, QLabel, "balance_label").text()
    assert shown == format_money(balance)


@pytest.mark.parametrize("events", [80, pytest.param(20_000, marks=pytest.mark.faults)])
def test_senseless_events_neither_crash_the_window_nor_hurt_the_ledger(
    qtbot: QtBot, qapp: QApplication, folder: Path, server: RandomServer, choose: random.Random, events: int
) -> None:
    bugs, broken = let_loose(qtbot, qapp, folder, server, choose, events)
    with raw(folder / "data" / "metercalc.db") as connection:
        records = connection.execute("SELECT count(*) FROM record").fetchone()[0]
    print(f"{events} events, {records} records, {len(bugs)} bugs, {len(broken)} problems")  # noqa: T201  # the figure
    assert (bugs, broken) == ([], [])


def test_the_harness_finds_a_slot_that_fails(
    qtbot: QtBot,
    qapp: QApplication,
    folder: Path,
    server: RandomServer,
    choose: random.Random,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(_panel: CalculatorPanel, _text: str) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(CalculatorPanel, "_on_typed", fails)

    def found(go: int) -> bool:  # a hundred events may type nothing into the entry
        (folder / str(go)).mkdir()
        bugs, _ = let_loose(qtbot, qapp, folder / str(go), server, choose, 100)
        return any("planted" in bug for bug in bugs)

    assert in_some_go(found, 20), "the harness missed a slot that fails"


def test_the_harness_finds_a_ledger_that_was_hurt(qtbot: QtBot, qapp: QApplication, folder: Path) -> None:
    with windows.opened(qapp, folder / "data") as program:
        windows.register(qtbot, program)
    assert problems(folder / "data" / "metercalc.db") == []
    tamper(folder / "data" / "metercalc.db", "UPDATE user SET balance = balance + 1")
    assert problems(folder / "data" / "metercalc.db") != []


# -- twice pressed -----------------------------------------------------------------------------------------------------


class Hasty(QObject):
    """Asks for each sum twice: by double click, double Enter, one of each, at once or a moment apart."""

    finished = Signal()

    def __init__(self, program: Program, window: MainWindow, choose: random.Random, rounds: int) -> None:
        super().__init__()
        self._entry = part(window, QLineEdit, "entry_edit")
        self._equals = part(window, QPushButton, "key_equals")
        self._random = part(window, QPushButton, "key_random")
        self._choose = choose
        self._left = rounds
        self._waiting = False
        self._second: Callable[[], None] | None = None
        self._turns = 0
        self._calculator = program.calculator
        program.calculator.charged.connect(self._on_charged)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._play)

    def start(self) -> None:
        """Begin; it goes on by itself."""
        self._timer.start(0)

    @Slot()
    def _play(self) -> None:
        # Turning without a pause while it waits would keep the interpreter from the lane that it waits for.
        busy = self._waiting or self._calculator._request is not None  # noqa: SLF001
        self._timer.setInterval(1 if busy else 0)
        if self._second is not None:
            if self._turns == 0:
                second, self._second = self._second, None
                second()
            self._turns -= 1
        elif busy:
            return  # a second Enter that came after the result asks for the result itself, free of charge
        elif self._left == 0:
            self._timer.stop()
            self.finished.emit()
        else:
            self._left -= 1
            self._waiting = True
            self._ask()

    def _ask(self) -> None:
        if self._choose.random() < 0.1:
            double_click(self._random)
            return
        self._entry.setText(self._choose.choice(("1+1", "2×3", "9-4")))
        if self._choose.random() < 0.3:
            double_click(self._equals)
            return
        first, second = self._choose.choices((self._click, self._enter), k=2)
        first()
        self._turns = self._choose.choice((0, 0, 1, 3))
        if self._turns:
            self._second = second
        else:
            second()

    def _click(self) -> None:
        QTest.mouseClick(self._equals, Qt.MouseButton.LeftButton)

    def _enter(self) -> None:
        QTest.keyClick(self._entry, Qt.Key.Key_Return)

    @Slot(object)
    def _on_charged(self, receipt: Receipt) -> None:
        if receipt.cost:
            self._waiting = False


def second_charges(
    qtbot: QtBot, qapp: QApplication, folder: Path, server: RandomServer, choose: random.Random, presses: int
) -> int:
    """Press so often, twice for each sum: how many records there are too many."""
    data, rounds = folder / "data", presses // 2
    random = {"url": server.url, "quota_url": server.quota_url, "block": 100}
    for sitting, begun in enumerate(range(0, rounds, SITTING)):
        with windows.opened(qapp, data, balance=RICH, **random) as program:
            window = windows.sign_in(qtbot, program) if sitting else windows.register(qtbot, program)
            if rounds > SITTING:
                # Showing a page of records takes longer than all the rest of a charge.
                program.calculator.charged.disconnect(program.records.refresh)
                window.arrange("calculator")
                window.resize(window.minimumSize())
            hasty = Hasty(program, window, choose, min(SITTING, rounds - begun))
            with qtbot.waitSignal(hasty.finished, timeout=PATIENCE_MS):
                hasty.start()
            hasty.deleteLater()
    assert problems(data / "metercalc.db") == []
    with raw(data / "metercalc.db") as connection:
        return int(connection.execute("SELECT count(*) FROM record WHERE amount > 0").fetchone()[0]) - rounds


@pytest.mark.parametrize("presses", [12, pytest.param(20_000, marks=pytest.mark.faults)])
def test_what_is_asked_for_twice_in_haste_is_paid_once(
    qtbot: QtBot, qapp: QApplication, folder: Path, server: RandomServer, choose: random.Random, presses: int
) -> None:
    too_many = second_charges(qtbot, qapp, folder, server, choose, presses)
    print(f"{presses} presses in pairs, {too_many} second charges")  # noqa: T201  # the figure
    assert too_many == 0


def test_the_harness_finds_a_calculator_without_its_guard(
    qtbot: QtBot,
    qapp: QApplication,
    folder: Path,
    server: RandomServer,
    choose: random.Random,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin = CalculatorController._begin  # noqa: SLF001  # the guard itself is what is switched off

    def unguarded(calculator: CalculatorController, text: str | None) -> object:
        request = begin(calculator, text)
        calculator._request = None  # noqa: SLF001
        return request

    monkeypatch.setattr(CalculatorController, "_begin", unguarded)
    assert second_charges(qtbot, qapp, folder, server, choose, 60) > 0


# -- the reference count of None ---------------------------------------------------------------------------------------


def lost(button: QPushButton, clicks: int) -> int:
    """How many references to None went away with so many clicks of each kind."""
    before = sys.getrefcount(None)
    for _ in range(clicks):
        button.click()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        QTest.keyClick(button, Qt.Key.Key_Space)
    return before - sys.getrefcount(None)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None cannot be lost: it is immortal from Python 3.12 on")
def test_clicks_lose_no_reference_to_none(qtbot: QtBot) -> None:
    button, clicks = QPushButton("="), 200
    qtbot.addWidget(button)
    seen: list[bool] = []
    button.clicked.connect(lambda: seen.append(True))
    assert lost(button, clicks) < clicks / 10, "this PySide6 aborts the process after some thousands of clicks"
    assert len(seen) == 3 * clicks

    def lose() -> None:
        ctypes.pythonapi.Py_DecRef(ctypes.py_object(None))

    button.clicked.connect(lose)
    try:
        assert lost(button, clicks) > clicks, "the harness does not see a lost reference"
    finally:
        for _ in range(3 * clicks):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(None))
