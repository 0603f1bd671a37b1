"""One connection to a server: its statements end at a deadline, and when somebody cancels them. It knows no person."""

from __future__ import annotations

import logging
import select
import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg

from desktop.language.sentences import mark, say
from desktop.models.ledger.protocol import Cancel, never
from desktop.terms.errors import BadInput

log = logging.getLogger(__name__)

DEADLINE_S = 12.0
LONG_S = 600.0  # for what reads a whole account; it is cancelled instead
_LOOK_S = 0.05
_CANCEL_S = 2.0
_READ, _WRITE = 1, 2  # psycopg.waiting.Ready

UNSENDABLE = mark("There is a character in it that no server takes. Leave it out.")

Row = tuple[Any, ...]
T = TypeVar("T")


class Stopped(psycopg.OperationalError):
    """The server has not answered in time; the connection is closed."""


def can_be_sent(text: str) -> bool:
    """Whether libpq can be given a text: it does not end in the midst, and all of it is UTF-8."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


class Line(psycopg.Connection[Row]):
    """A connection whose statements end at a deadline, and when somebody cancels them."""

    deadline_s: float = DEADLINE_S
    cancelled: Cancel = staticmethod(never)
    interrupted: bool = False
    warned: str = ""  # the last warning of the server's

    def execute(self, query: Any, params: Any = None, **more: Any) -> psycopg.Cursor[Row]:
        """As psycopg's. Raises `BadInput` for a text that no server takes, before anything is sent."""
        if not all(can_be_sent(value) for value in params or () if isinstance(value, str)):
            raise BadInput(say(UNSENDABLE))
        return super().execute(query, params, **more)

    def wait(self, gen: Generator[Any, Any, T], *_: object, **__: object) -> T:
        """What psycopg calls for every statement: until its answer is there, looking up every now and then.

        Its own loop looks up inside itself alone before version 3.3.
        """
        end, asked = time.monotonic() + self.deadline_s, False
        try:
            wanted = next(gen)
            while True:
                ready = _ready(self.pgconn.socket, wanted, _LOOK_S)
                if ready:
                    wanted = gen.send(ready)
                elif time.monotonic() > end:
                    self.pgconn.finish()
                    raise Stopped("no answer in time")
                elif not asked and (self.interrupted or self.cancelled()):
                    asked = True
                    self._stop()
        except StopIteration as done:
            value: T = done.value
            return value

    def _stop(self) -> None:
        try:
            self.cancel_safe(timeout=_CANCEL_S)
        except psycopg.Error as error:
            log.info("a statement could not be cancelled: %s", type(error).__name__)
            self.pgconn.finish()
            raise Stopped("not even cancelled") from error

    def is_usable(self) -> bool:
        """Whether it has not been closed meanwhile, also by the server: asked without a round trip."""
        try:
            for _ in range(3):  # the server's last words, and the end behind them
                if self.closed or not _readable(self.pgconn.socket):
                    break
                self.pgconn.consume_input()
            return not self.closed and self.pgconn.status == psycopg.pq.ConnStatus.OK and not self._has_last_words()
        except psycopg.Error:
            return False

    def _has_last_words(self) -> bool:
        return _readable(self.pgconn.socket)


def _readable(socket: int) -> bool:
    return bool(_ready(socket, _READ, 0.0))


def _ready(socket: int, wanted: int, seconds: float) -> int:
    """Which of reading and writing a socket is ready for; 0 where it is for none in time.

    One that is broken is ready for what is wanted: to be told so.
    """
    reads, writes = bool(wanted & _READ), bool(wanted & _WRITE)
    if not hasattr(select, "poll"):
        reading, writing, _ = select.select([socket] * reads, [socket] * writes, [], seconds)
        return _READ * bool(reading) + _WRITE * bool(writing)
    poll = select.poll()  # a descriptor may be above what select takes
    poll.register(socket, select.POLLIN * reads + select.POLLOUT * writes)
    found = poll.poll(seconds * 1000)
    if not found:
        return 0
    event = found[0][1]
    return _READ * bool(event & select.POLLIN) + _WRITE * bool(event & select.POLLOUT) or wanted
