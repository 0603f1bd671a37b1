"""The charts' colours: one an operation, told apart by colour-blind eyes too, for light and for dark.

After Okabe and Ito, "Color Universal Design" (2008), lightened for dark surfaces and darkened for light ones until each
stands out from its surface by 3:1 (WCAG 2.2, 1.4.11).
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QColor

from desktop.values import OperationType
from desktop.views import theme

_LIGHT: Mapping[OperationType, str] = {
    OperationType.ADDITION: "#0072b2",
    OperationType.SUBTRACTION: "#c87a00",
    OperationType.MULTIPLICATION: "#008f68",
    OperationType.DIVISION: "#c44e00",
    OperationType.SQUARE_ROOT: "#b05f8c",
    OperationType.RANDOM_STRING: "#3396cf",
    OperationType.CREDIT: "#6b7280",
}
_DARK: Mapping[OperationType, str] = {
    OperationType.ADDITION: "#4a9eda",
    OperationType.SUBTRACTION: "#f0b341",
    OperationType.MULTIPLICATION: "#2fbf93",
    OperationType.DIVISION: "#ee7f45",
    OperationType.SQUARE_ROOT: "#d995bd",
    OperationType.RANDOM_STRING: "#94d2f7",
    OperationType.CREDIT: "#9aa3af",
}


def colour_of(operation: OperationType, colours: theme.Colours) -> QColor:
    """The colour of an operation in a scheme."""
    return QColor((_DARK if colours is theme.DARK else _LIGHT)[operation])


def faded(colour: QColor | str, alpha: float) -> QColor:
    """A colour that lets through what is behind it."""
    found = QColor(colour)
    found.setAlphaF(alpha)
    return found
