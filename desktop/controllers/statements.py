"""Account statements, as PDF or for paper: one at a time, with progress, stopped on request. It shows nothing."""

from __future__ import annotations

from collections.abc import Sequence
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
from desktop.language.sentences import say_many
from desktop.system import logs
from desktop.terms.charges import RawRecord
from desktop.terms.errors import AppError, BadInput
from desktop.terms.people import Session
from desktop.terms.reports import StatementReport

if TYPE_CHECKING:
    from desktop.documents.statement_paper import Style

MOST_ON_PAPER = 2_000  # records: the preview is painted by the window's thread, and nobody prints more pages


class Wanted(NamedTuple):
    """A period (UTC microseconds, `until` exclusive), how it is written, and the PDF file; None stands for paper."""

    since: int
    until: int
    style: Style
    file: Path | None = None


class Saved(NamedTuple):
    """The PDF that was written."""

    file: Path
    pages: int


class Paper(NamedTuple):
    """A statement that was read, to be shown and printed."""

    report: StatementReport
    rows: Sequence[RawRecord]
    style: Style


class StatementsController(QObject):
    """The statement that is being made, if one is."""

    started = Signal()
    progress = Signal(int, int)  # records done, of how many
    saved = Signal(object)  # Saved
    ready = Signal(object)  # Paper
    stopped = Signal()
    failed = Signal(object)  # Failure

    def __init__(
        self, *, lanes: Lanes, access: StoreAccess, sessions: SessionController, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("statements_controller")
        self._lanes = lanes
        self._access = access
        self._sessions = sessions
        self._ticket: Ticket | None = None
        sessions.signed_out.connect(self._on_signed_out)

    @Slot(object)
    def make(self, wanted: Wanted) -> None:
        """Make a statement in place of the one that is being made; ends in `saved`, `ready`, `stopped` or `failed`."""
        self.cancel()
        self.started.emit()
        self._ticket = self._lanes.reports.submit(
            partial(self._make, wanted, self._sessions.session),
            done=self._on_made,
            failed=self._on_failed,
            progress=self._on_progress,
            reference=logs.new_reference(),
        )

    @Slot()
    def cancel(self) -> None:
        """Stop; no half file is left, and one that was there stays."""
        if self._ticket is not None:
            self._ticket.cancel()
            self._ticket = None
            self.stopped.emit()

    def _make(self, wanted: Wanted, session: Session) -> Saved | Paper:
        from desktop.documents.statement_paper import write_pdf

        with self._access.ledger.statement(
            session,
            wanted.since,
            wanted.until,
            progress=jobs.progress,
            cancelled=jobs.cancelled,
        ) as (report, read):
            if wanted.file is not None:
                ended = write_pdf(
                    wanted.file,
                    report,
                    read,
                    wanted.style,
                    progress=jobs.progress,
                    cancelled=jobs.cancelled,
                )
                return Saved(wanted.file, ended.pages)
            if report.count > MOST_ON_PAPER:
                raise BadInput(
                    say_many(
                        "This period has {count} record, too many for paper. Save it as PDF, or choose a shorter "
                        "period.",
                        "This period has {count} records, too many for paper. Save it as PDF, or choose a shorter "
                        "period.",
                        report.count,
                    )
                )
            return Paper(report, [row for batch in read() for row in batch], wanted.style)

    @Slot(int, int)
    def _on_progress(self, done: int, total: int) -> None:
        self.progress.emit(done, total)

    @Slot(object)
    def _on_made(self, made: Saved | Paper) -> None:
        self._ticket = None
        if isinstance(made, Saved):
            self.saved.emit(made)
        else:
            self.ready.emit(made)

    @Slot(object)
    def _on_failed(self, error: AppError) -> None:
        self._ticket = None
        self.failed.emit(Failure.of(error, logs.reference.get()))
        self._sessions.lost(error)

    @Slot(str)
    def _on_signed_out(self, _reason: str) -> None:
        self.cancel()
