"""What the lanes promise: work off the window's thread, one outcome each on the window's thread, and a clean end."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from pytestqt.qtbot import QtBot

from desktop.controllers import jobs
from desktop.controllers.background import Lanes
from desktop.controllers.jobs import Bug
from desktop.controllers.lane import Lane
from desktop.system import logs
from desktop.terms.errors import AppError, BadInput

LIMIT = 60.0
"""Seconds after which a test that waits on another thread has failed."""


class Receiver(QObject):
    """Notes what it receives, on which thread, and under which reference."""

    received = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.results: list[object] = []
        self.errors: list[AppError] = []
        self.progress: list[tuple[int, int]] = []
        self.threads: set[threading.Thread] = set()
        self.references: list[str] = []

    def on_done(self, result: object) -> None:
        self.results.append(result)
        self._note()

    def on_failed(self, error: AppError) -> None:
        self.errors.append(error)
        self._note()

    def on_done_too(self, result: object) -> None:
        self.on_done(result)

    def on_pair(self, given: object, result: object) -> None:
        self.on_done((given, result))

    def on_progress(self, done: int, total: int) -> None:
        self.progress.append((done, total))
        self._note()

    def on_done_badly(self, result: object) -> None:
        self._note()
        raise ZeroDivisionError(f"in the receiver of {result}")

    def _note(self) -> None:
        self.threads.add(threading.current_thread())
        self.references.append(logs.reference.get())
        self.received.emit()


class Gate:
    """Work that says when it has begun and ends when it is let go, with `result`."""

    def __init__(self, result: object = None) -> None:
        self.begun = threading.Event()
        self.open = threading.Event()
        self.result = result

    def __call__(self) -> object:
        self.begun.set()
        assert self.open.wait(LIMIT)
        return self.result


@pytest.fixture
def lane(qapp: QCoreApplication) -> Iterator[Lane]:
    made = Lane("test")
    yield made
    assert made.close(LIMIT)


@pytest.fixture
def receiver(qapp: QCoreApplication) -> Receiver:
    return Receiver()


@pytest.fixture
def bugs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[BaseException, threading.Thread, str]]:
    """What reached `sys.excepthook`: the exception, its thread, the request's reference."""
    caught: list[tuple[BaseException, threading.Thread, str]] = []

    def hook(_kind: object, error: BaseException, _trace: object) -> None:
        caught.append((error, threading.current_thread(), logs.reference.get()))

    monkeypatch.setattr(sys, "excepthook", hook)
    return caught


def fail(error: BaseException) -> object:
    raise error


def settle(qtbot: QtBot, lane: Lane) -> None:
    """Until everything submitted so far has been delivered or dropped."""
    last = Receiver()
    with qtbot.waitSignal(last.received):
        lane.submit(lambda: None, done=last.on_done, failed=last.on_failed)


# -- outcomes --------------------------------------------------------------------------------------------------


def test_work_runs_on_the_lane_and_its_result_arrives_on_the_windows_thread(
    qtbot: QtBot, lane: Lane, receiver: Receiver
) -> None:
    with qtbot.waitSignal(receiver.received):
        lane.submit(threading.current_thread, done=receiver.on_done, failed=receiver.on_failed)
        assert receiver.results == [], "delivered before the caller had its ticket"

    (worker,) = receiver.results
    assert worker is not threading.current_thread()
    assert receiver.threads == {threading.current_thread()}


def test_work_is_done_in_the_order_it_was_submitted(qtbot: QtBot, lane: Lane, receiver: Receiver) -> None:
    for number in range(200):
        lane.submit(partial(int, number), done=receiver.on_done, failed=receiver.on_failed)
    settle(qtbot, lane)

    assert receiver.results == list(range(200))


def test_expected_trouble_arrives_as_the_error_that_was_raised(
    qtbot: QtBot, lane: Lane, receiver: Receiver, bugs: list[object]
) -> None:
    error = BadInput("No.")
    lane.submit(partial(fail, error), done=receiver.on_done, failed=receiver.on_failed)
    settle(qtbot, lane)

    assert receiver.errors == [error]
    assert receiver.results == []
    assert bugs == []


