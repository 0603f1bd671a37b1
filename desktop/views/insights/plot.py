"""What every chart is as a drawing: on a widget or in a picture, with marks that a figure can be shown for.

A plot holds one set of insights and asks nobody; it draws itself into any area and says where its marks lie.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date, datetime

from PySide6.QtCore import QDate, QDateTime, QLocale, QRectF, QTime

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import NumberFormat, in_order
from desktop.language.directions import bare
from desktop.language.sentences import mark, say
from desktop.terms.reports import Insights
from desktop.views.insights import scales
from desktop.views.insights.drawing import GAP, CardLine, Pencil
from desktop.views.insights.palette import faded
from desktop.views.insights.scales import Unit
from desktop.views.look.colours import LIGHT, Colours
from desktop.views.look.number_locale import day_form

UNIT_FORMATS = {None: "HH:mm", Unit.DAY: "d MMM", Unit.WEEK: "d MMM", Unit.MONTH: "MMM yyyy", Unit.YEAR: "yyyy"}
"""How a moment is labelled on an axis whose ticks are so far apart."""

_TICK_HEIGHT = 44.0  # pixels that a label of the vertical axis gets


class Plot(ABC):
    """A chart of insights."""

    title = ""
    nothing = mark("Nothing to show under these filters.")

    def __init__(self, insights: Insights, number_format: NumberFormat, locale: QLocale) -> None:
        self.insights = insights
        self._format = number_format
        self._locale = locale

    @property
    def heading(self) -> str:
        """What is shown, in a few words."""
        return say(self.title)

    @property
    @abstractmethod
    def marks(self) -> int:
        """How many things a figure can be shown for."""

    @abstractmethod
    def card(self, mark: int, colours: Colours) -> tuple[str, list[CardLine]]:
        """The figures of a mark: a title and lines."""

    @abstractmethod
    def draw(self, pencil: Pencil, area: QRectF) -> list[QRectF]:
        """Draw it; returns where each mark lies."""

    def point_out(self, pencil: Pencil, area: QRectF, box: QRectF) -> None:
        """Bring out the mark that lies there, on top of what was drawn."""
        pencil.block(box.adjusted(-1, -GAP / 2, 1, 0), faded(pencil.colours.muted, 0.2), 2)

    def say(self, mark: int) -> str:
        """The figures of a mark as a sentence."""
        title, lines = self.card(mark, LIGHT)
        return bare(", ".join([title, *(f"{line.text} {line.figure}".strip() for line in lines)]))

    def _money(self, hundredths: int) -> str:
        return format_money(hundredths, self._format)

    def _axis_money(self, hundredths: int) -> str:
        """Without the cents where there are none."""
        if hundredths % 100:
            return self._money(hundredths)
        return in_order(bare(self._money(hundredths))[:-3], self._format)

    def _day(self, day: date, form: str) -> str:
        return self._locale.toString(QDate(day.year, day.month, day.day), day_form(form, self._locale))

    def _moment(self, moment: datetime, form: str) -> str:
        day, time = QDate(moment.year, moment.month, moment.day), QTime(moment.hour, moment.minute)
        return self._locale.toString(QDateTime(day, time), day_form(form, self._locale))

    def _frame(self, pencil: Pencil, area: QRectF, highest: int) -> tuple[QRectF, float]:
        """Draw the vertical axis from zero; returns the plot's box and how many pixels a hundredth is high."""
        ticks = scales.nice_ticks(0, highest, max(2, int(area.height() / _TICK_HEIGHT)))
        labels = [self._axis_money(tick) for tick in ticks]
        left = max(pencil.width(label) for label in labels) + GAP
        plot = area.adjusted(left + GAP / 2, pencil.line / 2 + 2, -2, -pencil.line - GAP * 1.25)
        scale = plot.height() / ticks[-1]
        lines = [(plot.bottom() - tick * scale, label) for tick, label in zip(ticks, labels, strict=True)]
        pencil.painter.save()
        pencil.painter.translate(area.left(), 0)
        shifted = plot.translated(-area.left(), 0)
        pencil.grid(shifted, lines, left - GAP / 2)
        pencil.painter.restore()
        return plot, scale
