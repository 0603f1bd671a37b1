"""A field that Esc clears, and that Esc leaves once it is empty. It knows nothing of what is typed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit
from typing_extensions import override


class ClearingEdit(QLineEdit):
    """One line of text."""

    escaped = Signal()  # Esc while there was nothing to clear

    def call_clear_button(self, what: str) -> None:
        """Say what the button in the field does: Qt gives it no name."""
        button = self.findChild(QAction, "_q_qlineeditclearaction")
        if button is not None:
            button.setText(what)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.text():
            self.clear()
        else:
            self.escaped.emit()
