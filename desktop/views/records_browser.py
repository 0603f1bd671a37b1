"""The records browser: filters, one page as a table, deleting with undo, the Trash, export. It asks the controller."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QLocale, QPoint, QSettings, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from desktop.controllers.records import RecordsController
from desktop.controllers.requests import Failure
from desktop.values import Column, Page, PageRequest
from desktop.views import theme
from desktop.views.announcing import announce
from desktop.views.empty_state import EmptyState
from desktop.views.export_bar import ExportBar, ExportDialog, kind_of
from desktop.views.filter_bar import FilterBar
from desktop.views.icons import icon
from desktop.views.number_locale import number_format_of
from desktop.views.pager import Pager
from desktop.views.records_model import COLUMNS, HEADERS, RecordsModel
from desktop.views.records_table import RecordsTable
from desktop.views.undo_bar import UndoBar

_SETTINGS = "records"
_ORDERS = {True: Qt.SortOrder.DescendingOrder, False: Qt.SortOrder.AscendingOrder}


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
        self._build()
        self._recall()
        self._connect()

    def _build(self) -> None:
        self._filter_bar = FilterBar(number_format=self._format)
        self._model = RecordsModel(number_format=self._format)
        self._table = RecordsTable(self._model)
        self._empty = EmptyState()
        self._pager = Pager(page_sizes=self._page_sizes, number_format=self._format)
        self._undo_bar = UndoBar()
        self._export_bar = ExportBar()
        self._message = QLabel()
        self._message.setObjectName("records_message_label")
        self._message.setWordWrap(True)
        theme.set_role(self._message, "negative")
        self._message.hide()
        self._make_actions()
        self._make_menus()
        self._arrange()

    def _make_actions(self) -> None:
        self.delete_action = self._action("delete_action", "trash", "&Delete", QKeySequence.StandardKey.Delete)
        self.restore_action = self._action("restore_action", "restore", "&Restore", QKeySequence("Ctrl+R"))
        self.copy_action = self._action("copy_records_action", "copy", "&Copy", QKeySequence.StandardKey.Copy)
        self.export_action = self._action("export_action", "export", "&Export …", QKeySequence("Ctrl+E"))
        for action in (self.delete_action, self.restore_action, self.copy_action):
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.setEnabled(False)
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

    def _make_menus(self) -> None:
        # The header is for the mouse; this is the keyboard's way to another order.
        self.sort_menu = QMenu("Sort &by", self)
        for place, column in enumerate(COLUMNS):
            action = self.sort_menu.addAction(HEADERS[column])
            action.setData(place)
        self._menu = QMenu(self)
        self._menu.addActions([self.copy_action, self.delete_action, self.restore_action])
        self._menu.addMenu(self.sort_menu)

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
        for widget in (self._filter_bar, self._undo_bar, self._export_bar, self._message):
            layout.addWidget(widget)
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
        self._table.selectionModel().selectionChanged.connect(self._on_selection)
        self._table.customContextMenuRequested.connect(self._on_context_menu)
        self.sort_menu.triggered.connect(self._on_sort_chosen)
        self.delete_action.triggered.connect(self._on_delete)
        self.restore_action.triggered.connect(self._on_restore)
        self.copy_action.triggered.connect(self._table.copy)
        self.export_action.triggered.connect(self._on_export)
        self._undo_bar.undo_asked.connect(self.undo)
        self._export_bar.stop_asked.connect(self._on_stop_export)
        self._records.page_changed.connect(self._on_page)
        self._records.undo_changed.connect(self._undo_bar.offer)
        self._records.undo_changed.connect(self.undo_changed)
        self._records.export_progress.connect(self._export_bar.show_progress)
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
        self._export_bar.hide()
        self._message.hide()

    def remember(self) -> None:
        """Keep widths, order, sort and page size for the next time."""
        columns = self._table.saved_columns()
        if columns is not None:
            self._settings.setValue(f"{_SETTINGS}/header", columns)
        self._settings.setValue(f"{_SETTINGS}/page_size", self._request.size)
        self._settings.setValue(f"{_SETTINGS}/sort", self._request.sort.value)
        self._settings.setValue(f"{_SETTINGS}/descending", int(self._request.descending))

    def _recall(self) -> None:
        self._table.recall_columns(self._settings.value(f"{_SETTINGS}/header"))
        sort = str(self._settings.value(f"{_SETTINGS}/sort", Column.DATE.value))
        size = str(self._settings.value(f"{_SETTINGS}/page_size", self._request.size))
        self._request = replace(
            self._request,
            sort=Column(sort) if sort in list(Column) else Column.DATE,
            descending=str(self._settings.value(f"{_SETTINGS}/descending", "1")) == "1",
            size=int(size) if size.isdecimal() and int(size) in self._page_sizes else self._request.size,
        )
        place = COLUMNS.index(self._request.sort)
        self._table.horizontalHeader().setSortIndicator(place, _ORDERS[self._request.descending])
        self._pager.choose_size(self._request.size)

    def _ask(self, **changes: object) -> None:
        self._request = replace(self._request, **changes)  # type: ignore[arg-type]  # the fields of PageRequest
        self._records.show(self._request)

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
        if 0 <= section < len(COLUMNS):
            self._ask(sort=COLUMNS[section], descending=order == _ORDERS[True], number=1)

    @Slot(QAction)
    def _on_sort_chosen(self, action: QAction) -> None:
        again = COLUMNS[action.data()] is self._request.sort
        descending = not self._request.descending if again else self._request.descending
        self._table.horizontalHeader().setSortIndicator(action.data(), _ORDERS[descending])

    @Slot(object)
    def _on_page(self, page: Page) -> None:
        self._page = page
        self._request = replace(self._request, number=page.number)
        self._message.hide()
        self._empty.explain(page.request.filters)
        self._stack.setCurrentWidget(self._table if page.entries else self._empty)
        self._table.show_page(page)
        self._pager.show_page(page)
        self._on_selection()
        self.export_action.setEnabled(bool(page.totals.count))
        self.export_action.setText(f"&Export {page.totals.count:,} …")
        self.export_action.setToolTip(f"Write {page.totals.count:,} records to a file")

    @Slot()
    def _on_selection(self) -> None:
        some = bool(self._table.chosen())
        trash = self._trash.isChecked()
        self.delete_action.setEnabled(some and not trash)
        self.restore_action.setEnabled(some and trash)
        self.copy_action.setEnabled(some)

    @Slot()
    def _on_delete(self) -> None:
        self._records.delete(self._table.chosen())

    @Slot()
    def _on_restore(self) -> None:
        self._records.restore(self._table.chosen())

    @Slot(QPoint)
    def _on_context_menu(self, at: QPoint) -> None:
        self._menu.popup(self._table.viewport().mapToGlobal(at))

    @Slot()
    def _on_export(self) -> None:
        dialog = ExportDialog(self._page.totals.count if self._page is not None else 0, self)
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    @Slot(str)
    def export_to(self, file: str) -> None:
        """Export everything under the filters to a file; its ending says the format."""
        self._export_bar.begin()
        self._records.export(file, kind_of(file))

    @Slot()
    def _on_stop_export(self) -> None:
        self._records.cancel_export()
        self._export_bar.hide()

    @Slot(str)
    def _on_exported(self, file: str) -> None:
        self._export_bar.hide()
        self.exported.emit(file)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._export_bar.hide()
        self._message.setText(failure.text)
        self._message.show()
        announce(self, failure.text, urgent=True)
