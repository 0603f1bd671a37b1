"""The result in large figures, however long it is: it shrinks a little, then wraps in groups and scrolls, uncut."""

from __future__ import annotations

import re

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.views.look import scales, theme
from desktop.views.look.told import Told

_ONE_LINE = (scales.Size.DISPLAY, scales.Size.TITLE)
_GROUPS = re.compile(r"\d{5}(?=\d)|(?<=\d)[^\w\s](?=\d{3})")
_BREAK = "\u200b"  # takes no room, and a line may end there
_LINES_IN_SIGHT = 1.7  # of the largest figures


class Figures(Told):
    """The label inside: as large as fits on one line, else broken between groups of figures, and painted so itself.

    A font set from outside would not last: a new style sheet puts back the one from before the first.
    """

    def __init__(self) -> None:
        super().__init__(say("Result"))
        self.telling = False
        self.setWordWrap(True)  # or the area around it does not ask how high it is, and never scrolls

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        return int(self._laid_out(width).boundingRect().height()) + 1

    @override
    def sizeHint(self) -> QSize:
        return QSize(scales.WIDE, self.heightForWidth(max(self.width(), scales.WIDE)))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(scales.WIDE, 0)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        layout = self._laid_out(self.width())
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        spare = max(0.0, self.height() - layout.boundingRect().height())
        layout.draw(painter, QPointF(0, spare / 2))

    def _laid_out(self, width: int) -> QTextLayout:
        layout = QTextLayout(_GROUPS.sub(rf"\g<0>{_BREAK}", self.text()), self.font_for(width))
        option = QTextOption(Qt.AlignmentFlag.AlignRight)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        height = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, height))
            height += line.height()
        layout.endLayout()
        return layout

    def font_for(self, width: int) -> QFont:
        """The face and size in which the text is written at that width."""
        for size in _ONE_LINE:
            font = scales.telling_font(size) if self.telling else scales.font(size, figures=True)
            if QFontMetricsF(font).horizontalAdvance(self.text()) <= width:
                return font
        return font  # it wraps: smaller than the entry above it no answer is written


class ResultLabel(QScrollArea):
    """Shows one result; the label inside carries the contract's name and the plain text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = Figures()
        self._label.setObjectName("result_label")
        self.setWidget(self._label)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        largest = QFontMetricsF(scales.font(scales.Size.DISPLAY, figures=True)).height()
        self.setMinimumHeight(int(largest * _LINES_IN_SIGHT))
        self.viewport().setAutoFillBackground(False)
        self._label.setAutoFillBackground(False)

    @property
    def text(self) -> str:
        """The result as it is shown."""
        return self._label.text()

    def set_old(self, *, old: bool) -> None:
        """Show the result as one that has been gone on from, or as the present one."""
        theme.set_role(self._label, "muted" if old else "")

    def show_text(self, text: str, *, telling: bool = False) -> None:
        """Show a result from its beginning, as large as it fits; `telling`: in a face that tells all letters apart."""
        self._label.telling = telling
        self._label.setText(text)
        self._label.updateGeometry()
        self.verticalScrollBar().setValue(0)