@pytest.mark.parametrize("error", [ZeroDivisionError("oops"), SystemExit(3)])
def test_a_bug_ends_the_wait_and_reaches_the_excepthook_on_the_windows_thread(
    qtbot: QtBot,
    lane: Lane,
    receiver: Receiver,
    bugs: list[tuple[BaseException, threading.Thread, str]],
    error: BaseException,
) -> None:
    lane.submit(partial(fail, error), done=receiver.on_done, failed=receiver.on_failed, reference="ab12cd34")
    settle(qtbot, lane)

    (shown,) = receiver.errors
    assert isinstance(shown, Bug)
    assert (shown.code, shown.exit_status) == ("bug", 1)
    assert "Nothing was charged" not in shown.for_charge()
    assert bugs == [(error, threading.current_thread(), "ab12cd34")]
    assert error.__traceback__ is not None
    assert error.__traceback__.tb_frame.f_code.co_name == "fail"


def test_a_lane_goes_on_after_a_bug(qtbot: QtBot, lane: Lane, receiver: Receiver, bugs: list[object]) -> None:
    lane.submit(partial(fail, ZeroDivisionError()), done=receiver.on_done, failed=receiver.on_failed)
    lane.submit(partial(int, 7), done=receiver.on_done, failed=receiver.on_failed)
    settle(qtbot, lane)

    assert receiver.results == [7]
    assert len(bugs) == 1


def test_a_receiver_that_raises_is_a_bug_and_stops_nothing(qtbot: QtBot, lane: Lane, receiver: Receiver) -> None:
    with qtbot.captureExceptions() as caught:
        lane.submit(partial(int, 1), done=receiver.on_done_badly, failed=receiver.on_failed)
        lane.submit(partial(int, 2), done=receiver.on_done, failed=receiver.on_failed)
        settle(qtbot, lane)

    assert [kind for kind, *_ in caught] == [ZeroDivisionError]
    assert receiver.results == [2]


def test_the_window_stays_live_while_work_runs(qtbot: QtBot, lane: Lane, receiver: Receiver) -> None:
    gate = Gate("late")
    timer = QTimer()
    timer.start(1)
    lane.submit(gate, done=receiver.on_done, failed=receiver.on_failed)
    for _ in range(5):
        with qtbot.waitSignal(timer.timeout):
            assert receiver.results == []
    gate.open.set()
    settle(qtbot, lane)

    assert receiver.results == ["late"]


@pytest.mark.parametrize("receive", [print, lambda _result: None])
def test_only_a_qobjects_method_can_receive(lane: Lane, receiver: Receiver, receive: Callable[[object], None]) -> None:
    with pytest.raises(TypeError, match="bound methods"):
        lane.submit(lambda: None, done=receive, failed=receiver.on_failed)
    with pytest.raises(TypeError, match="bound methods"):
        lane.submit(lambda: None, done=receiver.on_done, failed=receive)


def test_an_outcome_for_a_destroyed_receiver_is_dropped(qtbot: QtBot, lane: Lane, bugs: list[object]) -> None:
    gate, gone = Gate(), Receiver()
    lane.submit(gate, done=gone.on_done, failed=gone.on_failed)
    assert gate.begun.wait(LIMIT)
    gone.deleteLater()
    QCoreApplication.sendPostedEvents(gone, QEvent.Type.DeferredDelete.value)
    assert not shiboken6.isValid(gone)
    gate.open.set()
    settle(qtbot, lane)

    assert gone.results == []
    assert bugs == []


# -- the request's id ------------------------------------------------------------------------------------------


def test_the_reference_holds_on_the_lane_and_at_delivery_and_nowhere_else(
    qtbot: QtBot, lane: Lane, receiver: Receiver
) -> None:
    outside = logs.reference.get()
    lane.submit(logs.reference.get, done=receiver.on_done, failed=receiver.on_failed, reference="one11111")
    with logs.request("two22222"):
        lane.submit(logs.reference.get, done=receiver.on_done, failed=receiver.on_failed)
    lane.submit(logs.reference.get, done=receiver.on_done, failed=receiver.on_failed)
    settle(qtbot, lane)

    assert receiver.results == ["one11111", "two22222", outside]
    assert receiver.references == receiver.results
    assert logs.reference.get() == outside


# -- giving up -------------------------------------------------------------------------------------------------


def test_cancelled_work_that_has_not_begun_never_runs(qtbot: QtBot, lane: Lane, receiver: Receiver) -> None:
    gate, second = Gate(), Gate()
    lane.submit(gate, done=receiver.on_done, failed=receiver.on_failed)
    ticket = lane.submit(second, done=receiver.on_done, failed=receiver.on_failed)
    ticket.cancel()
    gate.open.set()
    settle(qtbot, lane)

    assert ticket.cancelled
    assert not second.begun.is_set()
    assert receiver.results == [None]


