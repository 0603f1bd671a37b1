"""The command palette: every action of the menus, found by typing. It knows none, and names the one chosen."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QMenu, QMenuBar, QWidget

from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.views.dialogs.dialogs import Dialog
from desktop.views.look.left_to_right import in_order
from desktop.views.look.mnemonics import unlettered

_ACTION = int(Qt.ItemDataRole.UserRole)
_PICTURE = 16  # pixels, as the menus have them
_WALKING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Palette(Dialog):
    """A field, and the actions whose words hold all that is typed into it, each with its place and its keys."""

    chosen = Signal(QAction)

    def __init__(self, bar: QMenuBar, *, parent: QWidget | None = None) -> None:
        super().__init__("palette_dialog", say("Find an action"), parent)
        self._actions = [(words, action) for words, action in actions_of(bar) if action.isEnabled()]
        self._field = QLineEdit()
        self._field.setObjectName("palette_edit")
        self._field.setPlaceholderText(say("What do you want to do?"))
        self._field.setAccessibleName(say("Words of an action"))
        self._list = QListWidget()
        self._list.setObjectName("palette_list")
        self._list.setIconSize(QSize(_PICTURE, _PICTURE))
        empty = QPixmap(_PICTURE, _PICTURE)
        empty.fill(Qt.GlobalColor.transparent)
        self._no_picture = QIcon(empty)  # so that words without one begin where the others do
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys stay with the field, which hands them on
        self.layout_.addWidget(self._field)
        self.layout_.addWidget(self._list, 1)
        self.resize(520, 420)
        self._field.textChanged.connect(self._on_text)
        self._field.returnPressed.connect(self._on_chosen)
        self._list.itemClicked.connect(self._on_chosen)
        self._on_text("")

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _WALKING:
            self._list.keyPressEvent(event)
        else:
            super().keyPressEvent(event)

    @Slot(str)
    def _on_text(self, text: str) -> None:
        wanted = text.casefold().split()
        self._list.clear()
        for words, action in self._actions:
            if all(word in words.casefold() for word in wanted):
                keys = in_order(action.shortcut().toString(QKeySequence.SequenceFormat.NativeText))
                item = QListWidgetItem(
                    self._no_picture if action.icon().isNull() else action.icon(), f"{words}   {keys}".rstrip()
                )
                item.setData(_ACTION, action)
                self._list.addItem(item)
        self._list.setCurrentRow(0)

    @Slot()
    def _on_chosen(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            self.accept()
            self.chosen.emit(item.data(_ACTION))


def actions_of(menu: QMenuBar | QMenu, path: str = "") -> Iterator[tuple[str, QAction]]:
    """Every action under a menu, with the words that lead to it: "View › Sort by › Date"."""
    for action in menu.actions():
        words = path + unlettered(action.text())
        inner = action.menu()
        if isinstance(inner, QMenu):
            inner.aboutToShow.emit()  # some are filled then
            yield from actions_of(inner, f"{words} › ")
        elif not action.isSeparator():
            yield words, action
