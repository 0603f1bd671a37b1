"""The store's own affairs: noticing other programs' writes, proving, backing up, the anchor. It shows nothing."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop.controllers import jobs
from desktop.controllers.background import Lanes
from desktop.controllers.requests import Failure
from desktop.controllers.store_access import StoreAccess
from desktop.language.sentences import mark, say
from desktop.system import logs, memory
from desktop.terms.errors import AppError, Cancelled, StoreDamaged, StoreReadOnly

if TYPE_CHECKING:
    from desktop.controllers.jobs import Ticket
    from desktop.terms.reports import Verification

log = logging.getLogger(__name__)

POLL_MS = 500  # another window's charge is seen within a second
ANCHOR_MS = 60_000
HOUR_MS = 3_600_000
NOT_WORTH_IT = mark(
    "The ledger fails its checks: a backup of it would be refused when it is needed. Nothing was written."
)


class StoreController(QObject):
    """Watches the store while the window is open. `begin` starts it, once.

    What fails by itself, and would fail again every minute or hour, is a trouble that lasts; `failed` is only for what
    somebody asked for.
    """

    external_change = Signal()  # another program has written to the store
    trouble_changed = Signal(str)  # a state that lasts, in words: read-only, gone, disk full …; "" when all have ended
    verified = Signal(object)  # Verification, of a check that the person asked for
    verify_failed = Signal(object)  # Failure, of the same
    verify_progress = Signal(int, int)  # records checked, of how many, of the same
    backed_up = Signal(str)  # the file
    failed = Signal(object)  # Failure

    def __init__(self, *, lanes: Lanes, access: StoreAccess) -> None:
        super().__init__()
        self.setObjectName("store_controller")
        self._lanes = lanes
        self._access = access
        self._begun = False
        self._looking = False
        self._asking_for_others = False
        self._standing = {"state": "", "proof": "", "anchor": "", "backup": ""}  # by what is in trouble
        self._trouble = ""
        self._verifying: Ticket | None = None
        self._proved: bool | None = None  # whether the ledger holds as far as it was proved; None before the first end
        self._slice: Ticket | None = None  # of a whole proof that goes on by and by
        self._whole_at = 0
        self._timers = [
            self._timer(POLL_MS, self._poll),
            self._timer(ANCHOR_MS, self._on_minute),
            self._timer(HOUR_MS, self.back_up_daily),
        ]

    @property
    def trouble(self) -> str:
        """What is said of the states that last, "" when all is well: for a window that is made while it does."""
        return self._trouble

    @property
    def is_proved(self) -> bool | None:
        """Whether the ledger holds, by the last proof; None while none has ended."""
        return self._proved

    @property
    def whole_proof_at(self) -> int:
        """When all of the ledger was last proved on this machine, in UTC microseconds; 0 where that is not known."""
        return self._whole_at

    @Slot()
    def begin(self) -> None:
        """Watch, prove the ledger in the background, back up daily what has been proved. Once is enough."""
        if self._begun:
            return
        self._begun = True
        for timer in self._timers:
            timer.start()
        self._poll()
        self._start_verifying(asked=False)

    @Slot(object)
    def prove_what_is_owed(self, _session: object) -> None:
        """Prove the ledger where the proof of the start came to nothing, as where nobody was signed in for it."""
        if self._begun and self._proved is None and self._verifying is None:
            self._start_verifying(asked=False)

    @Slot()
    def verify(self) -> None:
        """Prove the ledger because the person asked; ends in `verified` or `verify_failed`."""
        self._start_verifying(asked=True)

    @Slot()
    def cancel_verify(self) -> None:
        """Stop the proof that the person asked for; the one of every start is still owed, where it has not ended."""
        if self._verifying is None:
            return
        if self._proved:
            self._verifying.cancel()
            self._verifying = None
        else:
            self._start_verifying(asked=False)

    @Slot(str)
    def back_up(self, file: str) -> None:
        """Write a backup; ends in `backed_up` or `failed`."""
        if self._proved is False:
            self.failed.emit(Failure.of(StoreDamaged(say(NOT_WORTH_IT)), logs.new_reference()))
            return
        self._lanes.survey.submit(
            partial(_back_up, self._access, Path(file)),
            done=self._on_backed_up,
            failed=self._on_failed,
            finish=True,
            reference=logs.new_reference(),
        )

    def _timer(self, interval: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval)
        timer.timeout.connect(slot)
        return timer

    def _start_verifying(self, *, asked: bool) -> None:
        for running in filter(None, (self._verifying, self._slice)):
            running.cancel()
        self._slice = None
        self._verifying = self._lanes.survey.submit(
            self._verify if asked else self._prove_since,
            settled=self._on_proof_settled,
            done=self._on_verified if asked else self._on_noted,
            failed=self._on_verify_failed if asked else self._on_proof_failed,
            progress=self._on_verify_progress if asked else None,
            for_everyone=not asked,
            finish=True,
            reference=logs.new_reference(),
        )

    def _verify(self) -> Verification:
        return self._access.ledger.verify(progress=jobs.progress, cancelled=jobs.cancelled)

    def _prove_since(self) -> Verification:
        try:
            return self._access.ledger.prove_since(progress=jobs.progress, cancelled=jobs.cancelled)
        finally:
            memory.trim()  # the last of what a start does: imports, the window and the proof have left gaps

    def _walk_on(self) -> None:
        """Have the next slice of a whole proof proved, while nothing else is."""
        if self._proved and self._verifying is None and self._slice is None:
            self._slice = self._lanes.survey.submit(
                self._prove_slice, done=self._on_walked, failed=self._on_walk_failed, for_everyone=True
            )

    def _prove_slice(self) -> Verification | None:
        return self._access.ledger.prove_slice(cancelled=jobs.cancelled)

    @Slot(object)
    def _on_walked(self, found: Verification | None) -> None:
        self._slice = None
        if found is not None:
            self._on_proof_settled(found)

    @Slot(object)
    def _on_walk_failed(self, error: AppError) -> None:
        self._slice = None
        if not isinstance(error, Cancelled):
            self._on_proof_failed(error)

    @Slot()
    def _poll(self) -> None:
        if not self._looking:
            self._looking = True
            self._lanes.read.submit(self._look, done=self._on_look, failed=self._on_look_failed, for_everyone=True)
        if not self._asking_for_others:
            self._asking_for_others = True
            self._lanes.write.submit(
                self._others_have_written, done=self._on_others, failed=self._on_no_others, for_everyone=True
            )

    def _look(self) -> str:
        return self._access.ledger.trouble()

    def _others_have_written(self) -> bool:
        return self._access.ledger.others_have_written()

    @Slot()
    def note_anchor(self) -> None:
        """Have the anchor written."""
        work = partial(_write_anchor, self._access)
        self._lanes.write.submit(work, done=self._on_anchored, failed=self._on_not_anchored, for_everyone=True)

    @Slot()
    def _on_minute(self) -> None:
        self.note_anchor()
        self._walk_on()
        if self._standing["proof"] or self._standing["backup"]:
            self.back_up_daily()

    @Slot()
    def back_up_daily(self) -> None:
        """Make the day's backup where there is none yet; of what has been proved only."""
        if not self._proved:  # a backup of a ledger that fails its checks would be offered in place of a good one
            if self._proved is None and self._verifying is None:
                self._start_verifying(asked=False)
            return
        work = partial(_back_up_daily, self._access)
        self._lanes.survey.submit(work, done=self._on_daily_backup, failed=self._on_no_daily_backup, for_everyone=True)

    @Slot(object)
    def _on_look(self, trouble: str) -> None:
        self._looking = False
        self._stand("state", trouble)

    @Slot(object)
    def _on_look_failed(self, error: AppError) -> None:
        # It is looked at again: a store that was moved away may come back.
        self._looking = False
        if not isinstance(error, Cancelled):
            self._stand("state", error.message)

    @Slot(object)
    def _on_others(self, have_written: bool) -> None:
        self._asking_for_others = False
        if have_written:
            self.external_change.emit()

    @Slot(object)
    def _on_no_others(self, _error: AppError) -> None:
        self._asking_for_others = False  # looking at the state says why

    def _stand(self, what: str, trouble: str) -> None:
        """Note that something is in a trouble that lasts, or with "" that it is well; said once, while it lasts."""
        self._standing[what] = trouble
        trouble = " ".join(dict.fromkeys(filter(None, self._standing.values())))
        if trouble != self._trouble:
            log.warning("the store: %s", trouble or "all is well again")
            self._trouble = trouble
            self.trouble_changed.emit(trouble)

    @Slot(object)
    def _on_anchored(self, _outcome: object) -> None:
        self._stand("anchor", "")

    @Slot(object)
    def _on_not_anchored(self, error: AppError) -> None:
        self._stand("anchor", error.message)

    @Slot(object)
    def _on_daily_backup(self, _file: object) -> None:
        self._stand("backup", "")

    @Slot(object)
    def _on_no_daily_backup(self, error: AppError) -> None:
        self._stand("backup", error.message)

    def _on_proof_settled(self, outcome: Verification | AppError) -> None:
        """What a proof shows holds for everybody, whoever asked for it."""
        self._verifying = None
        if isinstance(outcome, StoreDamaged):
            self._refuse_charges()
        elif not isinstance(outcome, AppError):
            self._stand("proof", "")
            if outcome.problems:
                self._refuse_charges()
            elif outcome.complete:
                self._proved, self._whole_at = True, outcome.whole_at or self._whole_at
                self.back_up_daily()

    @Slot(int, int)
    def _on_verify_progress(self, done: int, total: int) -> None:
        self.verify_progress.emit(done, total)

    @Slot(object)
    def _on_verified(self, verification: Verification) -> None:
        self.verified.emit(verification)

    @Slot(object)
    def _on_verify_failed(self, error: AppError) -> None:
        self.verify_failed.emit(Failure.of(error, logs.reference.get()))

    @Slot(object)
    def _on_proof_failed(self, error: AppError) -> None:
        if not isinstance(error, StoreReadOnly | StoreDamaged):  # those are states of the store
            self._stand("proof", error.message)

    def _refuse_charges(self) -> None:
        self._proved = False
        work = partial(_make_read_only, self._access)
        self._lanes.write.submit(work, done=self._on_noted, failed=self._on_failed, for_everyone=True)

    @Slot(object)
    def _on_backed_up(self, file: str) -> None:
        self.backed_up.emit(file)

    @Slot(object)
    def _on_noted(self, outcome: object) -> None:
        log.debug("done: %s", outcome)

    @Slot(object)
    def _on_failed(self, error: AppError) -> None:
        self.failed.emit(Failure.of(error, logs.reference.get()))


def _write_anchor(access: StoreAccess) -> str:
    access.ledger.note_witness()
    return "anchor"


def _back_up(access: StoreAccess, target: Path) -> str:
    ours = [access.places.config_file, access.places.settings_file]
    access.ledger.back_up(target, keep=ours, cancelled=jobs.cancelled)
    return str(target)


def _back_up_daily(access: StoreAccess) -> Path | None:
    return access.ledger.back_up_daily(cancelled=jobs.cancelled)


def _make_read_only(access: StoreAccess) -> str:
    access.ledger.refuse_charges()
    return "read-only"
