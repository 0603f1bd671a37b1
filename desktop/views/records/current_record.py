"""The record where the cursor is: its menu, and what is asked for with it. It does nothing itself."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QObject, QPoint, Signal, Slot

from desktop.arithmetic.numbers import NumberFormat
from desktop.terms.charges import Entry
from desktop.views.records.cell_filters import offers
from desktop.views.records.columns import COLUMNS
from desktop.views.records.model import RecordsModel
from desktop.views.records.record_facts import expression_of, result_of
from desktop.views.records.record_menu import RecordMenu
from desktop.views.records.table import RecordsTable


class CurrentRecord(QObject):
    """One record of the table, as the cursor goes."""

    details_asked = Signal(object)  # Entry
    result_asked = Signal(str)  # to be gone on with in the entry
    expression_asked = Signal(str)  # to be entered again
    note_asked = Signal(object)  # Entry, whose note is to be written

    def __init__(
        self, *, table: RecordsTable, model: RecordsModel, menu: RecordMenu, number_format: NumberFormat
    ) -> None:
        super().__init__(table)
        self._table = table
        self._model = model
        self._menu = menu
        self._format = number_format
        table.activated.connect(self._on_details)
        table.customContextMenuRequested.connect(self._on_context_menu)
        menu.details_asked.connect(self._on_details)
        menu.result_asked.connect(self._on_result)
        menu.expression_asked.connect(self._on_expression)
        menu.note_asked.connect(self._on_note)

    @property
    def entry(self) -> Entry | None:
        """None where there is none, or one that cannot be shown."""
        return self._model.entry(self._table.currentIndex().row())

    @Slot()
    def _on_details(self) -> None:
        if (entry := self.entry) is not None:
            self.details_asked.emit(entry)

    @Slot()
    def _on_result(self) -> None:
        if (entry := self.entry) is not None:
            self.result_asked.emit(result_of(entry))

    @Slot()
    def _on_expression(self) -> None:
        if (entry := self.entry) is not None:
            self.expression_asked.emit(expression_of(entry))

    @Slot()
    def _on_note(self) -> None:
        if (entry := self.entry) is not None:
            self.note_asked.emit(entry)

    @Slot(QPoint)
    def _on_context_menu(self, at: QPoint) -> None:
        index = self._table.indexAt(at)
        if index.isValid():
            self._table.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        else:
            index = self._table.currentIndex()
        entry = self._model.entry(index.row())
        found = [] if entry is None else offers(entry, COLUMNS[index.column()], index.data(), self._format)
        self._menu.offer(found, entry)
        self._menu.popup(self._table.viewport().mapToGlobal(at))
