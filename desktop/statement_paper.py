"""How a statement looks on paper, page by page, as PDF or for a printer. It paints; it neither reads nor asks anything.

Lengths are points (1/72 inch) on the page, whatever the device's resolution. It paints on any thread: the only Qt it
uses is what may be used off the window's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
)

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import NumberFormat, localise
from desktop.errors import Cancelled, StoreDamaged, StoreError
from desktop.private_files import replacing
from desktop.shown import OPERATION_NAMES, shown_date
from desktop.values import OperationType, RawRecord, StatementReport

PAPERS = {"A4": QPageSize.PageSizeId.A4, "Letter": QPageSize.PageSizeId.Letter}
RESOLUTION = 600  # of a PDF, in dots an inch: text is outlines, so it only sets how finely places are rounded

_MARGIN = 51.0  # 18 mm
_INK, _GREY, _RULE, _FAINT = QColor("#1a1d21"), QColor("#59626d"), QColor("#9aa2ad"), QColor("#e3e6ea")
_ROW, _HEAD_ROW, _SMALL, _BODY, _LEAD, _FIGURE, _TITLE = 15.0, 18.0, 8.0, 8.5, 11.0, 13.0, 20.0
_UNITS = 10  # of the painter, a point: fonts have whole sizes in it
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
# Of the records' table: header, share of the width, whether its figures stand to the right.
_COLUMNS = (
    ("Date", 0.20, False),
    ("Operation", 0.155, False),
    ("Operands and result", 0.355, False),
    ("Amount", 0.14, True),
    ("Balance", 0.15, True),
)


@dataclass(frozen=True, slots=True)
class Style:
    """How it is written: the paper, the locale's numbers, and the family of the font."""

    paper: str = "A4"
    number_format: NumberFormat = NumberFormat()
    family: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """What was painted."""

    pages: int
    records: int


