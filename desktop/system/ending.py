"""Signals that ask the program to end, as a shell, a service manager or a closing session sends them.

They are a quit, not a fault: before the program is up it ends in silence, then it ends what it is doing as usual, and
its status is the shell's for the signal (INT 130, TERM 143, HUP 129). A signal that whoever started the program has it
ignore (nohup, a shell's background) stays ignored. It imports next to nothing: it comes before everything else.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)  # Windows has no HUP
GRACE_S = 5.0  # for a reader that has stopped reading and would be waited for
_CAN_WAIT = hasattr(signal, "setitimer")  # Windows cannot
Handler = Callable[[int, FrameType | None], object]


class Ended(BaseException):
    """The program was asked to end by a signal; `status` is what it ends with."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.status = status_of(number)


def status_of(number: int) -> int:
    """The exit status of a program that ended by a signal, as shells have it."""
    return 128 + number


def leave_in_silence() -> None:
    """From now on a signal ends the process at once: there is nothing yet, or nothing any more, to be ended well."""
    _handle(lambda number, _frame: os._exit(status_of(number)))


@contextmanager
def raised() -> Iterator[None]:
    """Within, a signal raises `Ended` on the main thread; further ones change nothing while that unwinds."""

    def end(number: int, _frame: FrameType | None) -> None:
        ignore()
        raise Ended(number)

    before = _handle(end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def held() -> Iterator[None]:
    """Within, a signal waits for the end of the block: what was stored is to be said, too.

    Not for ever: after `GRACE_S`, or at a second signal, it raises `Ended` where it is.
    """
    noted: list[int] = []

    def hold(number: int, _frame: FrameType | None) -> None:
        noted.append(number)
        if len(noted) > 1:
            ignore()
            raise Ended(noted[0])
        if _CAN_WAIT:
            signal.signal(signal.SIGALRM, hold)
            signal.setitimer(signal.ITIMER_REAL, GRACE_S)

    before = _handle(hold)
    try:
        yield
    finally:
        if noted and _CAN_WAIT:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
    if noted:
        ignore()
        raise Ended(noted[0])


def ignore() -> None:
    """From now on signals are only noted where `signal.set_wakeup_fd` says."""
    _handle(lambda *_: None)


def _handle(handler: Handler) -> dict[int, Handler | int]:
    """Have signals handled; returns what handled them before. Python lets only the main thread do so."""
    before: dict[int, Handler | int] = {}
    if threading.current_thread() is not threading.main_thread():
        return before
    for number in SIGNALS:
        present = signal.getsignal(number)
        if present not in (signal.SIG_IGN, None):
            before[number] = present
            signal.signal(number, handler)
    return before
