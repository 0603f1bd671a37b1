"""Records of one chunk that are not in the index yet, and the bitmaps that they would have there.

One to three bytes are looked for in everything that is shown: what is short is found with one bitmap. `grouping` sorts
out the texts; dates are columns of text, since a step a record would take ten times as long.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, pairwise

from pyroaring import BitMap

from desktop.models.embedded.browsing import lines
from desktop.models.embedded.browsing.contents import Part
from desktop.models.embedded.browsing.grouping import BLOCK, container, grouped, one_block, runs
from desktop.models.embedded.browsing.keys import AMOUNT, DATE, KIND, LONGEST, OF_DATES, TEXT, grams, key_of

Columns = Sequence[Mapping[int, int]]
"""For each place of a text, which bytes stand there in which of the records, a bit each."""

_QUARTER = 15 * lines.MINUTE  # of an hour, in microseconds; clocks that are set within one are noticed
_HOUR = b"".join(b"%02d:%02d" % divmod(second, 60) for second in range(3600))  # each second's text, one after the other
_WIDTH = 5  # of one
_TABLES = [b"0" * byte + b"1" + b"0" * (255 - byte) for byte in range(256)]
_FEW = 256  # amounts that a byte can name, but for 0
_MANY = 4096  # members above which a stretch of the numbers is kept as bits


class Fresh:
    """Records that follow each other, from `first` on."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.texts: list[bytes] = []
        self.dates = array("q")
        self.kinds = bytearray()
        self._amounts = array("I")
        self._known: dict[int, BitMap] | None = None

    def add(self, some: lines.Columns, amounts: Iterable[int]) -> None:
        """Add the records that follow, and the ids of their amounts."""
        self.texts += lines.texts_of(some)
        self.dates.extend(some.dates)
        self.kinds += bytes(some.kinds)
        self._amounts.extend(amounts)
        self._known = None

    def kind_of(self, seq: int) -> int:
        """The number of a record's operation."""
        return self.kinds[seq - self.first]

    def part(self, some: range) -> Part:
        """The lines of some of these."""
        texts = self.texts[self._these(some)]
        return Part(b"".join(texts), array("I", accumulate(map(len, texts))))

    def dates_of(self, some: range) -> array[int]:
        """The dates of some of these."""
        return self.dates[self._these(some)]

    def _these(self, some: range) -> slice:
        return slice(max(0, some.start - self.first), max(0, some.stop - self.first))

    def bits(self, key: int, amount_texts: Mapping[int, Iterable[bytes]]) -> BitMap:
        """Those among these that have something."""
        if self._known is None:
            self._known = self.bitmaps(amount_texts)
        return self._known.get(key) or BitMap()

    def bitmaps(self, amount_texts: Mapping[int, Iterable[bytes]]) -> dict[int, BitMap]:
        """All that these records have."""
        found: dict[int, BitMap] = defaultdict(BitMap)
        found.update(grouped(self.first, self.texts))
        found.update({TEXT + key: BitMap(found[key]) for key in OF_DATES & found.keys()})  # dates come to them below
        found.update(runs(self.first, self.texts))
        for first, last in self._stretches():
            some = slice(first - self.first, last - self.first)
            for key, bits in chain(_of_dates(self.dates[some]), self._of_columns(some)):
                found[key] |= _members(first, bits)
        for amount in set(self._amounts):
            texts = amount_texts[amount]
            for gram in {gram for text in texts for size in range(1, LONGEST + 1) for gram in grams(text, size)}:
                found[key_of(gram)] |= found[AMOUNT + amount]
        return found

    def _of_columns(self, some: slice) -> Iterator[tuple[int, int]]:
        """Each kind and each amount, and which of some records have it, the lowest bit for the first.

        Most amounts are the prices, and met first: those that a byte can name are told apart as columns are.
        """
        kinds, amounts = bytes(self.kinds[some])[::-1], self._amounts[some]
        for kind in set(kinds):
            yield KIND + kind, int(kinds.translate(_TABLES[kind]), 2)
        column = bytes([amount if amount < _FEW else 0 for amount in amounts])[::-1]
        for amount in set(column) - {0}:
            yield AMOUNT + amount, int(column.translate(_TABLES[amount]), 2)
        others: dict[int, int] = defaultdict(int)
        for place, amount in enumerate(amounts):
            if amount >= _FEW:
                others[amount] |= 1 << place
        for amount, bits in others.items():
            yield AMOUNT + amount, bits

    def _stretches(self) -> Iterator[tuple[int, int]]:
        """Where the records lie, cut where bitmaps are."""
        last = self.first + len(self.texts)
        cuts = range(one_block(self.first).stop, last, BLOCK)
        return pairwise([self.first, *cuts, last])


