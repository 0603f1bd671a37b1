"""What leaves the ledger to be read elsewhere: exports, statements, insights. It builds each when first asked for.

A part of the window's composition root: it wires controllers and views, and holds no logic.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, QSettings, Slot

from desktop.arithmetic.money import format_count
from desktop.language.sentences import say, say_many
from desktop.terms.pages import Filters, Page, PageRequest
from desktop.views.look.number_locale import number_format_of

if TYPE_CHECKING:
    from desktop.controllers.background import Lanes
    from desktop.controllers.exports import Export, Exported, ExportsController
    from desktop.controllers.insights import InsightsController
    from desktop.controllers.records import RecordsController
    from desktop.controllers.requests import Failure
    from desktop.controllers.sessions import SessionController
    from desktop.controllers.statements import Paper, Saved, StatementsController, Wanted
    from desktop.controllers.store_access import StoreAccess
    from desktop.views.insights.window import InsightsWindow
    from desktop.views.main_window.window import MainWindow
    from desktop.views.main_window.work_bar import WorkBar

MESSAGE_MS = 10_000


class Reports(QObject):
    """The window's exports, statements and insights."""

    def __init__(
        self,
        *,
        lanes: Lanes,
        access: StoreAccess,
        sessions: SessionController,
        records: RecordsController,
        settings: QSettings,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._filters = Filters()
        self._lanes = lanes
        self._access = access
        self._sessions = sessions
        self._settings = settings
        self._window = window
        window.records_browser.export_asked.connect(self._on_export_asked)
        window.insights_asked.connect(self._on_insights_asked)
        window.statement_asked.connect(self._on_statement_asked)
        records.page_changed.connect(self._on_page)
        sessions.signed_out.connect(self._on_signed_out)

    @cached_property
    def exports(self) -> ExportsController:
        """The exports, with their bar in the window."""
        from desktop.controllers.exports import ExportsController

        exports = ExportsController(lanes=self._lanes, access=self._access, sessions=self._sessions, parent=self)
        exports.exported.connect(self._on_exported)
        exports.failed.connect(self._on_failed)
        bar = self._add_bar("export", say("Exporting"), exports)
        exports.exported.connect(bar.end)
        return exports

    @cached_property
    def statements(self) -> StatementsController:
        """The statements, with their bar in the window."""
        from desktop.controllers.statements import StatementsController

        statements = StatementsController(lanes=self._lanes, access=self._access, sessions=self._sessions, parent=self)
        statements.saved.connect(self._on_statement_saved)
        statements.ready.connect(self._on_statement_ready)
        statements.failed.connect(self._on_failed)
        bar = self._add_bar("statement", say("Making the statement"), statements)
        statements.saved.connect(bar.end)
        statements.ready.connect(bar.end)
        return statements

    def _add_bar(self, name: str, text: str, work: ExportsController | StatementsController) -> WorkBar:
        """Show in the status bar how far a piece of work is, until it is stopped or has failed; with a stop."""
        from desktop.views.main_window.work_bar import WorkBar

        bar = WorkBar(name=name, text=text)
        self._window.statusBar().addPermanentWidget(bar)
        work.started.connect(bar.begin)
        work.progress.connect(bar.show_progress)
        work.stopped.connect(bar.end)
        work.failed.connect(bar.end)
        bar.stop_asked.connect(work.cancel)
        return bar

    @cached_property
    def insights(self) -> InsightsController:
        """The insights; they follow the filters from now on."""
        from desktop.controllers.insights import InsightsController

        return InsightsController(lanes=self._lanes, access=self._access, sessions=self._sessions, parent=self)

    @cached_property
    def insights_window(self) -> InsightsWindow:
        """Their window, not shown yet."""
        from desktop.views.insights.window import InsightsWindow

        return InsightsWindow(insights=self.insights, settings=self._settings, parent=self._window)

    @Slot()
    def _on_insights_asked(self) -> None:
        self.insights_window.show_for(self._filters)

    @Slot(object)
    def _on_page(self, page: Page) -> None:
        self._filters = page.request.filters
        if "insights" in vars(self):  # not before somebody has looked at them
            self.insights.follow(self._filters)

    @Slot(str)
    def _on_signed_out(self, _reason: str) -> None:
        self._filters = Filters()
        if "insights_window" in vars(self):
            self.insights_window.forget()

    @Slot(object, int)
    def _on_export_asked(self, request: PageRequest, count: int) -> None:
        from desktop.views.dialogs.export import ExportDialog

        dialog = ExportDialog(request=request, count=count, settings=self._settings, parent=self._window)
        dialog.chosen.connect(self._on_export_chosen)
        dialog.open()

    @Slot(object)
    def _on_export_chosen(self, wanted: Export) -> None:
        self.exports.export(wanted)

    @Slot(object)
    def _on_exported(self, exported: Exported) -> None:
        told = say_many(
            "Exported {count} record to {file}",
            "Exported {count} records to {file}",
            exported.records,
            count=_grouped(exported.records),
            file=exported.file,
        )
        self._window.show_message(told, MESSAGE_MS)

    @Slot()
    def _on_statement_asked(self) -> None:
        from desktop.views.dialogs.statement import StatementDialog

        dialog = StatementDialog(settings=self._settings, parent=self._window)
        dialog.chosen.connect(self._on_statement_chosen)
        dialog.open()

    @Slot(object)
    def _on_statement_chosen(self, wanted: Wanted) -> None:
        self.statements.make(wanted)

    @Slot(object)
    def _on_statement_saved(self, saved: Saved) -> None:
        told = say_many(
            "Statement of {count} page saved to {file}",
            "Statement of {count} pages saved to {file}",
            saved.pages,
            count=_grouped(saved.pages),
            file=saved.file,
        )
        self._window.show_message(told, MESSAGE_MS)

    @Slot(object)
    def _on_statement_ready(self, paper: Paper) -> None:
        from desktop.views.dialogs.statement_preview import StatementPreview

        StatementPreview(paper, parent=self._window).open()

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._window.show_message(failure.text)


def _grouped(count: int) -> str:
    return format_count(count, number_format_of(QLocale()))
