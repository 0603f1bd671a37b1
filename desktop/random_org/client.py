"""Owns the talk with random.org; must not know Qt or the database, nor log a string.

A draw that is late, short, long or malformed is refused whole. The interface is random.org's plain one:
https://www.random.org/clients/http/.
"""

from __future__ import annotations

import logging
import math
import re
import secrets
import string
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from desktop import __version__
from desktop.language.sentences import mark, say, say_many
from desktop.random_org.quota import Quota
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
QUOTE = 100
"""Characters of the server's own words that are shown."""

POLL = 0.05

_SENTENCES = {
    "deadline": mark(
        "{host} did not answer in full within {timeout} s. Try again later; the waiting time is"
        " [random] timeout in the configuration."
    ),
    "unreachable": mark("{host} could not be reached. Check the network connection and try again."),
    "proxy": mark(
        "{host} could not be reached through the proxy {named}. Check that the proxy runs, and its address in this"
        " computer's network settings or in HTTPS_PROXY."
    ),
    "authorities": mark(
        "The certificates that connections are checked with cannot be read ({named}). REQUESTS_CA_BUNDLE or"
        " CURL_CA_BUNDLE names them: put the file there, or take the variable away to trust what this computer trusts."
    ),
    "untrusted": mark(
        "No trusted connection to {host} could be made: its certificate is not valid for it. Check this"
        " computer's clock, and whether the network asks for a sign-in of its own."
    ),
    "garbled": mark(
        "{host} answered with something that is not HTTP as it should be. Check whether a proxy stands in"
        " between, and try again."
    ),
    "broken": mark("The connection to {host} broke off before the answer was complete. Try again."),
    "redirect": mark(
        "{host} pointed to another address, which is not followed. Check whether the network asks for a"
        " sign-in of its own, and [random] url in the configuration."
    ),
    "refused": mark("{host} refused the draw: “{quote}” Try again later."),
    "status": mark("{host} answered with an error (status {status}). Try again later."),
    "encoded": mark(
        "{host} answered in a form that was not asked for. Check whether a proxy stands in between, and try again."
    ),
    "too_long": mark("{host} answered with more than was asked for, and the answer was refused. Try again later."),
    "malformed": mark(
        "{host} answered with something else than the strings asked for, and the answer was refused."
        " Check whether a proxy stands in between, and try again."
    ),
    "quota": mark(
        "The random bits that {host} gives to this network address are used up for now; more come every midnight"
        " UTC. Try again in {span}."
    ),
    "busy": mark("Another draw, perhaps of another window or program, was still running after {timeout} s. Try again."),
}


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
        reason = _fault(answer, cap)
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
        sentence = say(_SENTENCES[reason], host=host, timeout=f"{self._settings.timeout:g}", **facts)
        named = {"named": facts["named"]} if facts.get("named") else {}
        return NetworkError(sentence, reason=reason, **named)

    def _quota_error(self) -> NetworkError:
        wait = math.ceil(self._quota.wait)
        error = self._error("quota", span=_span(wait))
        error.details["wait_seconds"] = wait
        return error


def draw_local(settings: RandomSettings, count: int) -> tuple[str, ...]:
    """Make `count` strings of the same kind with the operating system's generator, for `fallback = "local"`."""
    characters = alphabet(settings)
    return tuple("".join(secrets.choice(characters) for _ in range(settings.length)) for _ in range(count))


def alphabet(settings: RandomSettings) -> str:
    """The characters that strings under `settings` are made of."""
    return (
        string.digits * settings.digits
        + string.ascii_uppercase * settings.upper
        + string.ascii_lowercase * settings.lower
    )


def bits(settings: RandomSettings, count: int) -> float:
    """What `count` strings take from the quota: 47.6 bits for 8 characters of 62."""
    return count * settings.length * math.log2(len(alphabet(settings)))


def user_agent(contact: str) -> str:
    """The program and whom to write to, as random.org asks."""
    return f"Metercalc/{__version__}" + (f" ({contact})" if contact else "")


def parse_strings(body: bytes, settings: RandomSettings, count: int) -> tuple[str, ...] | None:
    """Exactly `count` lines of exactly the characters and the length asked for; None for anything else."""
    try:
        lines = body.decode("ascii").removesuffix("\n").split("\n")
    except UnicodeDecodeError:
        return None
    line = re.compile(f"[{alphabet(settings)}]{{{settings.length}}}")
    if len(lines) != count or not all(map(line.fullmatch, lines)):
        return None
    return tuple(lines)


def parse_quota(body: bytes) -> int | None:
    """One integer, perhaps negative; None for anything else."""
    found = re.fullmatch(rb"(-?[0-9]{1,15})\s*", body)
    return int(found[1]) if found else None


def first_words(body: bytes) -> str:
    """The start of the body's first line, fit to be shown to a person."""
    line = body[: 4 * QUOTE].decode("utf-8", "replace").splitlines()[:1]
    return "".join(character for character in "".join(line) if character.isprintable())[:QUOTE]


def _fault(answer: Answer, cap: int) -> str | None:
    """Why the answer cannot hold the strings, as a key of the sentences; None when it may."""
    if 300 <= answer.status < 400:
        return "redirect"
    if answer.encoded:
        return "encoded"
    if answer.body.startswith(b"Error:"):
        return "refused"
    if answer.status != 200:
        return "status"
    return "too_long" if len(answer.body) > cap else None


def _switch(on: bool) -> str:
    return "on" if on else "off"


def _span(seconds: int) -> str:
    """A waiting time in whole minutes or hours, rounded up."""
    if seconds <= 5400:
        return say_many("{count} minute", "{count} minutes", -(-seconds // 60))
    return say_many("{count} hour", "{count} hours", -(-seconds // 3600))
