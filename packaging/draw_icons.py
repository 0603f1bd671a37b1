"""Draws the program's icon in the sizes of the icon theme, into packaging/share.

Run it when the drawing has changed: QT_QPA_PLATFORM=offscreen .venv/bin/python packaging/draw_icons.py
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ROOT = Path(__file__).parents[1]
NAME = "org.metercalc.metercalc.png"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)


def main() -> None:
    """Write one picture a size."""
    application = QGuiApplication([])
    drawing = QSvgRenderer(str(ROOT / "resources" / "icons" / "metercalc.svg"))
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        drawing.render(painter)
        painter.end()
        file = ROOT / "packaging" / "share" / "icons" / "hicolor" / f"{size}x{size}" / "apps" / NAME
        file.parent.mkdir(parents=True, exist_ok=True)
        image.save(str(file))
    application.quit()


if __name__ == "__main__":
    main()
