"""Noticing what others do to an account, and what is the matter with the server: asked now and then by an open window.

No NOTIFY: inside a charge it makes every commit of the server wait for every other. One row a second is asked instead.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

from desktop.language.sentences import say
from desktop.models.shared.connections import NAGGING_S
from desktop.models.shared.sessions import Sessions, Signed
from desktop.terms.errors import AppError, NotSignedIn, ServerAway

log = logging.getLogger(__name__)

_PULSE = "SELECT * FROM metercalc.pulse()"
_PULSE_S = 3.0  # whoever charges waits behind it


@dataclass(slots=True)
class _Known:
    """What an account's pulse would be if nobody else wrote: what this program wrote itself is added to it."""

    seq: int
    journal: int
    price: int


class Watch:
    """Looks at the accounts of those who are signed in. `every_s`, it asks no more often than that."""

    def __init__(self, sessions: Sessions, every_s: float = 0.0) -> None:
        self._sessions = sessions
        self._every_s = every_s
        self._known: dict[int, _Known] = {}
        self._lock = threading.Lock()
        self._not_before = 0.0
        self._refused = ""

    def note_own(self, user_id: int, *, records: int = 0, changes: int = 0, price: int = 0) -> None:
        """This program has written to an account itself."""
        with self._lock:
            known = self._known.get(user_id)
            if known is not None:
                known.seq += records
                known.journal += changes
            for each in self._known.values():
                each.price = max(price, each.price)

    def others_have_written(self) -> bool:
        """Whether others have written to an account since the last look; no at the first."""
        now = time.monotonic()
        if now < self._not_before or not self._sessions.connections.may_try():
            return False
        self._not_before = now + self._every_s
        found = [self._look(signed, now) for signed in self._sessions.running()]  # each: what was seen is noted
        return any(found)

    def _look(self, signed: Signed, now: float) -> bool:
        try:
            seq, journal, price, _ = self._sessions.ask(signed, _PULSE, deadline_s=_PULSE_S)[0]
        except NotSignedIn:
            return True  # whoever looks again is told
        except ServerAway:
            return False
        except AppError as error:
            self._refused, self._not_before = error.message, now + NAGGING_S
            return False
        self._refused = ""
        with self._lock:
            before, self._known[signed.user_id] = self._known.get(signed.user_id), _Known(seq, journal, price)
            return before is not None and before != self._known[signed.user_id]

    def trouble(self) -> str:
        """What is the matter with the server, in a sentence; "" when all is well."""
        connections = self._sessions.connections
        if connections.lost is not None:
            return f"{connections.lost.message} " + say("Metercalc looks for it by itself, and what you typed is kept.")
        return self._refused or connections.note
