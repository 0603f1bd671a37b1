"""A text on one line, measured once and drawn whenever it is asked for.

It is no `QTextLayout`, whose shapes could be kept as well: drawing one again and again ended the program (Qt 6.12).
"""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QFont, QFontMetricsF, QPainter


class Line(NamedTuple):
    """A text, the font that it is written in, and how large it is, in pixels."""

    text: str
    font: QFont
    width: float
    height: float
    ascent: float

    @classmethod
    def of(cls, text: str, font: QFont) -> Line:
        """As a painter writes it. The font may be an option's, which ends with the painting: it is copied."""
        metrics = QFontMetricsF(font)
        return cls(text, QFont(font), metrics.horizontalAdvance(text), metrics.height(), metrics.ascent())

    @property
    def size(self) -> QSize:
        """What it needs, in whole pixels."""
        return QSize(ceil(self.width), ceil(self.height))

    def draw(self, painter: QPainter, left: float, top: int) -> None:
        """In the painter's colour, with the top of its font there."""
        painter.setFont(self.font)
        painter.drawText(QPointF(left, top + self.ascent), self.text)