def _of_dates(dates: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Each place and its byte, and each one to three bytes, that some dates have as they are shown."""
    columns = _columns(_date_texts(dates))
    for place, column in enumerate(columns):
        for byte, bits in column.items():
            yield DATE + (place << 8) + byte, bits
    short: dict[int, int] = defaultdict(int)
    begun: dict[bytes, int] = {}
    for column in reversed(columns):  # what begins at each place
        longer = {
            bytes((byte,)) + rest: both
            for byte, bits in column.items()
            for rest, more in begun.items()
            if len(rest) < LONGEST and (both := bits & more)
        }
        begun = longer | {bytes((byte,)): bits for byte, bits in column.items()}
        for gram, bits in begun.items():
            short[key_of(gram)] |= bits
    yield from short.items()


def _date_texts(dates: Iterable[int]) -> list[bytes]:
    known = _Quarters()
    return [
        quarter[0] + _HOUR[(place := quarter[1] + date % _QUARTER // 1_000_000 * _WIDTH) : place + _WIDTH]
        if (quarter := known[date // _QUARTER])[0]
        else lines.date_text(date)
        for date in dates
    ]


class _Quarters(dict[int, tuple[bytes, int]]):
    """What is known `_of_quarter`s of an hour."""

    def __missing__(self, quarter: int) -> tuple[bytes, int]:
        found = self[quarter] = _of_quarter(quarter)
        return found


def _of_quarter(quarter: int) -> tuple[bytes, int]:
    """What all dates of a quarter of an hour begin with, and where in `_HOUR` its first second stands as it is shown.

    Nothing where a clock was set within it, or the hour changes.
    """
    first, last = quarter * _QUARTER, (quarter + 1) * _QUARTER - 1
    if first < lines.WHOLE_MINUTES:
        return b"", 0
    begins, ends = lines.date_text(first), lines.date_text(last)
    hour, place = begins[:-_WIDTH], _HOUR.find(begins[-_WIDTH:])
    last_place = place + 899 * _WIDTH
    sound = place >= 0 and ends == hour + _HOUR[last_place : last_place + _WIDTH]
    return (hour, place) if sound else (b"", 0)


def _columns(texts: list[bytes]) -> Columns:
    widths = set(map(len, texts))
    width = max(widths, default=0)
    if len(widths) > 1:
        texts = [text.ljust(width, b"\0") for text in texts]
    whole = b"".join(reversed(texts))
    found = []
    for place in range(width):
        column = whole[place::width]
        found.append({byte: int(column.translate(_TABLES[byte]), 2) for byte in set(column) - {0}})
    return found


def _members(first: int, bits: int) -> BitMap:
    """The records that bits stand for, the lowest for the first; by those that are not, where they are few."""
    block, bits = one_block(first), bits << first % BLOCK
    count = bits.bit_count()
    if count > _MANY:
        return container(block.start, count, bits.to_bytes(BLOCK >> 3, "little"))
    others = (1 << BLOCK) - 1 ^ bits
    return BitMap(block) - container(block.start, BLOCK - count, others.to_bytes(BLOCK >> 3, "little"))
