"""The scales of the program's look: one of spaces, one of type. It chooses no colour."""

from __future__ import annotations

import functools
from enum import StrEnum

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QWidget

# Spacing in pixels of the design, which Qt scales with the screen.
TIGHT, SMALL, MEDIUM, LARGE, WIDE = 4, 8, 12, 16, 24
RADIUS = 6
CHIP_RADIUS = 12  # a pill: half of a chip's height, or Qt draws square corners


class Size(StrEnum):
    """The type scale, as factors of the system's font."""

    CAPTION = "0.85"
    BODY = "1"
    LEAD = "1.2"
    TITLE = "1.5"
    DISPLAY = "2.1"


def set_size(widget: QWidget, size: Size, *, bold: bool = False) -> None:
    """Give a widget a place on the type scale."""
    widget.setFont(font(size, bold=bold))


def font(size: Size = Size.BODY, *, bold: bool = False, figures: bool = False) -> QFont:
    """The system's font at a place on the type scale; with `figures`, digits as wide as each other."""
    return QFont(_font(QApplication.font(), size, bold, figures))


@functools.lru_cache(maxsize=64)
def _font(system: QFont, size: Size, bold: bool, figures: bool) -> QFont:
    """Made once: a table asks for one in every cell that it paints."""
    found = QFont(system)
    found.setPointSizeF(found.pointSizeF() * float(size))
    if bold:
        found.setWeight(QFont.Weight.DemiBold)
    if figures:
        align_figures(found)
    return found


def telling_font(size: Size = Size.BODY, *, bold: bool = False) -> QFont:
    """The system's typewriter face: it tells l from I and O from 0, as a string that is typed off again needs."""
    from PySide6.QtGui import QFontDatabase  # late: the first window has no such text

    found = font(size, bold=bold)
    found.setFamilies(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).families())
    found.setStyleHint(QFont.StyleHint.Monospace)
    return found


def align_figures(found: QFont) -> None:
    """Digits as wide as each other, so that columns of money line up."""
    if hasattr(found, "setFeature"):  # Qt 6.7 and newer with this binding
        found.setFeature(QFont.Tag("tnum"), 1)
