"""Owns the threads that do whatever could block the window (DESIGN, 5): lanes of work. Must not know views or models.

A lane is one thread with a queue. Work is a plain callable; what it returns or raises comes back to the window's
thread as one queued signal. Plain threads, not QThreads: a QThread that is destroyed while it runs aborts the process.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal, Slot
from shiboken6 import isValid

from desktop import logs
from desktop.errors import AppError

logger = logging.getLogger(__name__)

T = TypeVar("T")

GRACE = 2.0
"""Seconds that quitting waits for work that nobody wants any more to notice; then it is left behind."""

_NUDGE = 0.1


class Bug(AppError):
    """What a person is told when the program itself is at fault; the crash dialog has the rest."""

    code: ClassVar[str] = "bug"
    charge_note: ClassVar[str] = "The records show whether it was charged."


class Ticket:
    """A piece of submitted work, for whoever submitted it. Once cancelled, its result is never delivered."""

    __slots__ = ("_cancelled", "_give_up")

    def __init__(self, give_up: Callable[[Ticket], None]) -> None:
        self._give_up = give_up
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits for the result any more: cancelled, replaced, or the lane is ending."""
        return self._cancelled

    def cancel(self) -> None:
        """Give the work up: not begun, it never runs; running, it may notice by `cancelled()`."""
        if not self._cancelled:
            self._cancelled = True
            self._give_up(self)


_current: ContextVar[Ticket | None] = ContextVar("current ticket", default=None)


def cancelled() -> bool:
    """Whether nobody waits any more for the work that is running on this thread: for work to ask now and then."""
    ticket = _current.get()
    return ticket is not None and ticket.cancelled


@dataclass(eq=False, slots=True)
class _Job:
    work: Callable[[], Any]
    done: Callable[[Any], object]
    failed: Callable[[AppError], object]
    key: Hashable
    reference: str
    ticket: Ticket
    result: Any = None
    error: BaseException | None = None
    interrupted: bool = False


class Lane(QObject):
    """One worker thread, first come, first served. Make, use and close it on the window's thread.

    `on_start` runs on the worker's thread before its first job (if it raises, that job has failed, and the next one
    tries again), `on_stop` after its last. `interrupt` is called on the window's thread when the running job is not
    wanted any more; it must not block. At the end `drain` carries out what is queued instead of dropping it, and a
    `daemon` is left behind if it does not end.
    """

    _ended = Signal(object)

    def __init__(
        self,
        name: str,
        *,
        on_start: Callable[[], object] | None = None,
        on_stop: Callable[[], object] | None = None,
        interrupt: Callable[[], object] | None = None,
        drain: bool = False,
        daemon: bool = False,
    ) -> None:
        super().__init__()
        self.setObjectName(f"{name}_lane")
        self._on_start = on_start
        self._on_stop = on_stop
        self._interrupt = interrupt
        self._drain = drain
        self._started = False
        self._closed = False
        self._queue: deque[_Job] = deque()
        self._running: _Job | None = None
        self._undelivered: list[_Job] = []
        # Re-entrant: replacing a job cancels its ticket, which comes back here.
        self._changed = threading.Condition(threading.RLock())
        self._thread = threading.Thread(target=self._run, name=f"{name} lane", daemon=daemon)
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def submit(
        self,
        work: Callable[[], T],
        *,
        done: Callable[[T], object],
        failed: Callable[[AppError], object],
        key: Hashable = None,
        replace: bool = False,
        reference: str | None = None,
    ) -> Ticket:
        """Run `work` on the lane, then exactly one of `done(result)` and `failed(error)` on the window's thread.

        `done` and `failed` are bound methods of QObjects. Neither is called when the ticket was cancelled, the
        receiver destroyed, or the lane closed. `failed` gets the AppError that `work` raised; anything else it raised
        is a bug: `failed` gets a `Bug`, then `sys.excepthook` the exception. With `replace`, earlier work with the
        same `key` (by default: the same `done`) is cancelled first. `reference` (by default the caller's) is the
        request's id while it runs and is delivered. Raises RuntimeError after `close()`.
        """
        for receiver in (done, failed):
            if not isinstance(getattr(receiver, "__self__", None), QObject):
                raise TypeError("results go to bound methods of QObjects, which says on which thread they run")
        job = _Job(
            work=work,
            done=done,
            failed=failed,
            key=done if key is None else key,
            reference=logs.reference.get() if reference is None else reference,
            ticket=Ticket(self._give_up),
        )
        with self._changed:
            if self._closed:
                raise RuntimeError(f"the {self._thread.name} is closed")
            if replace:
                for other in self._unfinished():
                    if other.key == job.key:
                        other.ticket.cancel()
            self._queue.append(job)
            if self._thread.ident is None:
                self._thread.start()
            self._changed.notify()
        return job.ticket

    def end(self) -> None:
        """Take no more work, and give up what is there unless the lane drains. Returns at once."""
        with self._changed:
            self._closed = True
            if not self._drain:
                for job in self._unfinished():
                    job.ticket.cancel()
            self._changed.notify()

    def close(self, timeout: float | None = None) -> bool:
        """End, and wait until the last job and `on_stop` are done, at most `timeout` seconds; whether they are.

        Results that were not delivered by now are dropped; a bug among them is still reported.
        """
        self.end()
        if self._thread.ident is not None:
            self._join(timeout)
        with self._changed:
            undelivered, self._undelivered = self._undelivered, []
        for job in undelivered:
            self._report(job)
        # And those whose signal is still on its way.
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)
        return not self._thread.is_alive()

    def _join(self, timeout: float | None) -> None:
        deadline = None if timeout is None else time.monotonic() + timeout
        while self._thread.is_alive():
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return
            if self._interrupt is None:
                self._thread.join(left)
                continue
            self._thread.join(_NUDGE if left is None else min(_NUDGE, left))
            with self._changed:
                # Again and again: an interruption between two statements of a job is lost.
                if self._running is not None:
                    self._interrupt()

    def _unfinished(self) -> list[_Job]:
        return [*self._queue, *([self._running] if self._running is not None else [])]

    def _give_up(self, ticket: Ticket) -> None:
        with self._changed:
            self._queue = deque(job for job in self._queue if job.ticket is not ticket)
            job = self._running
            if job is not None and job.ticket is ticket and self._interrupt is not None:
                job.interrupted = True
                self._interrupt()

    def _run(self) -> None:
        try:
            while (job := self._next()) is not None:
                self._carry_out(job)
                self._send(job)
                # Nothing of a job outlives it here: its result may be large, its receiver about to go.
                del job
        finally:
            if self._started and self._on_stop is not None:
                self._on_stop()

    def _next(self) -> _Job | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            self._running = self._queue.popleft() if self._queue else None
            return self._running

    def _carry_out(self, job: _Job) -> None:
        token = _current.set(job.ticket)
        try:
            with logs.request(job.reference):
                if not self._started and self._on_start is not None:
                    self._on_start()
                self._started = True
                job.result = job.work()
        except BaseException as error:  # noqa: BLE001 - the end of a request: the window's thread deals with it
            # Without this frame: it holds the job, and whoever keeps the error would keep all of it in a cycle.
            job.error = error.with_traceback(error.__traceback__ and error.__traceback__.tb_next)
        finally:
            _current.reset(token)

    def _send(self, job: _Job) -> None:
        with self._changed:
            self._running = None
            if self._closed:
                self._undelivered.append(job)
            else:
                self._ended.emit(job)

    @Slot(object)
    def _deliver(self, job: _Job) -> None:
        with logs.request(job.reference):
            try:
                if not (job.ticket.cancelled or self._closed):
                    _hand_over(job)
            finally:
                self._report(job)

    def _report(self, job: _Job) -> None:
        error = job.error
        if error is None or isinstance(error, AppError):
            return
        if job.interrupted:
            logger.info("work that nobody waits for was interrupted: %s", type(error).__name__)
            return
        with logs.request(job.reference):
            sys.excepthook(type(error), error, error.__traceback__)


