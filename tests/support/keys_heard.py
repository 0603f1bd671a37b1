"""Which shortcuts of a window a key reaches, noted in place of what they would do."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QShortcutEvent
from PySide6.QtWidgets import QMenu, QWidget
from typing_extensions import override


class KeysHeard(QObject):
    """Stands before the actions of a window's menus while it listens."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._actions: list[QAction] = []
        self._heard: list[str] = []

    def listen(self, window: QWidget) -> list[str]:
        """Let no shortcut do anything from now on; returns the keys of all that are on, as Qt writes them."""
        found = {action for menu in window.findChildren(QMenu) for action in menu.actions()}
        self._actions = [action for action in found if _is_everywhere(action)]
        for action in self._actions:
            action.installEventFilter(self)
        return sorted(action.shortcut().toString() for action in self._actions)

    def heard(self) -> list[str]:
        """The keys that were heard since this was asked last, in their order."""
        heard, self._heard = self._heard, []
        return heard

    def leave(self) -> None:
        """Let the shortcuts do what they do."""
        for action in self._actions:
            action.removeEventFilter(self)
        self._actions = []

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QShortcutEvent):
            self._heard.append(f"{event.key().toString()}{' (ambiguous)' if event.isAmbiguous() else ''}")
            return True
        return False


def _is_everywhere(action: QAction) -> bool:
    in_window = action.shortcutContext() is Qt.ShortcutContext.WindowShortcut
    return in_window and action.isEnabled() and action.isVisible() and bool(action.shortcut().toString())
