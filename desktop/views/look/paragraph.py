"""A text of several lines whose last one is whole in every script. It knows nothing of what it says."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from desktop.system.overriding import override
from desktop.views.look import scales


class Paragraph(QLabel):
    """Words that wrap."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setWordWrap(True)

    @override
    def heightForWidth(self, width: int) -> int:
        """Lines are measured by a font of Latin letters: the dots below Arabic ones reach deeper, and Qt cuts them."""
        height = super().heightForWidth(width)
        return height + 2 * scales.TIGHT if self.isRightToLeft() and self.text() else height
