"""Tables in plain text. It knows widths, and nothing of what stands in the cells."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from unicodedata import combining, east_asian_width


def aligned(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> list[str]:
    """Lines with the columns under their heads; those numbered in `right` end under each other."""
    widths = [max(map(_width, column)) for column in zip(head, *rows, strict=True)]
    return [_line(row, widths, right) for row in (head, *rows)]


def shortened(text: str, most: int) -> str:
    """The text, or its beginning with "…" to say that there is more."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _line(row: Sequence[str], widths: Sequence[int], right: Collection[int]) -> str:
    cells = []
    for number, (cell, width) in enumerate(zip(row, widths, strict=True)):
        space = " " * (width - _width(cell))
        cells.append(space + cell if number in right else cell + space)
    return "  ".join(cells).rstrip()


def _width(text: str) -> int:
    """Columns on a terminal: East Asian wide characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
