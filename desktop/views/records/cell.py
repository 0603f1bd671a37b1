"""What is written in a cell of the records table, and how, in one answer: a page has thousands of questions."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont

from desktop.views.look import theme
from desktop.views.records.line import Line

CELL_ROLE = int(Qt.ItemDataRole.UserRole)
# The last figures of numbers stand under each other in a table from right to left too.
AT_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter


@dataclass(slots=True)
class Cell:
    """A text as it is copied, searched and filtered by, and as it is seen, its thousands grouped.

    Without a font of its own it is written in the view's. `figures` end on the right in every language. What is
    seen is kept measured, whole and as it was cut last: a record is drawn again whenever another one comes.
    """

    text: str
    seen: str
    figures: bool = False
    font: QFont | None = None
    money_in: bool = False
    whole: Line | None = None
    cut: tuple[int, Line] | None = None  # for so many pixels

    @property
    def colour(self) -> QColor | None:
        """Money in has its own; money out is the ordinary case, and worth none."""
        return QColor(theme.colours().positive) if self.money_in else None
