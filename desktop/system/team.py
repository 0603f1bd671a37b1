"""Processes that work side by side, each with an interpreter and connections of its own. What they do, others say."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TypeVar

MOST = 4
_GRACE_S = 2.0  # to end by itself

Team = dict[Connection, BaseProcess]
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
    context = multiprocessing.get_context("spawn")  # a copy of a program with threads would be in a state of none
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(given, theirs), daemon=True)
    try:
        with _uninterrupted():
            process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    team[ours] = process


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
