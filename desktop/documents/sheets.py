"""Where the pages of a statement go on: how many records, or lines of a long one, each has. It paints nothing.

Lengths are points (1/72 inch).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QRectF

MARGIN = 51.0  # 18 mm
ROW, HEAD_ROW, NEXT_LINE = 15.0, 18.0, 11.0  # the heights of a record, of the table's head, of each further line
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """A record on a page, or the lines of it that are there: from `first` to before `end`."""

    record: T
    first: int
    end: int

    @property
    def height(self) -> float:
        return height_of(self.end - self.first)


class Sheets:
    """Sheets of a size; the title of the first has `more_lines` than its two, and there are so many kinds of charge."""

    def __init__(self, page: QRectF, kinds: int, more_lines: int = 0) -> None:
        self.body = page.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        self.top = self.body.top() + 30  # below the running head
        self.bottom = self.body.bottom() - 24  # above the foot
        self.sums_top = self.top + 70 + more_lines * NEXT_LINE
        self.first_top = self.sums_top + 138 + (kinds + 3) * ROW
        self.first_room = self.bottom - self.first_top - HEAD_ROW
        self.room = max(ROW, self.bottom - self.top - HEAD_ROW)

    def filled(self, records: Iterable[tuple[T, int]]) -> Iterator[list[Part[T]]]:
        """The records of each page, given with how many lines each has.

        A record stands on one page, but for one that is longer than any: it goes on on the next.
        """
        parts: list[Part[T]] = []
        left = self.first_room
        for record, lines in records:
            first = 0
            while height_of(lines - first) > left:
                end = first + _lines_in(left) if height_of(lines - first) > self.room else first
                if end > first:
                    parts.append(Part(record, first, end))
                yield parts
                parts, left, first = [], self.room, end
            parts.append(Part(record, first, lines))
            left -= parts[-1].height
        yield parts


def height_of(lines: int) -> float:
    """Of so many lines of one record."""
    return ROW + (lines - 1) * NEXT_LINE


def _lines_in(room: float) -> int:
    """How many lines of one record there is room for."""
    return 1 + int((room - ROW) // NEXT_LINE) if room >= ROW else 0
