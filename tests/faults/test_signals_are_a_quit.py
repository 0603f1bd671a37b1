"""INT, TERM and HUP end window and command line as a quit does: quietly, with the shell's status, and nothing lost."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from desktop.models.embedded.storage import chain
from desktop.models.embedded.verify import verify
from tests.faults.support.runs import figures
from tests.support.command_line import ADMIN, ANN, PASSWORD, ROOT, Program, environment
from tests.support.stores import make_store
from tests.support.waiting import PATIENCE_S

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what a process catches is read from /proc")

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
LONGEST_START = 0.6  # seconds in which a command is up and at work


def quickly(chosen: signal.Signals) -> list[ParameterSet]:
    """Each signal, all but the chosen one by marker: what becomes of a signal hangs on none of them in particular."""
    return [pytest.param(n, marks=() if n is chosen else pytest.mark.faults) for n in NUMBERS]


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """A shell has what it runs in the background ignore interrupts, and so would what that starts."""
    inherited = {number: signal.signal(number, signal.SIG_DFL) for number in NUMBERS[1:]}
    inherited[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in inherited.items():
        signal.signal(number, handler)


@pytest.fixture
def program(tmp_path: Path, cheap_passwords: None) -> Program:
    return Program.with_people(tmp_path)


def when_begun(process: subprocess.Popen[bytes]) -> None:
    """Wait for the program's first line: Python itself catches no TERM."""
    wait_until(lambda: _catches(process.pid, signal.SIGTERM))


def _catches(pid: int, number: int) -> bool:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("SigCgt:"):
            return bool(int(line.split()[1], 16) >> number - 1 & 1)
    return False


def wait_until(done: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def problems(file: Path) -> tuple[object, ...]:
    store = make_store(file)
    try:
        return verify(store).problems
    finally:
        store.close()


@figures("count", 2, 180)
def test_a_command_that_is_asked_to_end_at_any_moment_ends_in_silence(
    program: Program, choose: random.Random, count: int
) -> None:
    for _ in range(count):
        number, delay = choose.choice(NUMBERS), choose.random() * LONGEST_START
        with program.started("verify") as process:
            when_begun(process)
            time.sleep(delay)
            process.send_signal(number)
            out, err = process.communicate(timeout=PATIENCE_S)
        if process.returncode == 0:  # it was faster
            assert b"proved" in out
        else:
            # While Python takes itself apart, the system ends it: a shell says the same of that.
            assert process.returncode in (STATUS[number], -number), (number, delay)
            assert err == b"", (number, delay)
    assert problems(program.folder / "metercalc.db") == ()


def test_the_harness_sees_what_python_itself_would_print(tmp_path: Path) -> None:
    """A program that does nothing about signals: the traceback of its imports."""
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) as process:
        wait_until(lambda: _ignores(process.pid))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert b"KeyboardInterrupt" in err


def _ignores(pid: int) -> bool:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return any(line.startswith("SigIgn:") and int(line.split()[1], 16) >> signal.SIGTERM - 1 & 1 for line in lines)


@figures("count", 2, 60)
def test_a_charge_in_flight_ends_or_is_undone(program: Program, choose: random.Random, count: int) -> None:
    file, answered = program.folder / "metercalc.db", 1  # the credit
    assert program.here(ADMIN, "credit", ANN, "100000", "--reason", "To be spent").status == 0
    for _ in range(count):
        number = choose.choice(NUMBERS)
        with program.calculating(ANN) as calculating:
            assert calculating.ask("1×1") == "1"
            calculating.send("\n".join(["0+0"] * choose.choice([1, 3, 400])))
            time.sleep(choose.random() * 0.01)
            calculating.process.send_signal(number)
            ended = calculating.end()
        assert (ended.status, ended.err) == (STATUS[number], ""), ended
        answered += 1 + len(ended.out.split())
        store = make_store(file)
        stored = store.database.execute_sql("SELECT count(*) FROM record WHERE user_id = 2").fetchone()[0] - 1
        assert stored == answered, "an answer without a record, or a record without an answer"
        anchor = chain.read_anchor(chain.anchor_file(file), store.key)
        assert isinstance(anchor, chain.Anchor)
        newest = store.database.execute_sql("SELECT max(id) FROM record").fetchone()[0]
        assert anchor.records == newest, "the anchor was not written"
        assert verify(store).problems == ()
        store.close()


