"""Who is signed in: registering, signing in and out, changing the password, the idle lock. It shows nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop.controllers.background import Lanes
from desktop.controllers.requests import Failure
from desktop.controllers.store_access import StoreAccess
from desktop.language.sentences import say, say_many
from desktop.system import logs
from desktop.terms.errors import AppError, NotSignedIn

if TYPE_CHECKING:
    from desktop.terms.people import Account, Session

log = logging.getLogger(__name__)


class SessionController(QObject):
    """Holds the one session of the window, which the lanes serve. One request runs at a time; a second is not begun.

    Every other controller asks it for `session` and reports a lost one.
    """

    signed_in = Signal(object)  # Session
    signed_out = Signal(str)  # why, for the sign-in dialog; "" when the person asked for it
    password_due = Signal()  # the password was a one-time one: `change_password`, and then `signed_in` follows
    registered = Signal(object)  # Account
    password_changed = Signal()
    recovery_code_made = Signal(str)  # told this once: at registering, and when it is asked for
    failed = Signal(object)  # Failure
    busy_changed = Signal(bool)
    first_run_known = Signal(bool)  # whether nobody has registered yet

    def __init__(self, *, lanes: Lanes, access: StoreAccess) -> None:
        super().__init__()
        self.setObjectName("session_controller")
        self._lanes = lanes
        self._access = access
        self._session: Session | None = None
        self._busy = False
        self._store_is_open = False
        self._minutes = 0
        self._active_at = awake_or_asleep()
        self._locked = False
        self._is_open = True  # to whoever signs in
        self._waiting: Callable[[], None] | None = None
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self._lock)
        self.lock_after(access.config.security.idle_lock_minutes)

    def lock_after(self, minutes: int) -> None:
        """Lock after so many minutes without activity, counted from now; 0 is never."""
        self._minutes = minutes
        self._idle.stop()
        self._idle.setInterval(minutes * 60_000)
        self._active_at = awake_or_asleep()
        self.note_activity()

    @property
    def session(self) -> Session:
        """The running session. Raises `NotSignedIn`."""
        if self._session is None:
            raise NotSignedIn(say("You are signed out. Sign in again."))
        return self._session

    @property
    def is_signed_in(self) -> bool:
        """Whether a session runs."""
        return self._session is not None

    @property
    def is_locked(self) -> bool:
        """Whether the last session ended by itself, for want of activity, and nobody has signed in since."""
        return self._locked

    def keep_waiting(self) -> None:
        """Let nobody in until `let_in`: what they would see is still being built. Who signs in waits, busy."""
        self._is_open = False

    def let_in(self) -> None:
        """Let in who waits, and from now on everybody at once."""
        self._is_open = True
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting()

    @Slot()
    def look_around(self) -> None:
        """Open the store and find out whether this is its first run."""
        if not self._store_is_open:
            self._submit(
                partial(_is_first_run, self._access),
                done=self._on_first_run,
                failed=self._on_not_open,
                replace=True,
                for_everyone=True,
            )

    @Slot(str, str)
    def sign_in(self, email: str, password: str) -> None:
        """Sign in; ends in `signed_in` or `failed`."""
        self._begin(partial(_sign_in, self._access, email, password), self._on_signed_in)

    @Slot(str, str)
    def register(self, email: str, password: str) -> None:
        """Make an account and sign in to it; ends in `registered` and `signed_in`, or in `failed`."""
        self._begin(partial(_register, self._access, email, password), self._on_registered)

    @Slot(str, str)
    def change_password(self, old: str, new: str) -> None:
        """Set a new password; ends in `password_changed` or `failed`."""
        self._begin(partial(_change_password, self._access, self.session, old, new), self._on_password_changed)

    @Slot(str)
    def make_recovery_code(self, password: str) -> None:
        """A recovery code in place of an earlier one; ends in `recovery_code_made` or `failed`."""
        self._begin(partial(_new_code, self._access, self.session, password), self._on_code)

    @Slot(str, str, str)
    def recover(self, email: str, code: str, new: str) -> None:
        """Choose a new password by a recovery code, and sign in; ends in `signed_in` or `failed`."""
        self._begin(partial(_recover, self._access, email, code, new), self._on_signed_in)

    @Slot()
    def sign_out(self) -> None:
        """End the session everywhere in this program."""
        self.end("")

    def end(self, reason: str) -> None:
        """End the session and say why; a second call does nothing."""
        if self._session is None:
            return
        session, self._session = self._session, None
        self._locked = self._locked and bool(reason)
        self._idle.stop()
        self._lanes.serve(None)
        self._submit(partial(_sign_out, self._access, session), done=self._on_ended, failed=self._on_not_ended)
        self._set_busy(False)  # a new password may have been on its way
        self.signed_out.emit(reason)

    def lost(self, error: AppError) -> bool:
        """End the session if that is what an error means; says whether it was."""
        if isinstance(error, NotSignedIn):
            self.end(error.message)
            return True
        return False

    def note_activity(self) -> bool:
        """The person did something: the idle lock waits anew. False where it was due: who did it signs in first.

        A timer stands still while the computer sleeps; the clocks that this asks do not.
        """
        if self._session is not None and self._minutes:
            now = awake_or_asleep()
            if any(there - then >= self._minutes * 60 for then, there in zip(self._active_at, now, strict=True)):
                self._lock()
                return False
            self._active_at = now
            self._idle.start()
        return True

    def _begin(self, work: Callable[[], object], done: Callable[..., object]) -> None:
        if self._busy:
            return
        self._set_busy(True)
        self.look_around()  # where that failed when the window opened
        self._submit(work, done=partial(self._at_the_door, done), failed=self._on_failed)

    def _at_the_door(self, done: Callable[..., object], outcome: object) -> None:
        if self._is_open:
            done(outcome)
        else:
            self._waiting = partial(self._go_in, done, outcome, logs.reference.get())

    def _go_in(self, done: Callable[..., object], outcome: object, reference: str) -> None:
        with logs.request(reference):
            done(outcome)

    def _set_busy(self, busy: bool) -> None:
        if busy != self._busy:
            self._busy = busy
            self.busy_changed.emit(busy)

    def _submit(
        self,
        work: Callable[[], object],
        *,
        done: Callable[..., object],
        failed: Callable[[AppError], object],
        replace: bool = False,
        for_everyone: bool = False,
    ) -> None:
        self._lanes.write.submit(
            work,
            done=done,
            failed=failed,
            replace=replace,
            for_everyone=for_everyone,
            reference=logs.new_reference(),
        )

    @Slot(object)
    def _on_first_run(self, first_run: bool) -> None:
        self._store_is_open = True
        self.first_run_known.emit(first_run)

    @Slot(object)
    def _on_not_open(self, error: AppError) -> None:
        if not self._busy:  # else what was asked for fails of the same, and says so
            self.failed.emit(Failure.of(error, logs.reference.get()))

    @Slot(object)
    def _on_registered(self, outcome: tuple[Account, Session, str]) -> None:
        account, session, code = outcome
        self.registered.emit(account)
        self._on_signed_in(session)
        if code:
            self.recovery_code_made.emit(code)

    @Slot(str)
    def _on_code(self, code: str) -> None:
        self._set_busy(False)
        self.recovery_code_made.emit(code)

    @Slot(object)
    def _on_signed_in(self, session: Session) -> None:
        self._session = session
        self._locked = False
        self._lanes.serve(session)
        self._set_busy(False)
        self._active_at = awake_or_asleep()
        self.note_activity()
        if session.one_time:
            self.password_due.emit()
        else:
            self.signed_in.emit(session)

    @Slot(object)
    def _on_password_changed(self, _outcome: object) -> None:
        self._set_busy(False)
        self.password_changed.emit()
        if self._session is not None and self._session.one_time:  # that was what kept it from beginning
            self._on_signed_in(replace(self._session, one_time=False))

    @Slot(object)
    def _on_ended(self, _outcome: object) -> None:
        log.info("the session has ended")

    @Slot(object)
    def _on_not_ended(self, error: AppError) -> None:
        log.warning("the session was not ended in the store: %s", error.code)

    @Slot(object)
    def _on_failed(self, error: AppError) -> None:
        self._set_busy(False)
        self.failed.emit(Failure.of(error, logs.reference.get()))
        self.lost(error)

    @Slot()
    def _lock(self) -> None:
        self._locked = self._session is not None
        told = say_many(
            "Locked after {count} minute without activity. Sign in to go on where you were.",
            "Locked after {count} minutes without activity. Sign in to go on where you were.",
            self._minutes,
            count=self._minutes,
        )
        self.end(told)


def awake_or_asleep() -> tuple[float, float]:
    """Seconds on clocks that go on while the computer sleeps: the wall's, and since the start where that is told."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.time(), time.monotonic() if boot is None else time.clock_gettime(boot)


