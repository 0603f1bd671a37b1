"""The records that are chosen: what they come to, and what is done with all of them. The controller does it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from desktop.arithmetic.money import format_count
from desktop.arithmetic.numbers import NumberFormat
from desktop.controllers.records import RecordsController
from desktop.language.sentences import say_many
from desktop.views.records.copy_menu import CopyMenu
from desktop.views.records.selection_summary import summary
from desktop.views.records.table import RecordsTable
from desktop.views.records.tools import RecordsTools


class ChosenRecords(QObject):
    """The rows of the table that are chosen, as they change."""

    copied = Signal(str)  # what lies on the clipboard, in words
    changed = Signal(str)  # what the chosen records come to; "" for none

    def __init__(
        self,
        *,
        table: RecordsTable,
        tools: RecordsTools,
        copy_menu: CopyMenu,
        records: RecordsController,
        number_format: NumberFormat,
    ) -> None:
        super().__init__(table)
        self._table = table
        self._tools = tools
        self._copy_menu = copy_menu
        self._records = records
        self._format = number_format
        table.selectionModel().selectionChanged.connect(self.look_over)
        table.copied.connect(self._on_copied)
        copy_menu.copied.connect(self._on_copied)
        tools.copy_action.triggered.connect(table.copy)
        tools.delete_action.triggered.connect(self._on_delete)
        tools.restore_action.triggered.connect(self._on_restore)

    @Slot()
    def look_over(self) -> None:
        """See which are chosen, and offer what can be done with them."""
        chosen = self._table.chosen_entries()
        self._tools.allow(chosen=bool(chosen))
        self._copy_menu.setEnabled(bool(chosen))
        self.changed.emit(summary(chosen, self._format))

    @Slot()
    def _on_copied(self) -> None:
        count = len(self._table.chosen())
        shown = format_count(count, self._format)
        self.copied.emit(say_many("Copied {count} record", "Copied {count} records", count, count=shown))

    @Slot()
    def _on_delete(self) -> None:
        self._records.delete(self._table.chosen())

    @Slot()
    def _on_restore(self) -> None:
        self._records.restore(self._table.chosen())