def _hand_over(job: _Job) -> None:
    if job.error is None:
        receive, outcome = job.done, job.result
    elif isinstance(job.error, AppError):
        receive, outcome = job.failed, job.error
    else:
        receive, outcome = job.failed, Bug("The program made a mistake of its own; the log has the details.")
    if isValid(receive.__self__):  # type: ignore[attr-defined]
        receive(outcome)


class Lanes:
    """The lanes of the window: `network`, and the others for the store, one connection each.

    `survey` is for what takes long and must not be replaced by the next page: proofs, backups. `reports` is for what a
    person waits for and takes long too, exports and statements, `insights` for charts, `upkeep` for indexes that nobody
    waits for: none waits behind a proof.
    """

    def __init__(
        self,
        *,
        open_writing: Callable[[], object] | None = None,
        open_reading: Callable[[], object] | None = None,
        open_survey: Callable[[], object] | None = None,
        leave: Callable[[], object] | None = None,
        close: Callable[[], object] | None = None,
        interrupt_reader: Callable[[], object] | None = None,
    ) -> None:
        """The `open_…` functions connect the thread that calls them, `leave` disconnects it, `close` the writer's."""
        self.write = Lane("write", on_start=open_writing, on_stop=close, drain=True)
        self.read = Lane("read", on_start=open_reading, on_stop=leave, interrupt=interrupt_reader, daemon=True)
        self.survey = Lane("survey", on_start=open_survey, on_stop=leave, daemon=True)
        self.reports = Lane("reports", on_start=open_survey, on_stop=leave, daemon=True)
        self.insights = Lane("insights", on_start=open_survey, on_stop=leave, daemon=True)
        self.upkeep = Lane("upkeep", on_start=open_survey, on_stop=leave, daemon=True)
        self.network = Lane("network", daemon=True)

    def close(self) -> None:
        """End all work: what was accepted for writing is carried out, the rest given up, within 2 s altogether."""
        readers = (self.read, self.survey, self.reports, self.insights, self.upkeep)
        for lane in (self.network, *readers, self.write):
            lane.end()
        deadline = time.monotonic() + GRACE
        for lane in readers:
            lane.close(max(0.0, deadline - time.monotonic()))
        self.write.close()  # the last to leave the store
        self.network.close(max(0.0, deadline - time.monotonic()))