def _is_first_run(access: StoreAccess) -> bool:
    return access.ledger.is_empty()


def _sign_in(access: StoreAccess, email: str, password: str) -> Session:
    return access.ledger.sign_in(email, password)


def _register(access: StoreAccess, email: str, password: str) -> tuple[Account, Session, str]:
    account, session = access.ledger.register_and_sign_in(
        email,
        password,
        starting_balance=access.config.account.default_balance,
        minimum_length=access.config.security.minimum_password_length,
    )
    try:
        return account, session, _new_code(access, session, password)
    except AppError as error:  # the account is there all the same, and a code can be made later
        log.warning("no recovery code was made: %s", error.code)
        return account, session, ""


def _new_code(access: StoreAccess, session: Session, password: str) -> str:
    return access.ledger.new_recovery_code(session, password)


def _recover(access: StoreAccess, email: str, code: str, new: str) -> Session:
    minimum = access.config.security.minimum_password_length
    access.ledger.recover(email, code, new, minimum_length=minimum)
    return access.ledger.sign_in(email, new)


def _change_password(access: StoreAccess, session: Session, old: str, new: str) -> None:
    minimum = access.config.security.minimum_password_length
    access.ledger.change_password(session, old, new, minimum_length=minimum)


def _sign_out(access: StoreAccess, session: Session) -> None:
    access.ledger.sign_out(session)
