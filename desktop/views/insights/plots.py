"""The three charts as drawings: the balance over time, what was spent by day, what was spent by operation.

A plot draws itself into any area, on a widget or in a picture, and says where its marks lie: what a figure can be shown
for. It holds one set of insights and asks nobody.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date, datetime
from itertools import groupby

from PySide6.QtCore import QDate, QDateTime, QLocale, QPointF, QRectF, Qt, QTime
from PySide6.QtGui import QColor, QLinearGradient, QPainterPath, QPen

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import NumberFormat
from desktop.shown import OPERATION_NAMES, shown_date
from desktop.values import Insights, OperationType
from desktop.views import theme
from desktop.views.insights import scales
from desktop.views.insights.drawing import GAP, RIGHT, Line, Pencil
from desktop.views.insights.palette import colour_of, faded
from desktop.views.insights.scales import Unit

_UNIT_FORMATS = {None: "HH:mm", Unit.DAY: "d MMM", Unit.WEEK: "d MMM", Unit.MONTH: "MMM yyyy", Unit.YEAR: "yyyy"}
_UNIT_NAMES = {Unit.DAY: "by day", Unit.WEEK: "by week", Unit.MONTH: "by month", Unit.YEAR: "by year"}
_DENSE = 1_000  # turns of a line, from which on it is a texture
_TICK_HEIGHT = 44.0  # pixels that a label of the vertical axis gets


class Plot(ABC):
    """A chart of insights."""

    title = ""
    nothing = "Nothing to show under these filters."

    def __init__(self, insights: Insights, number_format: NumberFormat, locale: QLocale) -> None:
        self.insights = insights
        self._format = number_format
        self._locale = locale

    @property
    def heading(self) -> str:
        """What is shown, in a few words."""
        return self.title

    @property
    @abstractmethod
    def marks(self) -> int:
        """How many things a figure can be shown for."""

    @abstractmethod
    def card(self, mark: int, colours: theme.Colours) -> tuple[str, list[Line]]:
        """The figures of a mark: a title and lines."""

    @abstractmethod
    def draw(self, pencil: Pencil, area: QRectF) -> list[QRectF]:
        """Draw it; returns where each mark lies."""

    def point_out(self, pencil: Pencil, area: QRectF, box: QRectF) -> None:
        """Bring out the mark that lies there, on top of what was drawn."""
        pencil.block(box.adjusted(-1, -GAP / 2, 1, 0), faded(pencil.colours.muted, 0.2), 2)

    def say(self, mark: int) -> str:
        """The figures of a mark as a sentence."""
        title, lines = self.card(mark, theme.LIGHT)
        return ", ".join([title, *(f"{line.text} {line.figure}".strip() for line in lines)])

    def _money(self, hundredths: int) -> str:
        return format_money(hundredths, self._format)

    def _axis_money(self, hundredths: int) -> str:
        """Without the cents where there are none."""
        return self._money(hundredths)[:-3] if hundredths % 100 == 0 else self._money(hundredths)

    def _day(self, day: date, form: str) -> str:
        return self._locale.toString(QDate(day.year, day.month, day.day), form)

    def _moment(self, moment: datetime, form: str) -> str:
        day, time = QDate(moment.year, moment.month, moment.day), QTime(moment.hour, moment.minute)
        return self._locale.toString(QDateTime(day, time), form)

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


class BalancePlot(Plot):
    """The balance as it went up and down; a point stands for one record or many."""

    title = "Balance over time"

    @property
    def marks(self) -> int:
        return len(self.insights.balance)

    def card(self, mark: int, colours: theme.Colours) -> tuple[str, list[Line]]:
        point = self.insights.balance[mark]
        lines = [Line("Balance", self._money(point.balance), QColor(colours.accent))]
        if point.low < point.high:
            lines.append(Line("Between", f"{self._money(point.low)} and {self._money(point.high)}"))
        return shown_date(point.date)[:-3], lines

    def draw(self, pencil: Pencil, area: QRectF) -> list[QRectF]:
        points = self.insights.balance
        plot, scale = self._frame(pencil, area, max(point.high for point in points))
        first = min(point.date for point in points)
        span = max(point.date for point in points) - first
        width = plot.width() / span if span else 0.0
        self._label_time(pencil, plot, first, first + span, width)
        left = plot.left() if span else plot.center().x()
        boxes = [
            QRectF(left + (point.date - first) * width, plot.bottom(), 0, 0).adjusted(0, -point.balance * scale, 0, 0)
            for point in points
        ]
        if span:
            self._draw_line(pencil, plot, boxes, scale)
        else:
            _dot(pencil, boxes[-1].topLeft())
        return boxes

    def point_out(self, pencil: Pencil, area: QRectF, box: QRectF) -> None:
        pencil.rule(QPointF(box.x(), area.top()), QPointF(box.x(), box.bottom()), faded(pencil.colours.muted, 0.7))
        _dot(pencil, box.topLeft())

    def _draw_line(self, pencil: Pencil, plot: QRectF, boxes: list[QRectF], scale: float) -> None:
        line = self._steps(plot, boxes, scale)
        below = QPainterPath(line)
        below.lineTo(boxes[-1].x(), plot.bottom())
        below.lineTo(boxes[0].x(), plot.bottom())
        accent = QColor(pencil.colours.accent)
        fill = QLinearGradient(plot.topLeft(), plot.bottomLeft())
        fill.setColorAt(0, faded(accent, 0.28))
        fill.setColorAt(1, faded(accent, 0.03))
        pencil.painter.fillPath(below, fill)
        pen = QPen(accent, 1.5)
        if line.elementCount() > _DENSE and not pencil.patient:
            # A pen of one pixel is drawn ninety times as fast (0.6 ms instead of 54 for 2,900 turns).
            pen = QPen(accent, 1)
            pen.setCosmetic(True)
        pencil.painter.setPen(pen)
        pencil.painter.setBrush(Qt.BrushStyle.NoBrush)
        pencil.painter.drawPath(line)

    def _steps(self, plot: QRectF, boxes: list[QRectF], scale: float) -> QPainterPath:
        """A balance stays as it is until the next record; points that share a column of pixels are one stroke.

        A path of all 2,000 points took a tenth of a second to paint.
        """
        line = QPainterPath(boxes[0].topLeft())
        columns = groupby(zip(boxes, self.insights.balance, strict=True), key=lambda pair: int(pair[0].x()))
        y = boxes[0].y()
        for _, group in columns:
            found = list(group)
            x, end = found[0][0].x(), found[-1][0].y()
            line.lineTo(x, y)
            low = plot.bottom() - min(point.low for _, point in found) * scale
            high = plot.bottom() - max(point.high for _, point in found) * scale
            for turn in (high, low) if abs(high - y) < abs(low - y) else (low, high):
                if turn != end:
                    line.lineTo(x, turn)
            line.lineTo(x, end)
            y = end
        return line

    def _label_time(self, pencil: Pencil, plot: QRectF, first: int, last: int, width: float) -> None:
        begin, end = (datetime.fromtimestamp(moment / 1_000_000) for moment in (first, last))
        if begin == end:
            pencil.under(plot, plot.center().x(), self._moment(begin, "d MMM yyyy HH:mm"), plot.width())
            return
        room = pencil.width("00 MMM 0000") + GAP
        unit, ticks = scales.time_ticks(begin, end, max(2, int(plot.width() / room)))
        for tick in ticks:
            form = "d MMM" if unit is None and tick.time() == datetime.min.time() else _UNIT_FORMATS[unit]
            x = plot.left() + (tick.timestamp() * 1_000_000 - first) * width
            pencil.rule(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + 4), pencil.colours.border)
            pencil.under(plot, x, self._moment(tick, form), room)


class SpendPlot(Plot):
    """What was spent, a bar a day, or a week, a month, a year when there are many days; stacked by operation."""

    title = "Spent"
    nothing = "Nothing was spent under these filters."

    def __init__(self, insights: Insights, number_format: NumberFormat, locale: QLocale) -> None:
        super().__init__(insights, number_format, locale)
        self._unit, self._bars = scales.bars(insights.days)

    @property
    def heading(self) -> str:
        return f"{self.title} {_UNIT_NAMES[self._unit]}"

    @property
    def marks(self) -> int:
        return len(self._bars)

    def card(self, mark: int, colours: theme.Colours) -> tuple[str, list[Line]]:
        bar = self._bars[mark]
        form = {Unit.MONTH: "MMMM yyyy", Unit.YEAR: "yyyy"}.get(self._unit, "ddd, d MMM yyyy")
        title = self._day(bar.start, form)
        lines = [
            Line(OPERATION_NAMES[operation], self._money(bar.spent[operation]), colour_of(operation, colours))
            for operation in reversed(OperationType)
            if operation in bar.spent
        ]
        total = Line(f"{bar.count:,} charge{'s' * (bar.count != 1)}", self._money(bar.total))
        return (f"Week of {title}" if self._unit is Unit.WEEK else title), [*lines, total]

    def draw(self, pencil: Pencil, area: QRectF) -> list[QRectF]:
        legend = self._draw_legend(pencil, area)
        plot, scale = self._frame(pencil, area.adjusted(0, legend, 0, 0), max(bar.total for bar in self._bars))
        slot = plot.width() / len(self._bars)
        width = min(slot * 0.72, 48.0)
        room = pencil.width("00 MMM 0000") + GAP
        step = scales.every(len(self._bars), max(1, int(plot.width() / room)))
        boxes = []
        for place, bar in enumerate(self._bars):
            x = plot.left() + slot * (place + 0.5)
            self._draw_bar(pencil, QRectF(x - width / 2, plot.top(), width, plot.height()), bar, scale)
            if place % step == 0:
                pencil.under(plot, x, self._day(bar.start, _UNIT_FORMATS[self._unit]), room)
            top = plot.bottom() - bar.total * scale
            boxes.append(QRectF(x - slot / 2, top, slot, plot.bottom() - top))
        return boxes

    def _draw_bar(self, pencil: Pencil, column: QRectF, bar: scales.Bar, scale: float) -> None:
        bottom = column.bottom()
        for operation in OperationType:
            height = bar.spent.get(operation, 0) * scale
            if height:
                box = QRectF(column.left(), bottom - height, column.width(), height)
                # A hair between two colours, so that their border is seen without them.
                pencil.block(box.adjusted(0, 1 if height > 3 else 0, 0, 0), colour_of(operation, pencil.colours), 1)
                bottom -= height

    def _draw_legend(self, pencil: Pencil, area: QRectF) -> float:
        """Draw what the colours stand for, in as many lines as it takes; returns the height."""
        dot, x, y = pencil.line * 0.6, area.left(), area.top()
        present = {operation for bar in self._bars for operation in bar.spent}
        for operation in OperationType:
            if operation not in present:
                continue
            name = OPERATION_NAMES[operation]
            width = dot + GAP * 0.75 + pencil.width(name) + 2
            if x > area.left() and x + width > area.right():
                x, y = area.left(), y + pencil.line + 2
            pencil.block(QRectF(x, y + (pencil.line - dot) / 2, dot, dot), colour_of(operation, pencil.colours), 2)
            pencil.text(QRectF(x + dot + GAP * 0.75, y, width, pencil.line), name)
            x += width + GAP * 1.5
        return y + pencil.line + GAP - area.top()


class OperationsPlot(Plot):
    """What was spent on each operation, the dearest on top."""

    title = "Spent by operation"
    nothing = SpendPlot.nothing

    def __init__(self, insights: Insights, number_format: NumberFormat, locale: QLocale) -> None:
        super().__init__(insights, number_format, locale)
        self._rows = scales.by_operation(insights.days)

    @property
    def marks(self) -> int:
        return len(self._rows)

    def card(self, mark: int, colours: theme.Colours) -> tuple[str, list[Line]]:
        operation, count, spent = self._rows[mark]
        share = 100 * spent / max(1, self.insights.totals.spent)
        return OPERATION_NAMES[operation], [
            Line("Spent", self._money(spent), colour_of(operation, colours)),
            Line("Charges", f"{count:,}"),
            Line("Share", f"{share:.1f} %".replace(".", self._format.decimal_mark)),
        ]

    def draw(self, pencil: Pencil, area: QRectF) -> list[QRectF]:
        height = min(area.height() / len(self._rows), pencil.line * 2 + GAP * 3)
        most = max(spent for _, _, spent in self._rows)
        boxes = []
        for place, (operation, count, spent) in enumerate(self._rows):
            row = QRectF(area.left(), area.top() + place * height, area.width(), height)
            text = QRectF(row.left(), row.center().y() - pencil.line - 1, row.width(), pencil.line)
            pencil.text(text, OPERATION_NAMES[operation], colour=pencil.colours.text)
            pencil.text(text, self._money(spent), align=RIGHT, colour=pencil.colours.text)
            used = pencil.width(OPERATION_NAMES[operation]) + GAP
            pencil.text(text.adjusted(used, 0, -pencil.width(self._money(spent)) - GAP, 0), f"{count:,} ×")
            bar = QRectF(row.left(), row.center().y() + 3, row.width(), 8)
            pencil.block(bar, pencil.colours.sunken, 3)
            bar.setWidth(max(3.0, bar.width() * spent / most))
            pencil.block(bar, colour_of(operation, pencil.colours), 3)
            boxes.append(row)
        return boxes


def _dot(pencil: Pencil, at: QPointF) -> None:
    pencil.painter.setPen(QPen(QColor(pencil.colours.raised), 2))
    pencil.painter.setBrush(QColor(pencil.colours.accent))
    pencil.painter.drawEllipse(at, 5, 5)
    pencil.painter.setBrush(Qt.BrushStyle.NoBrush)


PLOTS = (BalancePlot, SpendPlot, OperationsPlot)
