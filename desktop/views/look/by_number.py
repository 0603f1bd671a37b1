"""Alignments and directions for the first window, by Qt's numbers for them. It knows nothing of what it aligns.

Naming them brings all of Qt's namespace to Python, 98 enumerations in 30 ms, before anything is on the screen. Qt's own
properties take the numbers.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit

_LEFT, _RIGHT, _ABSOLUTE, _V_CENTRE, _CENTRE = 0x01, 0x02, 0x10, 0x80, 0x84  # Qt.AlignmentFlag


def centre(label: QLabel) -> None:
    """Have a label's text or picture in its middle."""
    label.setProperty("alignment", _CENTRE)


def align_with_words(field: QLineEdit) -> None:
    """Have a field's content begin where words do in this window, whichever way it runs itself."""
    side = _RIGHT if QGuiApplication.isRightToLeft() else _LEFT
    field.setProperty("alignment", side | _ABSOLUTE | _V_CENTRE)


def align_right(field: QObject) -> None:
    """Have a field's content at its right: a field of letters or of numbers."""
    field.setProperty("alignment", _RIGHT)


def run(what: QObject, *, right_to_left: bool) -> None:
    """Have a widget, or with the application all of them, run one way."""
    what.setProperty("layoutDirection", int(right_to_left))
