"""What a person writes by hand, gone wrong by lot: a sentence within a second, and nothing made or changed by it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import random
import shutil
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from desktop.cli import main
from desktop.models.embedded.storage import whereabouts
from desktop.models.ledger import passwords
from desktop.settings import sources
from desktop.terms.errors import ConfigError
from desktop.views.main_window.window import MainWindow
from desktop.window.program import Program
from tests.support import slips, windows
from tests.support.command_line import Outcome, environment
from tests.support.seeds import seeded
from tests.support.slips import Slip
from tests.support.stores import PASSWORD, cheap_hasher, join, make_store
from tests.support.waiting import PATIENCE_MS, PATIENCE_S
from tests.support.widgets import part

QUICK, WINDOWS_QUICK = 60, 3
MANY, WINDOWS = 9_500, 500
LONG_S = 1.0  # what is too long for a slip where nothing else runs
WAITED = "waited"
STATUSES = {0, 2, 3, 4, 5}
NOT_LET_IN = 4

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="FIFOs, sockets and signals of POSIX"),
    pytest.mark.usefixtures("cheap_passwords"),
    pytest.mark.qt_log_ignore("QVariant::load|QDataStream|QSettings", extend=True),  # Qt's own word on a spoilt state
]


class Waited(BaseException):
    """A run was ended because it did not end by itself."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a ledger and what else may lie about."""
    folder = tmp_path_factory.mktemp("template") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", cheap_hasher())
        # What the program keeps beside the ledger is there already.
        store = make_store(folder / "metercalc.db", remembered=folder / "remembered")
        join(store, "ann@example.org")
        store.close()
    return folder


@pytest.fixture
def nest(folder: Path) -> Path:
    """Where each slip has its sandbox: deep enough that ".." does not lead out of it."""
    deep = folder / "a" / "b" / "c"
    deep.mkdir(parents=True)
    return deep


class Desk:
    """One sandbox after the other, and the program run in each, for so many seconds at most."""

    def __init__(self, nest: Path, template: Path, *, patience_s: float = PATIENCE_S) -> None:
        self.nest = nest
        self.template = template
        self.patience_s = patience_s

    def trouble(self, slip: Slip) -> str:
        """What is wrong with how the program took a slip; "" where nothing is."""
        found = self._trouble(slip)
        # A machine that is busy waits too, but not twice at the same place.
        return self._trouble(slip) if found == WAITED else found

    def _trouble(self, slip: Slip) -> str:
        with self._sandbox(slip) as sandbox:
            before = state_of(sandbox)
            try:
                ended = run(slip, sandbox, self.patience_s)
            except Waited:
                return WAITED
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what was looked for
                return f"a traceback: {error!r}"
            if ended.status not in STATUSES or "Traceback" in ended.err:
                return f"status {ended.status}: {ended.err[-300:]}"
            if ended.status == NOT_LET_IN:  # which is counted in the ledger
                before["data/metercalc.db"] = state_of(sandbox)["data/metercalc.db"]
            if ended.status and (changed := differences(before, state_of(sandbox))):
                return f"status {ended.status}, and {changed}: {ended.err[-300:]}"
            if ended.status and not ended.err.strip() and not ended.out.strip():
                return f"status {ended.status} without a word"
        return ""

    @contextlib.contextmanager
    def _sandbox(self, slip: Slip) -> Iterator[Path]:
        sandbox = self.nest / "sandbox"
        data = Path(shutil.copytree(self.template, sandbox / "data"))
        slips.furnish(data)
        slips.furnish(sandbox)
        for name, content in slip.prepare:
            slips.put(data / name, content)
        try:
            yield sandbox
        finally:
            shutil.rmtree(sandbox)


def run(slip: Slip, sandbox: Path, patience_s: float) -> Outcome:
    """The program in this process, in the sandbox. Raises `Waited` when it has not ended after so many seconds."""

    def give_up(_number: int, _frame: FrameType | None) -> None:
        raise Waited

    out, err = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
    given = io.TextIOWrapper(io.BytesIO(f"{PASSWORD}\n1+1\n".encode()))
    there, umask = os.getcwd(), os.umask(0o077)
    before = signal.signal(signal.SIGALRM, give_up)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "environ", environment(HOME=str(sandbox), **slip.environ))
        patch.setattr(passwords, "_hasher", cheap_hasher())
        for name, stream in (("stdin", given), ("stdout", out), ("stderr", err)):
            patch.setattr(sys, name, stream)
        os.chdir(sandbox)
        signal.setitimer(signal.ITIMER_REAL, patience_s)
        try:
            status = main(slip.line())
        except SystemExit as end:
            status = int(end.code or 0)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            os.chdir(there)
            os.umask(umask)
    return Outcome(status, *(_content(stream) for stream in (out, err)))


def _content(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.detach()
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


def state_of(folder: Path) -> dict[str, object]:
    """Everything in a folder but the log: names, kinds, what files hold and who may read them."""
    found: dict[str, object] = {}
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "logs"]
        for name in (*folders, *files):
            file = Path(place, name)
            status = file.lstat()
            content = hashlib.sha256(file.read_bytes()).digest() if stat.S_ISREG(status.st_mode) else b""
            found[str(file.relative_to(folder))] = (status.st_mode, status.st_ino, content)
    return found