class Sheets:
    """Where the pages go on: their size, how many rows of records the first and the others have."""

    def __init__(self, report: StatementReport, style: Style) -> None:
        size = QPageSize(PAPERS[style.paper]).sizePoints()
        self.page = QRectF(0, 0, size.width(), size.height())
        self.body = self.page.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        self.top = self.body.top() + 30  # below the running head
        self.bottom = self.body.bottom() - 24  # above the foot
        self.sums_top = self.top + 70
        self.first_top = self.sums_top + 138 + (len(report.charges) + 3) * _ROW
        self.first_rows = max(0, int((self.bottom - self.first_top - _HEAD_ROW) / _ROW))
        self.rows = int((self.bottom - self.top - _HEAD_ROW) / _ROW)

    def count(self, records: int) -> int:
        """How many pages so many records take."""
        return 1 + max(0, -(-(records - self.first_rows) // self.rows))


def write_pdf(
    file: Path,
    report: StatementReport,
    batches: Iterable[Sequence[RawRecord]],
    style: Style,
    *,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> Ended:
    """Write the statement whole or not at all; `progress(records, of)` comes with every page.

    Raises `Cancelled`, and `StoreError` when the disk refuses.
    """
    try:
        with replacing(file) as temporary:
            device = QPdfWriter(str(temporary))
            device.setTitle(f"Metercalc statement, {report.username}, {_period(report)}")
            device.setCreator("Metercalc")
            device.setResolution(RESOLUTION)
            device.setPageLayout(layout(style))
            ended = paint(device, report, batches, style, progress=progress, cancelled=cancelled)
            if not _is_whole(temporary):
                raise StoreError(f"The file could not be written ({file}): the disk may be full.")
            return ended
    except OSError as error:
        raise StoreError(f"The file could not be written ({file}): {os.strerror(error.errno or 0)}.") from error


def layout(style: Style) -> QPageLayout:
    """The whole sheet: the margins are part of the painting."""
    found = QPageLayout(
        QPageSize(PAPERS[style.paper]), QPageLayout.Orientation.Portrait, QMarginsF(), QPageLayout.Unit.Point
    )
    found.setMode(QPageLayout.Mode.FullPageMode)
    return found


def paint(
    device: QPagedPaintDevice,
    report: StatementReport,
    batches: Iterable[Sequence[RawRecord]],
    style: Style,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Ended:
    """Paint every page onto a device whose page layout is `layout(style)`."""
    painter = QPainter()
    if not painter.begin(device):
        raise StoreError("The statement could not be written: the file or the printer does not take it.")
    try:
        # The device's own dots an inch; a preview has others than the printer.
        painter.scale(device.logicalDpiX() / 72 / _UNITS, device.logicalDpiY() / 72 / _UNITS)
        pages = _Pages(painter, report, style)
        for sheet, rows in enumerate(_sheets(batches, pages.sheets, report.count), 1):
            if cancelled():
                raise Cancelled("The statement was stopped; no file was left.")
            if sheet > 1:
                device.newPage()
            pages.paint(sheet, rows)
            progress(pages.records, report.count)
        return Ended(pages.number, pages.records)
    finally:
        painter.end()


def _sheets(batches: Iterable[Sequence[RawRecord]], sheets: Sheets, expected: int) -> Iterator[list[RawRecord]]:
    """The records of each page."""
    room, rows, found = sheets.first_rows, [], 0
    for batch in batches:
        for row in batch:
            if len(rows) == room:
                yield rows
                rows, room = [], sheets.rows
            rows.append(row)
            found += 1
    yield rows
    if found != expected:
        raise StoreDamaged("The records changed while the statement was written. No file was left.")


class _Pages:
    """A painter that knows the statement."""

    def __init__(self, painter: QPainter, report: StatementReport, style: Style) -> None:
        self.sheets = Sheets(report, style)
        self.number = 0
        self.records = 0
        self._painter = painter
        self._report = report
        self._format = style.number_format
        self._total = self.sheets.count(report.count)
        self._fonts = {
            (size, bold): _font(style.family, size, bold=bold)
            for size in (_SMALL, _BODY, _LEAD, _FIGURE, _TITLE)
            for bold in (False, True)
        }
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
            self._text(QRectF(self.sheets.body.left(), top, 300, _ROW), "No records in this period.", colour=_GREY)
        self.records += len(rows)

    def _paint_margins(self) -> None:
        body, report = self.sheets.body, self._report
        head = QRectF(body.left(), body.top(), body.width(), 14)
        self._text(head, "Metercalc", size=_LEAD, bold=True)
        right = f"{report.username}   ·   {_period(report)}" if self.number > 1 else "Statement of account"
        self._text(head, right, align=_RIGHT, colour=_GREY, size=_SMALL)
        self._rule(body.left(), body.right(), head.bottom() + 4, _RULE)
        foot = QRectF(body.left(), body.bottom() - 12, body.width(), 12)
        self._rule(body.left(), body.right(), foot.top() - 3, _FAINT)
        made = f"Made on {shown_date(report.made)[:16]}, from the ledger as it was then"
        self._text(foot, made, colour=_GREY, size=_SMALL)
        page = f"Page {self.number:,} of {self._total:,}"
        self._text(foot, page, align=_RIGHT, colour=_GREY, size=_SMALL)

    def _paint_title(self) -> None:
        body, report, top = self.sheets.body, self._report, self.sheets.top
        self._text(QRectF(body.left(), top, body.width(), 26), "Statement", size=_TITLE, bold=True)
        for place, (name, text) in enumerate((("Account", report.username), ("Period", _period(report)))):
            y = top + 30 + place * 15
            self._text(QRectF(body.left(), y, 60, 15), name, colour=_GREY)
            self._text(QRectF(body.left() + 60, y, body.width() - 60, 15), text)

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
        self._heading(top + 76, "Charges and credits")
        self._paint_kinds(top + 98)
        self._heading(self.sheets.first_top - 22, "Records")

    def _paint_kinds(self, y: float) -> None:
        """A row for each kind of charge, then all charges and all credits."""
        body, report = self.sheets.body, self._report
        rows = [(OPERATION_NAMES[f.operation], f.count, self._money(-f.amount)) for f in report.charges]
        totals = [
            ("All charges", report.count - report.credits.count, self._money(-report.charged)),
            ("Credits", report.credits.count, self._money(report.credits.amount, signed=True)),
        ]
        self._sum_row(y, ("", "Records", "Amount"), colour=_GREY)
        for name, count, amount in rows:
            self._rule(body.left(), body.right(), y + _ROW, _FAINT)
            y += _ROW
            self._sum_row(y, (name, f"{count:,}", amount))
        self._rule(body.left(), body.right(), y + _ROW, _RULE)
        for name, count, amount in totals:
            y += _ROW
            self._sum_row(y, (name, f"{count:,}", amount), bold=True)

    def _heading(self, y: float, text: str) -> None:
        self._text(QRectF(self.sheets.body.left(), y, 300, 16), text, size=_LEAD, bold=True)

    def _facts(self) -> tuple[tuple[str, str], ...]:
        report = self._report
        return (
            ("Opening balance", self._money(report.opening)),
            ("Charges", self._money(-report.charged)),
            ("Credits", self._money(report.credits.amount, signed=True)),
            ("Closing balance", self._money(report.closing)),
        )

    def _sum_row(self, y: float, cells: tuple[str, str, str], *, bold: bool = False, colour: QColor = _INK) -> None:
        body = self.sheets.body
        half = body.width() * 0.5
        self._text(QRectF(body.left(), y, half, _ROW), cells[0], bold=bold, colour=colour)
        self._text(QRectF(body.left() + half, y, body.width() * 0.2, _ROW), cells[1], align=_RIGHT, colour=colour)
        self._text(QRectF(body.left(), y, body.width(), _ROW), cells[2], align=_RIGHT, bold=bold, colour=colour)

    def _paint_records(self, top: float, rows: Sequence[RawRecord]) -> None:
        body = self.sheets.body
        self._cells(top, [name for name, _, _ in _COLUMNS], colour=_GREY)
        self._rule(body.left(), body.right(), top + _HEAD_ROW - 3, _RULE)
        y = top + _HEAD_ROW
        for row in rows:
            deleted = row[12] is not None
            self._cells(y, self._record(row), colour=_GREY if deleted else _INK)
            y += _ROW
            self._rule(body.left(), body.right(), y, _FAINT)

    def _record(self, row: RawRecord) -> list[str]:
        (_, _, _, _, operation, operands, response, exact, _, amount, balance, date, deleted, _) = row
        if operation == OperationType.CREDIT.value:
            what = operands
        elif operation == OperationType.RANDOM_STRING.value:
            what = response
        else:
            equals = "=" if exact else "≈"
            what = f"{localise(operands, self._format)} {equals} {localise(response, self._format)}"
        name = OPERATION_NAMES.get(operation, operation)
        return [
            shown_date(date),
            f"{name} (deleted)" if deleted is not None else name,
            what,
            self._money(-amount, signed=True),
            self._money(balance),
        ]

    def _cells(self, y: float, cells: Sequence[str], *, colour: QColor) -> None:
        x, gap = self.sheets.body.left(), 8.0
        for place, (cell, (_, share, right)) in enumerate(zip(cells, _COLUMNS, strict=True)):
            width = self.sheets.body.width() * share
            inner = QRectF(x, y, width - (gap if place < len(_COLUMNS) - 1 else 0), _ROW)
            self._text(inner, cell, align=_RIGHT if right else _LEFT, colour=colour)
            x += width

    def _text(
        self,
        box: QRectF,
        text: str,
        *,
        align: Qt.AlignmentFlag = _LEFT,
        colour: QColor = _INK,
        size: float = _BODY,
        bold: bool = False,
    ) -> None:
        """One line; one that does not fit is cut in the middle, where it is told least."""
        self._painter.setFont(self._fonts[size, bold])
        self._painter.setPen(colour)
        room = QRectF(box.topLeft() * _UNITS, box.size() * _UNITS)
        fitting = self._metrics[size, bold].elidedText(text, Qt.TextElideMode.ElideMiddle, room.width() + _UNITS)
        self._painter.drawText(room, int(align | Qt.TextFlag.TextSingleLine | Qt.TextFlag.TextDontClip), fitting)

    def _rule(self, left: float, right: float, y: float, colour: QColor, width: float = 0.5) -> None:
        self._painter.setPen(QPen(colour, width * _UNITS))
        self._painter.drawLine(QPointF(left, y) * _UNITS, QPointF(right, y) * _UNITS)

    def _money(self, hundredths: int, *, signed: bool = False) -> str:
        return format_money(hundredths, self._format, signed=signed)


def _is_whole(file: Path) -> bool:
    """Whether a PDF has its end: Qt does not say when the disk was full."""
    with file.open("rb") as content:
        content.seek(-min(64, file.stat().st_size), os.SEEK_END)
        return content.read().rstrip().endswith(b"%%EOF")


def _period(report: StatementReport) -> str:
    first, last = (shown_date(moment)[:10] for moment in (report.since, report.until - 1))
    if report.since <= 0:
        return f"up to {last}"
    return first if first == last else f"{first} to {last}"


def _font(family: str, size: float, *, bold: bool) -> QFont:
    """A font whose digits are as wide as each other, so that columns of money line up."""
    font = QFont(family) if family else QFont()
    font.setPixelSize(round(size * _UNITS))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    if hasattr(font, "setFeature"):  # Qt 6.7 and newer with this binding
        font.setFeature(QFont.Tag("tnum"), 1)
    return font
