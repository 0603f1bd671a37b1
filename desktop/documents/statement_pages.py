"""How the pages of a statement look: title, sums, records, running head and foot. It paints what it is given.

Lengths are points (1/72 inch) on the page, whatever the device's resolution.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt, QTimeZone
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from desktop.arithmetic.money import format_count, format_money
from desktop.arithmetic.numbers import PLAIN, NumberFormat, digits_of, in_order, localise
from desktop.language.sentences import is_right_to_left, mark, say, spoken
from desktop.terms.values import OperationType, RawRecord, StatementReport
from desktop.wording.grouping import gaps
from desktop.wording.shown import operation_name, shown_date, shown_minute, shown_moment, shown_reason

_MARGIN = 51.0  # 18 mm
_INK, _GREY, _RULE, _FAINT = QColor("#1a1d21"), QColor("#59626d"), QColor("#9aa2ad"), QColor("#e3e6ea")
_ROW, _HEAD_ROW, _SMALL, _BODY, _LEAD, _FIGURE, _TITLE = 15.0, 18.0, 8.0, 8.5, 11.0, 13.0, 20.0
_DRAWN = 8.25  # random strings, in a face that tells l from I and O from 0
_SET_BACK = mark("A clock was set back: some balances below count records dated outside this period.")
_WIDEST = 0.7  # of the font's size: no text of ours has wider signs on average
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


class Sheets:
    """Where the pages go on: how many rows of records the first and the others have, on sheets of a size in points."""

    def __init__(self, report: StatementReport, page: QRectF) -> None:
        self.body = page.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        self.top = self.body.top() + 30  # below the running head
        self.bottom = self.body.bottom() - 24  # above the foot
        self.sums_top = self.top + 70
        self.first_top = self.sums_top + 138 + (len(report.charges) + 3) * _ROW
        self.first_rows = max(0, int((self.bottom - self.first_top - _HEAD_ROW) / _ROW))
        self.rows = int((self.bottom - self.top - _HEAD_ROW) / _ROW)

    def count(self, records: int) -> int:
        """How many pages so many records take."""
        return 1 + max(0, -(-(records - self.first_rows) // self.rows))


class Pages:
    """A painter that knows the statement."""

    def __init__(
        self, painter: QPainter, report: StatementReport, number_format: NumberFormat, family: str, page: QRectF
    ) -> None:
        self.sheets = Sheets(report, page)
        self.number = 0
        self.records = 0
        self._painter = painter
        self._report = report
        self._format = number_format
        self._mirrored = is_right_to_left(spoken())
        painter.setLayoutDirection(Qt.LayoutDirection.RightToLeft if self._mirrored else Qt.LayoutDirection.LeftToRight)
        self._total = self.sheets.count(report.count)
        self._fonts = {
            (size, bold): _font(family, size, bold=bold)
            for size in (_SMALL, _BODY, _LEAD, _FIGURE, _TITLE)
            for bold in (False, True)
        }
        self._fonts[_DRAWN, False] = _font("monospace", _DRAWN, bold=False)
        self._fonts[_DRAWN, False].setStyleHint(QFont.StyleHint.Monospace)  # where no face has that name
        self._metrics = {key: QFontMetricsF(font) for key, font in self._fonts.items()}

    def paint(self, number: int, rows: Sequence[RawRecord]) -> None:
        """One page."""
        self.number = number
        self._paint_margins()
        top = self.sheets.top
        if number == 1:
            self._paint_title()
            self._paint_sums(self.sheets.sums_top)
            top = self.sheets.first_top
        if rows:
            self._paint_records(top, rows)
        elif number == 1:
            self._text(QRectF(self.sheets.body.left(), top, 300, _ROW), say("No records in this period."), colour=_GREY)
        self.records += len(rows)

    def _paint_margins(self) -> None:
        body, report = self.sheets.body, self._report
        head = QRectF(body.left(), body.top(), body.width(), 14)
        self._text(head, "Metercalc", size=_LEAD, bold=True)
        right = f"{report.username}   ·   {self._period()}" if self.number > 1 else say("Statement of account")
        self._text(head, right, align=_RIGHT, colour=_GREY, size=_SMALL)
        self._rule(body.left(), body.right(), head.bottom() + 4, _RULE)
        foot = QRectF(body.left(), body.bottom() - 12, body.width(), 12)
        self._rule(body.left(), body.right(), foot.top() - 3, _FAINT)
        made = say("Made on {date}, from the ledger as it was then", date=self._date(shown_minute(report.made)))
        self._text(foot, made, colour=_GREY, size=_SMALL)
        page = say("Page {number} of {pages}", number=self._count(self.number), pages=self._count(self._total))
        self._text(foot, page, align=_RIGHT, colour=_GREY, size=_SMALL)

    def _paint_title(self) -> None:
        body, top = self.sheets.body, self.sheets.top
        self._text(QRectF(body.left(), top, body.width(), 26), say("Statement"), size=_TITLE, bold=True)
        for place, (name, text) in enumerate(self._title_rows()):
            y = top + 30 + place * 15
            self._text(QRectF(body.left(), y, 60, 15), name, colour=_GREY)
            self._text(QRectF(body.left() + 60, y, body.width() - 60, 15), text)

    def _title_rows(self) -> tuple[tuple[str, str], ...]:
        zone = bytes(QTimeZone.systemTimeZoneId().data()).decode() or time.tzname[0]
        times = say("times of {zone}", zone=zone)
        return (say("Account"), self._report.username), (say("Period"), f"{self._period()}   ·   {times}")

    def _paint_sums(self, top: float) -> None:
        """What opened and closed it, and what lies between."""
        body = self.sheets.body
        gap, facts = 10.0, self._facts()
        width = (body.width() - gap * (len(facts) - 1)) / len(facts)
        for place, (name, amount) in enumerate(facts):
            box = QRectF(body.left() + place * (width + gap), top + 8, width, 52)
            self._rule(box.left(), box.right(), box.top(), _INK if place == len(facts) - 1 else _RULE, width=1.2)
            self._text(QRectF(box.left(), box.top() + 8, width, 12), name, colour=_GREY, size=_SMALL)
            self._text(QRectF(box.left(), box.top() + 22, width, 18), amount, size=_FIGURE, bold=True, whole=True)
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
            self._rule(body.left(), body.right(), y + _ROW, _FAINT)
            y += _ROW
            self._sum_row(y, (name, self._count(count), amount))
        self._rule(body.left(), body.right(), y + _ROW, _RULE)
        for name, count, amount in totals:
            y += _ROW
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
        self._text(QRectF(body.left(), y, half, _ROW), cells[0], bold=bold, colour=colour)
        count = QRectF(body.left() + half, y, body.width() * 0.2, _ROW)
        amount = QRectF(body.left() + body.width() * 0.75, y, body.width() * 0.25, _ROW)
        self._text(count, cells[1], align=_RIGHT, colour=colour, figure=True)
        self._text(amount, cells[2], align=_RIGHT, bold=bold, colour=colour, figure=True)

    def _paint_records(self, top: float, rows: Sequence[RawRecord]) -> None:
        body = self.sheets.body
        self._cells(top, [say(name) for name, _, _ in _COLUMNS], colour=_GREY)
        self._rule(body.left(), body.right(), top + _HEAD_ROW - 3, _RULE)
        y = top + _HEAD_ROW
        for row in rows:
            deleted = row[12] is not None
            self._cells(y, self._record(row), colour=_GREY if deleted else _INK, of=row[4])
            y += _ROW
            self._rule(body.left(), body.right(), y, _FAINT)

    def _record(self, row: RawRecord) -> list[str]:
        (_, _, _, _, operation, operands, response, exact, _, amount, balance, date, deleted, _, _) = row
        if operation == OperationType.CREDIT.value:
            what = shown_reason(operands)
        elif operation == OperationType.RANDOM_STRING.value:
            what = in_order(response, self._format)
        else:
            equals = "=" if exact else "≈"
            what = f"{localise(operands, self._format)} {equals} {localise(response, self._format)}"
            what = in_order(what, self._format)
        return [
            self._date(shown_moment(date)),
            operation_name(operation),
            say("Deleted: {record}", record=what) if deleted is not None else what,
            self._money(-amount, signed=True),
            self._money(balance),
        ]

    def _cells(self, y: float, cells: Sequence[str], *, colour: QColor, of: str = "") -> None:
        """A row of the table; `of` is the operation of a record."""
        drawn, typed = of == OperationType.RANDOM_STRING.value, of in _AS_TYPED
        x, gap = self.sheets.body.left(), 8.0
        for place, (cell, (_, share, right)) in enumerate(zip(cells, _COLUMNS, strict=True)):
            width = self.sheets.body.width() * share
            inner = QRectF(x, y, width - (gap if place < len(_COLUMNS) - 1 else 0), _ROW)
            # A date is longer where an hour came twice.
            size = _DRAWN if drawn and place == _WHAT else _BODY
            self._text(
                inner,
                cell,
                align=_RIGHT if right else _LEFT,
                colour=colour,
                size=size,
                whole=right or not place,
                figure=right,
                number=place == _WHAT and not typed,
            )
            x += width

    def _text(
        self,
        box: QRectF,
        text: str,
        *,
        align: int = _LEFT,
        colour: QColor = _INK,
        size: float = _BODY,
        bold: bool = False,
        whole: bool = False,
        figure: bool = False,
        number: bool = False,
    ) -> None:
        """One line; where it does not fit, a `whole` one is written smaller, another is cut at its end.

        A `figure` stands at its right side on a page from right to left too, the last ones under each other. A
        `number`, or an expression, has room between groups of figures, but where it must be kept in order as a whole.
        """
        font = self._fonts[size, bold]
        if self._mirrored:
            box, align = self._mirror(box), align if figure else _OTHER_SIDE[align]
        room = QRectF(box.topLeft() * UNITS, box.size() * UNITS)
        spaced = number and not self._format.isolates
        ends, apart = (sorted(gaps(text, self._format)) if spaced else []), size * _APART
        if len(text) * size * _WIDEST + len(ends) * apart > box.width():  # measuring takes as long as painting
            metrics = self._metrics[size, bold]
            if whole:
                font = _narrowed(font, metrics.horizontalAdvance(text), room.width())
            else:
                width = room.width() + UNITS - len(ends) * apart * UNITS
                text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        self._painter.setFont(font)
        self._painter.setPen(colour)
        if ends:
            self._spaced(room, text, ends, self._metrics[size, bold], apart * UNITS)
        else:
            self._painter.drawText(room, align, text)

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
