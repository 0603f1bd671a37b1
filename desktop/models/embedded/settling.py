"""A transaction that ended in an error of the store: whether it was carried out all the same, as the disk has it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded.storage import sqlite
from desktop.models.embedded.storage.store import Store
from desktop.terms.charges import Receipt
from desktop.terms.errors import AppError, ChargeUnknown, StoreError, StoreFull, StoreLocked

log = logging.getLogger(__name__)


def read_back(
    store: Store, find: Callable[[SqliteDatabase], Receipt | None], trouble: StoreError, *, begun: bool
) -> Receipt:
    """After an error that may have come after the commit: ask the store, on a new connection, what it holds.

    An error from COMMIT does not mean that the row is not on disk. Raises `trouble` when it is not, and cannot come
    back; `ChargeUnknown` when that cannot be told.
    """
    # No transaction, or one that a rule of ours ended before its commit: there is nothing to ask the store about.
    if not begun or trouble.__cause__ is None or store.read_only_reason is not None:
        raise trouble
    log.warning("a charge ended in %s; reading back", trouble.code)
    try:
        store.reconnect()
        with store.reading() as database:
            found = find(database)
        # A full disk cut the failed commit short before its end, and a lock kept it from beginning: nothing is left
        # of it that could come back, and there is no room, or no turn, for another.
        if found is not None or not isinstance(trouble, StoreFull | StoreLocked):
            with sqlite.translated(store.file):
                sqlite.settle(store.database)
    except AppError as error:
        raise ChargeUnknown(f"{trouble.message} " + say("The store could not be read back either.")) from error
    if found is None:
        raise trouble
    return found._replace(repeated=False)