@pytest.mark.parametrize("number", quickly(signal.SIGHUP))
def test_what_was_started_to_ignore_a_signal_ignores_it(program: Program, number: signal.Signals) -> None:
    signal.signal(number, signal.SIG_IGN)  # as nohup does
    with program.calculating(ANN) as calculating:
        assert calculating.ask("1+1") == "2"
        calculating.process.send_signal(number)
        assert calculating.ask("2+2") == "4"
        assert calculating.process.stdin
        calculating.process.stdin.close()
        calculating.process.stdin = None
        assert calculating.end().status == 0


@pytest.mark.parametrize(
    ("when", "number"),
    [
        *(pytest.param("as soon as it is up", *one.values, marks=one.marks) for one in quickly(signal.SIGTERM)),
        *(pytest.param("at work", *one.values, marks=one.marks) for one in quickly(signal.SIGINT)),
    ],
)
def test_a_window_that_is_asked_to_end_does_so_as_by_closing_it(
    tmp_path: Path, number: signal.Signals, when: str
) -> None:
    program = [sys.executable, "-c", _WINDOW, str(tmp_path)]
    environ = environment() | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(program, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        when_begun(process)
        if when == "at work":
            assert process.stdout is not None
            assert process.stdout.readline() == b"shown\n"
        process.send_signal(number)
        process.send_signal(number)  # once more changes nothing
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out, err) == (STATUS[number], b"", b"")
    file = tmp_path / "metercalc.db"
    if when == "at work":
        assert "geometry" in (tmp_path / "window.ini").read_text()
        store = make_store(file)
        anchor = chain.read_anchor(chain.anchor_file(file), store.key)
        assert isinstance(anchor, chain.Anchor)
        assert anchor.records == 1
        store.close()
        assert problems(file) == ()


# The window's own start, told to sign somebody in, who then says that the window is there.
_WINDOW = f"""
import logging, sys
logging.getLogger("desktop.qt").addHandler(logging.NullHandler())  # what the offscreen platform cannot do is no word
from pathlib import Path
from desktop.system import ending
ending.leave_in_silence()
from desktop.window import program as app, start as window
from desktop.settings import config
places = config.places(Path(sys.argv[1]))
config.ensure_file(places.config_file)
shown = app.Program._on_signed_in
def on_signed_in(self, session):
    shown(self, session)
    print("shown", flush=True)
app.Program._on_signed_in = on_signed_in
registered = app.Program.start
def start(self):
    registered(self)
    self.sessions.register({ANN!r}, {PASSWORD!r})
app.Program.start = start
with ending.raised():
    status = window.run(places, config.load(places.config_file, {{}}, {{}}))
sys.exit(status)
"""


@figures("starts", 2, 60)
def test_a_window_that_is_told_to_end_while_qt_is_imported_ends_at_once(
    tmp_path: Path, choose: random.Random, starts: int
) -> None:
    for _ in range(starts):
        command = [sys.executable, "-m", "desktop", "--data-dir", str(tmp_path)]
        shown = environment() | {"QT_QPA_PLATFORM": "offscreen"}
        process = subprocess.Popen(command, cwd=ROOT, env=shown, stderr=subprocess.PIPE)
        maps = Path(f"/proc/{process.pid}/maps")
        wait_until(lambda maps=maps: "shiboken" in maps.read_text())  # type: ignore[misc]
        time.sleep(choose.uniform(0, 0.03))
        process.send_signal(signal.SIGTERM)
        assert (process.communicate(timeout=PATIENCE_S)[1], process.returncode) == (b"", STATUS[signal.SIGTERM])
