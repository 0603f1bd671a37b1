"""The insights' requests: what the filtered records tell, anew when they change while somebody looks. It draws nothing.

Other filters take the place of a running request. The same filters over changed records wait for it to end: where
charges come faster than ten million records are read, somebody still gets to see something.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop.controllers import jobs
from desktop.controllers.background import Lanes
from desktop.controllers.jobs import Ticket
from desktop.controllers.requests import Failure
from desktop.controllers.sessions import SessionController
from desktop.controllers.store_access import StoreAccess
from desktop.system import logs
from desktop.terms.errors import AppError
from desktop.terms.pages import Filters
from desktop.terms.people import Session
from desktop.terms.reports import Insights

PATIENCE_MS = 400  # so that a burst of charges is one request


class InsightsController(QObject):
    """Follows the filters and the records while it is open."""

    changed = Signal(object)  # Insights
    begun = Signal(bool)  # whether what is shown is of other filters
    progress = Signal(int, int)
    kept = Signal(object)  # the file of a picture
    failed = Signal(object)  # Failure

    def __init__(
        self, *, lanes: Lanes, access: StoreAccess, sessions: SessionController, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("insights_controller")
        self._lanes = lanes
        self._access = access
        self._sessions = sessions
        self._filters = Filters()
        self._open = False
        self._again = False
        self._ticket: Ticket | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._on_patience)
        sessions.signed_out.connect(self._on_signed_out)

    @Slot(object)
    def open(self, filters: Filters) -> None:
        """Ask for the insights under the filters, and follow them from now on; ends in `changed` or `failed`."""
        self._open = True
        self._filters = filters
        self._ask(other=True)

    @Slot()
    def close(self) -> None:
        """Follow nothing any more."""
        self._open = False
        self._again = False
        self._patience.stop()
        self._cancel()

    @Slot(object)
    def follow(self, filters: Filters) -> None:
        """These are the filters now, and there may be other records under them."""
        other = filters != self._filters
        self._filters = filters
        if self._open and other:
            self._ask(other=True)
        elif self._open:
            self._patience.start()

    @Slot(object)
    def keep(self, save: Callable[[], Path]) -> None:
        """Have a picture saved off the window's thread; ends in `kept` or `failed`."""
        self._lanes.reports.submit(save, done=self._on_kept, failed=self._on_not_kept, reference=logs.new_reference())

    @Slot()
    def _on_patience(self) -> None:
        if self._ticket is not None:
            self._again = True
        elif self._open:
            self._ask(other=False)

    def _ask(self, *, other: bool) -> None:
        self._cancel()
        self._again = False
        self.begun.emit(other)
        self._ticket = self._lanes.insights.submit(
            partial(self._read, self._sessions.session, self._filters),
            done=self._on_insights,
            failed=self._on_failed,
            progress=self._on_progress,
            reference=logs.new_reference(),
        )

    def _cancel(self) -> None:
        if self._ticket is not None:
            self._ticket.cancel()
            self._ticket = None

    def _read(self, session: Session, filters: Filters) -> Insights:
        return self._access.ledger.insights(session, filters, progress=jobs.progress, cancelled=jobs.cancelled)

    @Slot(int, int)
    def _on_progress(self, done: int, total: int) -> None:
        self.progress.emit(done, total)

    @Slot(object)
    def _on_insights(self, found: Insights) -> None:
        self._ticket = None
        self.changed.emit(found)
        if self._again:
            self._patience.start()
        self._again = False

    @Slot(object)
    def _on_failed(self, error: AppError) -> None:
        self._ticket = None
        self.failed.emit(Failure.of(error, logs.reference.get()))
        self._sessions.lost(error)

    @Slot(object)
    def _on_kept(self, file: Path) -> None:
        self.kept.emit(file)

    @Slot(object)
    def _on_not_kept(self, error: AppError) -> None:
        self.failed.emit(Failure.of(error, logs.reference.get()))

    @Slot(str)
    def _on_signed_out(self, _reason: str) -> None:
        self.close()
