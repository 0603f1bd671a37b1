"""Desks at a shared ledger whose server or link fails: each knows of every request what it was told of it.

A request whose end is unknown is sent again under its id, as a person does; whoever is told that nothing was charged
counts on it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from desktop.models.shared import charges
from desktop.models.shared.sessions import Signed
from desktop.terms.errors import AppError, ChargeUnknown, NotSignedIn, RequestReused, ServerAway, StoreLocked
from desktop.terms.people import Session
from tests.support import shared
from tests.support.postgres import Server, running
from tests.support.shared import OwnedLedger
from tests.support.stores import ADMIN, ANN, BOB, PASSWORD, charge_for, new_id

# Nothing is asked of the disk here: what a killed server keeps of its commits stands in the system's memory.
QUICK_DISK = ("fsync = off", "full_page_writes = off")
RICH = 10**12


@contextmanager
def own_server(*settings: str) -> Iterator[Server]:
    """A server that may be killed."""
    with running(*(settings or QUICK_DISK)) as found:
        yield found


def make_ledger(server: Server, folder: Path) -> str:
    """A ledger in which Ann and Bob can pay for all that a test does; its database."""
    database = server.ledger(ADMIN, ANN, BOB)
    ledger = shared.open_at(database, folder / "admin", at=server)
    admin = ledger.sign_in(ADMIN, PASSWORD)
    for email in (ANN, BOB):
        ledger.credit(admin, email, RICH, "To pay for it", new_id())
    ledger.close()
    return database


@dataclass
class Desk:
    """One program with one person, which charges one entry after the other until it is told to stop."""

    ledger: OwnedLedger
    email: str
    charged: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)  # of which it was said that nothing was charged
    unknown: set[str] = field(default_factory=set)
    raised: int = 0
    raised_yet_stored: int = 0
    wrong: list[str] = field(default_factory=list)
    session: Session | None = None

    def sign_in(self, patience_s: float = 60.0) -> Session:
        """Sign in, as soon as the server lets one in."""
        end = time.monotonic() + patience_s
        while self.session is None:
            try:
                self.session = self.ledger.sign_in(self.email, PASSWORD)
            except (ServerAway, StoreLocked):
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        return self.session

    def charge(self, request_id: str | None = None) -> None:
        """Send a request once, and note what is said of it."""
        request_id = request_id or new_id()
        before = request_id in self.unknown
        try:
            receipt = self.ledger.charge(self.sign_in(), charge_for("1 + 2", request_id))
        except ChargeUnknown:
            self.raised += 1
            self.unknown.add(request_id)
            return
        except RequestReused:  # given up by a settlement whose own answer was lost
            self.unknown.discard(request_id)
            self.refused.add(request_id)
            return
        except NotSignedIn:
            self.session = None
            return
        except AppError as error:
            self.raised += 1
            if before and not isinstance(error, ServerAway):
                self.wrong.append(f"{error.code} for a request whose end was unknown")
            if "Nothing was charged" in error.for_charge() and not before:
                self.refused.add(request_id)
            return
        self.unknown.discard(request_id)
        self.charged.add(request_id)
        self.raised_yet_stored += before or receipt.repeated
        if len(receipt.entries) != 1:
            self.wrong.append(f"{len(receipt.entries)} records for one step")

    def go_on(self, stop: threading.Event) -> None:
        """Charge until told to stop; what is unknown is asked for again first."""
        try:
            while not stop.is_set():
                self.charge(next(iter(self.unknown), None))
        except AppError as error:
            self.wrong.append(f"{error.code}: {error.message}")
        finally:
            self.ledger.close()

    def finish(self) -> None:
        """Once the server is back, whatever is unknown comes to an end."""
        for request_id in list(self.unknown):
            self.charge(request_id)


def audit(database: str, server: Server, desks: list[Desk]) -> list[str]:
    """What is wrong: a charge lost, made twice, or made though it was said that it was not; and what verify finds."""
    wrong = [what for desk in desks for what in desk.wrong]
    with server.owner(database) as owner:
        wrong += damage(owner)
        rows = owner.execute("SELECT request_id::text, count(*) FROM metercalc.record GROUP BY 1").fetchall()
    stored: dict[str, int] = dict(rows)
    for desk in desks:
        wrong += [f"{request_id} was charged and is lost" for request_id in desk.charged if request_id not in stored]
        wrong += [f"{request_id} was charged twice" for request_id in desk.charged if stored.get(request_id, 1) != 1]
        wrong += [f"{request_id} was said not to be charged" for request_id in desk.refused if request_id in stored]
    prover = shared.open_at(database, Path(desks[0].ledger.folder) / "prover", at=server)
    prover.sign_in(ADMIN, PASSWORD)
    wrong += [problem.message for problem in prover.verify(results=True).problems]
    prover.close()
    return wrong


def damage(owner: Any) -> list[str]:
    """What PostgreSQL's own look at a ledger's tables and indexes finds: nothing, unless its files are broken."""
    owner.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
    owner.execute(
        """SELECT bt_index_check(index => i.indexrelid, heapallindexed => true) FROM pg_index AS i
        JOIN pg_class AS c ON c.oid = i.indexrelid WHERE c.relnamespace = 'metercalc'::regnamespace"""
    )
    found = owner.execute(
        """SELECT format('%s: %s', c.relname, h.msg) FROM pg_class AS c, LATERAL verify_heapam(c.oid) AS h
        WHERE c.relnamespace = 'metercalc'::regnamespace AND c.relkind = 'r'"""
    )
    return [row[0] for row in found.fetchall()]


def believe_find(patch: pytest.MonkeyPatch) -> None:
    """Plant a program that looks a lost charge up instead of settling it: the orphan that commits later is missed."""

    def look_up(self: charges.Charges, signed: Signed, known_by: tuple[str, str | None], error: Exception, end: float):  # type: ignore[no-untyped-def]
        while True:
            try:
                rows = self._sessions.ask(signed, charges._FIND, known_by[:1])  # noqa: SLF001  # what is planted
            except ServerAway:
                time.sleep(0.05)
                continue
            if rows:
                return rows
            raise ServerAway("It was not found.")

    patch.setattr(charges.Charges, "_settle", look_up)


def believe_the_error(patch: pytest.MonkeyPatch) -> None:
    """Plant a program that takes an error for "nothing was charged"."""

    def believe(*_: object) -> None:
        raise ServerAway("The connection was lost.")

    patch.setattr(charges.Charges, "_settle", believe)
