"""The program's line icons, drawn in the text colour of the moment: they follow light and dark by themselves."""

from __future__ import annotations

import functools

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.system import resources
from desktop.system.overriding import override
from desktop.views.look.first_icons import STROKE

_POINTING = frozenset({"first", "last", "next", "previous", "sign-out", "undo"})
"""What points backwards or onwards: in a mirrored window that is the other side."""


class _LineIcon(QIconEngine):
    """Renders one SVG, its black strokes in the palette's button text."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    @override
    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        group = QPalette.ColorGroup.Disabled if mode == QIcon.Mode.Disabled else QPalette.ColorGroup.Active
        colour = QGuiApplication.palette().color(group, QPalette.ColorRole.ButtonText)
        painter.save()
        painter.setOpacity(colour.alphaF())
        if self._name in _POINTING and QGuiApplication.isRightToLeft():
            painter.translate(2 * rect.x() + rect.width(), 0)
            painter.scale(-1, 1)
        _renderer(self._name, colour.name()).render(painter, QRectF(rect))
        painter.restore()

    @override
    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(QColor(0, 0, 0, 0))
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    @override
    def clone(self) -> QIconEngine:
        return _LineIcon(self._name)


def icon(name: str) -> QIcon:
    """A line icon by its name in resources/icons; an empty one where it is missing."""
    try:
        resources.path(f"icons/{name}.svg")
    except FileNotFoundError:
        return QIcon()
    return QIcon(_LineIcon(name))


@functools.lru_cache(maxsize=128)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    drawing = resources.path(f"icons/{name}.svg").read_bytes().replace(STROKE, colour.encode())
    return QSvgRenderer(QByteArray(drawing))
