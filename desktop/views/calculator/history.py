"""The entries of one account to go back to, as in a shell: the newest first, and what was being typed last of all."""

from __future__ import annotations

from collections.abc import Iterable


class History:
    """A list with a place in it. It shows nothing."""

    def __init__(self) -> None:
        self._entries: list[str] = []
        self._place = 0
        self._draft = ""

    def replace(self, entries: Iterable[str]) -> None:
        """Have these to go back to, oldest first."""
        self._entries = []
        for entry in entries:
            self.add(entry)
        self.leave()

    def add(self, entry: str) -> None:
        """Put in the newest; the same twice running is one."""
        if self._entries[-1:] != [entry]:
            self._entries.append(entry)
        self.leave()

    @property
    def entries(self) -> tuple[str, ...]:
        """What there is to go back to, oldest first."""
        return tuple(self._entries)

    def leave(self) -> None:
        """What is typed from now on is new."""
        self._place = len(self._entries)

    def step(self, by: int, typed: str) -> str | None:
        """The entry one before (-1) or behind (1) where one is; None where there is none. `typed` stands there now."""
        place = self._place + by
        if not 0 <= place <= len(self._entries):
            return None
        if self._place == len(self._entries):
            self._draft = typed
        self._place = place
        return self._draft if place == len(self._entries) else self._entries[place]
