"""The records as a table: its keys, what is marked, what stays chosen when a page comes again. It asks nobody."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from desktop.arithmetic.numbers import NumberFormat
from desktop.documents import copies
from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.terms.charges import Entry
from desktop.terms.pages import Page
from desktop.views.look.steady import steady_scroll_bar
from desktop.views.records.column_layout import ColumnLayout
from desktop.views.records.columns import COLUMNS, HEADERS, SEARCHED, Shown
from desktop.views.records.highlight import HighlightDelegate
from desktop.views.records.model import RecordsModel

_ROW_LINES = 1.9
_WHOLE_ROWS = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows


class RecordsTable(QTableView):
    """One page of records."""

    page_asked = Signal(bool)  # a key went over the last row (True) or over the first one
    copied = Signal()
    room_changed = Signal()  # another number of rows fits

    def __init__(self, model: RecordsModel, *, number_format: NumberFormat, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._records = model
        self._highlight = HighlightDelegate(number_format=number_format)
        self.setObjectName("records_table")
        self.setAccessibleName(say("Records"))
        self.setModel(model)
        for place, column in enumerate(COLUMNS):
            if column in SEARCHED:
                self.setItemDelegateForColumn(place, self._highlight)
        self._build()
        self.column_layout = ColumnLayout(self, longest=model.longest)

    def _build(self) -> None:
        steady_scroll_bar(self)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)  # Tab leaves the table
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(int(self.fontMetrics().height() * _ROW_LINES))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.setSortIndicatorShown(True)
        header.setSectionsClickable(True)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._records.show_numbers_anew()  # what is shown is kept as it was measured

    def show_page(self, page: Page) -> None:
        """Show a page, and keep chosen what was chosen, as far as it is still on it."""
        chosen, place = self.chosen(), self.currentIndex()
        current = self._records.entry(place.row())
        self._records.show(page)
        rows = sorted(row for record_id in chosen if (row := self._records.row_of(record_id)) is not None)
        self.selectionModel().select(self._lines(rows), _WHOLE_ROWS)
        if current is not None and page.entries:
            row = self._records.row_of(current.id)
            row = min(place.row(), len(page.entries) - 1) if row is None else row  # gone: where it was
            flag = QItemSelectionModel.SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(self._records.index(row, place.column()), flag)
        self.column_layout.share()

    def show_numbers_anew(self) -> None:
        """Whether figures are grouped has changed."""
        self._records.show_numbers_anew()
        self.column_layout.share()

    @property
    def fitting(self) -> int:
        """How many rows fit without scrolling."""
        return max(1, self.viewport().height() // self.verticalHeader().defaultSectionSize())

    def mark(self, texts: Iterable[str]) -> None:
        """Mark these texts in the cells of the next page."""
        self._highlight.mark(texts)

    def put_cursor(self, place: int) -> None:
        """Put the cursor into a column, in the row where it is, and leave chosen what is chosen."""
        index = self._records.index(max(0, self.currentIndex().row()), place)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)

    def chosen(self) -> tuple[int, ...]:
        """The ids of the chosen records, from the top down."""
        return tuple(entry.id for entry in self.chosen_entries())

    def chosen_entries(self) -> list[Entry]:
        """The chosen records themselves, from the top down."""
        entries = (self._records.entry(row) for row in self._chosen_rows())
        return [entry for entry in entries if entry is not None]

    def chosen_cells(self) -> list[list[str]]:
        """What the chosen rows show, in the order of the columns shown."""
        places = [COLUMNS.index(column) for column in self.columns_shown()]
        return [[self._records.index(row, place).data() for place in places] for row in self._chosen_rows()]

    def columns_shown(self) -> list[Shown]:
        """The columns as they stand, from left to right."""
        return self.column_layout.shown()

    def headers(self) -> list[str]:
        """Their headers."""
        return [say(HEADERS[column]) for column in self.columns_shown()]

    def copy(self) -> None:
        """Copy the chosen rows as they are shown, cells apart by tabs."""
        QGuiApplication.clipboard().setText(copies.as_shown(self.chosen_cells()))
        self.copied.emit()

    def _lines(self, rows: list[int]) -> QItemSelection:
        """Rows as a selection of few pieces: one for each of 500 rows would keep the window for a tenth of a second."""
        found = QItemSelection()
        for _, group in groupby(enumerate(rows), key=lambda numbered: numbered[1] - numbered[0]):
            piece = [row for _, row in group]
            found.select(self._records.index(piece[0], 0), self._records.index(piece[-1], 0))
        return found

    def _chosen_rows(self) -> list[int]:
        # Whole rows are chosen, so the pieces say it all; `selectedRows` asks for the flags of every cell.
        selection = self.selectionModel().selection()
        pieces = (selection.at(number) for number in range(selection.count()))
        rows = {row for piece in pieces for row in range(piece.top(), piece.bottom() + 1)}
        return sorted(row for row in rows if self._records.entry(row) is not None)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu at a point of the viewport: under the mouse, or in the cell of the cursor for the key."""
        at = event.pos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            # Where Qt says that the key was pressed is in the widget's coordinates in some versions: a row too high.
            self.scrollTo(self.currentIndex())
            at = self.visualRect(self.currentIndex()).center()
        self.customContextMenuRequested.emit(at)
        event.accept()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.column_layout.share()
        if event.size().height() != event.oldSize().height():
            self.room_changed.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """PgDn in the last row turns the page, and PgUp in the first one."""
        row, plain = self.currentIndex().row(), event.modifiers() == Qt.KeyboardModifier.NoModifier
        edges = {Qt.Key.Key_PageDown: self._records.rowCount() - 1, Qt.Key.Key_PageUp: 0}
        if plain and event.key() in edges and row == edges[Qt.Key(event.key())]:
            self.page_asked.emit(event.key() == Qt.Key.Key_PageDown)
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.isAutoRepeat():
            return  # a key that is held opens a record once
        super().keyPressEvent(event)