def test_the_result_of_running_work_that_is_cancelled_is_dropped(qtbot: QtBot, lane: Lane, receiver: Receiver) -> None:
    gate = Gate()
    ticket = lane.submit(gate, done=receiver.on_done, failed=receiver.on_failed)
    assert gate.begun.wait(LIMIT)
    ticket.cancel()
    gate.open.set()
    settle(qtbot, lane)

    assert receiver.results == receiver.errors == []


def test_a_result_that_is_on_its_way_is_dropped_when_cancelled(qtbot: QtBot, lane: Lane, receiver: Receiver) -> None:
    gate, after = Gate(), Gate()
    gate.open.set()
    ticket = lane.submit(gate, done=receiver.on_done, failed=receiver.on_failed)
    lane.submit(after, done=receiver.on_done, failed=receiver.on_failed)
    # The second has begun, so the first has been sent; no event has been handled since.
    assert after.begun.wait(LIMIT)
    ticket.cancel()
    after.result = "second"
    after.open.set()
    settle(qtbot, lane)

    assert receiver.results == ["second"]


def test_a_bug_in_work_that_nobody_waits_for_is_still_reported(
    qtbot: QtBot, lane: Lane, receiver: Receiver, bugs: list[tuple[BaseException, threading.Thread, str]]
) -> None:
    gate = Gate()

    def work() -> object:
        gate()
        raise ZeroDivisionError

    ticket = lane.submit(work, done=receiver.on_done, failed=receiver.on_failed)
    assert gate.begun.wait(LIMIT)
    ticket.cancel()
    gate.open.set()
    settle(qtbot, lane)

    assert receiver.errors == []
    assert [type(error) for error, *_ in bugs] == [ZeroDivisionError]


@pytest.mark.parametrize("answers", ["on its way", "running", "queued"])
def test_newer_work_replaces_older_wherever_that_is(qtbot: QtBot, lane: Lane, receiver: Receiver, answers: str) -> None:
    first, after = Gate("first"), Gate("after")
    submit = partial(lane.submit, done=receiver.on_done, failed=receiver.on_failed, replace=True)
    if answers == "queued":
        lane.submit(after, done=receiver.on_done_too, failed=receiver.on_failed)
    submit(first)
    if answers == "on its way":
        first.open.set()
        lane.submit(after, done=receiver.on_done_too, failed=receiver.on_failed)
        assert after.begun.wait(LIMIT)
    submit(partial(str, "second"))
    first.open.set()
    after.open.set()
    settle(qtbot, lane)

    assert [result for result in receiver.results if result != "after"] == ["second"]


# -- whose work it is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("drain", [True, False])
@pytest.mark.parametrize("then", ["bob", None])
def test_what_was_asked_for_in_a_session_that_has_ended_reaches_nobody(
    qtbot: QtBot, receiver: Receiver, drain: bool, then: str | None
) -> None:
    lane = Lane("test", drain=drain)
    lane.serve("ann")
    gate, queued = Gate("hers"), Gate("hers too")
    for work in (gate, queued):
        work.open.set()
        lane.submit(work, done=receiver.on_done, failed=receiver.on_failed, progress=receiver.on_progress)
    lane.submit(partial(fail, BadInput("No.")), done=receiver.on_done, failed=receiver.on_failed)
    lane.serve(then)
    lane.submit(partial(str, "next"), done=receiver.on_done, failed=receiver.on_failed)
    settle(qtbot, lane)

    assert (receiver.results, receiver.errors) == (["next"], [])
    assert lane.close(LIMIT)


def test_work_of_a_session_that_has_ended_is_given_up_unless_it_is_to_finish(qtbot: QtBot, receiver: Receiver) -> None:
    begun: list[str] = []
    lane, gate = Lane("test"), Gate()
    lane.serve("ann")
    lane.submit(gate, done=receiver.on_done, failed=receiver.on_failed, for_everyone=True)
    submit = partial(lane.submit, done=receiver.on_done, failed=receiver.on_failed)
    given_up = submit(partial(begun.append, "page"))
    submit(partial(begun.append, "backup"), finish=True)
    submit(partial(begun.append, "proof"), for_everyone=True)
    lane.serve("bob")
    gate.open.set()
    settle(qtbot, lane)

    assert given_up.cancelled
    assert begun == ["backup", "proof"]
    assert receiver.results == [None, None], "of the gate and the proof, which are for everyone"
    assert lane.close(LIMIT)


