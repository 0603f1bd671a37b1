"""The pictures of the first window: the program's own, and a line icon as it looks at this moment.

Those that follow light and dark are painted by Python, for which the first paint would wait.
"""

from __future__ import annotations

import math

from PySide6.QtGui import QGuiApplication, QIcon, QPalette, QPixmap

from desktop.system import resources

STROKE = b"#000000"  # what every line icon is drawn in
_SIZE = 16  # pixels of the design, as the drawings have it
_SIDES = b'width="16" height="16"'


def application_icon() -> QIcon:
    """The program's own icon, in colour."""
    return QIcon(str(resources.path("icons/metercalc.svg")))


def still_icon(name: str, scale: float) -> QIcon:
    """A line icon that stays as it is: to be replaced by `icons.icon` once the window has appeared.

    `scale` is how many pixels of the screen one of the design has.
    """
    side = math.ceil(_SIZE * scale)
    colour = QGuiApplication.palette().color(QPalette.ColorRole.ButtonText).name()
    drawing = resources.path(f"icons/{name}.svg").read_bytes().replace(STROKE, colour.encode())
    picture = QPixmap()
    picture.loadFromData(drawing.replace(_SIDES, f'width="{side}" height="{side}"'.encode()))
    picture.setDevicePixelRatio(scale)
    return QIcon(picture)
