"""The keys of the window, all on one sheet. It presses none of them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QFormLayout,
    QLabel,
    QScrollArea,
    QWidget,
)

from desktop.language.sentences import mark, say
from desktop.views.dialogs.dialogs import Dialog
from desktop.views.look import scales

SHORTCUTS = (
    (mark("Enter or ="), mark("Calculate and pay")),
    ("Up, Down", mark("Earlier entries of this account; nothing is paid before Enter")),
    ("Esc", mark("Clear the entry; clear a filter, then go back to the entry")),
    ("Ctrl+G", mark("Draw a random string and pay for it")),
    ("Ctrl+Shift+C", mark("Copy the result")),
    ("Ctrl+L", mark("Go to the calculator")),
    ("Ctrl+F", mark("Search the records")),
    ("Ctrl+C", mark("Copy the selected records (in the table)")),
    ("Del", mark("Delete the selected records (in the table)")),
    ("Ctrl+R", mark("Restore the selected records (in the table of the Trash)")),
    ("Ctrl+Z", mark("Bring back what was deleted, cleared or hidden, the newest first")),
    ("Ctrl+E", mark("Export the filtered records")),
    ("Ctrl+T", mark("Make a statement")),
    ("Ctrl+I", mark("Look at the insights")),
    ("Ctrl+,", mark("Change the settings")),
    ("Ctrl+Shift+A", mark("Administer accounts and prices (administrators)")),
    ("F6", mark("Go to the next pane: entry, search, records")),
    ("F10", mark("Open the menu")),
    ("Ctrl+Shift+P", mark("Find an action by its words")),
    (mark("Alt+↓"), mark("Open a calendar or a list")),
    ("Ctrl+PgDown", mark("Next page; PgDn in the last row too")),
    ("Ctrl+PgUp", mark("Previous page; PgUp in the first row too")),
    ("Alt+Home", mark("First page")),
    ("Alt+End", mark("Last page")),
    (mark("Enter on a record"), mark("Every figure of it")),
    (mark("Menu key"), mark("Look for what is in the cell, and more")),
    (mark("Alt+Shift+← →"), mark("Move the column with the cursor")),
    (mark("Alt+Shift+↑ ↓"), mark("Make it wider or narrower")),
    ("Ctrl+1, 2, 3", mark("Both, the calculator alone, the records alone")),
    ("Ctrl+Shift+Q", mark("Sign out")),
    ("Ctrl+Q", mark("Quit")),
    ("F1", mark("This list")),
)


class ShortcutsDialog(Dialog):
    """Every shortcut on one sheet."""

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__("shortcuts_dialog", say("Keyboard shortcuts"), parent)
        form = QFormLayout()
        form.setHorizontalSpacing(scales.WIDE)
        texts = []
        for keys, what in SHORTCUTS:
            label = QLabel(_shown_keys(keys))
            label.setFont(scales.font(bold=True))
            texts.append(QLabel(say(what)))
            form.addRow(label, texts[-1])
        sheet = QWidget()
        sheet.setLayout(form)
        # As large as the sheet where the screen has room for it, else wrapped and scrolled: the button is in reach.
        area = QScrollArea()
        area.setObjectName("shortcuts_area")
        area.setWidget(sheet)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        sheet.setAutoFillBackground(False)
        room, bar = self.screen().availableGeometry(), area.verticalScrollBar().sizeHint().width()
        margins = self.layout_.contentsMargins()
        size = sheet.sizeHint()
        width = min(size.width(), room.width() * 9 // 10 - margins.left() - margins.right() - bar)
        for text in texts:
            text.setWordWrap(width < size.width())
        height = form.totalHeightForWidth(width) if width < size.width() else size.height()
        area.setMinimumWidth(width + bar)
        area.setFixedHeight(min(height, room.height() * 2 // 3))
        self.layout_.addWidget(area)
        self.add_buttons()


def _shown_keys(keys: str) -> str:
    """Keys as the system and the language call them; what is more than keys is marked."""
    sequence = QKeySequence(keys)
    return sequence.toString(QKeySequence.SequenceFormat.NativeText) if sequence.toString() == keys else say(keys)
