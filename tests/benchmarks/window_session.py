"""A person's session in the real program, on a script: `python -m tests.benchmarks.window_session DIR …`.

With `opening` it signs in at once and says when the first page came (`time.monotonic()`); with `memory` it signs in,
settles, and says what memory the process has; with `jumps` it also goes to 500 random pages and says its longest
stalls too. With `stalls URL QUOTA_URL` it goes through
a whole session while a timer of 1 ms on the window's thread notes how long the loop was away; the URLs are those of a
random.org that never answers. It says one JSON object: the longest stall of each scene in milliseconds, and where the
thread was seen most often during each that was felt.
"""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import desktop.window  # noqa: F401  # first, as in the program: it puts Python's own `import` back

# isort: split
from PySide6.QtCore import QItemSelectionModel, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPushButton, QSpinBox, QTableView

from desktop.commands.demo.screenshots import WINDOW, Director
from desktop.settings import config as configuration
from desktop.window.program import Program
from desktop.window.start import make_application
from tests.benchmarks.build_store import ANN, PASSWORD
from tests.benchmarks.support import memory
from tests.support.widgets import part

NOWHERE = "http://127.0.0.1:9/"  # nothing listens there
CALCULATIONS = 50
JUMPS = 500
SETTLE_MS = 2_000
FELT_MS = 16  # a picture of a screen
LOOK_S = 0.003
BETWEEN_MS = 20  # a person is never quicker, and nobody acts in the turn in which something comes
Line = tuple[str, int, str]  # file, line, function
_OURS = f"{os.sep}desktop{os.sep}"
ROWS = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows


class Stopwatch(QObject):
    """Notes the longest time in each scene that the window's thread did not come back to its loop."""

    def __init__(self) -> None:
        super().__init__()
        self.longest: dict[str, float] = {}
        self.busiest: dict[
            str, float
        ] = {}  # the same in the thread's own processor time, which no other program adds to
        self.scene = "start"
        self.named: list[str] = []
        self._seen: dict[Line, float] = {}  # seconds by the line that the thread was seen at
        self._looked = 0.0
        self._last = time.perf_counter()
        self._used = time.thread_time()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start(1)

    @Slot()
    def _on_tick(self) -> None:
        now = time.perf_counter()
        stall = (now - self._last) * 1000 - 1
        self.longest[self.scene] = max(stall, self.longest.get(self.scene, 0.0))
        used = (time.thread_time() - self._used) * 1000
        self.busiest[self.scene] = max(used, self.busiest.get(self.scene, 0.0))
        if stall > FELT_MS and used > FELT_MS:  # a shorter one is the machine's: other programs had its processors
            self.named.append(f"{stall:.0f} ms, {used:.0f} of processor, {self.scene}: {self._most_seen()}")
        self._seen.clear()
        self._last = now
        self._used = time.thread_time()

    def _most_seen(self) -> str:
        if not self._seen:
            return "no line of the program's"
        (name, number, function), seconds = max(self._seen.items(), key=lambda item: item[1])
        file = Path(name)
        return f"{seconds * 1000:.0f} of them in {file.parent.name}/{file.name}:{number} {function}"

    def name_causes(self) -> None:
        """Look every few milliseconds where this thread is; it costs a little, so memory is measured without.

        By a signal, which Python hears once a call into Qt is over: another thread's look would keep painters alive.
        """
        signal.signal(signal.SIGALRM, self._look)
        signal.setitimer(signal.ITIMER_REAL, LOOK_S, LOOK_S)

    def end(self) -> None:
        """Look no more."""
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _look(self, _number: int, frame: FrameType | None) -> None:
        now = time.perf_counter()
        while frame is not None and _OURS not in frame.f_code.co_filename:
            frame = frame.f_back
        if frame is not None:
            where = frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name
            self._seen[where] = self._seen.get(where, 0.0) + now - max(self._looked, self._last)
        self._looked = now


