"""The records as a table: its columns' widths, its keys, and what stays chosen when a page is shown again.

Money and dates are never cut: their columns are as wide as what they hold. Operands and results share what is left,
until the person sets a width; then the widths are theirs.
"""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QItemSelectionModel, Qt, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView
from typing_extensions import override

from desktop.values import Column, Page
from desktop.views.records_model import COLUMNS, RecordsModel

_SHARES = {Column.OPERANDS: 0.55, Column.RESPONSE: 0.45}
_LEAST_CHARS = 10  # of a column that shares; below that the table scrolls sideways
_ROW_LINES = 1.9
_WHOLE_ROWS = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows


class RecordsTable(QTableView):
    """One page of records."""

    def __init__(self, model: RecordsModel) -> None:
        super().__init__()
        self._records = model
        self._chosen_widths = False
        self._sharing = False
        self.setObjectName("records_table")
        self.setAccessibleName("Records")
        self.setModel(model)
        self._build()
        self.horizontalHeader().sectionResized.connect(self._on_section_resized)

    def _build(self) -> None:
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)  # Tab leaves the table
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(int(self.fontMetrics().height() * _ROW_LINES))
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSortIndicatorShown(True)
        header.setSectionsClickable(True)

    def show_page(self, page: Page) -> None:
        """Show a page, and keep chosen what was chosen, as far as it is still on it."""
        chosen, current = self.chosen(), self._records.entry(self.currentIndex().row())
        self._records.show(page)
        for record_id in chosen:
            row = self._records.row_of(record_id)
            if row is not None:
                self.selectionModel().select(self._records.index(row, 0), _WHOLE_ROWS)
        row = self._records.row_of(current.id) if current is not None else None
        if row is not None:
            flag = QItemSelectionModel.SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(self._records.index(row, 0), flag)
        self._share_width()

    def chosen(self) -> tuple[int, ...]:
        """The ids of the chosen records, from the top down."""
        entries = (self._records.entry(row) for row in self._chosen_rows())
        return tuple(entry.id for entry in entries if entry is not None)

    def copy(self) -> None:
        """Copy the chosen rows as they are shown, cells apart by tabs."""
        header = self.horizontalHeader()
        order = sorted(range(len(COLUMNS)), key=header.visualIndex)
        lines = ("\t".join(self._records.index(row, column).data() for column in order) for row in self._chosen_rows())
        QGuiApplication.clipboard().setText("\n".join(lines))

    def saved_columns(self) -> QByteArray | None:
        """Order and widths to remember, where the person has set them."""
        moved = any(self.horizontalHeader().visualIndex(place) != place for place in range(len(COLUMNS)))
        return self.horizontalHeader().saveState() if self._chosen_widths or moved else None

    def recall_columns(self, state: object) -> None:
        """Take up what `saved_columns` gave in an earlier sitting."""
        if isinstance(state, QByteArray):
            self._chosen_widths = self.horizontalHeader().restoreState(state)

    def _chosen_rows(self) -> list[int]:
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def _share_width(self) -> None:
        if self._chosen_widths:
            return
        header = self.horizontalHeader()
        fixed = {
            place: max(self.sizeHintForColumn(place), header.sectionSizeHint(place))
            for place, column in enumerate(COLUMNS)
            if column not in _SHARES
        }
        left = self.viewport().width() - sum(fixed.values())
        least = self.fontMetrics().averageCharWidth() * _LEAST_CHARS
        self._sharing = True
        for place, column in enumerate(COLUMNS):
            header.resizeSection(place, fixed.get(place) or max(least, int(left * _SHARES[column])))
        self._sharing = False

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    @Slot(int, int, int)
    def _on_section_resized(self, section: int, _old: int, _new: int) -> None:
        # Only the person's own changes are a choice; the last column follows the window by itself.
        if not self._sharing and self.horizontalHeader().visualIndex(section) != len(COLUMNS) - 1:
            self._chosen_widths = True
