"""Who is signed in on this desk, and asking the server in their name. Who somebody is, the server alone decides.

A session holds no password: what SCRAM makes of it (RFC 5802) opens further connections, where libpq takes that.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from desktop.language.sentences import mark, say
from desktop.models.ledger import passwords
from desktop.models.ledger.protocol import Cancel
from desktop.models.shared.connections import Connections, Credentials
from desktop.models.shared.line import DEADLINE_S, Line, Row
from desktop.models.shared.unreachable import DEACTIVATED, Deactivated
from desktop.terms.errors import NotSignedIn, PasswordDue, SignInRefused
from desktop.terms.kinds import Role
from desktop.terms.people import Session

log = logging.getLogger(__name__)

_TAKES_KEYS = 180_000  # libpq's version from which it takes what SCRAM makes of a password
_ELSEWHERE = mark("The password was changed elsewhere. Sign in again.")


@dataclass(slots=True)
class Signed:
    """A running session: whose it is, and how its connections are opened.

    `one_time`: the password was given by an administrator, and the server answers nothing before it is changed.
    """

    user_id: int
    username: str
    role: Role
    credentials: Credentials = field(repr=False)
    one_time: bool = False


class Sessions:
    """The running sessions of one program, by their tokens."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        self._signed: dict[str, Signed] = {}

    def begin(self, signed: Signed) -> Session:
        """A session for somebody who has proved who they are."""
        session = Session(secrets.token_urlsafe(32), signed.user_id, signed.username, signed.one_time)
        self._signed[session.token] = signed
        log.info("account %d signed in", signed.user_id)
        return session

    def end(self, user_id: int, *, but: str = "") -> None:
        """End every session of somebody in this program, `but` one."""
        for token, signed in list(self._signed.items()):
            if signed.user_id == user_id and token != but:
                self._signed.pop(token, None)
                if not but:
                    self.connections.end(signed.credentials.role)

    def end_all(self) -> None:
        """End all of them."""
        self._signed.clear()

    def require(self, session: Session, *, choosing: bool = False) -> Signed:
        """Whose a session is. Raises `NotSignedIn`, and `PasswordDue` but where a password is being chosen."""
        signed = self._signed.get(session.token)
        if signed is None or signed.user_id != session.user_id:
            raise NotSignedIn(say("You are signed out. Sign in again."))
        if signed.one_time and not choosing:
            raise PasswordDue(say(passwords.DUE))
        return signed

    def running(self) -> tuple[Signed, ...]:
        """Who is signed in and may ask, each once, the latest first."""
        signed = [each for each in self._signed.values() if not each.one_time]
        return tuple({each.user_id: each for each in reversed(signed)}.values())

    def by_role(self, role: str) -> Signed | None:
        """Who is signed in by a role and may ask; None where nobody is."""
        return next((signed for signed in self.running() if signed.credentials.role == role), None)

    def administrator(self) -> Signed | None:
        """An administrator who is signed in; None where there is none."""
        return next((signed for signed in self.running() if signed.role is Role.ADMIN), None)

    def ask(
        self,
        signed: Signed,
        sql: str,
        values: Sequence[object] = (),
        *,
        deadline_s: float = DEADLINE_S,
        cancelled: Cancel | None = None,
        again: bool = True,
    ) -> list[Row]:
        """The rows of one statement, in somebody's name; `again` for one that may be sent twice."""
        with self.known(signed):
            return self.connections.ask(
                signed.credentials, sql, values, deadline_s=deadline_s, cancelled=cancelled, again=again
            )

    def line(self, signed: Signed) -> Line:
        """The calling thread's connection of somebody."""
        with self.known(signed):
            return self.connections.line(signed.credentials)

    @contextmanager
    def known(self, signed: Signed) -> Iterator[None]:
        """Ends the sessions of somebody whom the server does not let in any more. Raises `NotSignedIn` for it."""
        try:
            yield
        except SignInRefused as error:
            self.end(signed.user_id)
            raise NotSignedIn(say(_ELSEWHERE)) from error
        except NotSignedIn:
            self.end(signed.user_id)
            raise
        except Deactivated as error:
            self.end(signed.user_id)
            raise NotSignedIn(say(DEACTIVATED)) from error


def with_password(role: str, password: str) -> Credentials:
    """How somebody signs in."""
    return Credentials(role, {"password": password})


def lasting(role: str, password: str, generation: int, keys: Callable[[], tuple[str, str]]) -> Credentials:
    """How their further connections are opened; `keys` are what SCRAM makes of the password."""
    if psycopg.pq.version() < _TAKES_KEYS:
        return Credentials(role, {"password": password}, generation)
    client_key, server_key = keys()
    return Credentials(role, {"scram_client_key": client_key, "scram_server_key": server_key}, generation)
