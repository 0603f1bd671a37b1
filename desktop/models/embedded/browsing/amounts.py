"""The amounts that occur in a user's records, of which there may be thousands; each has an id, from 1 on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate, islice

from desktop.models.embedded.browsing import lines


class Amounts:
    """All amounts: their `ids`, the amount `of` each id, and how they are shown."""

    def __init__(self, amounts: Iterable[int]) -> None:
        """`amounts` are those that are known, in the order of their ids."""
        self.ids: dict[int, int] = {amount: id for id, amount in enumerate(amounts, 1)}
        self.of = {id: amount for amount, id in self.ids.items()}
        self._texts: dict[int, tuple[bytes, bytes]] = {}
        self._shown: tuple[bytes, list[int]] = (b"", [])

    def id_of(self, amount: int) -> int:
        """The id of an amount, which it is given where it has none."""
        found = self.ids.get(amount)
        if found is None:
            found = self.ids[amount] = len(self.ids) + 1
            self.of[found] = amount
        return found

    @property
    def texts(self) -> dict[int, tuple[bytes, bytes]]:
        """How each is shown, by its id; made when a search first asks."""
        known = len(self._texts)
        if known < len(self.ids):
            for amount, id in islice(self.ids.items(), known, None):
                self._texts[id] = lines.amount_texts(amount)
        return self._texts

    def having(self, text: bytes) -> set[int]:
        """The ids of those that are shown with a text: all are looked through as one."""
        if len(self._shown[1]) < len(self.ids):
            shown = [b"%b\0%b\0" % texts for texts in self.texts.values()]
            self._shown = b"".join(shown), list(accumulate(map(len, shown)))
        whole, ends = self._shown
        found, at = set[int](), whole.find(text)
        while at >= 0:
            place = bisect_right(ends, at)
            found.add(place + 1)  # ids are given one by one
            at = whole.find(text, ends[place])
        return found
