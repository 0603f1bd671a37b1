"""Asks for the note beside a record. It writes none."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from desktop.controllers.records import RecordsController
from desktop.controllers.requests import Failure
from desktop.language.sentences import say
from desktop.terms.charges import Entry
from desktop.views.dialogs.dialogs import Dialog
from desktop.views.look import scales

_LONGEST = 200  # characters; the ledger says the same of what is pasted elsewhere


class NoteDialog(Dialog):
    """One line, which is kept until the ledger has it."""

    note_given = Signal(int, str, str)  # the record's id, its note, and the one before

    def __init__(self, entry: Entry, *, records: RecordsController, parent: QWidget | None = None) -> None:
        super().__init__("note_dialog", say("Note on record {number}", number=entry.seq), parent)
        self._entry = entry
        self._edit = QLineEdit(entry.note)
        self._edit.setObjectName("note_edit")
        self._edit.setMaxLength(_LONGEST)
        form = QFormLayout()
        form.addRow(say("&Note"), self._edit)
        self.layout_.addLayout(form)
        self.add_text(
            say(
                "It is found by the search and goes into exports. The record and its price stay as they are, and a "
                "note that another one takes the place of stays in the journal."
            ),
            role="muted",
        )
        self._error = self.add_text("", role="negative")
        self._error.setObjectName("note_error_label")
        buttons = self.add_buttons(accept=say("&Save"), reject=say("Cancel"))
        buttons.accepted.connect(self._on_save)
        records.noted.connect(self._on_noted)
        records.failed.connect(self._on_failed)
        self.setMinimumWidth(scales.WIDE * 20)

    @Slot()
    def _on_save(self) -> None:
        self._error.clear()
        self.note_given.emit(self._entry.id, self._edit.text(), self._entry.note)

    @Slot(object)
    def _on_noted(self, entry: Entry) -> None:
        if entry.id == self._entry.id:
            self.accept()

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._error.setText(failure.text)