def test_what_cannot_be_taken_back_is_settled_whoever_is_served_by_then(qtbot: QtBot, receiver: Receiver) -> None:
    lane, hers = Lane("test", drain=True), Receiver()
    lane.serve("ann")
    submit = partial(lane.submit, done=receiver.on_done, failed=receiver.on_failed)
    error = BadInput("No.")
    submit(partial(str, "charged"), settled=hers.on_done)
    submit(partial(fail, error), settled=partial(hers.on_pair, "request"))
    lane.serve("bob")
    submit(partial(str, "his"), settled=hers.on_done)
    settle(qtbot, lane)

    assert hers.results == ["charged", ("request", error), "his"]
    assert (receiver.results, receiver.errors) == (["his"], [])
    assert lane.close(LIMIT)


def test_progress_reaches_only_whoever_still_waits(qtbot: QtBot, lane: Lane, receiver: Receiver) -> None:
    told, go = threading.Event(), threading.Event()

    def work() -> None:
        jobs.progress(1, 2)
        told.set()
        assert go.wait(LIMIT)
        jobs.progress(2, 2)

    submit = partial(lane.submit, done=receiver.on_done, failed=receiver.on_failed, progress=receiver.on_progress)
    ticket = submit(work, reference="one11111")
    with qtbot.waitSignal(receiver.received):
        pass
    assert receiver.progress == [(1, 2)]
    assert receiver.references == ["one11111"]
    ticket.cancel()
    go.set()
    settle(qtbot, lane)

    assert receiver.progress == [(1, 2)]
    jobs.progress(1, 1)  # outside of work nobody is told
    assert receiver.results == []


def test_running_work_can_ask_whether_it_is_still_wanted(qtbot: QtBot, lane: Lane, receiver: Receiver) -> None:
    begun, noticed = threading.Event(), threading.Event()

    def work() -> None:
        limit = time.monotonic() + LIMIT
        begun.set()
        while not jobs.cancelled():
            assert time.monotonic() < limit
        noticed.set()

    ticket = lane.submit(work, done=receiver.on_done, failed=receiver.on_failed)
    assert begun.wait(LIMIT)
    assert not noticed.is_set()
    ticket.cancel()

    assert noticed.wait(LIMIT)
    assert not jobs.cancelled(), "true outside of work"


def test_newer_work_replaces_older_with_the_same_key_queued_or_running(
    qtbot: QtBot, lane: Lane, receiver: Receiver
) -> None:
    running, queued = Gate("running"), Gate("queued")
    submit = partial(lane.submit, done=receiver.on_done, failed=receiver.on_failed)
    first = submit(running, key="page", replace=True)
    assert running.begun.wait(LIMIT)
    submit(partial(str, "other"), key="other")
    second = submit(queued, key="page", replace=True)
    third = submit(partial(str, "newest"), key="page", replace=True)
    running.open.set()
    settle(qtbot, lane)

    assert receiver.results == ["other", "newest"]
    assert (first.cancelled, second.cancelled, third.cancelled) == (True, True, False)
    assert not queued.begun.is_set()


def test_without_a_key_work_replaces_what_goes_to_the_same_receiver(
    qtbot: QtBot, lane: Lane, receiver: Receiver
) -> None:
    gate = Gate("running")
    submit = partial(lane.submit, failed=receiver.on_failed, replace=True)
    submit(gate, done=receiver.on_done)
    submit(partial(str, "kept"), done=receiver.on_done_too)
    submit(partial(str, "newest"), done=receiver.on_done)
    gate.open.set()
    settle(qtbot, lane)

    assert receiver.results == ["kept", "newest"]


def test_without_replace_work_with_the_same_key_is_all_done(qtbot: QtBot, lane: Lane, receiver: Receiver) -> None:
    for number in range(3):
        lane.submit(partial(int, number), done=receiver.on_done, failed=receiver.on_failed, key="same")
    settle(qtbot, lane)

    assert receiver.results == [0, 1, 2]


def test_running_work_that_is_replaced_is_interrupted_and_only_that(
    qtbot: QtBot, receiver: Receiver, bugs: list[object]
) -> None:
    interrupted = threading.Event()
    begun = threading.Event()

    def read() -> None:
        begun.set()
        assert interrupted.wait(LIMIT)
        raise OSError("interrupted")

    lane = Lane("reading", interrupt=interrupted.set)
    submit = partial(lane.submit, done=receiver.on_done, failed=receiver.on_failed, key="page", replace=True)
    submit(read)
    assert begun.wait(LIMIT)
    submit(partial(str, "queued"))
    assert interrupted.is_set()
    interrupted.clear()
    begun.clear()
    settle(qtbot, lane)
    assert receiver.results == ["queued"]

    submit(partial(str, "after"))
    settle(qtbot, lane)
    submit(partial(str, "later"))
    settle(qtbot, lane)

    assert not interrupted.is_set(), "interrupted although nothing ran under that key"
    assert bugs == []
    assert lane.close(LIMIT)


