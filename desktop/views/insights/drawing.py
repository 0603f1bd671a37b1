"""How every chart draws: texts, axes, the card with a figure. It knows no record and no widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from desktop.views.insights.palette import faded
from desktop.views.look import scales, theme
from desktop.views.look.colours import Colours

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
GAP = float(scales.SMALL)


@dataclass(frozen=True, slots=True)
class CardLine:
    """A line of a card: a text, its figure, and the colour of what it stands for where it has one."""

    text: str
    figure: str = ""
    colour: QColor | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """The theme's colours and fonts at a moment: taken on the window's thread, used on any."""

    colours: Colours
    caption: QFont
    body: QFont
    strong: QFont
    title: QFont

    @classmethod
    def now(cls) -> Look:
        """As they are now."""
        return cls(
            theme.colours(),
            scales.font(scales.Size.CAPTION, figures=True),
            scales.font(figures=True),
            scales.font(bold=True, figures=True),
            scales.font(scales.Size.TITLE, bold=True),
        )


class Pencil:
    """A painter with the theme's fonts and colours."""

    def __init__(self, painter: QPainter, look: Look, *, patient: bool = False) -> None:
        self.painter = painter
        self.patient = patient  # whether beauty may take its time: not on the window's thread
        self.colours = look.colours
        self.caption, self.body, self.strong, self.title = look.caption, look.body, look.strong, look.title
        # Each text goes its own way, and stands where it is put: time goes on to the right in every language.
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def width(self, text: str, font: QFont | None = None) -> float:
        """How wide a text is."""
        return QFontMetricsF(font or self.caption).horizontalAdvance(text)

    @property
    def line(self) -> float:
        """The height of a caption's line."""
        return QFontMetricsF(self.caption).height()

    def text(
        self,
        box: QRectF,
        text: str,
        *,
        align: Qt.AlignmentFlag = LEFT,
        colour: str | None = None,
        font: QFont | None = None,
    ) -> None:
        """A line of text, cut with … where it does not fit."""
        chosen = font or self.caption
        self.painter.setFont(chosen)
        self.painter.setPen(QColor(colour or self.colours.muted))
        fitting = QFontMetricsF(chosen).elidedText(text, Qt.TextElideMode.ElideRight, box.width() + 1)
        self.painter.drawText(box, int(align | Qt.TextFlag.TextSingleLine), fitting)

    def rule(self, start: QPointF, end: QPointF, colour: QColor | str, width: float = 1.0) -> None:
        """A straight line."""
        self.painter.setPen(QPen(QColor(colour), width))
        self.painter.drawLine(start, end)

    def block(self, box: QRectF, colour: QColor | str, radius: float = 0.0) -> None:
        """A filled rectangle."""
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(QColor(colour))
        self.painter.drawRoundedRect(box, radius, radius)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)

    def grid(self, plot: QRectF, ticks: Sequence[tuple[float, str]], labels_right: float) -> None:
        """Horizontal lines with their labels on the left; the first is the base and stronger."""
        for place, (y, label) in enumerate(ticks):
            colour = QColor(self.colours.border) if place == 0 else faded(self.colours.border, 0.55)
            self.rule(QPointF(plot.left(), y), QPointF(plot.right(), y), colour)
            self.text(QRectF(0, y - self.line / 2, labels_right, self.line), label, align=RIGHT)

    def under(self, plot: QRectF, x: float, label: str, room: float) -> None:
        """A label below the plot, centred at `x` but inside the widget."""
        width = min(self.width(label) + 2, room)
        left = min(max(x - width / 2, plot.left() - room / 2), plot.right() + 2 - width)
        self.text(QRectF(left, plot.bottom() + GAP * 0.75, width, self.line), label, align=CENTRE)

    def card(self, area: QRectF, at: QPointF, title: str, lines: Sequence[CardLine]) -> None:
        """A small card with figures beside a place, inside an area."""
        padding, dot = GAP, self.line * 0.6
        has_dots = any(line.colour is not None for line in lines)
        indent = dot + GAP * 0.75 if has_dots else 0.0
        widths = [
            indent + self.width(line.text) + (GAP * 2 + self.width(line.figure) if line.figure else 0) for line in lines
        ]
        width = max(self.width(title, self.strong), *widths, 0.0) + 2 * padding
        height = QFontMetricsF(self.strong).height() + len(lines) * (self.line + 2) + 2 * padding
        left = at.x() + GAP * 1.5 if at.x() + GAP * 1.5 + width <= area.right() else at.x() - GAP * 1.5 - width
        top = min(max(at.y() - height / 2, area.top()), max(area.top(), area.bottom() - height))
        box = QRectF(max(left, area.left()), top, width, height)
        self.painter.setPen(QPen(QColor(self.colours.border), 1))
        self.painter.setBrush(QColor(self.colours.surface))
        self.painter.drawRoundedRect(box, scales.RADIUS, scales.RADIUS)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        inner = box.adjusted(padding, padding, -padding, -padding)
        head = QFontMetricsF(self.strong).height()
        self.text(
            QRectF(inner.left(), inner.top(), inner.width(), head), title, colour=self.colours.text, font=self.strong
        )
        y = inner.top() + head
        for line in lines:
            row = QRectF(inner.left(), y + 2, inner.width(), self.line)
            if line.colour is not None:
                self.block(QRectF(row.left(), row.center().y() - dot / 2, dot, dot), line.colour, 2)
            self.text(row.adjusted(indent, 0, 0, 0), line.text)
            self.text(row, line.figure, align=RIGHT, colour=self.colours.text)
            y += self.line + 2
