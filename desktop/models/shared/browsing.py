"""Who answers a question about records: this desk's own copy where it has one that is at hand, else the server.

Both give the same rows. The server is quick for the newest records and whatever is counted among few; the copy is quick
for everything, and is made in the background.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager

from desktop.models.ledger.protocol import Cancel, Progress, never, silent
from desktop.models.shared.copies import AT_ONCE, Copies, Copy
from desktop.models.shared.links import Ask
from desktop.models.shared.records import Records
from desktop.models.shared.sessions import Sessions, Signed
from desktop.terms.charges import RawRecord, Reader
from desktop.terms.errors import Cancelled, ServerAway, StoreDamaged, StoreError
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters, Page, PageRequest, Totals
from desktop.terms.reports import Insights, StatementReport

log = logging.getLogger(__name__)

_PULSE = "SELECT seq, journal_number FROM metercalc.pulse()"

Batches = Generator[list[RawRecord], None, None]
Identity = Callable[[], tuple[str, bytes]]
"""The ledger's id and key, known from the first sign-in on."""


class Browsing:
    """Questions about the records of somebody who is signed in."""

    def __init__(
        self, sessions: Sessions, records: Records, copies: Copies, identity: Identity, ask: Callable[[Signed], Ask]
    ) -> None:
        self._sessions = sessions
        self._records = records
        self._copies = copies
        self._identity = identity
        self._asking = ask

    def page(self, signed: Signed, request: PageRequest) -> Page:
        """A page with its totals."""
        copy = self._at_hand(signed)
        return self._records.page(signed, request) if copy is None else copy.ledger.page(copy.session, request)

    def first_look(
        self, signed: Signed, request: PageRequest, *, checked: bool, cancelled: Cancel
    ) -> tuple[Page, bool]:
        """A page as quickly as it can be had, and whether `catch_up` is due."""
        seq, number = self._pulse(signed) if self._copies.are_wanted else (0, 0)
        copy = self._at_hand(signed, cancelled, (seq, number))
        if copy is not None:
            return copy.ledger.first_look(copy.session, request, checked=checked, cancelled=cancelled)
        return self._records.first_look(signed, request, cancelled), self._copies.is_wanted(seq) or not checked

    def catch_up(
        self,
        signed: Signed,
        noted: Callable[[int, bytes], None],
        *,
        check: bool,
        progress: Progress,
        cancelled: Cancel,
    ) -> bool:
        """Bring the copy, and its index, up to the server; whether they are."""
        seq, number = self._pulse(signed)
        copy = self._copy(signed, seq, far=True)
        if copy is None:
            return True
        try:
            copy.connect(self._heeded(cancelled))
            copy.follow(seq, number, self._asking(signed), progress, cancelled, noted)
            return copy.ledger.catch_up(copy.session, check=check, progress=progress, cancelled=cancelled)
        except Cancelled:
            return False
        except StoreDamaged:
            self._copies.give_up(signed.user_id)
            raise

    def totals(self, signed: Signed, filters: Filters, progress: Progress, cancelled: Cancel) -> Totals:
        """What the filtered records come to."""
        copy = self._at_hand(signed, cancelled)
        if copy is None:
            return self._records.totals(signed, filters, cancelled)
        return copy.ledger.totals(copy.session, filters, progress=progress, cancelled=cancelled)

    def operation_counts(self, signed: Signed, filters: Filters, cancelled: Cancel) -> Mapping[OperationType, int]:
        """How many records each operation has under the other filters."""
        copy = self._at_hand(signed, cancelled)
        if copy is None:
            return self._records.operation_counts(signed, filters, cancelled)
        return copy.ledger.operation_counts(copy.session, filters, cancelled=cancelled)

    def trash_count(self, signed: Signed) -> int:
        """How many deleted records there are."""
        copy = self._at_hand(signed)
        return self._records.trash_count(signed) if copy is None else copy.ledger.trash_count(copy.session)

    def batches(self, signed: Signed, filters: Filters, sort: Column, *, descending: bool) -> Batches:
        """Every filtered record in order, from one state."""
        copy = self._at_hand(signed)
        if copy is None:
            return self._records.batches(signed, filters, sort, descending=descending)
        return copy.ledger.batches(copy.session, filters, sort, descending=descending)

    def insights(self, signed: Signed, filters: Filters, progress: Progress, cancelled: Cancel) -> Insights:
        """What the filtered records tell over time."""
        copy = self._at_hand(signed, cancelled)
        if copy is None:
            return self._records.insights(signed, filters, progress, cancelled)
        return copy.ledger.insights(copy.session, filters, progress=progress, cancelled=cancelled)

    def statement(
        self, signed: Signed, since: int, until: int, progress: Progress, cancelled: Cancel
    ) -> AbstractContextManager[tuple[StatementReport, Reader]]:
        """The statement of a period and its records."""
        copy = self._at_hand(signed, cancelled)
        if copy is None:
            return self._records.statement(signed, since, until, progress, cancelled)
        return copy.ledger.statement(copy.session, since, until, progress=progress, cancelled=cancelled)

    def _at_hand(self, signed: Signed, cancelled: Cancel = never, pulse: tuple[int, int] | None = None) -> Copy | None:
        """The copy, with all that the server has; None where that would take too long, or there is none."""
        if not self._copies.are_wanted:
            return None
        seq, number = pulse or self._pulse(signed)
        try:
            copy = self._copy(signed, seq, far=False)
            if copy is None:
                return None
            copy.connect(self._heeded(cancelled))
            if copy.behind(seq) > AT_ONCE:
                return None
            copy.follow(seq, number, self._asking(signed), silent, cancelled)
        except (Cancelled, ServerAway):
            raise
        except StoreDamaged as error:
            log.warning("the copy is thrown away: %s", error.message)
            self._copies.give_up(signed.user_id)
            return None
        except StoreError as error:  # a full disk, say: the server answers all the same
            log.warning("the copy cannot be used: %s", error.message)
            return None
        return copy

    def _copy(self, signed: Signed, seq: int, *, far: bool) -> Copy | None:
        ledger_id, key = self._identity()
        return self._copies.of(ledger_id, signed.user_id, signed.username, key, seq, far=far)

    def _pulse(self, signed: Signed) -> tuple[int, int]:
        seq, number = self._sessions.ask(signed, _PULSE)[0]
        return seq, number

    def _heeded(self, cancelled: Cancel) -> Cancel:
        mine = self._sessions.connections.cancelled
        return mine if cancelled is never else lambda: mine() or cancelled()
