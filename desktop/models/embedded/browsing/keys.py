"""The names of bitmaps: what a record can have in common with others, each as one number. It reads nothing.

A bitmap's row in the index is its segment and its key, so that what is written together lies together.
"""

from __future__ import annotations

from itertools import product

KIND = 1 << 32  # and the operation's number
AMOUNT = 2 << 32  # and the amount's id
DATE = 3 << 32  # and a place in the date as shown, and the byte that stands there

RUN = 4 << 32  # and a digit, and how often it stands in a row at least, from `LONGEST` + 1 on
TEXT = 5 << 32  # and the key of three bytes that dates are full of: those that have them elsewhere

LONGEST = 3  # bytes in a row that have a bitmap

LONGEST_RUN = 34  # digits of a quotient
DIGITS = b"0123456789"

_KEY_BITS = 40
SPAN = 1 << _KEY_BITS  # rows that a segment may have


def bitmap_id(segment: int, key: int) -> int:
    """The row of a bitmap."""
    return segment << _KEY_BITS | key


def key_of(gram: bytes) -> int:
    """The key of one to three bytes that follow each other."""
    return len(gram) << 24 | int.from_bytes(gram, "big")


_DIGITS = "0123456789"
_LIKE_DATES = [("-:", _DIGITS, _DIGITS), (_DIGITS, "-: ", _DIGITS), (_DIGITS, _DIGITS, "-:")]
OF_DATES = frozenset(key_of("".join(gram).encode()) for like in _LIKE_DATES for gram in product(*like))
"""The keys of three bytes that are in all dates, and in few other texts."""


def key_in_texts(gram: bytes) -> int:
    """The key of three bytes, where dates are of no matter: there it is rare what all dates have."""
    key = key_of(gram)
    return TEXT + key if key in OF_DATES else key


def grams(text: bytes, size: int) -> list[bytes]:
    """The bytes at each place of a text, so many, without repeats."""
    return list(dict.fromkeys(text[start : start + size] for start in range(len(text) - size + 1)))


def run_of(text: bytes) -> tuple[int, int]:
    """The digit that stands most often in a row in a text, and how often."""
    best = (0, 0)
    for digit in set(text) & set(DIGITS):
        length = 1
        while bytes((digit,)) * (length + 1) in text:
            length += 1
        best = max(best, (length, digit))
    return best[1], best[0]


def key_of_run(digit: int, length: int) -> int:
    """The key of a digit so often in a row; of more than can be, that of the most."""
    return RUN + (digit << 8) + min(length, LONGEST_RUN)
