"""How the pages of a statement look: title, sums, records, running head and foot. It paints what it is given.

Lengths are points (1/72 inch) on the page, whatever the device's resolution.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt, QTimeZone
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from desktop.arithmetic.money import format_count, format_money
from desktop.arithmetic.numbers import PLAIN, NumberFormat, digits_of, in_order, localise
from desktop.documents.lines import Flow, Measure, in_lines
from desktop.documents.sheets import HEAD_ROW, MARGIN, NEXT_LINE, ROW, Part, Sheets
from desktop.language.sentences import is_right_to_left, mark, say, spoken
from desktop.terms.values import OperationType, RawRecord, StatementReport
from desktop.wording.grouping import gaps, seams
from desktop.wording.shown import operation_name, shown_date, shown_minute, shown_moment, shown_reason

_INK, _GREY, _RULE, _FAINT = QColor("#1a1d21"), QColor("#59626d"), QColor("#9aa2ad"), QColor("#e3e6ea")
_SMALL, _BODY, _LEAD, _FIGURE, _TITLE = 8.0, 8.5, 11.0, 13.0, 20.0
_TITLED, _NAMED, _GAP = 60.0, 90.0, 8.0  # widths: of the title's names, of ours on each page, between columns
_FIGURES = "0123456789-: "  # dates have no others, but where the locale has its own
_MARKS = frozenset("@.-+_")
_MOST_KNOWN = 500  # widths of texts
_DRAWN = 8.25  # random strings, in a face that tells l from I and O from 0
_SET_BACK = mark("A clock was set back: some balances below count records dated outside this period.")
_WIDEST = 0.7  # of the font's size: no figures of ours have wider signs on average
_WHAT = 2  # the column that has them
_APART = 0.09  # of the font's size, between groups of figures; from 0.1 on readers of a PDF take it for a space
UNITS = 10  # of the painter, a point: fonts have whole sizes in it
_LINE = Qt.AlignmentFlag.AlignVCenter.value | Qt.TextFlag.TextSingleLine.value | Qt.TextFlag.TextDontClip.value
_LEFT = Qt.AlignmentFlag.AlignLeft.value | Qt.AlignmentFlag.AlignAbsolute.value | _LINE
_RIGHT = Qt.AlignmentFlag.AlignRight.value | Qt.AlignmentFlag.AlignAbsolute.value | _LINE
_OTHER_SIDE = {_LEFT: _RIGHT, _RIGHT: _LEFT}
_AS_TYPED = frozenset({"", OperationType.CREDIT.value, OperationType.RANDOM_STRING.value})
# Of the records' table: header, share of the width, whether its figures stand to the right.
_COLUMNS = (
    (mark("Date"), 0.20, False),
    (mark("Operation"), 0.155, False),
    (mark("Operands and result"), 0.355, False),
    (mark("Amount"), 0.14, True),
    (mark("Balance"), 0.15, True),
)


@dataclass(frozen=True, slots=True)
class Written:
    """A record's operands and result as they are written; in lines where they are longer than one."""

    row: RawRecord
    text: str
    flow: Flow | None

    @property
    def lines(self) -> int:
        return self.flow.lines if self.flow else 1


