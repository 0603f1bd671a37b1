"""The records browser's requests: pages, deleting with undo, restoring. It shows nothing.

A newer page request takes the place of an older one, the running query included. Totals that take longer and counts
come after the page and give way to the next one; counts are asked for again only when they may have changed. The index
behind the pages is brought up in the background, and gone through once after each sign-in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from desktop.controllers import jobs
from desktop.controllers.background import Lanes
from desktop.controllers.jobs import Ticket
from desktop.controllers.requests import Failure
from desktop.controllers.sessions import SessionController
from desktop.controllers.store_access import StoreAccess
from desktop.controllers.undoing import Act, Undoing
from desktop.language.sentences import say, say_many
from desktop.system import logs, memory
from desktop.terms.charges import Entry
from desktop.terms.errors import AppError, Cancelled
from desktop.terms.kinds import OperationType
from desktop.terms.pages import Filters, Page, PageRequest, Totals
from desktop.terms.people import Session

log = logging.getLogger(__name__)

T = TypeVar("T")
Ids = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Change:
    """Records that went into the Trash, or came out of it."""

    ids: Ids
    deleted: bool

    @property
    def text(self) -> str:
        if self.deleted:
            return say_many("{count} record deleted", "{count} records deleted", len(self.ids))
        return say_many("{count} record restored", "{count} records restored", len(self.ids))


@dataclass(frozen=True, slots=True)
class _Note:
    """A note that took the place of another one; "" for none."""

    record_id: int
    before: str
    after: str

    @property
    def text(self) -> str:
        return say("Note changed") if self.after else say("Note removed")


class RecordsController(QObject):
    """The page that is shown, and the last acts that hid something, which can be undone one after another."""

    page_changed = Signal(object)  # Page; without its totals, `totals_changed` follows unless another page is asked for
    totals_changed = Signal(object)  # Totals of the page shown last
    counting = Signal(int, int)  # how far those totals are, of how much
    indexing = Signal(int, int)  # records in the index, of how many: until all are, pages come slower
    indexed = Signal()  # the index is made, or made no further now
    counts_changed = Signal(object)  # Mapping[OperationType, int], under the other filters
    trash_changed = Signal(int)  # records in the Trash
    deleted = Signal(object)  # Ids
    restored = Signal(object)  # Ids
    noted = Signal(object)  # Entry, with the note that it has now
    undo_changed = Signal(bool, str)  # whether there is something to undo, and what is next
    failed = Signal(object)  # Failure

    def __init__(self, *, lanes: Lanes, access: StoreAccess, sessions: SessionController) -> None:
        super().__init__()
        self.setObjectName("records_controller")
        self._lanes = lanes
        self._access = access
        self._sessions = sessions
        self._request = PageRequest()
        self._undoing = Undoing(self)
        self._undoing.changed.connect(self.undo_changed)
        self._counting: list[Ticket] = []
        self._counted: Filters | None = None  # what the counts on screen were made for
        self._upkeep: Ticket | None = None
        self._checked = False  # whether the index has been gone through since the sign-in
        sessions.signed_out.connect(self._on_signed_out)

    @Slot(object)
    def show(self, request: PageRequest) -> None:
        """Ask for a page; ends in `page_changed` or `failed`."""
        self._request = request
        self._ask()

    @Slot()
    def refresh(self) -> None:
        """Ask for the same page again: something may have changed."""
        self._counted = None
        self._ask()

    def _ask(self) -> None:
        if not self._sessions.is_signed_in:
            return
        self._give_way()
        self._lanes.read.submit(
            partial(_page, self._access, self._sessions.session, self._request, self._checked),
            done=self._on_page,
            failed=self._on_page_failed,
            replace=True,
            reference=logs.new_reference(),
        )

    def _count_what_is_new(self, page: Page) -> None:
        """Ask for the totals that a page came without, and for the counts unless they are on screen."""
        access, session, filters = self._access, self._sessions.session, page.request.filters
        if page.totals is None:
            self._count(partial(_totals, access, session, filters), self._on_totals)
        wanted = replace(filters, operations=frozenset())
        if wanted != self._counted:
            self._count(partial(_trash, access, session), self._on_trash)
            self._count(partial(_counts, access, session, wanted), self._on_counts)

    def _bring_up(self) -> None:
        """Bring the index behind the pages up in the background, unless that goes on already."""
        if self._upkeep is None:
            self._upkeep = self._lanes.upkeep.submit(
                partial(_catch_up, self._access, self._sessions.session, not self._checked),
                done=self._on_brought_up,
                failed=self._on_upkeep_failed,
                progress=self._on_indexing,
                reference=logs.new_reference(),
            )

    def _count(self, work: Callable[[], T], done: Callable[[T], object]) -> None:
        ticket = self._lanes.read.submit(
            work,
            done=done,
            failed=self._on_count_failed,
            progress=self._on_counting,
            replace=True,
            reference=logs.new_reference(),
        )
        self._counting.append(ticket)

    def _give_way(self) -> None:
        """Give running counts up: they keep no page waiting."""
        for ticket in self._counting:
            ticket.cancel()
        self._counting.clear()

    @Slot(object)
    def delete(self, ids: Ids) -> None:
        """Hide records; ends in `deleted` or `failed`."""
        self._mark(_Change(ids, deleted=True))

    @Slot(object)
    def restore(self, ids: Ids) -> None:
        """Show hidden records again; ends in `restored` or `failed`."""
        self._mark(_Change(ids, deleted=False))

    @Slot(int, str, str)
    def set_note(self, record_id: int, text: str, before: str = "") -> None:
        """Write a note beside a record, "" to take it away; ends in `noted` or `failed`. `before` is what it was."""
        self._write_note(_Note(record_id, before, text))

    def _write_note(self, note: _Note, *, undo: bool = False) -> None:
        text = note.before if undo else note.after
        self._lanes.write.submit(
            partial(_set_note, self._access, self._sessions.session, note.record_id, text),
            done=partial(self._on_noted, None if undo else note),
            failed=partial(self._on_note_failed, note if undo else None),
            reference=logs.new_reference(),
        )

    def _can_undo_note(self, note: _Note | None) -> None:
        if note is not None and note.before and note.before != note.after:
            self._undoing.add(Act(note.text, partial(self._write_note, note, undo=True), outlives_window=True))

    @Slot(object)
    def can_undo(self, act: Act) -> None:
        """Offer to take back something that was hidden or dropped in the window, beside what happened to records."""
        if self._sessions.is_signed_in:
            self._undoing.add(act)

    @Slot()
    def undo(self) -> None:
        """Take the last act back that was not yet, the newest first."""
        self._undoing.undo()

    @Slot()
    def look_over_undo(self) -> None:
        """Something came back into sight: offer no longer to bring it back."""
        self._undoing.look_over()

    def leave_window(self) -> None:
        """Another window takes the place of the one whose acts could be undone; what is the ledger's still can be."""
        self._undoing.leave_window()

    def _take_back(self, change: _Change) -> None:
        self._mark(_Change(change.ids, deleted=not change.deleted), undoes=change)

    def _mark(self, change: _Change, *, undoes: _Change | None = None) -> None:
        self._lanes.write.submit(
            partial(_delete if change.deleted else _restore, self._access, self._sessions.session, change.ids),
            done=partial(self._on_changed, change, undoes),
            failed=partial(self._on_change_failed, undoes),
            reference=logs.new_reference(),
        )

    def _can_undo(self, change: _Change | None) -> None:
        if change is not None and change.ids:
            self._undoing.add(Act(change.text, partial(self._take_back, change), outlives_window=True))

    @Slot(object)
    def _on_page(self, looked: tuple[Page, bool]) -> None:
        page, due = looked
        self._count_what_is_new(page)
        self.page_changed.emit(page)
        if due:
            self._bring_up()

    @Slot(object)
    def _on_totals(self, totals: Totals) -> None:
        self.totals_changed.emit(totals)

    @Slot(int, int)
    def _on_counting(self, done: int, total: int) -> None:
        self.counting.emit(done, total)

    @Slot(int, int)
    def _on_indexing(self, done: int, total: int) -> None:
        self.indexing.emit(done, total)

    @Slot(bool)
    def _on_brought_up(self, _done: bool) -> None:
        self._end_upkeep()

    @Slot(object)
    def _on_upkeep_failed(self, error: AppError) -> None:
        # Pages come from the ledger itself; what is wrong with it is told when they fail.
        log.warning("the index was not brought up: %s", error.code)
        self._end_upkeep()

    def _end_upkeep(self) -> None:
        self._upkeep = None
        self._checked = True
        self.indexed.emit()

    @Slot(object)
    def _on_page_failed(self, error: AppError) -> None:
        if not isinstance(error, Cancelled):
            self._on_failed(error)

    @Slot(int)
    def _on_trash(self, count: int) -> None:
        self.trash_changed.emit(count)

    @Slot(object)
    def _on_counts(self, counted: tuple[Filters, Mapping[OperationType, int]]) -> None:
        self._counted, counts = counted
        self.counts_changed.emit(counts)

    @Slot(object)
    def _on_count_failed(self, error: AppError) -> None:
        # The page says so, or will at the next request; the chips go on without numbers.
        log.warning("the counts failed: %s", error.code)

    def _on_changed(self, change: _Change, undoes: _Change | None, ids: Ids) -> None:
        if undoes is None:
            self._can_undo(replace(change, ids=ids))
        (self.deleted if change.deleted else self.restored).emit(ids)
        self.refresh()

    def _on_noted(self, note: _Note | None, entry: Entry) -> None:
        self._can_undo_note(note)
        self.noted.emit(entry)
        self.refresh()

    def _on_note_failed(self, undoes: _Note | None, error: AppError) -> None:
        self._can_undo_note(undoes)
        self._on_failed(error)

    def _on_change_failed(self, undoes: _Change | None, error: AppError) -> None:
        self._can_undo(undoes)
        self._on_failed(error)

    @Slot(object)
    def _on_failed(self, error: AppError) -> None:
        self.failed.emit(Failure.of(error, logs.reference.get()))
        self._sessions.lost(error)

    @Slot(str)
    def _on_signed_out(self, _reason: str) -> None:
        self._give_way()
        if self._upkeep is not None:
            self._upkeep.cancel()
            self._end_upkeep()
        self._checked = False
        self._undoing.clear()
        self._request, self._counted = PageRequest(), None


