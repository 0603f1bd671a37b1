"""A statement on paper, page by page: as a PDF file or for a printer. It neither reads nor asks anything.

It paints on any thread: the only Qt it uses is what may be used off the window's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMarginsF, QPointF, QRectF
from PySide6.QtGui import (
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
)

from desktop import __version__
from desktop.arithmetic.numbers import PLAIN, NumberFormat
from desktop.documents.pen import UNITS
from desktop.documents.statement_pages import Pages, period
from desktop.language.sentences import say
from desktop.system.private_files import replacing
from desktop.terms.charges import RawRecord, Reader
from desktop.terms.errors import Cancelled, StoreDamaged, StoreError
from desktop.terms.reports import StatementReport

PAPERS = {"A4": QPageSize.PageSizeId.A4, "Letter": QPageSize.PageSizeId.Letter}
RESOLUTION = 600  # of a PDF, in dots an inch: text is outlines, so it only sets how finely places are rounded


@dataclass(frozen=True, slots=True)
class Style:
    """How it is written: the paper, the locale's numbers, and the family of the font."""

    paper: str = "A4"
    number_format: NumberFormat = PLAIN
    family: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """What was painted."""

    pages: int
    records: int


def write_pdf(
    file: Path,
    report: StatementReport,
    read: Reader,
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
            device.setTitle(_title(report))
            device.setCreator(f"Metercalc {__version__}")
            device.setResolution(RESOLUTION)
            device.setPageLayout(layout(style))
            ended = paint(device, report, read, style, progress=progress, cancelled=cancelled)
            if not _is_whole(temporary):
                raise StoreError(say("The file could not be written ({file}): the disk may be full.", file=file))
            return ended
    except OSError as error:
        raise StoreError(
            say("The file could not be written ({file}): {reason}.", file=file, reason=error.strerror or error)
        ) from error


def _title(report: StatementReport) -> str:
    return say("Metercalc statement, {person}, {period}", person=report.username, period=period(report))


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
    read: Reader,
    style: Style,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Ended:
    """Paint every page onto a device of any page size; a person may choose another paper in front of the printer.

    The records are read twice: how long each is says how many pages there are, which stands on the first.
    """
    painter = QPainter()
    if not painter.begin(device):
        raise StoreError(say("The statement could not be written: the file or the printer does not take it."))
    try:
        # The device's own dots an inch; a preview has others than the printer.
        painter.scale(device.logicalDpiX() / 72 / UNITS, device.logicalDpiY() / 72 / UNITS)
        page = QRectF(QPointF(), device.pageLayout().fullRect(QPageLayout.Unit.Point).size())
        pages = Pages(painter, report, style.number_format, style.family, page)
        pages.total = _count(pages, read, report.count, cancelled)
        written = (pages.table.written(row) for row in _rows(read, cancelled))
        for sheet, parts in enumerate(pages.sheets.filled((one, one.lines) for one in written), 1):
            if cancelled():
                raise _stopped()
            if sheet > 1:
                device.newPage()
            pages.paint(sheet, parts)
            progress(pages.records, report.count)
        if (pages.number, pages.records) != (pages.total, report.count):
            raise _changed()
        return Ended(pages.number, pages.records)
    finally:
        painter.end()


def _count(pages: Pages, read: Reader, expected: int, cancelled: Callable[[], bool]) -> int:
    """How many pages all records take."""
    found, records = 0, 0
    for parts in pages.sheets.filled((row, pages.table.lines_of(row)) for row in _rows(read, cancelled)):
        found += 1
        records += sum(not part.first for part in parts)
    if records != expected:
        raise _changed()
    return found


def _rows(read: Reader, cancelled: Callable[[], bool]) -> Iterator[RawRecord]:
    for batch in read():
        if cancelled():
            raise _stopped()
        yield from batch


def _changed() -> StoreDamaged:
    return StoreDamaged(say("The records changed while the statement was written. No file was left."))


def _stopped() -> Cancelled:
    return Cancelled(say("The statement was stopped; no file was left."))


def _is_whole(file: Path) -> bool:
    """Whether a PDF has its end: Qt does not say when the disk was full."""
    with file.open("rb") as content:
        content.seek(-min(64, file.stat().st_size), os.SEEK_END)
        return content.read().rstrip().endswith(b"%%EOF")
