"""What writes on a page of paper: lines, texts of several, numbers in groups, and rules. It knows no statement.

Lengths are points (1/72 inch) on the page, whatever the device's resolution. Where the language runs from right to
left, everything is mirrored here: who uses it thinks from left to right.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from desktop.arithmetic.numbers import NumberFormat
from desktop.documents.lines import Flow, Measure, in_lines
from desktop.documents.sheets import NEXT_LINE
from desktop.language.sentences import is_right_to_left, spoken
from desktop.wording.grouping import gaps

INK, GREY, RULE, FAINT = QColor("#1a1d21"), QColor("#59626d"), QColor("#9aa2ad"), QColor("#e3e6ea")
SMALL, BODY, LEAD, FIGURE, TITLE = 8.0, 8.5, 11.0, 13.0, 20.0
DRAWN = 8.25  # random strings, in a face that tells l from I and O from 0
WIDEST = 0.7  # of the font's size: no figures of ours have wider signs on average
APART = 0.09  # of the font's size, between groups of figures; from 0.1 on readers of a PDF take it for a space
UNITS = 10  # of the painter, a point: fonts have whole sizes in it
_FIGURES = "0123456789-: "  # dates have no others, but where the locale has its own
_MOST_KNOWN = 500  # widths of texts
_LINE = Qt.AlignmentFlag.AlignVCenter.value | Qt.TextFlag.TextSingleLine.value | Qt.TextFlag.TextDontClip.value
LEFT = Qt.AlignmentFlag.AlignLeft.value | Qt.AlignmentFlag.AlignAbsolute.value | _LINE
RIGHT = Qt.AlignmentFlag.AlignRight.value | Qt.AlignmentFlag.AlignAbsolute.value | _LINE
_OTHER_SIDE = {LEFT: RIGHT, RIGHT: LEFT}


class Pen:
    """A painter that knows our inks and sizes, and how numbers are written."""

    def __init__(self, painter: QPainter, number_format: NumberFormat, family: str, page: QRectF) -> None:
        self._painter = painter
        self._format = number_format
        self._sides = page.left() + page.right()
        self._mirrored = is_right_to_left(spoken())
        painter.setLayoutDirection(Qt.LayoutDirection.RightToLeft if self._mirrored else Qt.LayoutDirection.LeftToRight)
        self._fonts = {
            (size, bold): _font(family, size, bold=bold)
            for size in (SMALL, BODY, LEAD, FIGURE, TITLE)
            for bold in (False, True)
        }
        self._fonts[DRAWN, False] = _font("monospace", DRAWN, bold=False)
        self._fonts[DRAWN, False].setStyleHint(QFont.StyleHint.Monospace)  # where no face has that name
        self._metrics = {key: QFontMetricsF(font) for key, font in self._fonts.items()}
        self._known: dict[tuple[str, float, bool], float] = {}
        self._measures: dict[float, Measure] = {}

    def text(
        self,
        box: QRectF,
        text: str,
        *,
        align: int = LEFT,
        colour: QColor = INK,
        size: float = BODY,
        bold: bool = False,
        figure: bool = False,
        number: bool = False,
    ) -> None:
        """One line, written smaller where it does not fit: nothing on paper is cut.

        A `figure` stands at its right side on a page from right to left too, the last ones under each other. A
        `number`, or an expression, has room between groups of figures, but where it must be kept in order as a whole.
        """
        font = self._fonts[size, bold]
        if self._mirrored:
            box, align = self._mirror(box), align if figure else _OTHER_SIDE[align]
        room = QRectF(box.topLeft() * UNITS, box.size() * UNITS)
        ends, apart = self.ends(text) if number else [], size * APART
        figures = figure or number or not text.strip(_FIGURES)
        if not number and (not figures or len(text) * size * WIDEST > box.width()):
            font = _narrowed(font, self._advance(text, size, bold=bold), room.width())
        self._painter.setFont(font)
        self._painter.setPen(colour)
        if ends:
            self._spaced(room, text, ends, self._metrics[size, bold], apart * UNITS)
        else:
            self._painter.drawText(room, align, text)

    def _advance(self, text: str, size: float, *, bold: bool) -> float:
        """How wide a line is. What most records have alike is measured once: the names of operations."""
        key = text, size, bold
        width = self._known.get(key)
        if width is None:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            width = self._known[key] = self._metrics[size, bold].horizontalAdvance(text)
        return width

    def _spaced(self, room: QRectF, text: str, ends: Sequence[int], metrics: QFontMetricsF, apart: float) -> None:
        """Groups of figures with room between them; `ends` are the places of the last figure of each."""
        cuts = (0, *(end + 1 for end in ends if end + 1 < len(text)), len(text))
        for start, end in pairwise(cuts):
            self._painter.drawText(room, LEFT, text[start:end])
            room = room.adjusted(metrics.horizontalAdvance(text[start:end]) + apart, 0, 0, 0)

    def _mirror(self, box: QRectF) -> QRectF:
        """Where a box of a page from left to right lies on one from right to left."""
        return box.translated(self._sides - box.left() - box.right(), 0)

    def rule(self, left: float, right: float, y: float, colour: QColor, width: float = 0.5) -> None:
        """A line from one side to another."""
        self._painter.setPen(QPen(colour, width * UNITS))
        self._painter.drawLine(QPointF(left, y) * UNITS, QPointF(right, y) * UNITS)

    def ends(self, text: str) -> list[int]:
        """The figures of a number, or an expression, that have room behind them: not where it is kept in order."""
        return [] if self._format.isolates else sorted(gaps(text, self._format))

    def fits(self, text: str, size: float, room: float, *, figures: bool, more: float = 0.0) -> bool:
        """Whether a text fits on a line; measuring takes as long as painting, and figures need it only if many."""
        if figures and len(text) * size * WIDEST + more <= room:
            return True
        return self._metrics[size, False].horizontalAdvance(text) + more * UNITS <= room * UNITS

    def cut(
        self,
        text: str,
        places: Sequence[int],
        ends: Sequence[int],
        room: float,
        *,
        size: float = BODY,
        apart: float = 0.0,
    ) -> tuple[str, list[int]]:
        """A text with an end of a line at some of these places, so that it stays within `room`; and its `ends` then."""
        measure = self._measures.get(size)
        if measure is None:
            measure = self._measures[size] = Measure(self._metrics[size, False])
        # A point less: signs side by side may be a trifle wider than one by one.
        return in_lines(text, places, ends, measure, apart * UNITS, (room - 1) * UNITS)

    def flow(
        self,
        text: str,
        room: float,
        *,
        size: float = BODY,
        right: bool = False,
        ends: Sequence[int] = (),
        apart: float = 0.0,
    ) -> Flow:
        """A text in lines. They stand at the page's leading side, or at the other (`right`)."""
        font, backwards = self._fonts[size, False], self._mirrored
        side = right != backwards
        return Flow(text, font, room * UNITS, backwards=backwards, right=side, ends=ends, apart=apart * UNITS)

    def lines(
        self, flow: Flow, box: QRectF, size: float, first: int = 0, end: int | None = None, *, colour: QColor
    ) -> None:
        """Lines of a flow, from the one that stands in this box of one line on."""
        self._painter.setPen(colour)
        if self._mirrored:
            box = self._mirror(box)
        metrics = self._metrics[size, False]
        baseline = box.center().y() * UNITS + (metrics.ascent() - metrics.descent()) / 2
        for place in range(first, flow.lines if end is None else end):
            flow.paint(self._painter, place, box.left() * UNITS, baseline + (place - first) * NEXT_LINE * UNITS)


def _narrowed(font: QFont, width: float, room: float) -> QFont:
    """A font in which a text of that width fits: no figure is ever cut."""
    if width <= room:
        return font
    smaller = QFont(font)
    smaller.setPixelSize(max(1, int(font.pixelSize() * room / width)))
    return smaller


def _font(family: str, size: float, *, bold: bool) -> QFont:
    """A font whose digits are as wide as each other, for columns of money, and whose letters stay apart."""
    font = QFont(family) if family else QFont()
    font.setPixelSize(round(size * UNITS))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    if hasattr(font, "setFeature"):  # Qt 6.7 and newer with this binding
        font.setFeature(QFont.Tag("tnum"), 1)
        font.setFeature(QFont.Tag("liga"), 0)  # "office" would be on paper without its f's, and found by nobody
    return font