def session(program: Program, watch: Stopwatch) -> Iterator[Any]:
    """Sign in, 50 calculations, a draw that nobody answers, search, page, delete, undo, sign out."""
    from PySide6.QtTest import QTest  # here: it is no part of the program whose memory the other scripts measure

    yield from _sign_in(program, watch)
    window = program.window
    assert window is not None
    entry = part(window, QLineEdit, "entry_edit")
    watch.scene = "50 calculations"
    for number in range(CALCULATIONS):
        entry.clear()
        for key in f"{number}.5 * 3":
            QTest.keyClicks(entry, key)
            yield BETWEEN_MS
        QTest.keyClick(entry, Qt.Key.Key_Return)
        yield program.calculator.charged
        yield BETWEEN_MS
    watch.scene = "a dead random server"
    part(window, QPushButton, "key_random").click()
    yield program.calculator.failed
    yield BETWEEN_MS
    watch.scene = "search"
    search = part(window, QLineEdit, "search_edit")
    for letter in "multi":
        QTest.keyClicks(search, letter)
        yield BETWEEN_MS
    yield program.records.page_changed
    yield SETTLE_MS
    watch.scene = "page"
    for _ in range(5):
        part(window, QAbstractButton, "next_page_button").click()
        yield program.records.page_changed
        yield BETWEEN_MS
    watch.scene = "delete"
    table = part(window, QTableView, "records_table")
    for row in (1, 2, 4):
        table.selectionModel().select(table.model().index(row, 0), ROWS)
        yield BETWEEN_MS
    part(window, QAction, "delete_action").trigger()
    yield program.records.page_changed
    yield BETWEEN_MS
    watch.scene = "undo"
    part(window, QPushButton, "undo_button").click()
    yield program.records.page_changed
    yield BETWEEN_MS
    watch.scene = "sign out"
    yield SETTLE_MS
    program.sessions.sign_out()
    yield SETTLE_MS


def jumps(program: Program, watch: Stopwatch) -> Iterator[Any]:
    """Sign in and go to many pages, anywhere."""
    yield from _sign_in(program, watch)
    assert program.window is not None
    number = part(program.window, QSpinBox, "page_spin")
    chance = random.Random(2207)
    watch.scene = f"{JUMPS} random pages"
    for _ in range(JUMPS):
        number.setValue(chance.randint(1, number.maximum()))
        yield program.records.page_changed
    yield SETTLE_MS


def opening(program: Program, watch: Stopwatch) -> Iterator[Any]:
    """Sign in at once, and be away when the first page is on screen."""
    yield program.sessions.first_run_known
    yield from _enter(program, watch)
    QApplication.processEvents()
    print(time.monotonic(), flush=True)  # noqa: T201  # what the benchmark reads


def _sign_in(program: Program, watch: Stopwatch) -> Iterator[Any]:
    yield program.sessions.first_run_known
    watch.scene = "behind the sign-in dialog"
    yield SETTLE_MS
    while program.window is None:  # a busy machine takes longer
        yield BETWEEN_MS
    program.window.resize(*WINDOW)  # the second start finds the screen too small for it, and would show half of it
    yield from _enter(program, watch)
    yield SETTLE_MS


def _enter(program: Program, watch: Stopwatch) -> Iterator[Any]:
    watch.scene = "sign in"
    part(program.login_dialog, QLineEdit, "email_edit").setText(ANN)
    part(program.login_dialog, QLineEdit, "password_edit").setText(PASSWORD)
    part(program.login_dialog, QPushButton, "sign_in_button").click()
    yield program.records.page_changed


def main(folder: Path, what: str, url: str = NOWHERE, quota_url: str = NOWHERE) -> None:
    """Play the session and say what was measured."""
    places = configuration.places(folder)
    config = configuration.load(places.config_file, {}, {})
    dead = config.random._replace(url=url, quota_url=quota_url, timeout=2)
    gc.freeze()  # as the window's command does
    application = make_application()
    program = Program(application, places, replace(config, random=dead))
    watch = Stopwatch()
    if what == "stalls":
        watch.name_causes()
    scenes = {"stalls": session, "jumps": jumps, "memory": _sign_in, "opening": opening}[what]
    director = Director(scenes(program, watch))
    program.start()
    QTimer.singleShot(0, director.go_on)
    QTimer.singleShot(120_000, application.quit)
    QApplication.exec()
    if what == "jumps":
        said = {"finished": director.finished, "memory": memory()} | watch.longest
        print(json.dumps(said))  # noqa: T201  # what the benchmark reads
    elif what == "stalls":
        watch.end()
        stalls = {
            "finished": director.finished,
            "named": watch.named,
            "scenes": watch.longest,
            "busiest": watch.busiest,
        }
        print(json.dumps(stalls))  # noqa: T201  # what the benchmark reads
    elif what == "memory":
        print(*memory())  # noqa: T201  # what the benchmark reads
    program.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
