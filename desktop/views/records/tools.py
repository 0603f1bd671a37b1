"""The row above the records: what can be done with them, as actions with buttons, and the Trash. It does none of it."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from desktop.arithmetic.money import format_count
from desktop.arithmetic.numbers import NumberFormat
from desktop.terms.values import Totals
from desktop.views.look import theme
from desktop.views.look.icons import icon


class RecordsTools(QWidget):
    """Delete, restore, copy, export; and whether the Trash is looked into."""

    trash_toggled = Signal()

    def __init__(self, *, browser: QWidget, table: QWidget, number_format: NumberFormat) -> None:
        """The keys work in all of `browser`; those that change or copy records only while nothing else wants them."""
        super().__init__()
        self._browser = browser
        self._format = number_format
        self.delete_action = self._action("delete_action", "trash", "&Delete", QKeySequence.StandardKey.Delete)
        self.restore_action = self._action("restore_action", "restore", "&Restore", QKeySequence("Ctrl+R"))
        self.copy_action = self._action("copy_records_action", "copy", "&Copy", QKeySequence.StandardKey.Copy)
        self.export_action = self._action("export_action", "export", "&Export …", QKeySequence("Ctrl+E"))
        for action in (self.delete_action, self.restore_action, self.copy_action):
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.setEnabled(False)
            table.addAction(action)
        self._trash = QToolButton()
        self._trash.setObjectName("trash_toggle")
        self._trash.setText("&Trash")
        self._trash.setIcon(icon("trash"))
        self._trash.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._trash.setCheckable(True)
        self._trash.setToolTip("Show deleted records")
        self._trash.toggled.connect(self.trash_toggled)
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
        row.setSpacing(theme.SMALL)
        title = QLabel("Records")
        theme.set_size(title, theme.Size.LEAD, bold=True)
        row.addWidget(title, 1)
        for action in (self.delete_action, self.restore_action, self.export_action):
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            row.addWidget(button)
        row.addWidget(self._trash)

    @property
    def trash(self) -> bool:
        """Whether the Trash is looked into."""
        return self._trash.isChecked()

    def look_into_trash(self, trash: bool) -> None:
        """Look into the Trash, or at the records, without saying so."""
        with QSignalBlocker(self._trash):
            self._trash.setChecked(trash)

    def allow(self, *, chosen: bool) -> None:
        """Offer what can be done with chosen records, or without any."""
        self.delete_action.setEnabled(chosen and not self.trash)
        self.restore_action.setEnabled(chosen and self.trash)
        self.copy_action.setEnabled(chosen)

    def show_totals(self, totals: Totals | None) -> None:
        """Say how many records an export would write; None while they are being counted."""
        if totals is None:
            self.export_action.setEnabled(False)
            self.export_action.setText("&Export …")
            self.export_action.setIconText("Export …")
            self.export_action.setToolTip("The records are being counted")
            return
        count = format_count(totals.count, self._format)
        records = f"{count} record{'s' * (totals.count != 1)}"
        self.export_action.setEnabled(bool(totals.count))
        self.export_action.setText(f"&Export {records} …")
        self.export_action.setIconText(f"Export {count} …")
        self.export_action.setToolTip(f"Write {records} to a file")

    @Slot(int)
    def show_trash_count(self, count: int) -> None:
        """Say how many records are in the Trash."""
        self._trash.setText(f"&Trash ({format_count(count, self._format)})" if count else "&Trash")
