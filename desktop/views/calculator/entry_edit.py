"""The entry: one line that takes an expression. Enter asks for its result, Esc to clear it; it computes nothing."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtGui import QColor, QInputMethodEvent, QKeyEvent, QTextCharFormat
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from desktop.arithmetic.table import COMPUTED
from desktop.views.look import theme

# What continues a calculation when it is typed right after a result.
CONTINUES = frozenset(sign for row in COMPUTED if row.arity == 2 for sign in (row.symbol, *row.typed))
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


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
        self._held = ""
        self._marked = False

    @property
    def holds_result(self) -> bool:
        """Whether what stands here is a result, and nothing has been typed since."""
        return bool(self._held) and self.text() == self._held

    def hold_result(self, text: str) -> None:
        """Show a result that the next digit replaces and the next operator continues."""
        self.setText(text)
        self.selectAll()
        self._held = text

    def mark(self, position: int | None) -> None:
        """Underline the character that is not understood; None takes the mark away.

        A line edit has no formats of its own, but shows those that an input method asks for.
        """
        if position is None and not self._marked:
            return
        self._marked = position is not None
        attributes = []
        if position is not None:
            wave = QTextCharFormat()
            wave.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            wave.setUnderlineColor(QColor(theme.colours().negative))
            kind = QInputMethodEvent.AttributeType.TextFormat
            attributes.append(QInputMethodEvent.Attribute(kind, position - self.cursorPosition(), 1, wave))
        QCoreApplication.sendEvent(self, QInputMethodEvent("", attributes))

    def type_in(self, text: str) -> None:
        """Put text in at the cursor, as if it had been typed."""
        if self._is_untouched() and text in CONTINUES:
            self.deselect()
            self.end(False)
        self.insert(text)
        self.setFocus()

    @Slot()
    def take_back(self) -> None:
        """Take back one character, or the selection."""
        self.backspace()
        self.setFocus()

    def _is_untouched(self) -> bool:
        """Whether a result still stands as it came: who has moved the cursor edits, and means that place."""
        return self.holds_result and self.selectedText() == self._held

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (*_ENTER, Qt.Key.Key_Equal) and not event.isAutoRepeat():
            self.evaluated.emit()
        elif event.key() in _ENTER:
            event.accept()  # a held key asks once
        elif event.key() == Qt.Key.Key_Escape:
            self.cleared.emit()
        elif event.text() and event.text() in CONTINUES and self._is_untouched():
            self.type_in(event.text())
        else:
            super().keyPressEvent(event)
