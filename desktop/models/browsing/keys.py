"""The names of bitmaps: what a record can have in common with others, each as one number. It reads nothing.

A bitmap's row in the index is its chunk and its key, so that what is written together lies together.
"""

from __future__ import annotations

Key = int | bytes
"""Two or three bytes that follow each other stand for themselves, one for its number."""

KIND = 1 << 32  # and the operation's number
AMOUNT = 2 << 32  # and the amount's id
DATE = 3 << 32  # and a place in the date as shown, and the byte that stands there
BALANCE = 4 << 32  # the same, counted from the right

_KEY_BITS = 40


def bitmap_id(chunk: int, key: Key) -> int:
    """The row of a bitmap."""
    number = key if isinstance(key, int) else len(key) << 24 | int.from_bytes(key, "big")
    return chunk << _KEY_BITS | number


def key_of(gram: bytes) -> Key:
    """The key of one to three bytes."""
    return gram[0] if len(gram) == 1 else gram


def three_grams(text: bytes) -> set[bytes]:
    """The three bytes at each place of a text."""
    return {text[start : start + 3] for start in range(len(text) - 2)}
