"""The button "Saved": filters by name, to take up, to save and to forget. It asks for them by signal."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QComboBox, QInputDialog, QMenu, QToolButton, QWidget

from desktop.controllers.undoing import Act
from desktop.language.sentences import say
from desktop.views.filters.saved_filters import SavedFilters


class SavedMenu(QToolButton):
    """A shelf's names. `save_asked` gives a name; whoever knows the state answers with `keep`."""

    taken_up = Signal(str, object)  # a name, and the state that was kept
    can_undo = Signal(object)  # Act: a name was removed, or stands for something else now
    save_asked = Signal(str)

    def __init__(self, *, shelf: SavedFilters, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self.setObjectName("saved_filters_button")
        # Translators: A button that opens a menu of saved filters.
        self.setText(say("Saved"))
        self.setToolTip(say("Filters, order and columns by name"))
        self.setAccessibleDescription(say("Opens a menu"))
        self._names = QMenu(self)
        self._names.setObjectName("saved_filters_menu")
        self._removal = QMenu(say("&Remove"), self._names)
        self._removal.setObjectName("remove_saved_menu")
        self.save_action = QAction(say("&Save these filters…"), self)
        self.save_action.setObjectName("save_filters_action")
        # Not setMenu: a tool button runs its menu in a loop of its own, in which the window's other work waits.
        self.clicked.connect(self._open)
        # When it opens and at no other time: an action must not be deleted while it says that it was triggered.
        self._names.aboutToShow.connect(self._show_names)
        self._names.aboutToHide.connect(self._on_closed)
        self._names.triggered.connect(self._on_triggered)
        self.save_action.triggered.connect(self._on_save)

    @Slot()
    def _open(self) -> None:
        self._names.popup(self.mapToGlobal(self.rect().bottomLeft()))

    @Slot()
    def _on_closed(self) -> None:
        # The menu took the mouse away without the button hearing of it: it would look pointed at until the next time.
        under = self.rect().contains(self.mapFromGlobal(QCursor.pos()))
        self.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, under)
        self.setDown(False)
        self.update()

    @Slot()
    def _show_names(self) -> None:
        self._names.clear()
        self._removal.clear()
        for name in self._shelf.names():
            self._add(self._names, name, "take up")
            self._add(self._removal, name, "remove")
        self._names.addSeparator()
        self._names.addAction(self.save_action)
        self._removal.setEnabled(not self._removal.isEmpty())
        self._names.addMenu(self._removal)

    def keep(self, name: str, state: Mapping[str, Any]) -> None:
        """Put a state on the shelf, in place of one of the same name."""
        before = self._shelf.get(name)
        self._shelf.save(name, state)
        self._offer(name, before, say("Saved filter “{name}” replaced", name=name))

    def _offer(self, name: str, before: Mapping[str, Any] | None, what: str) -> None:
        if before is not None and before != self._shelf.get(name):
            take_back = partial(self._shelf.save, name, before)
            self.can_undo.emit(Act(what, take_back, partial(self._lacks, name, before)))

    def _lacks(self, name: str, state: Mapping[str, Any]) -> bool:
        return self._shelf.get(name) != state

    @staticmethod
    def _add(menu: QMenu, name: str, what: str) -> None:
        action = menu.addAction(name.replace("&", "&&"))
        action.setData([what, name])

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        if action.data() is None:
            return
        what, name = action.data()
        if what == "remove":
            before = self._shelf.get(name)
            self._shelf.remove(name)
            self._offer(name, before, say("Saved filter “{name}” removed", name=name))
        elif (state := self._shelf.get(name)) is not None:
            self.taken_up.emit(name, state)

    @Slot()
    def _on_save(self) -> None:
        dialog = QInputDialog(self.window())
        dialog.setObjectName("save_filters_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(say("Save these filters"))
        dialog.setLabelText(say("Name (one that is there already is replaced):"))
        dialog.setComboBoxEditable(True)
        dialog.setComboBoxItems(["", *self._shelf.names()])
        dialog.setOkButtonText(say("&Save"))
        dialog.setMinimumWidth(420)
        names = dialog.findChild(QComboBox)
        assert names is not None, "the names are chosen in a combo box"
        names.setCompleter(None)  # type: ignore[arg-type]  # completed, a new name would replace a longer one
        dialog.textValueSelected.connect(self._on_named)
        dialog.open()

    @Slot(str)
    def _on_named(self, name: str) -> None:
        if name.strip():
            self.save_asked.emit(name.strip())