# -- start and end ---------------------------------------------------------------------------------------------


def test_hooks_run_on_the_lanes_thread_before_the_first_and_after_the_last_job(
    qtbot: QtBot, receiver: Receiver
) -> None:
    seen: list[tuple[str, threading.Thread]] = []

    def note(what: str) -> None:
        seen.append((what, threading.current_thread()))

    lane = Lane("hooked", on_start=partial(note, "start"), on_stop=partial(note, "stop"))
    assert seen == []
    for _ in range(2):
        lane.submit(partial(note, "work"), done=receiver.on_done, failed=receiver.on_failed)
    settle(qtbot, lane)
    assert lane.close(LIMIT)

    assert [what for what, _ in seen] == ["start", "work", "work", "stop"]
    assert len({thread for _, thread in seen}) == 1
    assert seen[0][1] is not threading.current_thread()


def test_a_start_that_fails_fails_the_job_and_is_tried_again(qtbot: QtBot, receiver: Receiver) -> None:
    errors = [BadInput("The store is locked.")]
    stops: list[str] = []

    def start() -> None:
        if errors:
            raise errors.pop()

    lane = Lane("late", on_start=start, on_stop=partial(stops.append, "stop"))
    lane.submit(partial(int, 1), done=receiver.on_done, failed=receiver.on_failed)
    lane.submit(partial(int, 2), done=receiver.on_done, failed=receiver.on_failed)
    settle(qtbot, lane)
    assert lane.close(LIMIT)

    assert [error.message for error in receiver.errors] == ["The store is locked."]
    assert receiver.results == [2]
    assert stops == ["stop"]


def test_a_lane_that_never_started_stops_nothing(qapp: QCoreApplication) -> None:
    stops: list[str] = []

    assert Lane("idle", on_stop=partial(stops.append, "stop")).close()
    assert stops == []


def test_a_closed_lane_takes_no_work(lane: Lane, receiver: Receiver) -> None:
    assert lane.close(LIMIT)

    with pytest.raises(RuntimeError, match="closed"):
        lane.submit(lambda: None, done=receiver.on_done, failed=receiver.on_failed)
    assert lane.close(LIMIT), "closing twice is harmless"


def test_closing_finishes_the_running_job_drops_the_queued_and_delivers_nothing(
    qtbot: QtBot, lane: Lane, receiver: Receiver
) -> None:
    finished = threading.Event()
    begun = threading.Event()

    def work() -> None:
        begun.set()
        limit = time.monotonic() + LIMIT
        while not jobs.cancelled():
            assert time.monotonic() < limit
        finished.set()

    queued = Gate()
    lane.submit(work, done=receiver.on_done, failed=receiver.on_failed)
    lane.submit(queued, done=receiver.on_done, failed=receiver.on_failed)
    assert begun.wait(LIMIT)
    assert lane.close(LIMIT)
    QCoreApplication.processEvents()

    assert finished.is_set()
    assert not queued.begun.is_set()
    assert receiver.results == receiver.errors == []


@pytest.mark.parametrize("count", [1, 2])
def test_a_bug_just_before_the_end_is_still_reported(
    qtbot: QtBot, lane: Lane, receiver: Receiver, bugs: list[tuple[BaseException, threading.Thread, str]], count: int
) -> None:
    begun = threading.Event()

    def work() -> None:
        begun.set()
        raise ZeroDivisionError

    for _ in range(count):
        begun.clear()
        lane.submit(work, done=receiver.on_done, failed=receiver.on_failed)
        assert begun.wait(LIMIT)
    assert lane.close(LIMIT)

    assert [type(error) for error, *_ in bugs] == [ZeroDivisionError] * count
    assert receiver.errors == []


def test_what_was_accepted_for_writing_is_carried_out_before_the_end(qtbot: QtBot, receiver: Receiver) -> None:
    lanes = Lanes()
    gate = Gate()
    written: list[int] = []
    lanes.write.submit(gate, done=receiver.on_done, failed=receiver.on_failed)
    for number in range(50):
        lanes.write.submit(partial(written.append, number), done=receiver.on_done, failed=receiver.on_failed)
    gate.open.set()
    lanes.close()

    assert written == list(range(50))


