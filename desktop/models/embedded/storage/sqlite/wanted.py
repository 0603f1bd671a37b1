"""Whether what a thread does is still wanted, looked at between the steps of its statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from desktop.language.sentences import say
from desktop.models.embedded.storage.sqlite.errors import ERRORS, NOT_WANTED, error_name
from desktop.terms.errors import Cancelled

_LOOK = 2_000  # steps of SQLite's machine between two looks: a few milliseconds

_given_up: ContextVar[Callable[[], bool]] = ContextVar("given up", default=lambda: False)  # each thread's own


def give_up_when(cancelled: Callable[[], bool]) -> None:
    """From now on, end the calling thread's statements with `Cancelled` once this says so: for a thread of its own."""
    _given_up.set(cancelled)


@contextmanager
def giving_up_when(cancelled: Callable[[], bool]) -> Iterator[None]:
    """Within it, end statements on connections that `heed` once this says so. Raises `Cancelled`."""
    token = _given_up.set(cancelled)
    try:
        yield
    except ERRORS as error:
        if error_name(error).startswith("SQLITE_INTERRUPT"):
            raise Cancelled(say(NOT_WANTED)) from error
        raise
    finally:
        _given_up.reset(token)


def heed(connection: Any) -> None:
    """Have a connection look, between the steps of a statement, whether its thread's work is still wanted."""
    connection.set_progress_handler(lambda: int(_given_up.get()()), _LOOK)


def given_up() -> Callable[[], bool]:
    """What the calling thread's statements look at."""
    return _given_up.get()


def check_wanted(cancelled: Callable[[], bool]) -> None:
    """Raises `Cancelled` where nobody waits any more."""
    if cancelled():
        raise Cancelled(say(NOT_WANTED))
