"""The records browser: filters, one page as a table, deleting with undo, the Trash, export. It asks the controller."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QItemSelectionModel, QLocale, QPoint, QSettings, Qt, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QStackedLayout,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop.controllers.records import RecordsController
from desktop.controllers.requests import Failure
from desktop.values import Column, Page, PageRequest
from desktop.views import theme
from desktop.views.announcing import announce
from desktop.views.empty_state import EmptyState
from desktop.views.filter_bar import FilterBar
from desktop.views.icons import icon
from desktop.views.number_locale import number_format_of
from desktop.views.pager import Pager
from desktop.views.records_model import COLUMNS, RecordsModel

_SETTINGS = "records"
_WIDTHS = {
    Column.DATE: 7.8,
    Column.OPERATION: 5.8,
    Column.OPERANDS: 8.4,
    Column.RESPONSE: 6.6,
    Column.AMOUNT: 4.6,
    Column.BALANCE: 4.6,
}  # shares of the table's width, until the person chooses


class RecordsBrowser(QWidget):
    """What the person paid for."""

    exported = Signal(str)
    undo_changed = Signal(bool, str)

    def __init__(
        self,
        *,
        records: RecordsController,
        settings: QSettings,
        page_size: int,
        page_sizes: tuple[int, ...],
        locale: QLocale | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("records_browser")
        self._records = records
        self._settings = settings
        self._format = number_format_of(locale or QLocale())
        self._page_sizes = page_sizes
        self._request = PageRequest(size=page_size)
        self._page: Page | None = None
        self._sharing = False
        self._build()
        self._recall()
        self._connect()

    def _build(self) -> None:
        self._filter_bar = FilterBar(number_format=self._format)
        self._model = RecordsModel(number_format=self._format)
        self._table = self._make_table()
        self._empty = EmptyState()
        self._pager = Pager(page_sizes=self._page_sizes, number_format=self._format)
        self._make_actions()
        self._undo_text = QLabel()
        self._undo = QPushButton(icon("undo"), "&Undo")
        self._undo.setObjectName("undo_button")
        self._undo_bar = _bar(self._undo_text, self._undo)
        self._undo_bar.hide()
        self._progress = QProgressBar()
        self._progress.setAccessibleName("Export progress")
        self._stop_export = QPushButton("Stop")
        self._export_bar = _bar(self._progress, self._stop_export)
        self._export_bar.hide()
        self._message = QLabel()
        self._message.setObjectName("records_message_label")
        self._message.setWordWrap(True)
        theme.set_role(self._message, "negative")
        self._message.hide()
        self._arrange()

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setObjectName("records_table")
        table.setAccessibleName("Records")
        table.setModel(self._model)
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)  # Tab leaves the table
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(int(table.fontMetrics().height() * 1.9))
        header = table.horizontalHeader()
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setDefaultSectionSize(header.minimumSectionSize())  # what the last column cannot go below
        header.setStretchLastSection(True)
        header.setSortIndicatorShown(True)
        header.setSectionsClickable(True)
        return table

    def _make_actions(self) -> None:
        self.delete_action = self._action("delete_action", "trash", "&Delete", QKeySequence.StandardKey.Delete)
        self.restore_action = self._action("restore_action", "restore", "&Restore", QKeySequence("Ctrl+R"))
        self.copy_action = self._action("copy_records_action", "copy", "&Copy", QKeySequence.StandardKey.Copy)
        self.export_action = self._action("export_action", "export", "&Export …", QKeySequence("Ctrl+E"))
        for action in (self.delete_action, self.restore_action, self.copy_action):
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self._table.addAction(action)
        self._trash = QToolButton()
        self._trash.setObjectName("trash_toggle")
        self._trash.setText("&Trash")
        self._trash.setIcon(icon("trash"))
        self._trash.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._trash.setCheckable(True)
        self._trash.setToolTip("Show deleted records")

    def _action(self, name: str, picture: str, text: str, shortcut: QKeySequence | QKeySequence.StandardKey) -> QAction:
        action = QAction(icon(picture), text, self)
        action.setObjectName(name)
        action.setShortcut(shortcut)
        self.addAction(action)
        return action

    def _arrange(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(theme.SMALL)
        title = QLabel("Records")
        theme.set_size(title, theme.Size.LEAD, bold=True)
        tools.addWidget(title, 1)
        for action in (self.delete_action, self.restore_action, self.export_action):
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            tools.addWidget(button)
        tools.addWidget(self._trash)
        stack = QWidget()
        self._stack = QStackedLayout(stack)
        self._stack.addWidget(self._table)
        self._stack.addWidget(self._empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.MEDIUM, theme.MEDIUM, theme.MEDIUM, theme.MEDIUM)
        layout.setSpacing(theme.SMALL)
        layout.addLayout(tools)
        layout.addWidget(self._filter_bar)
        layout.addWidget(self._undo_bar)
        layout.addWidget(self._export_bar)
        layout.addWidget(self._message)
        layout.addWidget(stack, 1)
        layout.addWidget(self._pager)

    def _connect(self) -> None:
        self._filter_bar.changed.connect(self._on_filters)
        self._filter_bar.table_asked.connect(self._on_table_asked)
        self._trash.toggled.connect(self._on_filters)
        self._empty.clear_asked.connect(self._filter_bar.clear)
        self._pager.page_asked.connect(self._on_page_asked)
        self._pager.size_asked.connect(self._on_size_asked)
        self._table.horizontalHeader().sortIndicatorChanged.connect(self._on_sort)
        self._table.horizontalHeader().sectionResized.connect(self._on_section_resized)
        self._table.selectionModel().selectionChanged.connect(self._on_selection)
        self._table.customContextMenuRequested.connect(self._on_context_menu)
        self.delete_action.triggered.connect(self._on_delete)
        self.restore_action.triggered.connect(self._on_restore)
        self.copy_action.triggered.connect(self._on_copy)
        self.export_action.triggered.connect(self._on_export)
        self._undo.clicked.connect(self._records.undo)
        self._stop_export.clicked.connect(self._on_stop_export)
        self._records.page_changed.connect(self._on_page)
        self._records.undo_changed.connect(self._on_undo_changed)
        self._records.export_progress.connect(self._on_export_progress)
        self._records.exported.connect(self._on_exported)
        self._records.failed.connect(self._on_failed)

    def start(self) -> None:
        """Ask for the first page: somebody has signed in."""
        self._ask(number=1)

    @Slot()
    def undo(self) -> None:
        """Take the last deletion or restoration back."""
        self._records.undo()

    @Slot()
    def focus_search(self) -> None:
        """Go to the search field."""
        self._filter_bar.focus_search()

    def forget(self) -> None:
        """Show nothing, look for nothing: somebody else may sign in."""
        self._model.clear()
        self._page = None
        self._trash.setChecked(False)
        self._filter_bar.clear()
        self._message.hide()

    def remember(self) -> None:
        """Keep widths, order, sort and page size for the next time."""
        if self._widths_chosen:
            self._settings.setValue(f"{_SETTINGS}/header", self._table.horizontalHeader().saveState())
        self._settings.setValue(f"{_SETTINGS}/page_size", self._request.size)
        self._settings.setValue(f"{_SETTINGS}/sort", self._request.sort.value)
        self._settings.setValue(f"{_SETTINGS}/descending", int(self._request.descending))

    def _recall(self) -> None:
        state = self._settings.value(f"{_SETTINGS}/header")
        header = self._table.horizontalHeader()
        self._widths_chosen = state is not None and header.restoreState(state)
        sort = str(self._settings.value(f"{_SETTINGS}/sort", Column.DATE.value))
        descending = str(self._settings.value(f"{_SETTINGS}/descending", "1")) == "1"
        size = str(self._settings.value(f"{_SETTINGS}/page_size", self._request.size))
        self._request = replace(
            self._request,
            sort=Column(sort) if sort in list(Column) else Column.DATE,
            descending=descending,
            size=int(size) if size.isdecimal() and int(size) in self._page_sizes else self._request.size,
        )
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(COLUMNS.index(self._request.sort), order)
        self._pager.choose_size(self._request.size)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._share_width()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def _share_width(self) -> None:
        """Give each column its share; not once the person has chosen widths."""
        if self._widths_chosen:
            return
        header = self._table.horizontalHeader()
        unit = self._table.viewport().width() / sum(_WIDTHS.values())
        self._sharing = True  # only the person's own changes count as a choice
        for number, column in enumerate(COLUMNS[:-1]):
            header.resizeSection(number, int(_WIDTHS[column] * unit))
        self._sharing = False

    @Slot(int, int, int)
    def _on_section_resized(self, section: int, _old: int, _new: int) -> None:
        # The last column follows the window by itself.
        if not self._sharing and section != len(COLUMNS) - 1:
            self._widths_chosen = True

    def _ask(self, **changes: object) -> None:
        self._request = replace(self._request, **changes)  # type: ignore[arg-type]  # the fields of PageRequest
        self._records.show(self._request)

    def _selected(self) -> tuple[int, ...]:
        rows = sorted(index.row() for index in self._table.selectionModel().selectedRows())
        entries = (self._model.entry(row) for row in rows)
        return tuple(entry.id for entry in entries if entry is not None)

    @Slot()
    def _on_filters(self) -> None:
        self._ask(filters=self._filter_bar.filters(trash=self._trash.isChecked()), number=1)

    @Slot()
    def _on_table_asked(self) -> None:
        self._table.setFocus()
        if not self._table.currentIndex().isValid():
            self._table.setCurrentIndex(self._model.index(0, 0))

    @Slot(int)
    def _on_page_asked(self, number: int) -> None:
        self._ask(number=number)

    @Slot(int)
    def _on_size_asked(self, size: int) -> None:
        first = (self._request.number - 1) * self._request.size
        self._ask(size=size, number=first // size + 1)

    @Slot(int, Qt.SortOrder)
    def _on_sort(self, section: int, order: Qt.SortOrder) -> None:
        descending = order == Qt.SortOrder.DescendingOrder
        if 0 <= section < len(COLUMNS):
            self._ask(sort=COLUMNS[section], descending=descending, number=1)

    @Slot(object)
    def _on_page(self, page: Page) -> None:
        chosen = self._selected()
        self._page = page
        self._request = replace(self._request, number=page.number)
        self._message.hide()
        self._model.show(page)
        self._pager.show_page(page)
        self._empty.explain(page.request.filters)
        self._stack.setCurrentWidget(self._table if page.entries else self._empty)
        self._select(chosen)
        self._on_selection()
        self.export_action.setEnabled(bool(page.totals.count))
        self.export_action.setToolTip(f"Export {page.totals.count:,} records")

    def _select(self, ids: tuple[int, ...]) -> None:
        """Keep chosen what was chosen, as far as it is still on the page."""
        model = self._table.selectionModel()
        both = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for record_id in ids:
            row = self._model.row_of(record_id)
            if row is not None:
                model.select(self._model.index(row, 0), both)

    @Slot()
    def _on_selection(self) -> None:
        some = bool(self._table.selectionModel().selectedRows())
        trash = self._trash.isChecked()
        self.delete_action.setEnabled(some and not trash)
        self.restore_action.setEnabled(some and trash)
        self.copy_action.setEnabled(some)

    @Slot()
    def _on_delete(self) -> None:
        self._records.delete(self._selected())

    @Slot()
    def _on_restore(self) -> None:
        self._records.restore(self._selected())

    @Slot()
    def _on_copy(self) -> None:
        header = self._table.horizontalHeader()
        order = sorted(range(len(COLUMNS)), key=header.visualIndex)
        rows = sorted(index.row() for index in self._table.selectionModel().selectedRows())
        lines = ("\t".join(self._model.index(row, column).data() for column in order) for row in rows)
        QGuiApplication.clipboard().setText("\n".join(lines))

    @Slot(QPoint)
    def _on_context_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.copy_action, self.delete_action, self.restore_action])
        menu.popup(self._table.viewport().mapToGlobal(at))

    @Slot()
    def _on_export(self) -> None:
        count = self._page.totals.count if self._page is not None else 0
        dialog = QFileDialog(self, f"Export {count:,} records", "records.csv", "CSV (*.csv);;JSON (*.json)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    @Slot(str)
    def export_to(self, file: str) -> None:
        """Export everything under the filters to a file; its ending says the format."""
        kind = "json" if file.lower().endswith(".json") else "csv"
        self._progress.setRange(0, 0)
        self._export_bar.show()
        self._records.export(file, kind)

    @Slot()
    def _on_stop_export(self) -> None:
        self._records.cancel_export()
        self._export_bar.hide()

    @Slot(int, int)
    def _on_export_progress(self, done: int, total: int) -> None:
        self._progress.setRange(0, max(total, 1))
        self._progress.setValue(done)

    @Slot(str)
    def _on_exported(self, file: str) -> None:
        self._export_bar.hide()
        self.exported.emit(file)

    @Slot(bool, str)
    def _on_undo_changed(self, available: bool, what: str) -> None:
        self._undo_text.setText(what)
        self._undo_bar.setVisible(available)
        self.undo_changed.emit(available, what)
        if available:
            announce(self, what)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._export_bar.hide()
        self._message.setText(failure.text)
        self._message.show()
        announce(self, failure.text, urgent=True)


def _bar(content: QWidget, button: QPushButton) -> QFrame:
    frame = QFrame()
    theme.set_role(frame, "bar")
    row = QHBoxLayout(frame)
    row.setContentsMargins(theme.MEDIUM, theme.TIGHT, theme.TIGHT, theme.TIGHT)
    row.addWidget(content, 1)
    row.addWidget(button)
    return frame
