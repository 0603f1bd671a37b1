"""Fields for what is read from left to right in every language: amounts, days, addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit

from desktop.language.directions import isolated
from desktop.views.look import by_number

if TYPE_CHECKING:
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QAbstractSpinBox


def in_order(text: str) -> str:
    """What is no sentence, such as the keys of a command, as it stands in a text of the window."""
    return isolated(text) if QGuiApplication.isRightToLeft() else text


def leading() -> Qt.AlignmentFlag:
    """Where words begin in the window: a label would put what runs from left to right to the other side."""
    from PySide6.QtCore import Qt  # late: see `by_number`

    side = Qt.AlignmentFlag.AlignRight if QGuiApplication.isRightToLeft() else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter


def with_the_words(field: QLineEdit) -> None:
    """Have what runs either way, such as a password's dots, begin where the words of the window do."""
    by_number.align_with_words(field)


def left_to_right(field: QLineEdit | QAbstractSpinBox) -> None:
    """Have a field's content run from left to right; in a mirrored window it begins where its neighbours do."""
    by_number.run(field, right_to_left=False)
    if QGuiApplication.isRightToLeft():
        by_number.align_right(field)
        field.setProperty("mirrored", True)  # for what beside the content follows the window: an arrow
