"""The records browser: filters, one page as a table, deleting with undo, the Trash. It asks the controller."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QLocale, QPoint, QSettings, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from desktop.controllers.records import RecordsController
from desktop.controllers.requests import Failure
from desktop.values import Column, Page, PageRequest
from desktop.views import theme
from desktop.views.announcing import announce
from desktop.views.cell_filters import Offer, offers
from desktop.views.columns import COLUMNS, HEADERS, order_of
from desktop.views.columns_menu import ColumnsMenu
from desktop.views.copy_menu import CopyMenu
from desktop.views.empty_state import EmptyState
from desktop.views.filter_bar import FilterBar
from desktop.views.icons import icon
from desktop.views.number_locale import number_format_of
from desktop.views.pager import Pager
from desktop.views.record_menu import RecordMenu
from desktop.views.records_model import RecordsModel
from desktop.views.records_table import RecordsTable
from desktop.views.saved_filters import SavedFilters
from desktop.views.saved_menu import SavedMenu
from desktop.views.selection_summary import summary
from desktop.views.undo_bar import UndoBar

_SETTINGS = "records"
_ORDERS = {True: Qt.SortOrder.DescendingOrder, False: Qt.SortOrder.AscendingOrder}


class RecordsBrowser(QWidget):
    """What the person paid for."""

    export_asked = Signal(object, int)  # PageRequest, and how many records its filters let through
    undo_changed = Signal(bool, str)
    selection_changed = Signal(str)  # what the chosen records come to; "" for none

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
        self._shelf = SavedFilters(self._settings)
        self._saved = SavedMenu(shelf=self._shelf)
        self._filter_bar = FilterBar(number_format=self._format, saved=self._saved)
        self._model = RecordsModel(number_format=self._format)
        self._table = RecordsTable(self._model, number_format=self._format)
        self._empty = EmptyState()
        self._pager = Pager(page_sizes=self._page_sizes, number_format=self._format)
        self._undo_bar = UndoBar()
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
        for column in Column:
            action = self.sort_menu.addAction(HEADERS[column])
            action.setData(column.value)
        self.columns_menu = ColumnsMenu(table=self._table, parent=self)
        self._menu = RecordMenu(self)
        self._menu.addAction(self.copy_action)
        self.copy_menu = CopyMenu(table=self._table, parent=self)
        self._menu.addMenu(self.copy_menu)
        self._menu.addActions([self.delete_action, self.restore_action])
        for menu in (self.sort_menu, self.columns_menu):
            self._menu.addMenu(menu)

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
        for widget in (self._filter_bar, self._undo_bar, self._message):
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
        self._table.horizontalHeader().customContextMenuRequested.connect(self._on_header_menu)
        self._menu.filter_asked.connect(self._on_filter_asked)
        self._saved.save_asked.connect(self._on_save_asked)
        self._saved.taken_up.connect(self._on_taken_up)
        self.sort_menu.triggered.connect(self._on_sort_chosen)
        self.delete_action.triggered.connect(self._on_delete)
        self.restore_action.triggered.connect(self._on_restore)
        self.copy_action.triggered.connect(self._table.copy)
        self.export_action.triggered.connect(self._on_export)
        self._undo_bar.undo_asked.connect(self.undo)
        self._records.page_changed.connect(self._on_page)
        self._records.counts_changed.connect(self._filter_bar.show_counts)
        self._records.trash_changed.connect(self._on_trash)
        self._records.undo_changed.connect(self._undo_bar.offer)
        self._records.undo_changed.connect(self.undo_changed)
        self._records.failed.connect(self._on_failed)

    def start(self, owner: str = "") -> None:
        """Ask for the first page: somebody has signed in, whose saved filters are at hand from now on."""
        self._shelf.belong_to(owner)
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
        self._filter_bar.forget_counts()
        self._on_trash(0)
        self._on_selection()
        self._message.hide()

    def remember(self) -> None:
        """Keep columns, sort, page size and whether the further filters are in sight for the next time."""
        for name, value in (
            ("columns", json.dumps(self._table.column_layout.state())),
            ("page_size", self._request.size),
            ("sort", self._request.sort.value),
            ("descending", int(self._request.descending)),
            ("more_filters", int(self._filter_bar.more_shown)),
        ):
            self._settings.setValue(f"{_SETTINGS}/{name}", value)

    def _recall(self) -> None:
        size = self._recalled("page_size")
        if size.isdecimal() and int(size) in self._page_sizes:
            self._request = replace(self._request, size=int(size))
        self._pager.choose_size(self._request.size)
        self._take_order(self._recalled("sort"), self._recalled("descending") != "0")
        self._filter_bar.show_more(self._recalled("more_filters") == "1")
        try:
            self._table.column_layout.recall(json.loads(self._recalled("columns") or "null"))
        except ValueError:  # written by something else; the columns are as at first
            return

    def _recalled(self, name: str) -> str:
        return str(self._settings.value(f"{_SETTINGS}/{name}", ""))

    def _take_order(self, sort: object, descending: bool) -> None:
        """Sort by a column's name without asking for a page; by date where there is none of that name."""
        column = next((column for column in Column if column.value == sort), Column.DATE)
        self._request = replace(self._request, sort=column, descending=descending)
        self._show_order()

    def _show_order(self) -> None:
        header = self._table.horizontalHeader()
        with QSignalBlocker(header):
            header.setSortIndicator(COLUMNS.index(self._request.sort), _ORDERS[self._request.descending])
        header.viewport().update()

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
        sort = order_of(COLUMNS[section]) if 0 <= section < len(COLUMNS) else None
        if sort is None:
            self._show_order()  # the head of a column that cannot be sorted by was clicked
        else:
            self._ask(sort=sort, descending=order == _ORDERS[True], number=1)

    @Slot(QAction)
    def _on_sort_chosen(self, action: QAction) -> None:
        again = action.data() == self._request.sort
        descending = not self._request.descending if again else self._request.descending
        self._take_order(action.data(), descending)
        self._ask(number=1)

    @Slot(str)
    def _on_save_asked(self, name: str) -> None:
        self._saved.keep(
            name,
            {
                "filters": self._filter_bar.state(),
                "trash": self._trash.isChecked(),
                "sort": self._request.sort.value,
                "descending": self._request.descending,
                "columns": self._table.column_layout.state(),
            },
        )

    @Slot(object)
    def _on_taken_up(self, state: Mapping[str, Any]) -> None:
        self._take_order(state.get("sort"), state.get("descending") is not False)
        self._table.column_layout.recall(state.get("columns"))
        with QSignalBlocker(self._trash):
            self._trash.setChecked(state.get("trash") is True)
        filters = state.get("filters")
        self._filter_bar.recall(filters if isinstance(filters, dict) else {})

    @Slot(object)
    def _on_page(self, page: Page) -> None:
        self._page = page
        self._request = replace(self._request, number=page.number)
        self._message.hide()
        self._empty.explain(page.request.filters)
        self._stack.setCurrentWidget(self._table if page.entries else self._empty)
        self._table.mark(page.request.filters.search)
        self._table.show_page(page)
        self._pager.show_page(page)
        self._on_selection()
        self.export_action.setEnabled(bool(page.totals.count))
        records = f"{page.totals.count:,} record{'s' * (page.totals.count != 1)}"
        self.export_action.setText(f"&Export {records} …")
        self.export_action.setIconText(f"Export {page.totals.count:,} …")
        self.export_action.setToolTip(f"Write {records} to a file")

    @Slot()
    def _on_selection(self) -> None:
        some = bool(self._table.chosen())
        trash = self._trash.isChecked()
        self.delete_action.setEnabled(some and not trash)
        self.restore_action.setEnabled(some and trash)
        self.copy_action.setEnabled(some)
        self.copy_menu.setEnabled(some)
        self.selection_changed.emit(summary(self._table.chosen_entries(), self._format))

    @Slot(int)
    def _on_trash(self, count: int) -> None:
        self._trash.setText(f"&Trash ({count:,})" if count else "&Trash")

    @Slot()
    def _on_delete(self) -> None:
        self._records.delete(self._table.chosen())

    @Slot()
    def _on_restore(self) -> None:
        self._records.restore(self._table.chosen())

    @Slot(QPoint)
    def _on_context_menu(self, at: QPoint) -> None:
        index = self._table.indexAt(at)
        if not index.isValid():
            index = self._table.currentIndex()
        entry = self._model.entry(index.row())
        found = [] if entry is None else offers(entry, COLUMNS[index.column()], index.data(), self._format)
        self._menu.offer(found)
        self._menu.popup(self._table.viewport().mapToGlobal(at))

    @Slot(QPoint)
    def _on_header_menu(self, at: QPoint) -> None:
        header = self._table.horizontalHeader()
        self._table.put_cursor(header.logicalIndexAt(at))
        self.columns_menu.popup(header.viewport().mapToGlobal(at))

    @Slot(object)
    def _on_filter_asked(self, offer: Offer) -> None:
        self._filter_bar.narrow(offer.filter, offer.state)

    @Slot()
    def _on_export(self) -> None:
        if self._page is not None:
            self.export_asked.emit(self._request, self._page.totals.count)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._message.setText(failure.text)
        self._message.show()
        announce(self, failure.text, urgent=True)
