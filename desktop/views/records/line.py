"""A text on one line, shaped once and drawn whenever it is asked for: shaping takes longer than drawing does."""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication, QPainter, QTextLayout, QTextOption


class Line(NamedTuple):
    """A text as it is shaped, how large it is, and how far below its place it begins, in pixels."""

    text: str
    width: float
    height: float
    rise: float
    shaped: QTextLayout

    @classmethod
    def of(cls, text: str, font: QFont) -> Line:
        """In the direction of the application, as any painter writes."""
        order = QTextOption()
        order.setTextDirection(QGuiApplication.layoutDirection())
        shaped = QTextLayout(text, font)
        shaped.setTextOption(order)
        shaped.setCacheEnabled(True)
        shaped.beginLayout()
        line = shaped.createLine()
        shaped.endLayout()
        metrics = QFontMetricsF(font)
        width = line.naturalTextWidth() if text else 0.0
        # Letters of another font, which this one has not, stand on the same line.
        rise = metrics.ascent() - line.ascent() if text else 0.0
        return cls(text, width, metrics.height(), rise, shaped)

    @property
    def size(self) -> QSize:
        """What it needs, in whole pixels."""
        return QSize(ceil(self.width), ceil(self.height))

    def draw(self, painter: QPainter, left: float, top: int) -> None:
        """In the painter's colour, with the top of its font there."""
        self.shaped.draw(painter, QPointF(left, top + self.rise))
