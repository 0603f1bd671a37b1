"""A line across the top of the window for a state that lasts: read-only, damaged, gone. Hidden when all is well."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from desktop.views.look import scales, theme
from desktop.views.look.announcing import announce


class Banner(QFrame):
    """One sentence, until the state ends."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        theme.set_role(self, "banner")
        self._text = QLabel()
        self._text.setObjectName("banner_label")
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        theme.set_role(self._text, "warning")
        row = QHBoxLayout(self)
        row.setContentsMargins(scales.LARGE, scales.SMALL, scales.LARGE, scales.SMALL)
        row.addWidget(self._text, 1)
        self.hide()

    @Slot(str)
    def show_text(self, text: str) -> None:
        """Show a sentence; an empty one hides the banner."""
        self._text.setText(text)
        self.setVisible(bool(text))
        if text:
            announce(self, text, urgent=True)
