"""Which records have which one to three bytes in a row in their texts, a hundred thousand texts a second.

Every three bytes of every text are put beside the record's number into one large number each; a set of such numbers
sorts them, and comes apart into the sets of the records. It uses the layout of serialised bitmaps (Roaring Bitmap
Format Specification, https://github.com/RoaringBitmap/RoaringFormatSpec), of which each is made of containers for
65,536 numbers; doing the same with a dictionary takes four times as long.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate

from pyroaring import BitMap, BitMap64

from desktop.models.embedded.browsing.keys import DIGITS, LONGEST, LONGEST_RUN, key_of_run
from desktop.models.embedded.browsing.seals import IndexDamaged

BLOCK = 1 << 16  # numbers that share a container

_PLAIN = 12_346  # what a bitmap without runs begins with
_HEAD = struct.Struct("<II")
_ONE = struct.Struct("<IIHHI")
_BUCKET = struct.Struct("<III")
_BITS = 8192  # bytes of a container of bits
_MANY = 4096  # members up to which a container lists them
_AT_ONCE = 50_000  # numbers taken in by one call: none else of the program runs meanwhile


def one_block(number: int) -> range:
    """The numbers that share a container with one."""
    start = number - number % BLOCK
    return range(start, start + BLOCK)


def container(start: int, count: int, body: bytes) -> BitMap:
    """The bitmap of one container as it is serialised."""
    return BitMap.deserialize(_ONE.pack(_PLAIN, 1, start // BLOCK, count - 1, _ONE.size) + body)


def grouped(first: int, texts: Sequence[bytes]) -> Iterator[tuple[int, BitMap]]:
    """The keys of one to three bytes, and the records that have them; `texts` are those from `first` on, in one block.

    Each text ends in two zeros, and what holds a zero has no key.
    """
    block = one_block(first)
    short: dict[int, list[BitMap]] = defaultdict(list)
    for gram, members in _threes(first, texts, block.start):
        if gram & 0xFF and gram & 0xFF00:
            yield LONGEST << 24 | gram, members
        if gram & 0xFF00:
            short[2 << 24 | gram >> 8].append(members)
        if gram & 0xFF0000:
            short[1 << 24 | gram >> 16].append(members)
    for key, several in short.items():
        yield key, BitMap.union(*several)


def runs(first: int, texts: Sequence[bytes]) -> Iterator[tuple[int, BitMap]]:
    """The keys of digits that stand in a row more often than other keys tell, and the records of some that have them.

    One third is 3 thirty-four times: what three bytes say of it, they say of half of all records.
    """
    whole, ends = b"".join(texts), list(accumulate(map(len, texts)))
    for digit in DIGITS:
        just: dict[int, list[int]] = defaultdict(list)
        least = bytes((digit,)) * (LONGEST + 1)
        at = whole.find(least)
        while at >= 0:
            line = bisect_right(ends, at)
            text = whole[at : ends[line]]
            length = len(text) - len(text.lstrip(least[:1]))
            just[min(length, LONGEST_RUN)].append(first + line)
            at = whole.find(least, at + length)
        members = BitMap()
        for size in range(max(just, default=0), LONGEST, -1):  # what stands there more often does so this often too
            if size in just:
                members |= BitMap(just[size])
            yield key_of_run(digit, size), BitMap(members)


def _threes(first: int, texts: Sequence[bytes], start: int) -> Iterator[tuple[int, BitMap]]:
    """Every three bytes that do not begin with a zero."""
    for high, body in _buckets(_set_of(first - start, texts).serialize()):
        _, count = _HEAD.unpack_from(body)
        facts = struct.unpack_from(f"<{count * 2}H", body, _HEAD.size)
        ats = struct.unpack_from(f"<{count}I", body, _HEAD.size + count * 4)
        for low, most, at in zip(facts[::2], facts[1::2], ats, strict=True):
            if high:
                size = _BITS if most >= _MANY else 2 * (most + 1)
                yield high << 16 | low, container(start, most + 1, body[at : at + size])


def _set_of(offset: int, texts: Sequence[bytes]) -> BitMap64:
    """Every three bytes of the texts, each above the place of its record in the block."""
    whole = b"".join(texts)
    sizes = list(map(len, texts))
    places = array("H", range(offset, offset + len(texts)))
    low, high = places.tobytes()[::2], places.tobytes()[1::2]
    codes = bytearray(8 * len(whole))
    for at, column in (
        (0, b"".join([low[i : i + 1] * size for i, size in enumerate(sizes)])),
        (1, b"".join([high[i : i + 1] * size for i, size in enumerate(sizes)])),
        (2, whole[2:] + b"\0\0"),
        (3, whole[1:] + b"\0"),
        (4, whole),
    ):
        codes[at::8] = column
    found = BitMap64()
    numbers = array("Q", bytes(codes))
    for at in range(0, len(numbers), _AT_ONCE):
        found.update(numbers[at : at + _AT_ONCE])
    return found


def _buckets(serialised: bytes) -> Iterator[tuple[int, bytes]]:
    """A serialised set of large numbers as sets of their lower halves, each under the upper one."""
    (count,) = struct.unpack_from("<Q", serialised)
    at = 8
    for _ in range(count):
        high, cookie, containers = _BUCKET.unpack_from(serialised, at)
        if cookie != _PLAIN:
            raise IndexDamaged("bitmaps are laid out in a way that is not known")
        start = at + 4
        ends = struct.unpack_from(f"<{containers}I", serialised, start + _HEAD.size + containers * 4)
        (most,) = struct.unpack_from("<H", serialised, start + _HEAD.size + containers * 4 - 2)
        at = start + ends[-1] + (_BITS if most >= _MANY else 2 * (most + 1))
        yield high, serialised[start:at]
