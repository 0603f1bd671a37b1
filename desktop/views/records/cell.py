"""What is written in a cell of the records table, and how, in one answer: a page has thousands of questions."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont

CELL_ROLE = int(Qt.ItemDataRole.UserRole)
# The last figures of numbers stand under each other in a table from right to left too.
AT_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter


class Cell(NamedTuple):
    """A text as it is copied, searched and filtered by, and as it is seen, its thousands grouped.

    Without a font or a colour of its own it is written in the view's. `figures` end on the right in every language.
    """

    text: str
    seen: str
    figures: bool = False
    font: QFont | None = None
    colour: QColor | None = None
