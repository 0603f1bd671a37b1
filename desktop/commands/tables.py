"""Tables in plain text. It knows widths, and nothing of what stands in the cells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from itertools import accumulate
from unicodedata import category, east_asian_width

_JOINS_BEFORE = range(0x1160, 0x1200)  # vowels and final consonants of a Korean syllable


def aligned(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> list[str]:
    """Lines with the columns under their heads; those numbered in `right` end under each other."""
    widths = [max(map(_width, column)) for column in zip(head, *rows, strict=True)]
    return [_line(row, widths, right) for row in (head, *rows)]


def shortened(text: str, most: int) -> str:
    """The text, or its beginning with "…" to say that there is more, in at most so many columns."""
    if _width(text) <= most:
        return text
    ends = list(accumulate(map(_columns, text)))
    return f"{text[: bisect_right(ends, most - 1)]}…"


def _line(row: Sequence[str], widths: Sequence[int], right: Collection[int]) -> str:
    cells = []
    for number, (cell, width) in enumerate(zip(row, widths, strict=True)):
        space = " " * (width - _width(cell))
        cells.append(space + cell if number in right else cell + space)
    return "  ".join(cells).rstrip()


def _width(text: str) -> int:
    """Columns on a terminal."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(letter: str) -> int:
    """East Asian wide characters take two, what joins the letter before it none (Unicode Standard Annex 11)."""
    if category(letter) in ("Mn", "Me", "Cf") or ord(letter) in _JOINS_BEFORE:
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1
