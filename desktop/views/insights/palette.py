"""The charts' colours: one an operation, told apart by colour-blind eyes too, for light and for dark.

After Okabe and Ito, "Color Universal Design" (2008), lightened for dark surfaces and darkened for light ones until each
stands out from its surface by 3:1 (WCAG 2.2, 1.4.11).
"""

from __future__ import annotations

from PySide6.QtGui import QColor

from desktop.arithmetic.table import OPERATIONS
from desktop.terms.kinds import OperationType
from desktop.views.look.colours import Colours, is_dark

# By an operation's number; two more than there are operations.
_LIGHT = ("#0072b2", "#c87a00", "#008f68", "#c44e00", "#b05f8c", "#3396cf", "#6b7280", "#8a6d1f", "#7d5fb2")
_DARK = ("#4a9eda", "#f0b341", "#2fbf93", "#ee7f45", "#d995bd", "#94d2f7", "#9aa3af", "#cdb75e", "#b39ddb")


def colour_of(operation: OperationType, colours: Colours) -> QColor:
    """The colour of an operation in a scheme."""
    found = _DARK if is_dark(colours) else _LIGHT
    return QColor(found[OPERATIONS[operation].number % len(found)])


def faded(colour: QColor | str, alpha: float) -> QColor:
    """A colour that lets through what is behind it."""
    found = QColor(colour)
    found.setAlphaF(alpha)
    return found
