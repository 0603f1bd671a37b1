"""What is written in a cell of the records table, and how, in one answer: a page has thousands of questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QTextLayout

from desktop.views.look import theme

CELL_ROLE = int(Qt.ItemDataRole.UserRole)
# The last figures of numbers stand under each other in a table from right to left too.
AT_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter


class Line(NamedTuple):
    """What is written of a cell that has so much `room`, how wide, and how far below its place it begins, in pixels.

    `shaped` is what draws it: shaping takes longer than that.
    """

    room: int
    text: str
    width: float
    rise: float
    shaped: QTextLayout


@dataclass(slots=True)
class Cell:
    """A text as it is copied, searched and filtered by, and as it is seen, its thousands grouped.

    Without a font of its own it is written in the view's. `figures` end on the right in every language. How large
    what is seen is and its `line` are kept by whoever draws it: a record is drawn again whenever another one comes.
    """

    text: str
    seen: str
    figures: bool = False
    font: QFont | None = None
    money_in: bool = False
    size: QSizeF | None = None
    line: Line | None = None

    @property
    def colour(self) -> QColor | None:
        """Money in has its own; money out is the ordinary case, and worth none."""
        return QColor(theme.colours().positive) if self.money_in else None
