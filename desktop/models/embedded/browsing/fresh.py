"""Records of one chunk that are not in the index yet, and the bitmaps that they would have there.

One or two bytes are looked for in everything that is shown, three in the text alone: what is short is found with one
bitmap, and of what is longer few places in a date or a balance come into question. The bitmaps of the short ones, and
those of the places, are worked out from others or from columns of text: a step a record would take ten times as long.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from desktop.models.embedded.browsing import lines
from desktop.models.embedded.browsing.bitmaps import of_offsets
from desktop.models.embedded.browsing.keys import AMOUNT, BALANCE, DATE, KIND, Key, three_grams

Bits = int | Sequence[int]
"""A bitmap, or the offsets that are set in it."""

_PAD = b"\0"
_TABLES = [bytes(b"01"[byte == wanted] for byte in range(256)) for wanted in range(256)]


def _offsets() -> array[int]:
    return array("H")  # a chunk has some million of them


class Fresh:
    """Records that follow each other, the first of them at `start` in its chunk."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.texts: list[bytes] = []
        self.dates: list[int] = []
        self._dates: list[bytes] = []
        self._balances: list[bytes] = []
        self._offsets: dict[Key, array[int]] = defaultdict(_offsets)
        self._known: dict[Key, int] | None = None

    def add(self, line: lines.RecordLine, amount_id: int) -> None:
        """Add the record that follows."""
        offset, text = len(self.texts), lines.text_of(line)
        keys: tuple[Key, ...] = (KIND + line.kind, AMOUNT + amount_id, *three_grams(text))
        for key in keys:
            self._offsets[key].append(offset)
        self.texts.append(text)
        self.dates.append(line.date)
        self._dates.append(lines.date_text(line.date))
        self._balances.append(lines.balance_text(line.balance))
        self._known = None

    def bits(self, key: Key, amount_texts: Mapping[int, Iterable[bytes]]) -> int:
        """Those of the chunk, among these, that have something."""
        if key in self._offsets:
            return of_offsets(self._offsets[key]) << self.start
        if self._known is None:
            self._known = {key: bits for key, bits in self.bitmaps(amount_texts) if isinstance(bits, int)}
        return self._known.get(key, 0) << self.start

    def bitmaps(self, amount_texts: Mapping[int, Iterable[bytes]]) -> Iterator[tuple[Key, Bits]]:
        """All that these records have, counted from the first of them."""
        short: dict[bytes, int] = defaultdict(int)
        for key, offsets in self._offsets.items():
            bits = of_offsets(offsets)
            if isinstance(key, bytes):  # a text ends in two zeros: all it has of one or two bytes begins some three
                short[key[:1]] |= bits
                short[key[:2]] |= bits
                if lines.END in key:
                    continue
            elif key >= AMOUNT:
                for gram in {gram for text in amount_texts[key - AMOUNT] for gram in _short_grams(text)}:
                    short[gram] |= bits
            yield key, offsets
        for family, columns in ((DATE, _columns(self._dates)), (BALANCE, _columns([t[::-1] for t in self._balances]))):
            _add_short(short, columns, backwards=family == BALANCE)
            for place, found in enumerate(columns):
                yield from ((family + (place << 8) + byte, bits) for byte, bits in found.items())
        for gram, bits in short.items():
            if lines.END not in gram:
                yield gram if len(gram) > 1 else gram[0], bits


def _short_grams(text: bytes) -> Iterator[bytes]:
    return (text[start : start + size] for size in (1, 2) for start in range(len(text) - size + 1))


def _columns(texts: list[bytes]) -> list[dict[int, int]]:
    """For each place, which bytes stand there in which of the texts."""
    width = max(map(len, texts), default=0)
    whole = b"".join(text.ljust(width, _PAD) for text in reversed(texts))
    found = []
    for place in range(width):
        column = whole[place::width]
        found.append({byte: int(column.translate(_TABLES[byte]), 2) for byte in set(column) - {0}})
    return found


def _add_short(short: dict[bytes, int], columns: list[dict[int, int]], *, backwards: bool) -> None:
    for place, found in enumerate(columns):
        for byte, bits in found.items():
            short[bytes((byte,))] |= bits
        following = columns[place + 1] if place + 1 < len(columns) else {}
        for (one, bits), (other, more) in product(found.items(), following.items()):
            both = bits & more
            if both:
                short[bytes((other, one) if backwards else (one, other))] |= both
