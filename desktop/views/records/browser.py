"""The records browser: filters, one page as a table, deleting with undo, the Trash. It asks the controller."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QLocale, QPoint, QSettings, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QStackedLayout, QVBoxLayout, QWidget

from desktop.controllers.records import RecordsController
from desktop.controllers.requests import Failure
from desktop.controllers.undoing import Act
from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.terms.pages import Page, PageRequest, Totals
from desktop.views.filters.bar import FilterBar
from desktop.views.filters.saved_filters import SavedFilters
from desktop.views.filters.saved_menu import SavedMenu
from desktop.views.look import scales, theme
from desktop.views.look.announcing import announce
from desktop.views.look.gradual import finish
from desktop.views.look.number_locale import number_format_of
from desktop.views.records.cell_filters import Offer
from desktop.views.records.chosen_records import ChosenRecords
from desktop.views.records.columns_menu import ColumnsMenu
from desktop.views.records.copy_menu import CopyMenu
from desktop.views.records.current_record import CurrentRecord
from desktop.views.records.detail_pane import DetailPane
from desktop.views.records.empty_state import EmptyState
from desktop.views.records.memory import RecordsMemory
from desktop.views.records.model import RecordsModel
from desktop.views.records.order import RecordsOrder
from desktop.views.records.pager import FIT, Pager
from desktop.views.records.record_menu import RecordMenu
from desktop.views.records.table import RecordsTable
from desktop.views.records.tools import RecordsTools
from desktop.views.records.undo_bar import UndoBar

_ROOM_MS = 100
_LOW_LINES = 26  # of text: in a browser that is lower the table comes before the chips


class RecordsBrowser(QWidget):
    """What the person paid for."""

    details_asked = Signal(object)  # Entry
    details_closed = Signal()
    result_asked = Signal(str)  # to be gone on with in the entry
    expression_asked = Signal(str)  # to be entered again
    note_asked = Signal(object)  # Entry, whose note is to be written
    entry_asked = Signal()  # away from the records: Esc where there was nothing to clear
    export_asked = Signal(object, int)  # PageRequest, and how many records its filters let through
    undo_changed = Signal(bool, str)
    copied = Signal(str)  # what lies on the clipboard, in words
    selection_changed = Signal(str)  # what the chosen records come to; "" for none

    def __init__(
        self,
        *,
        records: RecordsController,
        settings: QSettings,
        page_size: int,
        page_sizes: tuple[int, ...],
        page_fits: bool = False,
        proof: Callable[[], str] = str,
        locale: QLocale | None = None,
        gradually: bool = False,
    ) -> None:
        """`page_fits`: until somebody chooses, a page has as many records as fit, instead of `page_size`.

        `proof` says in words how far the ledger is proved. Built `gradually`, it is no browser before `steps` has come
        to its end.
        """
        super().__init__()
        self.setObjectName("records_browser")
        self._records = records
        self._format = number_format_of(locale or QLocale())
        self._page_sizes = page_sizes
        self._request = PageRequest(size=page_size)
        self._page: Page | None = None
        self._fits = page_fits  # whether a page has as many records as fit
        self._proof = proof
        self._room = QTimer(self)  # while a window is being resized it has many heights
        self._room.setSingleShot(True)
        self._room.setInterval(_ROOM_MS)
        self._settings = settings
        self._shelf = SavedFilters(settings)
        if not gradually:
            finish(self.steps())

    def steps(self) -> Iterator[None]:
        """Build all of it, a step at a time none of which is felt."""
        # Each is made where it will stand, in the order of Tab: what moves into another goes through the styles again.
        self._tools = RecordsTools(browser=self, number_format=self._format)
        self.export_action = self._tools.export_action
        self._saved = SavedMenu(shelf=self._shelf)
        self._filter_bar = FilterBar(number_format=self._format, saved=self._saved, parent=self)
        yield
        self._model = RecordsModel(number_format=self._format)
        self._place = QWidget(self)
        self._table = RecordsTable(self._model, number_format=self._format, parent=self._place)
        self._table.addActions(self._tools.for_table)
        self._empty = EmptyState(number_format=self._format, parent=self._place)
        yield
        self._pager = Pager(page_sizes=self._page_sizes, number_format=self._format, parent=self)
        yield
        self._build_beside()
        yield
        self._make_menus()
        self._order = RecordsOrder(header=self._table.horizontalHeader(), menu=self.sort_menu)
        yield
        yield from self._arrange()
        self._memory = RecordsMemory(
            settings=self._settings,
            filters=self._filter_bar,
            tools=self._tools,
            order=self._order,
            columns=self._table.column_layout,
        )
        self._recall()
        self._connect()
        yield

    def _build_beside(self) -> None:
        self.undo_bar = UndoBar(self._place)
        self._details = DetailPane(number_format=self._format, parent=self)
        self._details.hide()
        self._message = QLabel()
        self._message.setObjectName("records_message_label")
        self._message.setWordWrap(True)
        theme.set_role(self._message, "negative")
        self._message.hide()

    def _make_menus(self) -> None:
        self.sort_menu = QMenu(say("Sort &by"), self)
        self.columns_menu = ColumnsMenu(table=self._table, parent=self)
        self.page_menu = self._pager.menu
        self._menu = RecordMenu(self)
        self._menu.addAction(self._tools.copy_action)
        self.copy_menu = CopyMenu(table=self._table, parent=self)
        self._menu.addMenu(self.copy_menu)
        self._menu.addActions([self._tools.delete_action, self._tools.restore_action])
        for menu in (self.sort_menu, self.columns_menu):
            self._menu.addMenu(menu)
        self._current = CurrentRecord(table=self._table, model=self._model, menu=self._menu, number_format=self._format)
        self._chosen = ChosenRecords(
            table=self._table,
            tools=self._tools,
            copy_menu=self.copy_menu,
            records=self._records,
            number_format=self._format,
        )

    def _arrange(self) -> Iterator[None]:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(scales.MEDIUM, scales.MEDIUM, scales.MEDIUM, scales.MEDIUM)
        layout.setSpacing(scales.SMALL)
        for widget in (self._tools, self._filter_bar, self._message):
            layout.addWidget(widget)
            yield
        layout.addWidget(self._place, 1)
        self._stack = QStackedLayout(self._place)
        self._stack.addWidget(self._table)
        self._stack.addWidget(self._empty)
        self.undo_bar.lie_over(self._place)
        yield
        layout.addWidget(self._pager)
        yield
        layout.addWidget(self._details, 1)  # in a low window both have half of it
        yield

    def _connect(self) -> None:
        self._filter_bar.changed.connect(self._on_filters)
        self._filter_bar.entry_asked.connect(self.entry_asked)
        self._filter_bar.table_asked.connect(self._on_table_asked)
        self._tools.trash_toggled.connect(self._on_filters)
        self._empty.clear_asked.connect(self._filter_bar.clear)
        self._pager.page_asked.connect(self._on_page_asked)
        self._pager.size_asked.connect(self._on_size_asked)
        self._table.page_asked.connect(self._on_edge)
        self._table.room_changed.connect(self._room.start)
        self._room.timeout.connect(self._on_room)
        self._order.changed.connect(self._on_order)
        self._table.horizontalHeader().customContextMenuRequested.connect(self._on_header_menu)
        self._table.selectionModel().currentChanged.connect(self._on_current)
        self._model.modelReset.connect(self._on_current)
        self._current.details_asked.connect(self.details_asked)
        self._current.note_asked.connect(self.note_asked)
        for shower in (self._current, self._details.view):
            shower.result_asked.connect(self.result_asked)
            shower.expression_asked.connect(self.expression_asked)
        self._chosen.changed.connect(self.selection_changed)
        for copier in (self._chosen, self._details.view):
            copier.copied.connect(self.copied)
        self._details.close_asked.connect(self._on_details_closed)
        self._menu.filter_asked.connect(self._on_filter_asked)
        self._saved.save_asked.connect(self._on_save_asked)
        self._saved.taken_up.connect(self._on_taken_up)
        self.export_action.triggered.connect(self._on_export)
        self.undo_bar.undo_asked.connect(self.undo)
        self._records.page_changed.connect(self._on_page)
        self._records.totals_changed.connect(self._on_totals)
        self._records.counting.connect(self._on_counting)
        self._records.indexing.connect(self._pager.show_indexing)
        self._records.indexed.connect(self._pager.end_indexing)
        self._records.counts_changed.connect(self._filter_bar.show_counts)
        self._records.trash_changed.connect(self._tools.show_trash_count)
        self._records.trash_changed.connect(self._empty.show_trash_count)
        self._records.undo_changed.connect(self.undo_bar.offer)
        self._records.undo_changed.connect(self.undo_changed)
        for part in (self._filter_bar, self._saved, self.columns_menu):
            part.can_undo.connect(self._records.can_undo)
        self._filter_bar.changed.connect(self._records.look_over_undo)
        self.columns_menu.came_back.connect(self._records.look_over_undo)
        self._records.failed.connect(self._on_failed)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._filter_bar.set_low(event.size().height() < self.fontMetrics().height() * _LOW_LINES)

    def start(self, owner: str = "") -> None:
        """Ask for the first page: somebody has signed in, whose saved filters are at hand from now on."""
        self._shelf.belong_to(owner)
        self._ask(number=1)

    def state(self) -> dict[str, Any]:
        """What is looked at, and how; `take_up` puts it back."""
        return self._memory.state() | {"page": self._request.number}

    def take_up(self, state: Mapping[str, Any], owner: str) -> None:
        """Go on where another browser was, for somebody who is signed in."""
        self._shelf.belong_to(owner)
        self._memory.take_up(state)
        self._ask(filters=self._filter_bar.filters(trash=self._tools.trash), number=state["page"], **self._order.asked)

    @Slot()
    def undo(self) -> None:
        """Take back what was deleted, restored, hidden or dropped last."""
        self._records.undo()

    @Slot(bool)
    def show_details(self, shown: bool) -> None:
        """Show all of the record where the cursor is beside the table, or hide it."""
        self._details.setVisible(shown)
        self._on_current()

    @property
    def undo_place(self) -> QWidget:
        """Where the offer to undo lies, over the records."""
        return self._place

    def show_numbers_anew(self) -> None:
        """Whether figures are grouped has changed."""
        self._table.show_numbers_anew()
        self._on_current()

    @Slot()
    def focus_search(self) -> None:
        """Go to the search field."""
        self._filter_bar.focus_search()

    @property
    def panes(self) -> tuple[QWidget, ...]:
        """Where a person goes to in one step: the search, and the records."""
        return self._filter_bar.search_edit, self._table

    def forget(self) -> None:
        """Show nothing, look for nothing: somebody else may sign in."""
        self._model.clear()
        self._pager.forget()
        self._page = None
        self._tools.look_into_trash(False)
        self._filter_bar.recall({})  # nobody brings these back
        self._filter_bar.forget_counts()
        self._tools.show_trash_count(0)
        self._empty.show_trash_count(0)
        self._chosen.look_over()
        self._message.hide()

    def choose_page_size(self, size: int) -> None:
        """Show so many records on a page from now on, one of the sizes to choose from."""
        if size in self._page_sizes:
            self._pager.choose_size(size)
            self._on_size_asked(size)

    def remember(self) -> None:
        """Keep columns, order, page size and whether the further filters are in sight for the next time."""
        self._memory.remember(self._request.size, fits=self._fits)

    def _recall(self) -> None:
        size, fits = self._memory.recall()
        self._fits = self._fits if fits is None else fits
        if size in self._page_sizes:
            self._request = replace(self._request, size=size)
        self._pager.choose_size(FIT if self._fits else self._request.size)
        self._request = replace(self._request, **self._order.asked)

    def _ask(self, **changes: object) -> None:
        self._request = replace(self._request, **changes)  # type: ignore[arg-type]  # the fields of PageRequest
        self._records.show(self._request)

    @Slot()
    def _on_filters(self) -> None:
        self._ask(
            filters=self._filter_bar.filters(trash=self._tools.trash),
            number=1,
            **self._order.asked,
        )

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
        self._fits = size == FIT
        size = size or self._table.fitting
        first = (self._request.number - 1) * self._request.size
        if size != self._request.size:
            self._ask(size=size, number=first // size + 1)

    @Slot()
    def _on_room(self) -> None:
        if self._fits and self._page is not None and self._table.isVisible():
            self._on_size_asked(FIT)

    @Slot(bool)
    def _on_edge(self, onwards: bool) -> None:
        if onwards:
            self._pager.turn_on()
        else:
            self._pager.turn_back()

    @Slot()
    def _on_order(self) -> None:
        self._ask(number=1, **self._order.asked)

    @Slot(str)
    def _on_save_asked(self, name: str) -> None:
        self._saved.keep(name, self._memory.state())

    @Slot(str, object)
    def _on_taken_up(self, name: str, state: Mapping[str, Any]) -> None:
        before = self._memory.state()
        self._memory.take_up(state)
        if before["filters"] and self._lacks(before):
            take_back = partial(self._memory.take_up, before)
            self._records.can_undo(
                Act(say("Filters replaced by “{name}”", name=name), take_back, partial(self._lacks, before))
            )

    def _lacks(self, state: Mapping[str, Any]) -> bool:
        return self._memory.state() != state

    @Slot(object)
    def _on_page(self, page: Page) -> None:
        self._page = page
        self._request = replace(self._request, number=page.number)
        self._message.hide()
        self._empty.explain(page.request.filters)
        self._stack.setCurrentWidget(self._table if page.entries else self._empty)
        self._room.start()  # it may be in sight for the first time
        self._table.mark(page.request.filters.search)
        self._table.show_page(page)
        self._pager.show_page(page)
        self._chosen.look_over()
        self._tools.show_totals(page.totals)

    @Slot(object)
    def _on_totals(self, totals: Totals) -> None:
        if self._page is not None:
            self._page = replace(self._page, totals=totals)
            self._pager.show_page(self._page)
            self._tools.show_totals(totals)

    @Slot(int, int)
    def _on_counting(self, done: int, total: int) -> None:
        if self._page is not None and self._page.totals is None:
            self._pager.show_counting(done, total)

    @Slot()
    def _on_current(self) -> None:
        if self._details.isVisibleTo(self):
            self._details.show_entry(self._current.entry, self._proof())

    @Slot()
    def _on_details_closed(self) -> None:
        self.details_closed.emit()
        self._table.setFocus()

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
        if self._page is not None and self._page.totals is not None:
            self.export_asked.emit(self._page.request, self._page.totals.count)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._message.setText(failure.text)
        self._message.show()
        announce(self, failure.text, urgent=True)
