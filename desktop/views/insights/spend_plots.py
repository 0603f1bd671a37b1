"""What was spent, by day and by operation, as drawings."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QRectF

from desktop.arithmetic.money import format_count
from desktop.arithmetic.numbers import NumberFormat, in_order, localise
from desktop.language.sentences import mark, say, say_many
from desktop.terms.kinds import OperationType
from desktop.terms.reports import Insights
from desktop.views.insights import scales
from desktop.views.insights.drawing import GAP, RIGHT, CardLine, Pencil
from desktop.views.insights.palette import colour_of
from desktop.views.insights.plot import UNIT_FORMATS, Plot
from desktop.views.insights.scales import Unit
from desktop.views.look.colours import Colours
from desktop.wording.shown import operation_name

_HEADINGS = {
    Unit.DAY: mark("Spent by day"),
    Unit.WEEK: mark("Spent by week"),
    Unit.MONTH: mark("Spent by month"),
    Unit.YEAR: mark("Spent by year"),
}


class SpendPlot(Plot):
    """What was spent, a bar a day, or a week, a month, a year when there are many days; stacked by operation."""

    title = mark("Spent")
    nothing = mark("Nothing was spent under these filters.")

    def __init__(self, insights: Insights, number_format: NumberFormat, locale: QLocale) -> None:
        super().__init__(insights, number_format, locale)
        self._unit, self._bars = scales.bars(insights.days)

    @property
    def heading(self) -> str:
        return say(_HEADINGS[self._unit])

    @property
    def marks(self) -> int:
        return len(self._bars)

    def card(self, mark: int, colours: Colours) -> tuple[str, list[CardLine]]:
        bar = self._bars[mark]
        form = {Unit.MONTH: "MMMM yyyy", Unit.YEAR: "yyyy"}.get(self._unit, "ddd, d MMM yyyy")
        title = self._day(bar.start, form)
        lines = [
            CardLine(operation_name(operation), self._money(bar.spent[operation]), colour_of(operation, colours))
            for operation in reversed(OperationType)
            if operation in bar.spent
        ]
        count = format_count(bar.count, self._format)
        charges = say_many("{count} charge", "{count} charges", bar.count, count=count)
        if self._unit is Unit.WEEK:
            title = say("Week of {day}", day=title)
        return title, [*lines, CardLine(charges, self._money(bar.total))]

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
                pencil.under(plot, x, self._day(bar.start, UNIT_FORMATS[self._unit]), room)
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
            name = operation_name(operation)
            width = dot + GAP * 0.75 + pencil.width(name) + 2
            if x > area.left() and x + width > area.right():
                x, y = area.left(), y + pencil.line + 2
            pencil.block(QRectF(x, y + (pencil.line - dot) / 2, dot, dot), colour_of(operation, pencil.colours), 2)
            pencil.text(QRectF(x + dot + GAP * 0.75, y, width, pencil.line), name)
            x += width + GAP * 1.5
        return y + pencil.line + GAP - area.top()


class OperationsPlot(Plot):
    """What was spent on each operation, the dearest on top."""

    title = mark("Spent by operation")
    nothing = SpendPlot.nothing

    def __init__(self, insights: Insights, number_format: NumberFormat, locale: QLocale) -> None:
        super().__init__(insights, number_format, locale)
        self._rows = scales.by_operation(insights.days)

    @property
    def marks(self) -> int:
        return len(self._rows)

    def card(self, mark: int, colours: Colours) -> tuple[str, list[CardLine]]:
        operation, count, spent = self._rows[mark]
        share = 100 * spent / max(1, self.insights.totals.spent)
        return operation_name(operation), [
            CardLine(say("Spent"), self._money(spent), colour_of(operation, colours)),
            CardLine(say("Charges"), format_count(count, self._format)),
            # Translators: What part of everything spent.
            CardLine(say("Share"), in_order(localise(f"{share:.1f} %", self._format), self._format)),
        ]

    def draw(self, pencil: Pencil, area: QRectF) -> list[QRectF]:
        height = min(area.height() / len(self._rows), pencil.line * 2 + GAP * 3)
        most = max(spent for _, _, spent in self._rows)
        boxes = []
        for place, (operation, count, spent) in enumerate(self._rows):
            row = QRectF(area.left(), area.top() + place * height, area.width(), height)
            text = QRectF(row.left(), row.center().y() - pencil.line - 1, row.width(), pencil.line)
            pencil.text(text, operation_name(operation), colour=pencil.colours.text)
            pencil.text(text, self._money(spent), align=RIGHT, colour=pencil.colours.text)
            used = pencil.width(operation_name(operation)) + GAP
            room = text.adjusted(used, 0, -pencil.width(self._money(spent)) - GAP, 0)
            pencil.text(room, in_order(f"{format_count(count, self._format)} ×", self._format))
            bar = QRectF(row.left(), row.center().y() + 3, row.width(), 8)
            pencil.block(bar, pencil.colours.sunken, 3)
            bar.setWidth(max(3.0, bar.width() * spent / most))
            pencil.block(bar, colour_of(operation, pencil.colours), 3)
            boxes.append(row)
        return boxes
