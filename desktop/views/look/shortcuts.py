"""Keeps the window's shortcuts from being taken by the fields for editing. It carries out none of them.

On X11 a line of text takes Ctrl+E for its end, and Ctrl+Z although it has nothing to undo: Qt asks the field first,
with an event of its own (QEvent::ShortcutOverride), and what the field accepts is no shortcut any more.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.system.overriding import override

_KEY = QKeySequence.StandardKey
_EDITING = (_KEY.Copy, _KEY.Cut, _KEY.Paste, _KEY.Redo, _KEY.SelectAll, _KEY.Delete, _KEY.Backspace)


class Shortcuts(QObject):
    """The keys of some actions, in some fields."""

    def __init__(self, actions: Iterable[QAction], parent: QObject) -> None:
        super().__init__(parent)
        keys = (key for action in actions for key in action.shortcuts())
        self._keys = frozenset(key.toString() for key in keys if not key.isEmpty())

    def hold_in(self, fields: Iterable[QWidget]) -> None:
        """Let the keys be shortcuts while one of these has the focus."""
        for field in fields:
            field.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._is_ours(watched, event)
        ):
            event.ignore()
            return True
        return False

    def _is_ours(self, field: QObject, event: QKeyEvent) -> bool:
        if any(event.matches(key) for key in _EDITING):
            return False
        if event.matches(_KEY.Undo) and isinstance(field, QLineEdit) and field.isUndoAvailable():
            return False
        return QKeySequence(event.keyCombination()).toString() in self._keys
