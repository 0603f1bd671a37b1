"""Fields for what is read from left to right in every language: amounts, days, addresses."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit

from desktop.language.directions import isolated


def in_order(text: str) -> str:
    """What is no sentence, such as the keys of a command, as it stands in a text of the window."""
    return isolated(text) if QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft else text


def leading() -> Qt.AlignmentFlag:
    """Where words begin in the window: a label would put what runs from left to right to the other side."""
    mirrored = QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
    side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter


def with_the_words(field: QLineEdit) -> None:
    """Have what runs either way, such as a password's dots, begin where the words of the window do."""
    field.setAlignment(leading())


def left_to_right(field: QLineEdit | QAbstractSpinBox) -> None:
    """Have a field's content run from left to right; in a mirrored window it begins where its neighbours do."""
    field.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    if QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft:
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.setProperty("mirrored", True)  # for what beside the content follows the window: an arrow
