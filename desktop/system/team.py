"""Processes that work side by side, each with an interpreter and connections of its own. What they do, others say.

Python's own module for it is imported where there is work for them: it takes 0.7 MB of a window that has none.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

MOST = 4
_GRACE_S = 2.0  # to end by itself

Team: TypeAlias = "dict[Connection, BaseProcess]"
"""The processes, each by this end of the pipe to it."""

T = TypeVar("T")


def processors() -> int:
    """How many processes may work at once on this machine."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(allowed, MOST)


def hire(team: Team, work: Callable[[T, Connection], None], given: T) -> None:
    """Start one more process that does `work` with what it is given, through a pipe, and the other end of its own pipe.

    Raises `OSError` where there can be none.
    """
    import multiprocessing

    context = multiprocessing.get_context("spawn")  # a copy of a program with threads would be in a state of none
    ours, theirs = context.Pipe()
    process = context.Process(target=_carry_out, args=(work, given, theirs), daemon=True)
    try:
        with _uninterrupted():
            process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    team[ours] = process


def _carry_out(work: Callable[[T, Connection], None], given: T, connection: Connection) -> None:
    """What a process does: its work, for as long as whoever started it is there."""
    threading.Thread(target=_end_with_leader, daemon=True).start()
    work(given, connection)


def _end_with_leader() -> None:
    """End at once when the process that started this one has been killed: nobody waits for its work any more."""
    import multiprocessing

    leader = multiprocessing.parent_process()
    if leader is not None:
        leader.join()
        os._exit(1)


def answering(team: Iterable[Connection], seconds: float | None = None) -> list[Connection]:
    """Those from which an answer has come, or that have ended; none after so many seconds."""
    from multiprocessing import connection

    waiting = list(team)
    ready = connection.wait(waiting, seconds)
    return [each for each in waiting if each in ready]


def dismiss(team: Team) -> None:
    """End all of them, whatever they are at; one that is stopped, or deaf to it, too."""
    for connection, process in team.items():
        connection.close()
        process.terminate()
    for process in team.values():
        process.join(_GRACE_S)
        if process.is_alive():
            process.kill()
            process.join()
    team.clear()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Have what is started within deaf to a terminal's interrupt, which reaches all: who asked for it ends it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