def differences(before: dict[str, object], after: dict[str, object]) -> str:
    """What was made, changed or removed, in words."""
    made, gone = sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys())
    changed = sorted(name for name in before.keys() & after.keys() if before[name] != after[name])
    return ", ".join(
        f"{what} {names}" for what, names in (("made", made), ("changed", changed), ("lost", gone)) if names
    )


def found_by(desk: Desk, lots: random.Random, count: int) -> list[str]:
    """The troubles that so many slips bring to light, each with how it is drawn again."""
    troubles = []
    for number in range(count):
        slip = slips.draw(random.Random(f"{lots.random()} {number}"))
        if trouble := desk.trouble(slip):
            troubles.append(f"{trouble}\n    {str(slip)[:600]}")
            if len(troubles) == 20:
                break
    return troubles


def test_a_slip_of_the_pen_is_told_at_once_and_changes_nothing(nest: Path, template: Path) -> None:
    assert found_by(Desk(nest, template), seeded("slips"), QUICK) == []


@pytest.mark.faults
def test_ten_thousand_slips_of_the_pen_are_told_at_once_and_change_nothing(nest: Path, template: Path) -> None:
    assert found_by(Desk(nest, template, patience_s=LONG_S), seeded("slips"), MANY) == []


def test_the_harness_finds_a_traceback_a_wait_and_a_ledger_made_by_mistake(
    monkeypatch: pytest.MonkeyPatch, nest: Path, template: Path
) -> None:
    desk = Desk(nest, template)
    waits = Slip(["verify"], prepare=[("config.toml", "fifo")])
    breaks = Slip(["verify"], environ={"METERCALC_RECORDS_PAGE_SIZE": "none"})
    makes = Slip(["balance", *slips.SIGNED_IN], data_dir="mistyped")
    assert [desk.trouble(slip) for slip in (waits, breaks, makes)] == ["", "", ""]
    monkeypatch.setattr(sources, "read_whole", lambda file, _most: file.read_bytes())
    assert Desk(nest, template, patience_s=LONG_S).trouble(waits) == WAITED
    monkeypatch.setattr(sources, "_refused", lambda *_: ZeroDivisionError("a planted bug"))
    assert desk.trouble(breaks).startswith("status 1")
    monkeypatch.setattr(whereabouts, "require", lambda *_: None)
    assert "made ['mistyped'" in desk.trouble(makes)


def window_troubles(qtbot: QtBot, qapp: QApplication, folder: Path, count: int) -> list[str]:
    """The troubles of so many windows that find what they remember spoilt; the ledger stays one and the same."""
    with windows.opened(qapp, folder) as program:
        windows.register(qtbot, program).remember()
    file = folder / "window.ini"
    kept, lots, troubles = file.read_bytes(), seeded("window states"), []
    for _ in range(count):
        state = slips.draw_state(lots, kept)
        # What the window before still wants kept is written while there is a file: Qt would wait for a pipe to be read.
        qapp.processEvents()
        if file.is_dir():
            file.rmdir()
        slips.put(file, state)
        try:
            with qtbot.captureExceptions() as raised, windows.opened(qapp, folder) as program:
                _look_through(qtbot, _signed_in(qtbot, program))
            assert not raised, raised
        except ConfigError as error:  # what is no file at all is told before there is a window
            troubles += [f"{error.message}: {state!r}"] if isinstance(state, bytes) else []
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what was looked for
            troubles.append(f"{str(error)[-900:]}\n    {state[:900]!r}")
        if not file.is_dir():
            slips.put(file, kept)
    return troubles


def _look_through(qtbot: QtBot, window: MainWindow) -> None:
    """Take up each filter that was saved, and remember all anew."""
    menu = part(window, QMenu, "saved_filters_menu")
    menu.aboutToShow.emit()
    for action in menu.actions():
        if action.data():
            action.trigger()
    window.remember()


def _signed_in(qtbot: QtBot, program: Program) -> MainWindow:
    """The window, once it shows the balance, and the records wherever it shows those."""
    shown = [program.calculator.statement_changed, program.records.page_changed]
    with qtbot.waitSignals(shown, raising=False, timeout=PATIENCE_MS) as heard:
        part(program.login_dialog, QLineEdit, "email_edit").setText(windows.EMAIL)
        part(program.login_dialog, QLineEdit, "password_edit").setText(windows.PASSWORD)
        part(program.login_dialog, QPushButton, "sign_in_button").click()
    assert heard.signal_triggered, "the window came without its records or its balance"
    assert program.window is not None
    return program.window


def test_a_window_whose_memory_was_spoilt_opens(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    assert window_troubles(qtbot, qapp, tmp_path / "data", WINDOWS_QUICK) == []


@pytest.mark.faults
def test_five_hundred_windows_whose_memory_was_spoilt_open(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    assert window_troubles(qtbot, qapp, tmp_path / "data", WINDOWS) == []
