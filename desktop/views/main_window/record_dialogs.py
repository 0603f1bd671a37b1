"""A record's dialogs in front of the window: all of it, and its note."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop.arithmetic.numbers import NumberFormat
from desktop.controllers.records import RecordsController
from desktop.terms.charges import Entry


class RecordDialogs(QObject):
    """Opens each for a record, and passes on what is asked in it."""

    result_asked = Signal(str)  # to be gone on with in the entry
    expression_asked = Signal(str)  # to be entered again
    copied = Signal(str)  # what lies on the clipboard, in words

    def __init__(
        self, window: QWidget, *, records: RecordsController, proof: Callable[[], str], number_format: NumberFormat
    ) -> None:
        """`proof` says in words how far the ledger is proved."""
        super().__init__(window)
        self._window = window
        self._records = records
        self._proof = proof
        self._format = number_format

    @Slot(object)
    def show_details(self, entry: Entry) -> None:
        """Show all of a record."""
        from desktop.views.dialogs.record import RecordDialog

        dialog = RecordDialog(entry, proof=self._proof(), number_format=self._format, parent=self._window)
        dialog.result_asked.connect(self.result_asked)
        dialog.expression_asked.connect(self.expression_asked)
        dialog.copied.connect(self.copied)
        dialog.note_asked.connect(self.ask_for_note)
        dialog.open()

    @Slot(object)
    def ask_for_note(self, entry: Entry) -> None:
        """Have a note written to a record."""
        from desktop.views.dialogs.note import NoteDialog

        dialog = NoteDialog(entry, records=self._records, parent=self._window)
        dialog.note_given.connect(self._records.set_note)
        dialog.open()
