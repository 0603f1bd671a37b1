"""How a person stands: what they spent this month, their budget, and who may put credit in. It shows nothing."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from desktop.controllers.background import Lanes
from desktop.controllers.requests import Failure
from desktop.controllers.sessions import SessionController
from desktop.controllers.store_access import StoreAccess
from desktop.system import logs
from desktop.terms.charges import Spending
from desktop.terms.errors import AppError
from desktop.terms.people import Session


class SpendingController(QObject):
    """Asks again whenever something may have changed; a newer question takes the place of an older one."""

    changed = Signal(object)  # Spending
    failed = Signal(object)  # Failure

    def __init__(
        self, *, lanes: Lanes, access: StoreAccess, sessions: SessionController, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("spending_controller")
        self._lanes = lanes
        self._access = access
        self._sessions = sessions

    @Slot()
    def look(self) -> None:
        """Ends in `changed` or `failed`."""
        if self._sessions.is_signed_in:
            self._lanes.read.submit(
                partial(_spending, self._access, self._sessions.session),
                done=self._on_spending,
                failed=self._on_failed,
                replace=True,
                reference=logs.reference.get(),
            )

    @Slot(object)
    def _on_spending(self, spending: Spending) -> None:
        self.changed.emit(spending)

    @Slot(object)
    def _on_failed(self, error: AppError) -> None:
        if not self._sessions.lost(error):
            self.failed.emit(Failure.of(error, logs.reference.get()))


def _spending(access: StoreAccess, session: Session) -> Spending:
    from desktop.models.ledger.standing import standing

    return standing(access.ledger, session, access.config.spending, date.today())