class Pages:
    """A painter that knows the statement."""

    def __init__(
        self, painter: QPainter, report: StatementReport, number_format: NumberFormat, family: str, page: QRectF
    ) -> None:
        self.number = 0
        self.total = 1  # pages
        self.records = 0
        self._painter = painter
        self._report = report
        self._format = number_format
        self._mirrored = is_right_to_left(spoken())
        painter.setLayoutDirection(Qt.LayoutDirection.RightToLeft if self._mirrored else Qt.LayoutDirection.LeftToRight)
        self._fonts = {
            (size, bold): _font(family, size, bold=bold)
            for size in (_SMALL, _BODY, _LEAD, _FIGURE, _TITLE)
            for bold in (False, True)
        }
        self._fonts[_DRAWN, False] = _font("monospace", _DRAWN, bold=False)
        self._fonts[_DRAWN, False].setStyleHint(QFont.StyleHint.Monospace)  # where no face has that name
        self._metrics = {key: QFontMetricsF(font) for key, font in self._fonts.items()}
        self._known: dict[tuple[str, float, bool], float] = {}
        self._width_of = Measure(self._metrics[_BODY, False])
        self._width = page.width() - 2 * MARGIN
        self._account = self._whose("", self._width - _TITLED)
        self.sheets = Sheets(page, len(report.charges), self._account.lines - 1)

    def lines_of(self, row: RawRecord) -> int:
        """How many lines a record takes. Nothing is measured of one that is short, as most are."""
        if row[4] not in _AS_TYPED and row[12] is None:
            longest = (
                (len(row[5]) + len(row[6]) + 3) * _BODY * (_WIDEST + _APART / 2)
            )  # groups have two figures or more
            if longest <= self._room_of_what:
                return 1
        return self.written(row).lines

    def written(self, row: RawRecord) -> Written:
        """A record ready to be painted."""
        (_, _, _, _, operation, operands, response, exact, _, _, _, _, deleted, _, _) = row
        is_number = operation not in _AS_TYPED
        if is_number:
            equals = "=" if exact else "≈"
            what = f"{localise(operands, self._format)} {equals} {localise(response, self._format)}"
        else:
            what = shown_reason(operands) if operation == OperationType.CREDIT.value else response
        if operation != OperationType.CREDIT.value:
            what = in_order(what, self._format)
        if deleted is not None:
            what = say("Deleted: {record}", record=what)
        size = _DRAWN if operation == OperationType.RANDOM_STRING.value else _BODY
        ends, apart = self._ends(what) if is_number else [], size * _APART
        if self._fits(what, size, self._room_of_what, figures=is_number and deleted is None, more=len(ends) * apart):
            return Written(row, what, None)
        if is_number:
            room = (self._room_of_what - 1) * UNITS  # signs side by side may be a trifle wider than one by one
            what, ends = in_lines(what, seams(what, self._format), ends, self._width_of, apart * UNITS, room)
        return Written(row, what, self._flow(what, self._room_of_what, size=size, ends=ends, apart=apart))

    def paint(self, number: int, parts: Sequence[Part[Written]]) -> None:
        """One page."""
        self.number = number
        self._paint_margins()
        top = self.sheets.top
        if number == 1:
            self._paint_title()
            self._paint_sums(self.sheets.sums_top)
            top = self.sheets.first_top
        if parts:
            self._paint_records(top, parts)
        elif number == 1:
            self._text(QRectF(self.sheets.body.left(), top, 300, ROW), say("No records in this period."), colour=_GREY)
        self.records += sum(not part.first for part in parts)

    def _paint_margins(self) -> None:
        body, report = self.sheets.body, self._report
        head = QRectF(body.left(), body.top(), body.width(), 14)
        self._text(head, "Metercalc", size=_LEAD, bold=True)
        if self.number > 1:
            self._paint_running_head(head)
        else:
            self._text(head, say("Statement of account"), align=_RIGHT, colour=_GREY, size=_SMALL)
        self._rule(body.left(), body.right(), head.bottom() + 4, _RULE)
        foot = QRectF(body.left(), body.bottom() - 12, body.width(), 12)
        self._rule(body.left(), body.right(), foot.top() - 3, _FAINT)
        made = say("Made on {date}, from the ledger as it was then", date=self._date(shown_minute(report.made)))
        self._text(foot, made, colour=_GREY, size=_SMALL)
        page = say("Page {number} of {pages}", number=self._count(self.number), pages=self._count(self.total))
        self._text(foot, page, align=_RIGHT, colour=_GREY, size=_SMALL)

    def _paint_running_head(self, head: QRectF) -> None:
        """Whose statement it is, and of when; a long address goes up into the margin."""
        room = QRectF(head.left() + _NAMED, head.top(), head.width() - _NAMED, head.height())
        whose = self._whose(f"   ·   {self._period()}", room.width(), size=_SMALL, right=True)
        self._painter.setPen(_GREY)
        self._lines(whose, room.translated(0, (1 - whose.lines) * NEXT_LINE), _SMALL)

    def _paint_title(self) -> None:
        body, top = self.sheets.body, self.sheets.top
        self._text(QRectF(body.left(), top, body.width(), 26), say("Statement"), size=_TITLE, bold=True)
        for y, name in zip(self._title_tops(), (say("Account"), say("Period")), strict=True):
            self._text(QRectF(body.left(), y, _TITLED - 4, ROW), name, colour=_GREY)
        account, of_when = (QRectF(body.left() + _TITLED, y, body.width() - _TITLED, ROW) for y in self._title_tops())
        self._painter.setPen(_INK)
        self._lines(self._account, account, _BODY)
        zone = bytes(QTimeZone.systemTimeZoneId().data()).decode() or time.tzname[0]
        times = say("times of {zone}", zone=zone)
        self._text(of_when, f"{self._period()}   ·   {times}")

    def _title_tops(self) -> tuple[float, float]:
        top = self.sheets.top + 30
        return top, top + ROW + (self._account.lines - 1) * NEXT_LINE

    def _paint_sums(self, top: float) -> None:
        """What opened and closed it, and what lies between."""
        body = self.sheets.body
        gap, facts = 10.0, self._facts()
        width = (body.width() - gap * (len(facts) - 1)) / len(facts)
        for place, (name, amount) in enumerate(facts):
            box = QRectF(body.left() + place * (width + gap), top + 8, width, 52)
            self._rule(box.left(), box.right(), box.top(), _INK if place == len(facts) - 1 else _RULE, width=1.2)
            self._text(QRectF(box.left(), box.top() + 8, width, 12), name, colour=_GREY, size=_SMALL)
            self._text(QRectF(box.left(), box.top() + 22, width, 18), amount, size=_FIGURE, bold=True)
        self._heading(top + 76, say("Charges and credits"))
        self._paint_kinds(top + 98)
        self._heading(self.sheets.first_top - 22, say("Records"))
        if not self._report.contiguous:
            note = QRectF(body.left(), self.sheets.first_top - 22, body.width(), 16)
            self._text(note, say(_SET_BACK), align=_RIGHT, colour=_GREY, size=_SMALL)

    def _paint_kinds(self, y: float) -> None:
        """A row for each kind of charge, then all charges and all credits."""
        body, report = self.sheets.body, self._report
        rows = [(operation_name(f.operation), f.count, self._money(-f.amount)) for f in report.charges]
        totals = [
            (say("All charges"), report.count - report.credits.count, self._money(-report.charged)),
            (say("Credits"), report.credits.count, self._money(report.credits.amount, signed=True)),
        ]
        self._sum_row(y, ("", say("Records"), say("Amount")), colour=_GREY)
        for name, count, amount in rows:
            self._rule(body.left(), body.right(), y + ROW, _FAINT)
            y += ROW
            self._sum_row(y, (name, self._count(count), amount))
        self._rule(body.left(), body.right(), y + ROW, _RULE)
        for name, count, amount in totals:
            y += ROW
            self._sum_row(y, (name, self._count(count), amount), bold=True)

    def _heading(self, y: float, text: str) -> None:
        self._text(QRectF(self.sheets.body.left(), y, 300, 16), text, size=_LEAD, bold=True)

    def _facts(self) -> tuple[tuple[str, str], ...]:
        report = self._report
        return (
            (say("Opening balance"), self._money(report.opening)),
            (say("Charges"), self._money(-report.charged)),
            (say("Credits"), self._money(report.credits.amount, signed=True)),
            (say("Closing balance"), self._money(report.closing)),
        )

    def _sum_row(self, y: float, cells: tuple[str, str, str], *, bold: bool = False, colour: QColor = _INK) -> None:
        body = self.sheets.body
        half = body.width() * 0.5
        self._text(QRectF(body.left(), y, half, ROW), cells[0], bold=bold, colour=colour)
        count = QRectF(body.left() + half, y, body.width() * 0.2, ROW)
        amount = QRectF(body.left() + body.width() * 0.75, y, body.width() * 0.25, ROW)
        self._text(count, cells[1], align=_RIGHT, colour=colour, figure=True)
        self._text(amount, cells[2], align=_RIGHT, bold=bold, colour=colour, figure=True)

    def _paint_records(self, top: float, parts: Sequence[Part[Written]]) -> None:
        body = self.sheets.body
        self._cells(top, [say(name) for name, _, _ in _COLUMNS], colour=_GREY)
        self._rule(body.left(), body.right(), top + HEAD_ROW - 3, _RULE)
        y = top + HEAD_ROW
        for part in parts:
            self._paint_record(y, part)
            y += part.height
            self._rule(body.left(), body.right(), y, _FAINT)

    def _paint_record(self, y: float, part: Part[Written]) -> None:
        """A record, or those of its lines that are on this page; what is beside them stands beside the first."""
        written = part.record
        row, flow = written.row, written.flow
        colour = _INK if row[12] is None else _GREY
        if not part.first:
            date, name = self._date(shown_moment(row[11])), operation_name(row[4])
            money = self._money(-row[9], signed=True), self._money(row[10])
            self._cells(y, [date, name, "" if flow else written.text, *money], colour=colour, of=row[4])
        if flow:
            self._painter.setPen(colour)
            size = _DRAWN if row[4] == OperationType.RANDOM_STRING.value else _BODY
            self._lines(flow, self._boxes(y)[_WHAT], size, part.first, part.end)

    def _cells(self, y: float, cells: Sequence[str], *, colour: QColor, of: str = "") -> None:
        """A row of the table; `of` is the operation of a record."""
        drawn, typed = of == OperationType.RANDOM_STRING.value, of in _AS_TYPED
        for place, (cell, (_, _, right), box) in enumerate(zip(cells, _COLUMNS, self._boxes(y), strict=True)):
            # A date is longer where an hour came twice.
            size = _DRAWN if drawn and place == _WHAT else _BODY
            self._text(
                box,
                cell,
                align=_RIGHT if right else _LEFT,
                colour=colour,
                size=size,
                figure=right,
                number=place == _WHAT and not typed,
            )

    def _boxes(self, y: float) -> list[QRectF]:
        """The cells of a row, of one line."""
        found, x = [], self.sheets.body.left()
        for place, (_, share, _) in enumerate(_COLUMNS):
            width = self._width * share
            found.append(QRectF(x, y, width - (_GAP if place < len(_COLUMNS) - 1 else 0), ROW))
            x += width
        return found

    @cached_property
    def _room_of_what(self) -> float:
        return self._width * _COLUMNS[_WHAT][1] - _GAP

    def _ends(self, text: str) -> list[int]:
        """The figures of a number, or an expression, that have room behind them: not where it is kept in order."""
        return [] if self._format.isolates else sorted(gaps(text, self._format))

    def _fits(self, text: str, size: float, room: float, *, figures: bool, more: float = 0.0) -> bool:
        """Whether a text fits on a line; measuring takes as long as painting, and figures need it only if many."""
        if figures and len(text) * size * _WIDEST + more <= room:
            return True
        return self._metrics[size, False].horizontalAdvance(text) + more * UNITS <= room * UNITS

    def _flow(
        self,
        text: str,
        room: float,
        *,
        size: float = _BODY,
        right: bool = False,
        ends: Sequence[int] = (),
        apart: float = 0.0,
    ) -> Flow:
        """A text in lines. They stand at the page's leading side, or at the other (`right`)."""
        font, backwards = self._fonts[size, False], self._mirrored
        side = right != backwards
        return Flow(text, font, room * UNITS, backwards=backwards, right=side, ends=ends, apart=apart * UNITS)

    def _whose(self, more: str, room: float, *, size: float = _BODY, right: bool = False) -> Flow:
        """The account's address and what is said behind it.

        A long address goes on before one of its marks: a hyphen at the end of a line is lost where it is copied.
        """
        address = self._report.username
        marks = [place for place, sign in enumerate(address) if sign in _MARKS and place]
        width_of = Measure(self._metrics[size, False])
        text, _ = in_lines(address + more, marks, (), width_of, 0.0, (room - 1) * UNITS)
        return self._flow(text, room, size=size, right=right)

    def _lines(self, flow: Flow, box: QRectF, size: float, first: int = 0, end: int | None = None) -> None:
        """Lines of a flow, from the one that stands in this box of one line on; in the painter's colour."""
        if self._mirrored:
            box = self._mirror(box)
        metrics = self._metrics[size, False]
        baseline = box.center().y() * UNITS + (metrics.ascent() - metrics.descent()) / 2
        for place in range(first, flow.lines if end is None else end):
            flow.paint(self._painter, place, box.left() * UNITS, baseline + (place - first) * NEXT_LINE * UNITS)

    def _text(
        self,
        box: QRectF,
        text: str,
        *,
        align: int = _LEFT,
        colour: QColor = _INK,
        size: float = _BODY,
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
        ends, apart = self._ends(text) if number else [], size * _APART
        figures = figure or number or not text.strip(_FIGURES)
        if not number and (not figures or len(text) * size * _WIDEST > box.width()):
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
            self._painter.drawText(room, _LEFT, text[start:end])
            room = room.adjusted(metrics.horizontalAdvance(text[start:end]) + apart, 0, 0, 0)

    def _mirror(self, box: QRectF) -> QRectF:
        """Where a box of a page from left to right lies on one from right to left."""
        return box.translated(self.sheets.body.left() + self.sheets.body.right() - box.left() - box.right(), 0)

    def _rule(self, left: float, right: float, y: float, colour: QColor, width: float = 0.5) -> None:
        self._painter.setPen(QPen(colour, width * UNITS))
        self._painter.drawLine(QPointF(left, y) * UNITS, QPointF(right, y) * UNITS)

    def _period(self) -> str:
        return period(self._report, self._format)

    def _date(self, text: str) -> str:
        return in_order(digits_of(text, self._format), self._format)

    def _count(self, count: int) -> str:
        return format_count(count, self._format)

    def _money(self, hundredths: int, *, signed: bool = False) -> str:
        return format_money(hundredths, self._format, signed=signed)


def period(report: StatementReport, fmt: NumberFormat = PLAIN) -> str:
    first, last = (
        in_order(digits_of(shown_date(moment)[:10], fmt), fmt) for moment in (report.since, report.until - 1)
    )
    if report.since <= 0:
        return say("up to {date}", date=last)
    return first if first == last else say("{first} to {last}", first=first, last=last)


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
