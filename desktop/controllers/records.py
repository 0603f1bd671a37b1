"""The records browser's requests: pages, deleting with undo, restoring, exporting. It shows nothing.

A newer page request takes the place of an older one, the running query included.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from desktop import background, logs
from desktop.background import Lanes, Ticket
from desktop.controllers.requests import Failure
from desktop.controllers.sessions import SessionController
from desktop.controllers.store_access import StoreAccess
from desktop.errors import AppError, Cancelled
from desktop.values import Page, PageRequest, Session

log = logging.getLogger(__name__)

Ids = tuple[int, ...]


class RecordsController(QObject):
    """The page that is shown, and the last deletion or restoration for as long as it can be undone."""

    page_changed = Signal(object)  # Page
    deleted = Signal(object)  # Ids
    restored = Signal(object)  # Ids
    undo_changed = Signal(bool, str)  # whether there is something to undo, and what
    exported = Signal(str)  # the file
    export_progress = Signal(int, int)  # records written, of how many
    failed = Signal(object)  # Failure
    busy_changed = Signal(bool)

    def __init__(self, *, lanes: Lanes, access: StoreAccess, sessions: SessionController) -> None:
        super().__init__()
        self.setObjectName("records_controller")
        self._lanes = lanes
        self._access = access
        self._sessions = sessions
        self._request = PageRequest()
        self._undo: tuple[str, Ids] | None = None
        self._export: Ticket | None = None
        sessions.signed_out.connect(self._on_signed_out)

    @Slot(object)
    def show(self, request: PageRequest) -> None:
        """Ask for a page; ends in `page_changed` or `failed`."""
        self._request = request
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Ask for the same page again: something may have changed."""
        if not self._sessions.is_signed_in:
            return
        self.busy_changed.emit(True)
        self._lanes.read.submit(
            partial(_page, self._access, self._sessions.session, self._request),
            done=self._on_page,
            failed=self._on_page_failed,
            replace=True,
            reference=logs.new_reference(),
        )

    @Slot(object)
    def delete(self, ids: Ids) -> None:
        """Hide records; ends in `deleted` or `failed`."""
        self._mark(_delete, ids, self._on_deleted)

    @Slot(object)
    def restore(self, ids: Ids) -> None:
        """Show hidden records again; ends in `restored` or `failed`."""
        self._mark(_restore, ids, self._on_restored)

    @Slot()
    def undo(self) -> None:
        """Take the last deletion or restoration back."""
        if self._undo is not None:
            what, ids = self._undo
            self._set_undo(None)
            if what == "deleted":
                self._mark(_restore, ids, self._on_undone_delete)
            else:
                self._mark(_delete, ids, self._on_undone_restore)

    @Slot(str, str)
    def export(self, file: str, kind: str) -> None:
        """Write all records under the present filters to a file, "csv" or "json"; ends in `exported` or `failed`."""
        self.cancel_export()
        self._export = self._lanes.survey.submit(
            partial(self._write, Path(file), kind, self._sessions.session, self._request),
            done=self._on_exported,
            failed=self._on_failed,
            reference=logs.new_reference(),
        )

    @Slot()
    def cancel_export(self) -> None:
        """Stop a running export; no half file is left."""
        if self._export is not None:
            self._export.cancel()
            self._export = None

    def _write(self, file: Path, kind: str, session: Session, request: PageRequest) -> str:
        from desktop.export_files import write_file
        from desktop.models import records

        total = records.totals(self._access.store, session, request.filters).count
        rows = records.stream(self._access.store, session, request.filters, request.sort, descending=request.descending)
        write_file(file, kind, rows, progress=partial(self._report, total), cancelled=background.cancelled)
        return str(file)

    def _report(self, total: int, done: int) -> None:
        self.export_progress.emit(done, total)

    def _mark(self, change: Callable[[StoreAccess, Session, Ids], Ids], ids: Ids, done: Callable[..., object]) -> None:
        self._lanes.write.submit(
            partial(change, self._access, self._sessions.session, ids),
            done=done,
            failed=self._on_failed,
            reference=logs.new_reference(),
        )

    def _set_undo(self, undo: tuple[str, Ids] | None) -> None:
        self._undo = undo
        if undo is None:
            self.undo_changed.emit(False, "")
            return
        what, ids = undo
        noun = "record" if len(ids) == 1 else "records"
        self.undo_changed.emit(True, f"{len(ids):,} {noun} {what}")

    @Slot(object)
    def _on_page(self, page: Page) -> None:
        self.busy_changed.emit(False)
        if self._sessions.is_signed_in:  # else whoever signs in next would see it
            self.page_changed.emit(page)

    @Slot(object)
    def _on_page_failed(self, error: AppError) -> None:
        self.busy_changed.emit(False)
        if not isinstance(error, Cancelled):
            self._on_failed(error)

    @Slot(object)
    def _on_deleted(self, ids: Ids) -> None:
        self._set_undo(("deleted", ids) if ids else None)
        self.deleted.emit(ids)
        self.refresh()

    @Slot(object)
    def _on_restored(self, ids: Ids) -> None:
        self._set_undo(("restored", ids) if ids else None)
        self.restored.emit(ids)
        self.refresh()

    @Slot(object)
    def _on_undone_delete(self, ids: Ids) -> None:
        self.restored.emit(ids)
        self.refresh()

    @Slot(object)
    def _on_undone_restore(self, ids: Ids) -> None:
        self.deleted.emit(ids)
        self.refresh()

    @Slot(object)
    def _on_exported(self, file: str) -> None:
        self._export = None
        self.exported.emit(file)

    @Slot(object)
    def _on_failed(self, error: AppError) -> None:
        self.failed.emit(Failure.of(error, logs.reference.get()))
        self._sessions.lost(error)

    @Slot(str)
    def _on_signed_out(self, _reason: str) -> None:
        self.cancel_export()
        self._set_undo(None)
        self._request = PageRequest()


def _page(access: StoreAccess, session: Session, request: PageRequest) -> Page:
    from desktop.models import records

    return records.page(access.store, session, request)


def _delete(access: StoreAccess, session: Session, ids: Ids) -> Ids:
    from desktop.models import records

    return records.delete(access.store, session, ids)


def _restore(access: StoreAccess, session: Session, ids: Ids) -> Ids:
    from desktop.models import records

    return records.restore(access.store, session, ids)