def test_the_end_interrupts_a_read_until_it_gives_in(qtbot: QtBot, receiver: Receiver) -> None:
    interruptions = threading.Semaphore(0)
    begun, ended = threading.Event(), threading.Event()

    def stubborn() -> None:
        begun.set()
        assert all(interruptions.acquire(timeout=LIMIT) for _ in range(3))
        ended.set()

    lanes = Lanes(interrupt_reader=interruptions.release)
    lanes.read.submit(stubborn, done=receiver.on_done, failed=receiver.on_failed)
    assert begun.wait(LIMIT)
    lanes.close()

    assert ended.is_set()


def test_every_lane_of_the_store_connects_on_its_own_thread(qtbot: QtBot, receiver: Receiver) -> None:
    connected: dict[str, threading.Thread] = {}
    left: list[threading.Thread] = []
    lanes = Lanes(
        open_writing=lambda: connected.setdefault("write", threading.current_thread()),
        open_reading=lambda: connected.setdefault("read", threading.current_thread()),
        open_survey=lambda: connected.setdefault("survey", threading.current_thread()),
        leave=lambda: left.append(threading.current_thread()),
        close=lambda: left.append(threading.current_thread()),
    )
    for lane in (lanes.write, lanes.read, lanes.survey, lanes.network):
        settle(qtbot, lane)
    lanes.close()

    assert list(connected) == ["write", "read", "survey"]
    assert len(set(connected.values())) == 3
    assert set(left) == set(connected.values())


def run_program(body: str, *, grace: float = LIMIT) -> subprocess.CompletedProcess[str]:
    """A program of its own, for what only an exit shows. `body` runs with `lanes`, `receiver` and `application`."""
    head = f"""
        import sys, threading
        from PySide6.QtCore import QCoreApplication, QObject, QTimer
        from desktop.controllers import background
        from desktop.controllers.background import Lanes
        background.GRACE = {grace}

        class Receiver(QObject):
            def on_done(self, result): print("done", result, flush=True)
            def on_failed(self, error): print("failed", error, flush=True)

        application = QCoreApplication([])
        lanes, receiver = Lanes(), Receiver()
        begun = threading.Event()
        def for_ever():
            begun.set()
            threading.Event().wait()
    """
    script = textwrap.dedent(head) + textwrap.dedent(body)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)


def test_a_network_call_that_never_ends_does_not_hold_up_quitting() -> None:
    program = run_program(
        """
        lanes.network.submit(for_ever, done=receiver.on_done, failed=receiver.on_failed)
        begun.wait()
        lanes.close()
        print("closed")
    """,
        grace=0.2,
    )

    assert (program.returncode, program.stdout, program.stderr) == (0, "closed\n", "")


def test_work_that_never_notices_that_nobody_wants_it_does_not_hold_up_quitting() -> None:
    program = run_program(
        """
        for lane in (lanes.survey, lanes.reports, lanes.insights, lanes.upkeep):
            lane.submit(for_ever, done=receiver.on_done, failed=receiver.on_failed)
        begun.wait()
        written = []
        lanes.write.submit(lambda: written.append(1), done=receiver.on_done, failed=receiver.on_failed)
        lanes.close()
        print("closed", written)
    """,
        grace=0.2,
    )

    assert (program.returncode, program.stdout, program.stderr) == (0, "closed [1]\n", "")


def test_a_program_that_ends_while_results_are_on_their_way_ends_quietly() -> None:
    program = run_program("""
        for lane in (lanes.write, lanes.read, lanes.network):
            for _ in range(2000):
                lane.submit(lambda: bytes(10), done=receiver.on_done, failed=receiver.on_failed)
        lanes.close()
    """)

    assert (program.returncode, program.stdout, program.stderr) == (0, "", "")


def test_finished_work_and_its_result_are_let_go(qtbot: QtBot, lane: Lane) -> None:
    class Large:
        pass

    class Forgetful(QObject):
        def on_done(self, result: object) -> None:
            kept.append(weakref.ref(result))

        def on_failed(self, error: AppError) -> None:
            raise error

    kept: list[weakref.ref[object]] = []
    forgetful = Forgetful()
    lane.submit(Large, done=forgetful.on_done, failed=forgetful.on_failed)
    settle(qtbot, lane)

    assert [reference() for reference in kept] == [None]
