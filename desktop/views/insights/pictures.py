"""The insights as a picture in a file: PNG, at twice the pixels of a screen, or SVG. It draws what the window shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator

from desktop.language.sentences import say
from desktop.system.private_files import replacing
from desktop.terms.errors import StoreError
from desktop.views.insights.drawing import CENTRE, RIGHT, Look, Pencil
from desktop.views.insights.plot import Plot
from desktop.views.look import scales

SIZE = QSize(1200, 820)
_SHARPNESS = 2  # pixels of the file for one of the design
_MARGIN = float(scales.WIDE)


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture shows, facts by marked names, and how it looks; made on the window's thread, saved on any."""

    plots: Sequence[Plot]
    facts: Sequence[tuple[str, str]]
    subtitle: str
    look: Look


def draw(painter: QPainter, picture: Picture) -> None:
    """All of it: a title, the facts, and each plot in its place."""
    pencil = Pencil(painter, picture.look, patient=True)
    page = QRectF(0, 0, SIZE.width(), SIZE.height())
    pencil.block(page, pencil.colours.surface)
    inner = page.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
    pencil.text(
        QRectF(inner.left(), inner.top(), 400, 32), say("Insights"), colour=pencil.colours.text, font=pencil.title
    )
    pencil.text(QRectF(inner.left(), inner.top() + 34, inner.width(), 20), picture.subtitle)
    slot = 170.0
    for place, (name, figure) in enumerate(reversed(picture.facts)):
        box = QRectF(inner.right() - slot * (place + 1), inner.top(), slot, 24)
        pencil.text(box, say(name), align=RIGHT)
        pencil.text(box.translated(0, 24), figure, align=RIGHT, colour=pencil.colours.text, font=pencil.strong)
    top = inner.top() + 72
    half = (inner.bottom() - top - scales.MEDIUM) / 2
    right = inner.width() * 0.36
    left = inner.width() - right - scales.MEDIUM
    boxes = (
        QRectF(inner.left(), top, inner.width(), half),
        QRectF(inner.left(), top + half + scales.MEDIUM, left, half),
        QRectF(inner.left() + left + scales.MEDIUM, top + half + scales.MEDIUM, right, half),
    )
    for plot, box in zip(picture.plots, boxes, strict=True):
        _draw_card(pencil, box, plot)


def _draw_card(pencil: Pencil, box: QRectF, plot: Plot) -> None:
    pencil.painter.setPen(QColor(pencil.colours.border))
    pencil.painter.setBrush(QColor(pencil.colours.raised))
    pencil.painter.drawRoundedRect(box, scales.RADIUS, scales.RADIUS)
    inner = box.adjusted(scales.LARGE, scales.MEDIUM, -scales.LARGE, -scales.MEDIUM)
    head = QRectF(inner.left(), inner.top(), inner.width(), 20)
    pencil.text(head, plot.heading, colour=pencil.colours.text, font=pencil.strong)
    area = inner.adjusted(0, 28, 0, 0)
    if plot.marks:
        plot.draw(pencil, area)
    else:
        pencil.text(area, say(plot.nothing), align=CENTRE)


def save(file: Path, picture: Picture) -> Path:
    """Write an SVG where the name ends so, else a PNG; whole or not at all. Raises `StoreError`."""
    try:
        with replacing(file) as temporary:
            write = _write_svg if file.suffix.lower() == ".svg" else _write_png
            if not write(temporary, picture):
                raise StoreError(say("The picture could not be written ({file}).", file=file))
    except OSError as error:
        raise StoreError(
            say("The picture could not be written ({file}): {reason}.", file=file, reason=error.strerror or error)
        ) from error
    return file


def _write_png(file: Path, picture: Picture) -> bool:
    image = QImage(SIZE * _SHARPNESS, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SHARPNESS)
    painter = QPainter(image)
    draw(painter, picture)
    painter.end()
    return QImageWriter(str(file), b"png").write(image)


def _write_svg(file: Path, picture: Picture) -> bool:
    generator = QSvgGenerator()
    generator.setFileName(str(file))
    generator.setSize(SIZE)
    generator.setViewBox(QRect(0, 0, SIZE.width(), SIZE.height()))
    generator.setTitle(say("Metercalc: insights"))
    painter = QPainter()
    if not painter.begin(generator):
        return False
    draw(painter, picture)
    return painter.end()
