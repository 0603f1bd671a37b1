"""A lane: one thread with a queue of work. It knows nothing of what the work is.

What work returns or raises comes back to the window's thread as one queued signal, and only to the session that asked
for it. Plain threads, not QThreads: a QThread that is destroyed while it runs aborts the process.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal, Slot

from desktop.controllers.jobs import Bug, Job, Ticket, current, method, receiver, tell
from desktop.language.sentences import say
from desktop.system import logs
from desktop.terms.errors import AppError

logger = logging.getLogger(__name__)

T = TypeVar("T")

_NUDGE = 0.1  # seconds between two interruptions of a job that is not wanted any more


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
        self._queue: deque[Job] = deque()
        self._pending: dict[Ticket, Job] = {}  # queued, running, or with an outcome that is on its way
        self._running: Job | None = None
        self._undelivered: list[Job] = []
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
        known of work that cannot be taken back. `progress` gets what the work tells `jobs.progress`.

        `failed` gets the AppError that `work` raised; anything else it raised is a bug: `failed` gets a `Bug`, then
        `sys.excepthook` the exception. With `replace`, earlier work with the same `key` (by default: the same `done`)
        is cancelled first, its outcome included if it is on its way. Work of a session that ends is cancelled, unless
        the lane drains or it is to `finish`. `reference` (by default the caller's) is the request's id while it runs
        and is delivered. Raises RuntimeError after `close()`.
        """
        slots: list[Callable[..., object] | None] = [done, failed, settled, progress]
        for slot in slots:
            if slot is not None and not isinstance(receiver(slot), QObject):
                raise TypeError("results go to bound methods of QObjects, which says on which thread they run")
        job = Job(
            work=work,
            done=done,
            failed=failed,
            settled=settled,
            progress=progress,
            key=method(done) if key is None else key,
            session=self._session,
            for_everyone=for_everyone,
            finish=finish or self._drain,
            reference=logs.reference.get() if reference is None else reference,
            ticket=Ticket(self._give_up),
            advanced=self.advanced,
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

    def _unsettled(self) -> list[Job]:
        return list(self._pending.values())

    def _is_for_now(self, job: Job) -> bool:
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

    def _next(self) -> Job | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            self._running = self._queue.popleft() if self._queue else None
            return self._running

    def _carry_out(self, job: Job) -> None:
        token = current.set(job)
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
            current.reset(token)

    def _send(self, job: Job) -> None:
        with self._changed:
            self._running = None
            if self._closed:
                self._undelivered.append(job)
            else:
                self._ended.emit(job)

    @Slot(object)
    def _deliver(self, job: Job) -> None:
        with self._changed:
            self._pending.pop(job.ticket, None)
        with logs.request(job.reference):
            try:
                if not (job.ticket.cancelled or self._closed):
                    self._hand_over(job)
            finally:
                self._report(job)

    def _hand_over(self, job: Job) -> None:
        receive, outcome = job.done, job.result
        if job.error is not None:
            bug = Bug(say("The program made a mistake of its own; the log has the details."))
            receive, outcome = job.failed, job.error if isinstance(job.error, AppError) else bug
        if job.settled is not None:
            tell(job.settled, outcome)
        if self._is_for_now(job):
            tell(receive, outcome)

    @Slot(object, object, object)
    def _deliver_progress(self, job: Job, done: int, total: int) -> None:
        assert job.progress is not None, "progress that nobody asked for"
        if self._is_for_now(job) and not (job.ticket.cancelled or self._closed):
            with logs.request(job.reference):
                tell(job.progress, done, total)

    def _report(self, job: Job) -> None:
        error = job.error
        if error is None or isinstance(error, AppError):
            return
        if job.interrupted:
            logger.info("work that nobody waits for was interrupted: %s", type(error).__name__)
            return
        with logs.request(job.reference):
            sys.excepthook(type(error), error, error.__traceback__)
