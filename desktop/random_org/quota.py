"""Owns what is known of random.org's allowance of bits, and when to ask or keep away; must not do either itself.

random.org's rules for automatic clients: watch the quota, and while it is negative wait 10 minutes, then twice as long
after each further negative answer (https://www.random.org/clients/).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite

STALE = 600.0
"""Seconds after which an answer is asked for anew."""

FIRST_WAIT = 600.0
LONGEST_WAIT = 86_400.0
"""The allowance grows every midnight UTC: a longer wait than a day gains nothing."""


class Quota:
    """The state of one allowance, in bits. Not thread-safe: its owner makes one request at a time anyway."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives seconds; those since 1970 where the state is to be kept for other programs."""
        self._clock = clock
        self._asked: float | None = None
        self._bits: float | None = None
        self._wait = FIRST_WAIT
        self._closed_until: float | None = None

    @property
    def wait(self) -> float:
        """Seconds for which nothing may be drawn; 0 when a draw may be tried."""
        if self._closed_until is None:
            return 0.0
        # Bounded: a clock that was set back must not close it for years.
        return min(LONGEST_WAIT, max(0.0, self._closed_until - self._clock()))

    @property
    def negative(self) -> bool:
        """Whether the last answer was negative, however long ago."""
        return self._closed_until is not None

    def is_due(self, need: float) -> bool:
        """Whether to ask before drawing `need` bits: never asked, asked long ago, negative then, or short by now."""
        if self._asked is None or self.negative or not 0 <= self._clock() - self._asked < STALE:
            return True
        return self._bits is not None and self._bits < need

    @property
    def state(self) -> dict[str, float | None]:
        """All that is known, to be kept."""
        return {"asked": self._asked, "bits": self._bits, "wait": self._wait, "closed_until": self._closed_until}

    def take(self, state: Mapping[str, object]) -> None:
        """Go on from a kept state. Raises `ValueError` for what is none; then nothing is changed."""
        found = {name: _number(state.get(name)) for name in self.state}
        wait = found["wait"]
        if wait is None or not FIRST_WAIT <= wait <= LONGEST_WAIT:
            raise ValueError("no waiting time")
        self._asked, self._bits, self._closed_until = found["asked"], found["bits"], found["closed_until"]
        self._wait = wait

    def answered(self, bits: int) -> None:
        """Note what random.org said. A negative answer closes it for a while, twice as long as the time before."""
        self._asked, self._bits = self._clock(), bits
        if bits >= 0:
            self._wait, self._closed_until = FIRST_WAIT, None
        else:
            self._closed_until = self._clock() + self._wait
            self._wait = min(LONGEST_WAIT, 2 * self._wait)

    def unanswered(self) -> None:
        """Note that asking came to nothing: it is asked again when stale, not before every draw."""
        self._asked, self._bits = self._clock(), None

    def spent(self, bits: float) -> None:
        """Count a draw, also one that fails: random.org may have made the numbers all the same."""
        if self._bits is not None:
            self._bits -= bits

    def doubt(self) -> None:
        """Ask before the next draw: random.org refused one."""
        self._asked = None


def _number(value: object) -> float | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value)):
        raise ValueError(f"{value!r} is no number")
    return value
