"""Writing the filtered records to a file: one at a time, with progress, stopped on request. It shows nothing."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal, Slot

from desktop.controllers import jobs
from desktop.controllers.background import Lanes
from desktop.controllers.jobs import Ticket
from desktop.controllers.requests import Failure
from desktop.controllers.sessions import SessionController
from desktop.controllers.store_access import StoreAccess
from desktop.system import logs
from desktop.terms.errors import AppError
from desktop.terms.pages import PageRequest
from desktop.terms.people import Session

if TYPE_CHECKING:
    from desktop.documents.export_files import ExportFormat


class Export(NamedTuple):
    """What is wanted: the records under the request's filters in its order, in a file of a format."""

    file: Path
    form: ExportFormat
    request: PageRequest


class Exported(NamedTuple):
    """What was written."""

    file: Path
    records: int


class ExportsController(QObject):
    """The export that runs, if one does."""

    started = Signal()
    progress = Signal(int, int)  # records written, of how many
    exported = Signal(object)  # Exported
    stopped = Signal()
    failed = Signal(object)  # Failure

    def __init__(
        self, *, lanes: Lanes, access: StoreAccess, sessions: SessionController, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("exports_controller")
        self._lanes = lanes
        self._access = access
        self._sessions = sessions
        self._ticket: Ticket | None = None
        sessions.signed_out.connect(self._on_signed_out)

    @Slot(object)
    def export(self, wanted: Export) -> None:
        """Write a file in place of the export that runs; ends in `exported`, `stopped` or `failed`."""
        self.cancel()
        self.started.emit()
        self._ticket = self._lanes.reports.submit(
            partial(self._write, wanted, self._sessions.session),
            done=self._on_exported,
            failed=self._on_failed,
            progress=self._on_progress,
            reference=logs.new_reference(),
        )

    @Slot()
    def cancel(self) -> None:
        """Stop a running export; no half file is left, and one that was there stays."""
        if self._ticket is not None:
            self._ticket.cancel()
            self._ticket = None
            self.stopped.emit()

    def _write(self, wanted: Export, session: Session) -> Exported:
        from desktop.documents.export_files import write_batches

        filters, sort, descending = wanted.request.filters, wanted.request.sort, wanted.request.descending
        ledger = self._access.ledger
        total = ledger.totals(session, filters).count

        def progress(done: int) -> None:
            jobs.progress(done, total)

        # Closed here, on this lane: what a stop leaves unread would hold its transaction open.
        with closing(ledger.batches(session, filters, sort, descending=descending)) as rows:
            count = write_batches(wanted.file, wanted.form, rows, progress=progress, cancelled=jobs.cancelled)
        return Exported(wanted.file, count)

    @Slot(int, int)
    def _on_progress(self, done: int, total: int) -> None:
        self.progress.emit(done, total)

    @Slot(object)
    def _on_exported(self, exported: Exported) -> None:
        self._ticket = None
        self.exported.emit(exported)

    @Slot(object)
    def _on_failed(self, error: AppError) -> None:
        self._ticket = None
        self.failed.emit(Failure.of(error, logs.reference.get()))
        self._sessions.lost(error)

    @Slot(str)
    def _on_signed_out(self, _reason: str) -> None:
        self.cancel()
