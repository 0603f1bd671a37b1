"""The entry: one line that takes an expression. Enter asks for its result, Esc clears it; it computes nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from desktop.views import theme

# What continues a calculation when it is typed right after a result.
CONTINUES = frozenset("+-−*×/÷·")


class EntryEdit(QLineEdit):
    """The line in which everything is typed."""

    evaluated = Signal()
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("entry_edit")
        self.setAccessibleName("Expression")
        self.setPlaceholderText("Type a calculation, like 12.50 × 3")
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        theme.set_size(self, theme.Size.TITLE)
        self._holds_result = False

    def hold_result(self, text: str) -> None:
        """Show a result that the next digit replaces and the next operator continues."""
        self.setText(text)
        self.selectAll()
        self._holds_result = True

    def type_in(self, text: str) -> None:
        """Put text in at the cursor, as if it had been typed."""
        if self._holds_result and text in CONTINUES:
            self.deselect()
            self.end(False)
        self._holds_result = False
        self.insert(text)
        self.setFocus()

    @Slot()
    def backspace_or_result(self) -> None:
        """Take back one character, or the selection."""
        self._holds_result = False
        self.backspace()
        self.setFocus()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Equal) and not event.isAutoRepeat():
            self.evaluated.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self._holds_result = False
            self.clear()
            self.cleared.emit()
        elif self._holds_result and event.text() in CONTINUES and event.text():
            self.type_in(event.text())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # a held key asks once
        else:
            self._holds_result = self._holds_result and not event.text()
            super().keyPressEvent(event)
