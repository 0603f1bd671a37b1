"""One record in a dialog of its own, and what can be done with it. It changes none."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialogButtonBox, QPushButton, QWidget

from desktop.arithmetic.money import format_count
from desktop.arithmetic.numbers import NumberFormat
from desktop.language.directions import bare
from desktop.language.sentences import say
from desktop.terms.charges import Entry
from desktop.views.dialogs.dialogs import Dialog
from desktop.views.records.record_view import RecordView


class RecordDialog(Dialog):
    """What was asked, what came of it, what it cost, and whether it is proved."""

    result_asked = Signal(str)  # into the entry
    expression_asked = Signal(str)  # into the entry, to be looked at before it is paid for again
    copied = Signal(str)  # what lies on the clipboard, in words
    note_asked = Signal(object)  # Entry, whose note is to be written

    def __init__(self, entry: Entry, *, proof: str, number_format: NumberFormat, parent: QWidget | None = None) -> None:
        """`proof` says in words how far the ledger is proved."""
        number = bare(format_count(entry.seq, number_format))
        super().__init__("record_dialog", say("Record {number}", number=number), parent)
        view = RecordView(number_format=number_format)
        view.show_entry(entry, proof)
        self.layout_.addWidget(view, 1)
        buttons = self.add_buttons()
        note = QPushButton(say("&Note…"))
        note.setObjectName("note_button")
        note.setAutoDefault(False)  # Enter, which opened the record, closes it
        note.clicked.connect(partial(self.note_asked.emit, entry))
        for button in (*view.buttons, note):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        view.copied.connect(self.copied)
        view.result_asked.connect(self.result_asked)
        view.expression_asked.connect(self.expression_asked)
        for done in (view.result_asked, view.expression_asked, self.note_asked):
            done.connect(self.accept)
        self.resize(560, 380)
