"""Owns the talk with random.org; must not know Qt or the database, nor log a string.

A draw that is late, short, long or malformed is refused whole. The interface is random.org's plain one:
https://www.random.org/clients/http/.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from desktop import __version__
from desktop.language.sentences import say
from desktop.random_org import refusals
from desktop.random_org.answers import fault, first_words, parse_quota, parse_strings
from desktop.random_org.quota import Quota
from desktop.random_org.strings import bits
from desktop.random_org.turn import SharedTurn
from desktop.settings.config import RandomSettings
from desktop.system.turns import TurnNotCome
from desktop.terms.errors import Cancelled, NetworkError

if TYPE_CHECKING:
    from desktop.random_org.http import Answer

logger = logging.getLogger(__name__)

MOST = 10_000
"""Strings that random.org gives in one draw."""

SLACK = 4096
"""Bytes read past what the strings need, so that an error's text is seen whole."""

QUOTA_CAP = 64
POLL = 0.05


class RandomOrg:
    """A client of random.org that keeps to its rules: one request at a time, and none while the quota is negative.

    The rules hold for all programs of a person: the turn, and what is known of the quota, lie in a `folder`.
    The quota is asked for before a draw when it was never asked, 10 minutes ago, or when it seems short. An answer
    that cannot be had or read does not stop the draw, unless the last one was negative.
    """

    def __init__(
        self,
        settings: RandomSettings,
        *,
        folder: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`clock` gives monotonic seconds, `now` those since 1970; without a `folder` the rules hold in here alone."""
        self._settings = settings
        self._clock = clock
        self._turn = threading.Lock()
        self._shared = None if folder is None else SharedTurn(folder)
        self._quota = Quota(clock if folder is None else now)

    def draw(self, count: int, *, cancelled: Callable[[], bool]) -> tuple[str, ...]:
        """Draw `count` strings (1 to 10,000) within the configured timeout, all requests and waits included.

        Raises NetworkError (`details`: `reason`, one word, and `wait_seconds` for "quota"), and Cancelled soon after
        `cancelled()` turns true; it is called on this thread, about every 50 ms.
        """
        if not 1 <= count <= MOST:
            raise ValueError(f"1 to {MOST} strings a draw, not {count}")
        started = self._clock()
        deadline = started + self._settings.timeout
        try:
            with self._taking_turns(deadline, cancelled):
                self._mind_the_quota(count, deadline, cancelled)
                strings = self._draw(count, deadline, cancelled)
        except NetworkError as error:
            logger.warning("draw of %d strings refused: %s", count, " ".join(map(str, error.details.values())))
            raise
        logger.info("drew %d strings in %.1f s", count, self._clock() - started)
        return strings

    @contextmanager
    def _taking_turns(self, deadline: float, cancelled: Callable[[], bool]) -> Iterator[None]:
        while not self._turn.acquire(timeout=POLL):
            if cancelled():
                raise Cancelled(say("The draw was stopped before it began."))
            if self._clock() >= deadline:
                raise self._error("busy")
        try:
            if cancelled():
                raise Cancelled(say("The draw was stopped before it began."))
            if self._shared is None:
                yield
                return
            with self._shared.held(self._quota, deadline - self._clock(), cancelled):
                yield
        except TurnNotCome as error:
            if cancelled():
                raise Cancelled(say("The draw was stopped before it began.")) from error
            raise self._error("busy") from error
        finally:
            self._turn.release()

    def _mind_the_quota(self, count: int, deadline: float, cancelled: Callable[[], bool]) -> None:
        if self._quota.wait:
            raise self._quota_error()
        if not self._quota.is_due(bits(self._settings, count)):
            return
        # A third of the time at most: a quota that does not answer leaves the draw a chance.
        deadline = min(deadline, self._clock() + self._settings.timeout / 3)
        try:
            answer = self._get(self._settings.quota_url, {"format": "plain"}, QUOTA_CAP, deadline, cancelled)
            left = parse_quota(answer.body) if answer.status == 200 else None
            reason = "malformed"
        except NetworkError as error:
            left, reason = None, str(error.details["reason"])
        if left is not None:
            self._quota.answered(left)
            if left < 0:
                raise self._quota_error()
        elif self._quota.negative:
            raise self._error(reason, count=count)
        else:
            logger.info("the quota is unknown: %s", reason)
            self._quota.unanswered()

    def _draw(self, count: int, deadline: float, cancelled: Callable[[], bool]) -> tuple[str, ...]:
        settings = self._settings
        params = {
            "num": str(count),
            "len": str(settings.length),
            "digits": _switch(settings.digits),
            "upperalpha": _switch(settings.upper),
            "loweralpha": _switch(settings.lower),
            "unique": "off",
            "format": "plain",
            "rnd": "new",
        }
        cap = count * (settings.length + 1) + SLACK
        self._quota.spent(bits(settings, count))
        answer = self._get(settings.url, params, cap, deadline, cancelled)
        reason = fault(answer, cap)
        if reason in ("refused", "status"):
            self._quota.doubt()
        strings = None if reason else parse_strings(answer.body, settings, count)
        if strings is None:
            quote = first_words(answer.body)
            raise self._error(reason or "malformed", quote=quote, status=answer.status, count=count)
        return strings

    def _get(
        self, url: str, params: dict[str, str], cap: int, deadline: float, cancelled: Callable[[], bool]
    ) -> Answer:
        # Late: it imports requests, which takes 0.2 s that the first window does not need.
        from desktop.random_org import http

        try:
            return http.get(
                url,
                params=params,
                user_agent=user_agent(self._settings.contact),
                cap=cap,
                remaining=lambda: deadline - self._clock(),
                cancelled=cancelled,
            )
        except http.ExchangeError as error:
            raise self._error(error.reason, named=error.named) from error

    def _error(self, reason: str, **facts: object) -> NetworkError:
        host = urlsplit(self._settings.url).hostname
        told = refusals.sentence(reason, host=host, timeout=f"{self._settings.timeout:g}", **facts)
        named = {"named": facts["named"]} if facts.get("named") else {}
        return NetworkError(told, reason=reason, **named)

    def _quota_error(self) -> NetworkError:
        wait = math.ceil(self._quota.wait)
        error = self._error("quota", span=refusals.span(wait))
        error.details["wait_seconds"] = wait
        return error


def user_agent(contact: str) -> str:
    """The program and whom to write to, as random.org asks."""
    return f"Metercalc/{__version__}" + (f" ({contact})" if contact else "")


def _switch(on: bool) -> str:
    return "on" if on else "off"