def _page(access: StoreAccess, session: Session, request: PageRequest, checked: bool) -> tuple[Page, bool]:
    return access.ledger.first_look(session, request, checked=checked, cancelled=jobs.cancelled)


def _totals(access: StoreAccess, session: Session, filters: Filters) -> Totals:
    return access.ledger.totals(session, filters, progress=jobs.progress, cancelled=jobs.cancelled)


def _catch_up(access: StoreAccess, session: Session, check: bool) -> bool:
    try:
        return access.ledger.catch_up(session, check=check, progress=jobs.progress, cancelled=jobs.cancelled)
    finally:
        if check:  # once a session: the last that a start does
            memory.trim()


def _trash(access: StoreAccess, session: Session) -> int:
    return access.ledger.trash_count(session)


def _counts(access: StoreAccess, session: Session, filters: Filters) -> tuple[Filters, Mapping[OperationType, int]]:
    return filters, access.ledger.operation_counts(session, filters, cancelled=jobs.cancelled)


def _delete(access: StoreAccess, session: Session, ids: Ids) -> Ids:
    return access.ledger.delete(session, ids)


def _restore(access: StoreAccess, session: Session, ids: Ids) -> Ids:
    return access.ledger.restore(session, ids)


def _set_note(access: StoreAccess, session: Session, record_id: int, text: str) -> Entry:
    return access.ledger.set_note(session, record_id, text)
