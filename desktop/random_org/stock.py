"""Owns the strings that are drawn and not yet sold, in memory only; must not log or show one, nor draw."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from desktop.terms.kinds import Source


class Drawn(NamedTuple):
    """A string to be sold and where it came from. Its repr hides the string: it is the product."""

    text: str
    source: Source

    def __repr__(self) -> str:
        return f"Drawn(…, {self.source.value})"


class RandomStock:
    """A queue of drawn strings, oldest first, that any thread may use. Each string is handed out once."""

    def __init__(self, block: int) -> None:
        """`block` is how many strings are drawn at once."""
        self._block = block
        self._lock = threading.Lock()
        self._drawn: deque[Drawn] = deque()

    def take(self) -> Drawn | None:
        """The oldest string, or None when there is none. Whoever cannot sell it puts it back."""
        with self._lock:
            return self._drawn.popleft() if self._drawn else None

    def put_back(self, drawn: Drawn) -> None:
        """Return a string whose sale did not happen; it is the next to be taken."""
        with self._lock:
            self._drawn.appendleft(drawn)

    def add(self, strings: Iterable[str], source: Source = Source.RANDOM_ORG) -> None:
        """Store a block that was drawn, behind what is there."""
        block = [Drawn(text, source) for text in strings]
        with self._lock:
            self._drawn.extend(block)

    @property
    def low(self) -> bool:
        """Whether less than a third of a block is left: time to draw."""
        return len(self) * 3 < self._block

    def __len__(self) -> int:
        with self._lock:
            return len(self._drawn)

    def __repr__(self) -> str:
        return f"<RandomStock: {len(self)} strings>"
