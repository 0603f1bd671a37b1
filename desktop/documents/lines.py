"""Texts of more than one line on paper: where each is broken, and how the lines are painted. It chooses no words.

An expression is broken where eyes rest: before an operator, else between groups of figures. Words are broken as Qt
breaks them, which knows every script; what has no place to break is broken anywhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QTextCharFormat, QTextLayout, QTextOption

_NEW_LINE = "\u2028"  # one paragraph to what orders signs from right to left, as another paragraph is not
_OPERATORS = frozenset("+−-×÷=≈")
_FEW = 6  # signs that are not worth beginning a long number with, at the end of a line
_HAIR = 0.01  # sums of widths are not exact


class Flow:
    """A text in lines of a width, all in the painter's units.

    `ends` are the places of figures behind which there is room of the width `apart`.
    """

    def __init__(
        self,
        text: str,
        font: QFont,
        width: float,
        *,
        backwards: bool = False,
        right: bool = False,
        ends: Sequence[int] = (),
        apart: float = 0.0,
    ) -> None:
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.RightToLeft if backwards else Qt.LayoutDirection.LeftToRight)
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        option.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute)
        self._layout = QTextLayout(text, font)
        self._layout.setTextOption(option)
        if ends:
            self._layout.setFormats(_spaces(text, font, ends, apart))
        self._layout.beginLayout()
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(width)
        self._layout.endLayout()

    @property
    def lines(self) -> int:
        """How many there are."""
        return max(1, self._layout.lineCount())

    def paint(self, painter: QPainter, place: int, left: float, baseline: float) -> None:
        """Paint one line, in the painter's colour."""
        if place < self._layout.lineCount():
            line = self._layout.lineAt(place)
            line.draw(painter, QPointF(left, baseline - line.ascent() - line.y()))


def _spaces(text: str, font: QFont, ends: Sequence[int], apart: float) -> list[QTextLayout.FormatRange]:
    wide = QFont(font)
    wide.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, apart)
    found = []
    for end in ends:
        one = QTextLayout.FormatRange()
        one.start, one.length = _units(text[:end]), _units(text[end])
        look = QTextCharFormat()
        look.setFont(wide)
        one.format = look
        found.append(one)
    return found


def _units(text: str) -> int:
    """How long Qt takes a text to be."""
    return len(text.encode("utf-16-le")) // 2


class Measure:
    """How wide the signs of a font are, each measured once: expressions have few, and many of each."""

    def __init__(self, metrics: QFontMetricsF) -> None:
        self._metrics = metrics
        self._known: dict[str, float] = {}

    def __call__(self, sign: str) -> float:
        width = self._known.get(sign)
        if width is None:
            width = self._known[sign] = self._metrics.horizontalAdvance(sign) if sign.isprintable() else 0.0
        return width


def in_lines(
    text: str, seams: Sequence[int], ends: Sequence[int], width_of: Callable[[str], float], apart: float, room: float
) -> tuple[str, list[int]]:
    """An expression with its lines set apart, and where `ends` are in it.

    `seams` are where a number may go on in another line, `ends` the figures that have room behind them.
    """
    widths = [width_of(sign) for sign in text]
    for end in ends:
        widths[end] += apart
    reach = [0.0, *accumulate(widths)]
    starts = [
        place + 1
        for place, sign in enumerate(text)
        if sign == " " and not (text[place - 1 : place] in _OPERATORS and text[place - 2 : place - 1] in ("", " "))
    ]
    return _separated(text, _cuts(reach, starts, sorted(seams), room + _HAIR), ends)


def _cuts(reach: Sequence[float], starts: Sequence[int], seams: Sequence[int], room: float) -> list[int]:
    """Where lines begin; a line is broken within a number only where the number is longer than a line."""
    found, begin, length = [], 0, len(reach) - 1
    while reach[length] - reach[begin] > room:
        limit = max(begin + 1, bisect_right(reach, reach[begin] + room) - 1)
        start, seam = _last(starts, begin, limit + 1), _last(seams, begin, limit)  # a blank may hang over the edge
        if start:
            after = bisect_right(starts, start)
            rest = reach[starts[after] - 1 if after < len(starts) else length] - reach[start]
            if rest > room and seam - start > _FEW:  # longer than any line: go on in this one
                start = max(start, seam)
        begin = start or seam or limit
        found.append(begin)
    return found


def _last(places: Sequence[int], after: int, limit: int) -> int:
    """The last place behind `after` up to `limit`, 0 for none."""
    found = bisect_right(places, limit) - 1
    return places[found] if found >= 0 and places[found] > after else 0


def _separated(text: str, cuts: Sequence[int], ends: Sequence[int]) -> tuple[str, list[int]]:
    parts, begin, moved = [], 0, list(ends)
    for cut in cuts:
        blank = text[cut - 1] == " "
        parts.append(text[begin : cut - blank])
        begin = cut
        if not blank:
            moved = [at + 1 if end >= cut else at for end, at in zip(ends, moved, strict=True)]
    parts.append(text[begin:])
    return _NEW_LINE.join(parts), moved
