"""The entry that a result came from, on one line above it: cut at its end where it is long, and whole on hover."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from desktop.language.directions import bare
from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.views.look import theme


class ExpressionLabel(QLabel):
    """Keeps its one line of height also while it shows nothing: the keys below must not move."""

    def __init__(self) -> None:
        super().__init__()
        self._whole = ""
        self.setObjectName("expression_label")
        self.setAccessibleName(say("Paid for"))
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFixedHeight(self.fontMetrics().height())
        theme.set_role(self, "muted")

    def show_text(self, text: str) -> None:
        """Show this, or as much of it as there is room for."""
        self._whole = text
        self.setAccessibleName(say("Paid for: {expression}", expression=bare(text)) if text else say("Paid for"))
        self._fit()

    def _fit(self) -> None:
        seen = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width())
        self.setText(seen)
        self.setToolTip(self._whole if seen != self._whole else "")

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
