"""A field that Esc clears, and that Esc leaves once it is empty. It knows nothing of what is typed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from desktop.system.overriding import override


class ClearingEdit(QLineEdit):
    """One line of text."""

    escaped = Signal()  # Esc while there was nothing to clear

    def offer_to_clear(self, what: str) -> None:
        """Have Qt's button for clearing, called `what`; what it takes away the window brings back, as after Esc."""
        self.setClearButtonEnabled(True)
        for button in self.findChildren(QAction):
            button.setText(what)  # Qt gives it no name
            button.triggered.connect(self._on_cleared)

    @Slot()
    def _on_cleared(self) -> None:
        self.setText("")  # the field's own undo ends

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.text():
            self.setText("")  # not clear(): the window takes this back, with the filter, and not the field alone
        else:
            self.escaped.emit()
