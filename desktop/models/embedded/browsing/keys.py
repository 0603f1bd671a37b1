"""The names of bitmaps: what a record can have in common with others, each as one number. It reads nothing.

A bitmap's row in the index is its segment and its key, so that what is written together lies together.
"""

from __future__ import annotations

KIND = 1 << 32  # and the operation's number
AMOUNT = 2 << 32  # and the amount's id
DATE = 3 << 32  # and a place in the date as shown, and the byte that stands there

LONGEST = 3  # bytes in a row that have a bitmap

_KEY_BITS = 40
SPAN = 1 << _KEY_BITS  # rows that a segment may have


def bitmap_id(segment: int, key: int) -> int:
    """The row of a bitmap."""
    return segment << _KEY_BITS | key


def key_of(gram: bytes) -> int:
    """The key of one to three bytes that follow each other."""
    return len(gram) << 24 | int.from_bytes(gram, "big")


def grams(text: bytes, size: int) -> list[bytes]:
    """The bytes at each place of a text, so many, without repeats."""
    return list(dict.fromkeys(text[start : start + size] for start in range(len(text) - size + 1)))
