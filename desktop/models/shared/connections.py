"""The connections to a server: one a thread and person, each statement under a deadline, each able to be cancelled.

A desk has three lanes, so three connections. No session state, no named prepared statements, no transaction around a
charge: what is said here goes through a pooler in transaction mode as well, and a charge is one burst on the wire.
A server that is stopped, not dead, is seen by no time-out of TCP's: each statement has a deadline of its own.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import tuple_row

from desktop.language.sentences import say
from desktop.models.ledger.protocol import Cancel, never
from desktop.models.shared import failures, unreachable
from desktop.models.shared.line import DEADLINE_S, LONG_S, Line, Row, Stopped
from desktop.terms.errors import AppError, Cancelled, ServerAway

log = logging.getLogger(__name__)

CONNECT_S = 5
NAGGING_S = 5.0  # a server that is away is not asked more often than this, but by a person


# A dead link is known within 15 seconds, whether something is being sent or waited for.
_SOCKET: dict[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 12_000,
    "connect_timeout": CONNECT_S,
    "client_encoding": "UTF8",
    "application_name": "metercalc",
}


def _rows(cursor: psycopg.Cursor[Row]) -> list[Row]:
    return cursor.fetchall() if cursor.description is not None else []


@dataclass(frozen=True, slots=True)
class Credentials:
    """How a role proves itself: by a password, or by what SCRAM makes of one."""

    role: str
    words: dict[str, str] = field(repr=False)
    generation: int = 0


class _Here(threading.local):
    """What a thread has: its connections by role, and how its statements are stopped."""

    def __init__(self) -> None:
        self.lines: dict[str, tuple[Line, int]] = {}
        self.reading = False
        self.cancelled: Cancel = never


class Connections:
    """The connections of one program to one server. `server` is how it is called in front of a person."""

    def __init__(self, words: dict[str, str], server: str) -> None:
        self._words = words
        self.server = server
        self._here = _Here()
        self._lock = threading.Lock()
        self._reading: list[Line] = []
        self._failed_at = 0.0
        self._failed: AppError | None = None
        self._gone: set[str] = set()
        self.note = ""  # a warning of the server's that a person should know
        # Looks at each connection before it is used.
        self.greet: Callable[[Line, Credentials], None] = lambda line, credentials: None

    def enter(self, *, reading: bool, cancelled: Cancel) -> None:
        """The calling thread asks from now on."""
        self._here.reading, self._here.cancelled = reading, cancelled

    def leave(self) -> None:
        """Close the calling thread's connections."""
        while self._here.lines:
            self._close(self._here.lines.popitem()[1][0])

    def forget(self, role: str) -> None:
        """Close the calling thread's connection of one person."""
        line = self._here.lines.pop(role, None)
        if line is not None:
            self._close(line[0])

    def interrupt(self) -> None:
        """Stop what runs on reading connections; from any thread."""
        with self._lock:
            for line in self._reading:
                line.interrupted = True

    @property
    def cancelled(self) -> Cancel:
        """How the calling thread's statements are stopped."""
        return self._here.cancelled

    @property
    def lost(self) -> AppError | None:
        """Why the last connection could not be had; None while all is well."""
        return self._failed

    def may_try(self) -> bool:
        """Whether it is time to look for a server that was away, for somebody who looks again and again."""
        return self._failed is None or time.monotonic() - self._failed_at > NAGGING_S

    def line(self, credentials: Credentials) -> Line:
        """The calling thread's connection of a person, made where there is none. Raises an `AppError`."""
        self._leave_gone(credentials.role)
        found = self._here.lines.get(credentials.role)
        if found is not None:
            if found[1] == credentials.generation and found[0].is_usable():
                return found[0]
            self.forget(credentials.role)
        line = self.open(credentials)
        try:
            with self.translated(credentials):
                self.greet(line, credentials)
        except BaseException:
            self._close(line)
            raise
        self.adopt(credentials, line)
        return line

    def end(self, role: str) -> None:
        """Somebody has signed out: each thread closes its connection of theirs before it opens another."""
        self._gone.add(role)
        self.forget(role)

    def _leave_gone(self, role: str) -> None:
        self._gone.discard(role)
        for gone in self._gone.intersection(self._here.lines):
            self.forget(gone)

    def adopt(self, credentials: Credentials, line: Line) -> None:
        """From now on a connection is the calling thread's of a person."""
        self.forget(credentials.role)
        self._here.lines[credentials.role] = (line, credentials.generation)
        if self._here.reading:
            with self._lock:
                self._reading.append(line)

    def renew(self, credentials: Credentials) -> None:
        """The calling thread's connection has outlived a change of the password."""
        found = self._here.lines.get(credentials.role)
        if found is not None:
            self._here.lines[credentials.role] = (found[0], credentials.generation)

    def open(self, credentials: Credentials) -> Line:
        """A further connection, for the caller to close. Raises an `AppError`."""
        try:
            line = Line.connect(
                make_conninfo(**(_SOCKET | self._words), user=credentials.role, **credentials.words),
                autocommit=True,
                prepare_threshold=None,
                row_factory=tuple_row,
            )
        except psycopg.Error as error:
            known = unreachable.of_connecting(error, self.server)
            if isinstance(known, ServerAway):
                self._failed, self._failed_at = known, time.monotonic()
            raise known from error
        self._failed = None
        line.add_notice_handler(self._noticed)
        return line

    def ask(
        self,
        credentials: Credentials,
        sql: str,
        values: Sequence[object] = (),
        *,
        deadline_s: float = DEADLINE_S,
        cancelled: Cancel | None = None,
        again: bool = True,
    ) -> list[Row]:
        """The rows of one statement. Raises an `AppError`, `Cancelled` too.

        With `again`, for what only reads, it is sent once more where the connection was ended or the ledger upgraded
        meanwhile.
        """
        line = self.line(credentials)
        try:
            with self.translated(credentials, cancelled), self._limits(line, cancelled, deadline_s):
                found = line.execute(sql, values).fetchall()
        except (ServerAway, failures.Upgraded) as gone:
            if not again or isinstance(gone.__cause__, Stopped):
                raise
            return self.ask(credentials, sql, values, deadline_s=deadline_s, cancelled=cancelled, again=False)
        self._failed = None
        return found

    @contextlib.contextmanager
    def one_state(
        self, credentials: Credentials, cancelled: Cancel | None = None
    ) -> Iterator[Callable[[str, Sequence[object]], list[Row]]]:
        """Several questions to one state of the ledger. Raises an `AppError`."""
        line = self.line(credentials)
        with self.translated(credentials, cancelled), self._limits(line, cancelled, LONG_S):
            line.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            try:
                yield lambda sql, values: _rows(line.execute(sql, values))
            finally:
                if not line.closed:
                    line.execute("ROLLBACK")

    @contextlib.contextmanager
    def rows(
        self, credentials: Credentials, sql: str, values: Sequence[object], batch: int
    ) -> Iterator[Iterator[list[Row]]]:
        """The rows of one statement, some at a time from a cursor, until the context ends. Raises an `AppError`."""
        with self.one_state(credentials) as ask:
            ask(f"DECLARE metercalc_rows NO SCROLL CURSOR FOR {sql}", values)

            def batches() -> Iterator[list[Row]]:
                while found := ask(f"FETCH {batch} FROM metercalc_rows", ()):
                    yield found

            yield batches()

    @contextlib.contextmanager
    def translated(self, credentials: Credentials, cancelled: Cancel | None = None) -> Iterator[None]:
        """Raise what the server says as an `AppError`; a lost connection is closed, to be made anew."""
        try:
            yield
        except Stopped as error:
            self.forget(credentials.role)
            self._failed, self._failed_at = failures.stopped(self.server), time.monotonic()
            raise self._failed from error
        except psycopg.Error as error:
            if isinstance(error, psycopg.errors.QueryCanceled) and self._wanted_so(credentials, cancelled):
                raise Cancelled(say("It was not wanted any more.")) from error
            if error.sqlstate in failures.CHANGED and credentials.role in self._here.lines:
                self.forget(credentials.role)  # the next one looks at the version before anything is asked
                raise failures.upgraded() from error
            if failures.is_lost(error):
                self.forget(credentials.role)
            raise failures.of_statement(error, self.server) from error

    def _wanted_so(self, credentials: Credentials, cancelled: Cancel | None) -> bool:
        line, _ = self._here.lines.get(credentials.role, (None, 0))
        was_interrupted = line is not None and line.interrupted
        return was_interrupted or self._here.cancelled() or (cancelled is not None and cancelled())

    @contextlib.contextmanager
    def _limits(self, line: Line, cancelled: Cancel | None, deadline_s: float) -> Iterator[None]:
        mine = self._here.cancelled
        line.interrupted = False
        line.deadline_s = deadline_s
        line.cancelled = mine if cancelled is None else lambda: mine() or cancelled()
        if line.cancelled():
            raise Cancelled(say("It was not wanted any more."))
        try:
            yield
        finally:
            line.deadline_s, line.cancelled = DEADLINE_S, never

    def _noticed(self, diagnostic: psycopg.errors.Diagnostic) -> None:
        if (diagnostic.severity_nonlocalized or diagnostic.severity) == "WARNING":
            log.warning("the server warns: %s", diagnostic.message_primary)
            if diagnostic.sqlstate == "01000" and "synchronous" in (diagnostic.message_primary or ""):
                self.note = say(
                    "The last charge was stored on one server only: its copy on another was not waited for. Ask the "
                    "server's owner before that server is replaced."
                )

    def _close(self, line: Line) -> None:
        with self._lock:
            if line in self._reading:
                self._reading.remove(line)
        with contextlib.suppress(psycopg.Error):
            line.close()
