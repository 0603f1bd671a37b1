"""Owns the threads that do whatever could block the window (DESIGN, 5): lanes of work. Must not know views or models.

A lane is one thread with a queue. Work is a plain callable; what it returns or raises comes back to the window's
thread as one queued signal, and only to the session that asked for it. Plain threads, not QThreads: a QThread that is
destroyed while it runs aborts the process.
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
from functools import partial
from typing import Any, ClassVar, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal, Slot
from shiboken6 import isValid

from desktop.language.sentences import mark, say
from desktop.system import logs
from desktop.terms.errors import AppError

logger = logging.getLogger(__name__)

T = TypeVar("T")

GRACE = 2.0
"""Seconds that quitting waits for work that nobody wants any more to notice; then it is left behind."""

_NUDGE = 0.1


class Bug(AppError):
    """What a person is told when the program itself is at fault; the crash dialog has the rest."""

    code: ClassVar[str] = "bug"
    charge_note: ClassVar[str] = mark("The records show whether it was charged.")


class Ticket:
    """A piece of submitted work, for whoever submitted it. Once cancelled, nothing of it is delivered any more."""

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


@dataclass(eq=False, slots=True)
class _Job:
    work: Callable[[], Any]
    done: Callable[[Any], object]
    failed: Callable[[AppError], object]
    settled: Callable[[Any], object] | None
    progress: Callable[[int, int], object] | None
    key: Hashable
    session: Hashable
    for_everyone: bool
    finish: bool
    reference: str
    ticket: Ticket
    lane: Lane
    result: Any = None
    error: BaseException | None = None
    interrupted: bool = False


_current: ContextVar[_Job | None] = ContextVar("the job that runs on this thread", default=None)


def cancelled() -> bool:
    """Whether nobody waits any more for the work that is running on this thread: for work to ask now and then."""
    job = _current.get()
    return job is not None and job.ticket.cancelled


def progress(done: int, total: int) -> None:
    """Tell whoever waits for the work that is running on this thread how far it is."""
    job = _current.get()
    if job is not None and job.progress is not None:
        job.lane.advanced.emit(job, done, total)


class Lane(QObject):
    """One worker thread, first come, first served. Make, use and close it on the window's thread.

    What is submitted belongs to the session that is served then: once another one is served, or nobody, its outcome
    and its progress reach nobody.

    `on_start` runs on the worker's thread before its first job (if it raises, that job has failed, and the next one
    tries again), `on_stop` after its last. `interrupt` is called on the window's thread when the running job is not
    wanted any more; it must not block. At the end `drain` carries out what is queued instead of dropping it, and a
    `daemon` is left behind if it does not end.
    """

    advanced = Signal(object, object, object)  # a job of this lane, how much of it is done, of how much
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
        self._session: Hashable = None
        self._queue: deque[_Job] = deque()
        self._pending: dict[Ticket, _Job] = {}  # queued, running, or with an outcome that is on its way
        self._running: _Job | None = None
        self._undelivered: list[_Job] = []
        # Re-entrant: replacing a job cancels its ticket, which comes back here.
        self._changed = threading.Condition(threading.RLock())
        self._thread = threading.Thread(target=self._run, name=f"{name} lane", daemon=daemon)
        # Both are emitted on the worker's thread, so Qt queues them. Not said: naming the kind costs the start 30 ms.
        self._ended.connect(self._deliver)
        self.advanced.connect(self._deliver_progress)

    def submit(
        self,
        work: Callable[[], T],
        *,
        done: Callable[[T], object],
        failed: Callable[[AppError], object],
        settled: Callable[[T | AppError], object] | None = None,
        progress: Callable[[int, int], object] | None = None,
        key: Hashable = None,
        replace: bool = False,
        for_everyone: bool = False,
        finish: bool = False,
        reference: str | None = None,
    ) -> Ticket:
        """Run `work` on the lane, then exactly one of `done(result)` and `failed(error)` on the window's thread.

        Receivers are bound methods of QObjects, or partials of them. Neither is called when the ticket was cancelled,
        the receiver destroyed, the lane closed, or the session that is served now has ended by then (unless the work
        is `for_everyone`). Before either, `settled` gets the outcome, whoever is served by then: for what must be
        known of work that cannot be taken back. `progress` gets what the work tells `background.progress`.

        `failed` gets the AppError that `work` raised; anything else it raised is a bug: `failed` gets a `Bug`, then
        `sys.excepthook` the exception. With `replace`, earlier work with the same `key` (by default: the same `done`)
        is cancelled first, its outcome included if it is on its way. Work of a session that ends is cancelled, unless
        the lane drains or it is to `finish`. `reference` (by default the caller's) is the request's id while it runs
        and is delivered. Raises RuntimeError after `close()`.
        """
        slots: list[Callable[..., object] | None] = [done, failed, settled, progress]
        for slot in slots:
            if slot is not None and not isinstance(_receiver(slot), QObject):
                raise TypeError("results go to bound methods of QObjects, which says on which thread they run")
        job = _Job(
            work=work,
            done=done,
            failed=failed,
            settled=settled,
            progress=progress,
            key=_method(done) if key is None else key,
            session=self._session,
            for_everyone=for_everyone,
            finish=finish or self._drain,
            reference=logs.reference.get() if reference is None else reference,
            ticket=Ticket(self._give_up),
            lane=self,
        )
        with self._changed:
            if self._closed:
                raise RuntimeError(f"the {self._thread.name} is closed")
            if replace:
                for other in self._unsettled():
                    if other.key == job.key:
                        other.ticket.cancel()
            self._queue.append(job)
            self._pending[job.ticket] = job
            if self._thread.ident is None:
                self._thread.start()
            self._changed.notify()
        return job.ticket

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits for any outcome of it."""
        with self._changed:
            return not self._pending

    def serve(self, session: Hashable) -> None:
        """From now on work for this session, or for nobody (None); what others asked for reaches nobody any more."""
        with self._changed:
            self._session = session
            for job in self._unsettled():
                if not (self._is_for_now(job) or job.finish):
                    job.ticket.cancel()

    def end(self) -> None:
        """Take no more work, and give up what is there unless the lane drains. Returns at once."""
        with self._changed:
            self._closed = True
            if not self._drain:
                for job in self._unsettled():
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
            self._pending.clear()
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

    def _unsettled(self) -> list[_Job]:
        return list(self._pending.values())

    def _is_for_now(self, job: _Job) -> bool:
        return job.for_everyone or job.session == self._session

    def _give_up(self, ticket: Ticket) -> None:
        with self._changed:
            job = self._pending.get(ticket)
            if job is None:
                return
            if job in self._queue:
                self._queue.remove(job)
                del self._pending[ticket]
            elif job is self._running and self._interrupt is not None:
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
        token = _current.set(job)
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
        with self._changed:
            self._pending.pop(job.ticket, None)
        with logs.request(job.reference):
            try:
                if not (job.ticket.cancelled or self._closed):
                    self._hand_over(job)
            finally:
                self._report(job)

    def _hand_over(self, job: _Job) -> None:
        receive, outcome = job.done, job.result
        if job.error is not None:
            bug = Bug(say("The program made a mistake of its own; the log has the details."))
            receive, outcome = job.failed, job.error if isinstance(job.error, AppError) else bug
        if job.settled is not None:
            _tell(job.settled, outcome)
        if self._is_for_now(job):
            _tell(receive, outcome)

    @Slot(object, object, object)
    def _deliver_progress(self, job: _Job, done: int, total: int) -> None:
        assert job.progress is not None, "progress that nobody asked for"
        if self._is_for_now(job) and not (job.ticket.cancelled or self._closed):
            with logs.request(job.reference):
                _tell(job.progress, done, total)

    def _report(self, job: _Job) -> None:
        error = job.error
        if error is None or isinstance(error, AppError):
            return
        if job.interrupted:
            logger.info("work that nobody waits for was interrupted: %s", type(error).__name__)
            return
        with logs.request(job.reference):
            sys.excepthook(type(error), error, error.__traceback__)


def _tell(slot: Callable[..., object], *what: object) -> None:
    if isValid(_receiver(slot)):
        slot(*what)


def _method(slot: Callable[..., object]) -> Callable[..., object]:
    """The bound method behind partials."""
    return _method(slot.func) if isinstance(slot, partial) else slot


def _receiver(slot: Callable[..., object]) -> object:
    return getattr(_method(slot), "__self__", None)


class Lanes:
    """The lanes of the window: `network`, and the others for the store, one connection each.

    `survey` is for what takes long and must not be replaced by the next page: proofs, backups. `reports` is for what a
    person waits for and takes long too, exports and statements, `insights` for charts, `upkeep` for indexes that nobody
    waits for: none waits behind a proof. `files` is for small files beside the store, and needs none.
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
        self.files = Lane("files", drain=True)

    def serve(self, session: Hashable) -> None:
        """Answer this session from now on, None for nobody: whatever an earlier one still waits for is dropped."""
        readers = (self.read, self.survey, self.reports, self.insights, self.upkeep)
        for lane in (self.write, *readers, self.network, self.files):
            lane.serve(session)

    def close(self) -> None:
        """End all work: what was accepted for writing is carried out, the rest given up, within 2 s altogether."""
        readers = (self.read, self.survey, self.reports, self.insights, self.upkeep)
        for lane in (self.network, *readers, self.files, self.write):
            lane.end()
        deadline = time.monotonic() + GRACE
        for lane in readers:
            lane.close(max(0.0, deadline - time.monotonic()))
        self.files.close()
        self.write.close()  # the last to leave the store
        self.network.close(max(0.0, deadline - time.monotonic()))
