"""Several requests in one transaction, each of them all or nothing by itself. What a request is, `charges` knows."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from desktop.language.sentences import say
from desktop.models.embedded import charges
from desktop.models.embedded.storage import sqlite
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.tills import Till
from desktop.terms.charges import Charge, Receipt
from desktop.terms.errors import AppError, ChargeUnknown, StoreError, StoreFull, StoreLocked
from desktop.terms.people import Session

log = logging.getLogger(__name__)

Outcome = Receipt | AppError


def charge_together(store: Store, session: Session, wanted: Sequence[Charge], *, seconds: float) -> list[Outcome]:
    """Carry out requests in their order, one flush for all; what each came to, or the error that refused it.

    As many as come within so many seconds, and one at least: the answers to those, which are on the disk when this
    returns. What refuses one leaves the others. Where the store fails, none is in it: each request is looked up and
    sent again alone, and its id keeps it from being charged twice.
    """
    wanted = [charges.checked(charge) for charge in wanted]
    tried: list[Charge] = []
    outcomes: list[Outcome] = []
    begun = False
    try:
        with store.turn() as turn:
            begun = True
            deadline = time.monotonic() + seconds
            till = Till.of(store, turn, session)
            for charge in wanted:
                tried.append(charge)
                outcomes.append(_carried_out(till, charge))
                if time.monotonic() >= deadline:
                    break
    except StoreError as trouble:
        if not begun or not (tried or trouble.__cause__):
            return [trouble] * len(wanted)  # nobody has begun anything: the same holds for each of them
        return _one_by_one(store, session, tried or wanted[:1], trouble)
    except AppError as refusal:  # the session has ended
        return [refusal] * len(wanted)
    return outcomes


def _carried_out(till: Till, charge: Charge) -> Outcome:
    """What one request came to. Raises `StoreError`: part of it may be written, where a refusal comes before."""
    try:
        return till.charge(charge)
    except StoreError:
        raise
    except AppError as refusal:
        return refusal


def _one_by_one(store: Store, session: Session, tried: Sequence[Charge], trouble: StoreError) -> list[Outcome]:
    """After an error that may have come after the commit: what the disk holds, and the rest each in its own right."""
    log.warning("%d charges together ended in %s; each is looked up", len(tried), trouble.code)
    try:
        store.reconnect()
        with store.reading() as database:
            till = Till(store, database, session)
            found = [_found(till, charge) for charge in tried]
        # See `charges`: a full disk and a lock leave nothing behind that could come back.
        if any(found) or not isinstance(trouble, StoreFull | StoreLocked):
            with sqlite.translated(store.file):
                sqlite.settle(store.database)
    except AppError as error:
        unknown = ChargeUnknown(f"{trouble.message} " + say("The store could not be read back either."))
        unknown.__cause__ = error
        return [unknown] * len(tried)
    return [there or _alone(store, session, charge) for there, charge in zip(found, tried, strict=True)]


def _found(till: Till, charge: Charge) -> Receipt | None:
    try:
        found = till.find(charge)
    except AppError:  # it is refused again when it is sent again
        return None
    return found._replace(repeated=False) if found else None


def _alone(store: Store, session: Session, charge: Charge) -> Outcome:
    try:
        return charges.charge(store, session, charge)
    except AppError as refusal:
        return refusal
