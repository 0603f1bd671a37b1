"""How the pages of a statement look: title, sums, running head and foot. It paints what it is given.

Lengths are points (1/72 inch) on the page, whatever the device's resolution.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QRectF, QTimeZone
from PySide6.QtGui import QColor, QPainter

from desktop.arithmetic.money import format_count, format_money
from desktop.arithmetic.numbers import PLAIN, NumberFormat
from desktop.documents.lines import Flow
from desktop.documents.pen import BODY, FAINT, FIGURE, GREY, INK, LEAD, RIGHT, RULE, SMALL, TITLE, Pen
from desktop.documents.sheets import MARGIN, NEXT_LINE, ROW, Part, Sheets
from desktop.documents.statement_records import RecordTable, Written, dated
from desktop.language.sentences import mark, say
from desktop.terms.reports import StatementReport
from desktop.wording.shown import operation_name, shown_date, shown_minute

_TITLED, _NAMED = 60.0, 90.0  # widths: of the title's names, of ours on each page
_MARKS = frozenset("@.-+_")
_SET_BACK = mark("A clock was set back: some balances below count records dated outside this period.")


class Pages:
    """The statement, written with a pen on one page after the other."""

    def __init__(
        self, painter: QPainter, report: StatementReport, number_format: NumberFormat, family: str, page: QRectF
    ) -> None:
        self.number = 0
        self.total = 1  # pages
        self.records = 0
        self._report = report
        self._format = number_format
        self._pen = Pen(painter, number_format, family, page)
        self._account = self._whose("", page.width() - 2 * MARGIN - _TITLED)
        self.sheets = Sheets(page, len(report.charges), self._account.lines - 1)
        self.table = RecordTable(self._pen, number_format, self.sheets.body)

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
            self.table.paint(top, parts)
        elif number == 1:
            self._pen.text(
                QRectF(self.sheets.body.left(), top, 300, ROW), say("No records in this period."), colour=GREY
            )
        self.records += sum(not part.first for part in parts)

    def _paint_margins(self) -> None:
        body, report = self.sheets.body, self._report
        head = QRectF(body.left(), body.top(), body.width(), 14)
        self._pen.text(head, "Metercalc", size=LEAD, bold=True)
        if self.number > 1:
            self._paint_running_head(head)
        else:
            self._pen.text(head, say("Statement of account"), align=RIGHT, colour=GREY, size=SMALL)
        self._pen.rule(body.left(), body.right(), head.bottom() + 4, RULE)
        foot = QRectF(body.left(), body.bottom() - 12, body.width(), 12)
        self._pen.rule(body.left(), body.right(), foot.top() - 3, FAINT)
        made = say(
            "Made on {date}, from the ledger as it was then", date=dated(shown_minute(report.made), self._format)
        )
        self._pen.text(foot, made, colour=GREY, size=SMALL)
        page = say("Page {number} of {pages}", number=self._count(self.number), pages=self._count(self.total))
        self._pen.text(foot, page, align=RIGHT, colour=GREY, size=SMALL)

    def _paint_running_head(self, head: QRectF) -> None:
        """Whose statement it is, and of when; a long address goes up into the margin."""
        room = QRectF(head.left() + _NAMED, head.top(), head.width() - _NAMED, head.height())
        whose = self._whose(f"   ·   {self._period()}", room.width(), size=SMALL, right=True)
        self._pen.lines(whose, room.translated(0, (1 - whose.lines) * NEXT_LINE), SMALL, colour=GREY)

    def _paint_title(self) -> None:
        body, top = self.sheets.body, self.sheets.top
        self._pen.text(QRectF(body.left(), top, body.width(), 26), say("Statement"), size=TITLE, bold=True)
        for y, name in zip(self._title_tops(), (say("Account"), say("Period")), strict=True):
            self._pen.text(QRectF(body.left(), y, _TITLED - 4, ROW), name, colour=GREY)
        account, of_when = (QRectF(body.left() + _TITLED, y, body.width() - _TITLED, ROW) for y in self._title_tops())
        self._pen.lines(self._account, account, BODY, colour=INK)
        zone = bytes(QTimeZone.systemTimeZoneId().data()).decode() or time.tzname[0]
        times = say("times of {zone}", zone=zone)
        self._pen.text(of_when, f"{self._period()}   ·   {times}")

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
            self._pen.rule(box.left(), box.right(), box.top(), INK if place == len(facts) - 1 else RULE, width=1.2)
            self._pen.text(QRectF(box.left(), box.top() + 8, width, 12), name, colour=GREY, size=SMALL)
            self._pen.text(QRectF(box.left(), box.top() + 22, width, 18), amount, size=FIGURE, bold=True)
        self._heading(top + 76, say("Charges and credits"))
        self._paint_kinds(top + 98)
        self._heading(self.sheets.first_top - 22, say("Records"))
        if not self._report.contiguous:
            note = QRectF(body.left(), self.sheets.first_top - 22, body.width(), 16)
            self._pen.text(note, say(_SET_BACK), align=RIGHT, colour=GREY, size=SMALL)

    def _paint_kinds(self, y: float) -> None:
        """A row for each kind of charge, then all charges and all credits."""
        body, report = self.sheets.body, self._report
        rows = [(operation_name(f.operation), f.count, self._money(-f.amount)) for f in report.charges]
        totals = [
            (say("All charges"), report.count - report.credits.count, self._money(-report.charged)),
            (say("Credits"), report.credits.count, self._money(report.credits.amount, signed=True)),
        ]
        self._sum_row(y, ("", say("Records"), say("Amount")), colour=GREY)
        for name, count, amount in rows:
            self._pen.rule(body.left(), body.right(), y + ROW, FAINT)
            y += ROW
            self._sum_row(y, (name, self._count(count), amount))
        self._pen.rule(body.left(), body.right(), y + ROW, RULE)
        for name, count, amount in totals:
            y += ROW
            self._sum_row(y, (name, self._count(count), amount), bold=True)

    def _heading(self, y: float, text: str) -> None:
        self._pen.text(QRectF(self.sheets.body.left(), y, 300, 16), text, size=LEAD, bold=True)

    def _facts(self) -> tuple[tuple[str, str], ...]:
        report = self._report
        return (
            (say("Opening balance"), self._money(report.opening)),
            (say("Charges"), self._money(-report.charged)),
            (say("Credits"), self._money(report.credits.amount, signed=True)),
            (say("Closing balance"), self._money(report.closing)),
        )

    def _sum_row(self, y: float, cells: tuple[str, str, str], *, bold: bool = False, colour: QColor = INK) -> None:
        body = self.sheets.body
        half = body.width() * 0.5
        self._pen.text(QRectF(body.left(), y, half, ROW), cells[0], bold=bold, colour=colour)
        count = QRectF(body.left() + half, y, body.width() * 0.2, ROW)
        amount = QRectF(body.left() + body.width() * 0.75, y, body.width() * 0.25, ROW)
        self._pen.text(count, cells[1], align=RIGHT, colour=colour, figure=True)
        self._pen.text(amount, cells[2], align=RIGHT, bold=bold, colour=colour, figure=True)

    def _whose(self, more: str, room: float, *, size: float = BODY, right: bool = False) -> Flow:
        """The account's address and what is said behind it.

        A long address goes on before one of its marks: a hyphen at the end of a line is lost where it is copied.
        """
        address = self._report.username
        marks = [place for place, sign in enumerate(address) if sign in _MARKS and place]
        text, _ = self._pen.cut(address + more, marks, (), room, size=size)
        return self._pen.flow(text, room, size=size, right=right)

    def _period(self) -> str:
        return period(self._report, self._format)

    def _count(self, count: int) -> str:
        return format_count(count, self._format)

    def _money(self, hundredths: int, *, signed: bool = False) -> str:
        return format_money(hundredths, self._format, signed=signed)


def period(report: StatementReport, fmt: NumberFormat = PLAIN) -> str:
    """The days of a statement, in words."""
    first, last = (dated(shown_date(moment)[:10], fmt) for moment in (report.since, report.until - 1))
    if report.since <= 0:
        return say("up to {date}", date=last)
    return first if first == last else say("{first} to {last}", first=first, last=last)
