"""The menu "Copy as": the chosen records onto the clipboard in another format. It copies what the table shows."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from desktop.documents import copies
from desktop.documents.copies import CopyFormat
from desktop.language.sentences import say
from desktop.views.look.icons import icon
from desktop.views.records.columns import FIGURES
from desktop.views.records.table import RecordsTable


class CopyMenu(QMenu):
    """One action a format."""

    copied = Signal()

    def __init__(self, *, table: RecordsTable, parent: QWidget | None = None) -> None:
        super().__init__(say("Copy &as"), parent)
        self.setObjectName("copy_menu")
        self.setIcon(icon("copy"))
        self._table = table
        for form in CopyFormat:
            action = self.addAction(say(form.value))
            action.setObjectName(f"copy_as_{form.name.lower()}_action")
            action.setData(form)
        self.triggered.connect(self._on_triggered)

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        QGuiApplication.clipboard().setText(self.text_as(CopyFormat(action.data())))
        self.copied.emit()

    def text_as(self, form: CopyFormat) -> str:
        """The chosen records in a format, with their headers, columns as they are shown."""
        columns = self._table.columns_shown()
        if form is CopyFormat.JSON:
            return copies.as_json(self._table.chosen_entries(), columns)
        if form is CopyFormat.CSV:
            return copies.as_csv(self._table.chosen_entries(), columns)
        headers, cells = self._table.headers(), self._table.chosen_cells()
        if form is CopyFormat.MARKDOWN:
            return copies.as_markdown(headers, cells, [column in FIGURES for column in columns])
        return copies.as_shown([headers, *cells])
