"""Which records have which one to three bytes in a row in their texts, some two hundred thousand texts a second.

Every three bytes of every text are put above the record's number into one large number each; a set of such numbers
sorts them, and comes apart into the sets of the records, one for each three bytes. It uses the layout of serialised
bitmaps (Roaring Bitmap Format Specification, https://github.com/RoaringBitmap/RoaringFormatSpec); doing the same with
a dictionary takes six times as long.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import mul

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
_AT_ONCE = 2048  # texts taken in by one call: none else of the program runs meanwhile
_NUMBER = 8  # bytes


def one_block(number: int) -> range:
    """The numbers that share a container with one."""
    start = number - number % BLOCK
    return range(start, start + BLOCK)


def container(start: int, count: int, body: bytes) -> BitMap:
    """The bitmap of one container as it is serialised."""
    return BitMap.deserialize(_ONE.pack(_PLAIN, 1, start // BLOCK, count - 1, _ONE.size) + body)


def grouped(first: int, texts: Sequence[bytes]) -> Iterator[tuple[int, BitMap]]:
    """The keys of one to three bytes, and the records that have them; `texts` are those from `first` on.

    Each text ends in two zeros, and what holds a zero has no key.
    """
    twos: dict[int, list[BitMap]] = defaultdict(list)
    for gram, members in _threes(first, texts):
        if gram & 0xFF and gram & 0xFF00:
            yield LONGEST << 24 | gram, members
        twos[gram >> 8].append(members)
    ones: dict[int, list[BitMap]] = defaultdict(list)
    for gram, several in twos.items():
        members = BitMap.union(*several)
        if gram & 0xFF:
            yield 2 << 24 | gram, members
        ones[gram >> 8].append(members)
    for gram, several in ones.items():
        yield 1 << 24 | gram, BitMap.union(*several)


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


def _threes(first: int, texts: Sequence[bytes]) -> Iterator[tuple[int, BitMap]]:
    """Every three bytes that do not begin with a zero."""
    found = BitMap64()
    for at in range(0, len(texts), _AT_ONCE):
        found.update(_numbers(first + at, texts[at : at + _AT_ONCE]))
    serialised = found.serialize()
    del found
    for gram, body in _buckets(serialised):
        if gram >> 16:
            yield gram, BitMap.deserialize(body)


def _numbers(first: int, texts: Sequence[bytes]) -> array[int]:
    """Every three bytes of the texts, each above the number of its record, which has four bytes."""
    whole = b"".join(texts)
    seqs = array("Q", range(first, first + len(texts))).tobytes()
    each = (seqs[at : at + _NUMBER] for at in range(0, len(seqs), _NUMBER))
    numbers = bytearray().join(map(mul, each, map(len, texts)))
    numbers[4::_NUMBER] = whole[2:] + b"\0\0"
    numbers[5::_NUMBER] = whole[1:] + b"\0"
    numbers[6::_NUMBER] = whole
    return array("Q", numbers)


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
