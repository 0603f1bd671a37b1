"""A piece of work on its way: what is to be done, who waits for it, and what it may ask and tell meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from shiboken6 import isValid

from desktop.language.sentences import mark
from desktop.terms.errors import AppError

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance


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
class Job:
    """One piece of work, as `Lane.submit` describes it."""

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
    advanced: SignalInstance  # its lane's
    result: Any = None
    error: BaseException | None = None
    interrupted: bool = False


current: ContextVar[Job | None] = ContextVar("the job that runs on this thread", default=None)


def cancelled() -> bool:
    """Whether nobody waits any more for the work that is running on this thread: for work to ask now and then."""
    job = current.get()
    return job is not None and job.ticket.cancelled


def progress(done: int, total: int) -> None:
    """Tell whoever waits for the work that is running on this thread how far it is."""
    job = current.get()
    if job is not None and job.progress is not None:
        job.advanced.emit(job, done, total)


def tell(slot: Callable[..., object], *what: object) -> None:
    """Call whoever waits, unless they are gone."""
    if isValid(receiver(slot)):
        slot(*what)


def method(slot: Callable[..., object]) -> Callable[..., object]:
    """The bound method behind partials."""
    return method(slot.func) if isinstance(slot, partial) else slot


def receiver(slot: Callable[..., object]) -> object:
    """The object that a bound method, or a partial of one, belongs to; None for other functions."""
    return getattr(method(slot), "__self__", None)
