"""The names of bitmaps: what a record can have in common with others, each as one number. It reads nothing.

A bitmap's row in the index is its segment and its key, so that what is written together lies together.
"""

from __future__ import annotations

Key = int | bytes
"""Two or three bytes that follow each other stand for themselves, one for its number."""

KIND = 1 << 32  # and the operation's number
AMOUNT = 2 << 32  # and the amount's id
DATE = 3 << 32  # and a place in the date as shown, and the byte that stands there
BALANCE = 4 << 32  # the same, counted from the right

_KEY_BITS = 40
SPAN = 1 << _KEY_BITS  # rows that a segment may have


def bitmap_id(segment: int, key: Key) -> int:
    """The row of a bitmap."""
    return segment << _KEY_BITS | number_of(key)


def number_of(key: Key) -> int:
    """A key as a number; it stands for itself."""
    return key if isinstance(key, int) else len(key) << 24 | int.from_bytes(key, "big")


def key_of(gram: bytes) -> Key:
    """The key of one to three bytes."""
    return gram[0] if len(gram) == 1 else gram


def three_grams(text: bytes) -> set[bytes]:
    """The three bytes at each place of a text."""
    return {text[start : start + 3] for start in range(len(text) - 2)}
