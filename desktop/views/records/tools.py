"""The row above the records: what can be done with them, as actions with buttons, and the Trash. It does none of it."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from desktop.arithmetic.money import format_count
from desktop.arithmetic.numbers import NumberFormat
from desktop.language.sentences import say, say_many
from desktop.terms.pages import Totals
from desktop.views.look import scales
from desktop.views.look.icons import icon

_USUAL = 9_999  # records that have room on a button from the start


class RecordsTools(QWidget):
    """Delete, restore, copy, export; and whether the Trash is looked into."""

    trash_toggled = Signal()

    def __init__(self, *, browser: QWidget, number_format: NumberFormat) -> None:
        """The keys work in all of `browser`; those that change or copy records only while nothing else wants them."""
        super().__init__(browser)
        self._browser = browser
        self._buttons: dict[QAction, QToolButton] = {}
        self._format = number_format
        self.delete_action = self._action("delete_action", "trash", say("&Delete"), QKeySequence.StandardKey.Delete)
        self.restore_action = self._action("restore_action", "restore", say("&Restore"), QKeySequence("Ctrl+R"))
        self.copy_action = self._action("copy_records_action", "copy", say("&Copy"), QKeySequence.StandardKey.Copy)
        self.export_action = self._action("export_action", "export", say("&Export…"), QKeySequence("Ctrl+E"))
        self.for_table = [self.delete_action, self.restore_action, self.copy_action]
        for action in self.for_table:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.setEnabled(False)
        self._trash = QToolButton()
        self._trash.setObjectName("trash_toggle")
        self._trash.setText(say("&Trash"))
        self._trash.setIcon(icon("trash"))
        self._trash.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._trash.setCheckable(True)
        self._trash.setToolTip(say("Show deleted records"))
        self._trash.toggled.connect(self._on_trash)
        self._arrange()

    def _action(self, name: str, picture: str, text: str, shortcut: QKeySequence | QKeySequence.StandardKey) -> QAction:
        action = QAction(icon(picture), text, self)
        action.setObjectName(name)
        action.setShortcut(shortcut)
        self._browser.addAction(action)
        return action

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(scales.SMALL)
        self._title = QLabel(say("Records"))
        self._title.setObjectName("records_title_label")
        scales.set_size(self._title, scales.Size.LEAD, bold=True)
        row.addWidget(self._title, 1)
        for action in (self.delete_action, self.restore_action, self.export_action):
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            row.addWidget(button)
            self._buttons[action] = button
        row.addWidget(self._trash)
        self._keep_places()

    def _keep_places(self) -> None:
        """Room for the usual numbers from the start: a button must not slide away under the mouse."""
        self._show_count(_USUAL)
        self.show_trash_count(_USUAL)
        for button in (self._buttons[self.export_action], self._trash):
            button.setMinimumWidth(button.sizeHint().width())
        both = [self._buttons[action] for action in (self.delete_action, self.restore_action)]
        for button in both:
            button.setMinimumWidth(max(one.sizeHint().width() for one in both))
        self.show_totals(None)
        self.show_trash_count(0)
        self._show_place()

    @property
    def trash(self) -> bool:
        """Whether the Trash is looked into."""
        return self._trash.isChecked()

    def look_into_trash(self, trash: bool) -> None:
        """Look into the Trash, or at the records, without saying so."""
        with QSignalBlocker(self._trash):
            self._trash.setChecked(trash)
        self._show_place()

    def _show_place(self) -> None:
        self._title.setText(say("Trash") if self.trash else say("Records"))
        # One place for what is done with the chosen ones here: the other of the two could not be pressed.
        self._buttons[self.delete_action].setVisible(not self.trash)
        self._buttons[self.restore_action].setVisible(self.trash)

    @Slot()
    def _on_trash(self) -> None:
        self._show_place()
        self.trash_toggled.emit()

    def allow(self, *, chosen: bool) -> None:
        """Offer what can be done with chosen records, or without any."""
        self.delete_action.setEnabled(chosen and not self.trash)
        self.restore_action.setEnabled(chosen and self.trash)
        self.copy_action.setEnabled(chosen)
        none = "" if chosen else say("no record is selected")
        self._explain(
            self.delete_action,
            say("Put the selected records into the Trash"),
            # Translators: Why "Delete" is off, behind a colon: the records are in the Trash.
            say("they are in it") if self.trash else none,
        )
        elsewhere = say("only what is in the Trash can be restored")
        self._explain(
            self.restore_action, say("Take the selected records out of the Trash"), none if self.trash else elsewhere
        )
        self._explain(self.copy_action, say("Copy the selected records"), none)

    def show_totals(self, totals: Totals | None) -> None:
        """Say how many records an export would write; None while they are being counted."""
        if totals is None:
            self.export_action.setEnabled(False)
            self.export_action.setText(say("&Export…"))
            self.export_action.setIconText(say("Export…"))
            self._explain(self.export_action, say("Write the records to a file"), say("they are being counted"))
            return
        self._show_count(totals.count)

    def _show_count(self, count: int) -> None:
        shown = format_count(count, self._format)
        text = say_many("&Export {count} record…", "&Export {count} records…", count, count=shown)
        brief = say_many("Export {count} record…", "Export {count} records…", count, count=shown)
        what = say_many("Write {count} record to a file", "Write {count} records to a file", count, count=shown)
        self.export_action.setEnabled(bool(count))
        self.export_action.setText(text)
        self.export_action.setIconText(brief)
        self._explain(self.export_action, what, "" if count else say("there is none"))

    @staticmethod
    def _explain(action: QAction, what: str, why_not: str) -> None:
        """What an action does and by which key, and why it cannot be done now."""
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{what} ({keys})" + (f": {why_not}" if why_not else ""))

    @Slot(int)
    def show_trash_count(self, count: int) -> None:
        """Say how many records are in the Trash."""
        shown = format_count(count, self._format)
        self._trash.setText(say("&Trash ({count})", count=shown) if count else say("&Trash"))
