"""The result in large figures, however long it is: it shrinks, then wraps and scrolls, and is never cut in silence."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QSizePolicy, QWidget
from typing_extensions import override

from desktop.views import theme

_ZERO_WIDTH_SPACE = "\u200b"


class _Figures(QLabel):
    """The label inside; its text is the result without the places where it may break."""

    @override
    def text(self) -> str:
        return super().text().replace(_ZERO_WIDTH_SPACE, "")


class ResultLabel(QScrollArea):
    """Shows one result; the label inside carries the contract's name and the plain text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plain = ""
        self._label = _Figures()
        self._label.setObjectName("result_label")
        self._label.setAccessibleName("Result")
        self._label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._label.setWordWrap(True)
        self.setWidget(self._label)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._label.setFont(theme.font(theme.Size.DISPLAY, figures=True))
        self.setFixedHeight(int(self._label.fontMetrics().height() * 1.7))
        self.viewport().setAutoFillBackground(False)
        self._label.setAutoFillBackground(False)

    @property
    def text(self) -> str:
        """The result as it is shown."""
        return self._plain

    def show_text(self, text: str) -> None:
        """Show a result, as large as it fits."""
        self._plain = text
        self._fit()

    def _fit(self) -> None:
        width = self.viewport().width() - theme.SMALL
        for size in (theme.Size.DISPLAY, theme.Size.TITLE, theme.Size.LEAD, theme.Size.BODY, theme.Size.CAPTION):
            self._label.setFont(theme.font(size, figures=True))
            if self._label.fontMetrics().horizontalAdvance(self._plain) <= width:
                self._label.setText(self._plain)
                return
        # Too long for one line at any size: let it break between any two figures.
        self._label.setText(_ZERO_WIDTH_SPACE.join(self._plain))

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            # Another scheme's style sheet puts back the font from before the first: after it has, fit again.
            QTimer.singleShot(0, self._fit)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
