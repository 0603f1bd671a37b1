"""Attempts at a password: one at a time in a store, failures counted once they have failed, waits that grow with them.

An attempt under way is no failure, so that a right password is never refused because others are being tried, and
leaves nothing on the disk. It holds the store's turn from the look at the wait to the count: guesses side by side wait
for each other, and each sees the failures of those before it.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from peewee import SqliteDatabase

from desktop.language.sentences import say, say_many
from desktop.models.embedded.storage import chain, forms
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.storage.tables import SignInFailure
from desktop.system.turns import TurnNotCome, turn
from desktop.terms.errors import SignInRefused, StoreError, StoreLocked

log = logging.getLogger(__name__)

FREE_FAILURES = 3
FIRST_WAIT_S = 5
LONGEST_WAIT_S = 900
FORGOTTEN_AFTER_S = 24 * 3600
TURN_S = 30.0
_SECOND = 1_000_000


@contextmanager
def attempt(store: Store, username: str) -> Iterator[None]:
    """An attempt at somebody's password: it has failed where the body raises `SignInRefused`.

    Raises `SignInRefused` (with `wait_seconds`) while a wait runs, and `StoreLocked` where the turn does not come.
    """
    with hashing(store):
        if not store.has_key:  # nothing can be counted, nor changed
            yield
            return
        name = _name(store, username)
        _check_wait(store, name)
        try:
            yield
        except SignInRefused:
            _count(store, name)
            raise
        _forget(store, name)


@contextmanager
def hashing(store: Store) -> Iterator[None]:
    """The store's turn at working with a password: each takes 19 MB. It is held by a lock on the key's file."""
    with ExitStack() as held:
        try:
            held.enter_context(turn(chain.key_file(store.file), TURN_S))
        except TurnNotCome as error:
            raise StoreLocked(say("Too many others are signing in at this moment. Try again.")) from error
        except OSError as error:
            if error.errno in chain.EXHAUSTED:
                raise chain.too_many_files() from error
            log.info("no turn can be held: %s", error.strerror)  # on such a disk whoever asks is let through
        yield


def forget(store: Store, database: SqliteDatabase, username: str) -> None:
    """Forget somebody's failures, inside the caller's transaction."""
    SignInFailure.delete().where(SignInFailure.name == _name(store, username)).execute(database)


def wait_after(failures: int) -> int:
    """Seconds to wait after so many failures in a row: none for the first, then doubling up to a bound."""
    if failures < FREE_FAILURES:
        return 0
    return min(LONGEST_WAIT_S, FIRST_WAIT_S << min(failures - FREE_FAILURES, 20))


def mark(key: bytes, failures: int, last: int, wait: int, name: bytes) -> bytes:
    """What a count of failed sign-ins carries: one that another program wrote counts for nothing."""
    return chain.digest(key, forms.ATTEMPTS.encode(failures, last, wait, name))


def _check_wait(store: Store, name: bytes) -> None:
    """Raise `SignInRefused` while a wait runs.

    A clock that was set back starts the wait anew instead of ending or prolonging it.
    """
    with store.reading() as database:
        found = _read(store, database, name)
    if found is None:
        return
    failures, last, wait = found
    now = store.clock()
    if now < last and store.read_only_reason is None:
        last = now
        with store.writing() as database:
            _keep(store, database, name, failures, last, wait)
    remaining = min(last + wait - now, LONGEST_WAIT_S * _SECOND)
    if remaining > 0:
        seconds = -(-remaining // _SECOND)
        raise SignInRefused(
            say_many(
                "Too many attempts: wait {count} second and try again.",
                "Too many attempts: wait {count} seconds and try again.",
                seconds,
            ),
            wait_seconds=seconds,
        )


def _count(store: Store, name: bytes) -> None:
    if store.read_only_reason is not None:
        return
    now = store.clock()
    try:
        with store.writing() as database:
            SignInFailure.delete().where(SignInFailure.last < now - FORGOTTEN_AFTER_S * _SECOND).execute(database)
            failures, _, _ = _read(store, database, name) or (0, 0, 0)
            _keep(store, database, name, failures + 1, now, wait_after(failures + 1) * _SECOND)
    except StoreError as error:  # on a full disk the password is as wrong as it was
        log.warning("a failed sign-in could not be counted: %s", error.code)


def _forget(store: Store, name: bytes) -> None:
    if store.read_only_reason is not None:
        return
    with store.reading() as database:
        if not SignInFailure.select().where(SignInFailure.name == name).bind(database).exists():
            return
    try:
        with store.writing() as database:
            SignInFailure.delete().where(SignInFailure.name == name).execute(database)
    except StoreError as error:  # the next right password forgets them
        log.warning("failed sign-ins could not be forgotten: %s", error.code)


def _read(store: Store, database: SqliteDatabase, name: bytes) -> tuple[int, int, int] | None:
    """The failures, the last one's time and the wait of an e-mail, unless another program changed them."""
    columns = (SignInFailure.failures, SignInFailure.last, SignInFailure.wait, SignInFailure.mark)
    row = SignInFailure.select(*columns).where(SignInFailure.name == name).tuples().bind(database).first()
    if row is None:
        return None
    failures, last, wait, found = row
    return (failures, last, wait) if mark(store.key, failures, last, wait, name) == found else None


def _keep(store: Store, database: SqliteDatabase, name: bytes, failures: int, last: int, wait: int) -> None:
    row = {"name": name, "failures": failures, "last": last, "wait": wait}
    SignInFailure.replace(**row, mark=mark(store.key, failures, last, wait, name)).execute(database)


def _name(store: Store, username: str) -> bytes:
    """A keyed hash: people type passwords into the e-mail field, and the store need not know them."""
    return hmac.digest(store.key, b"sign-in|" + username.encode(), "sha256")
