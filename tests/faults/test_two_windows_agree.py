"""Promise 7: two programs on one store see each other's balance within a second, and neither is ever told "locked"."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import pytest

from desktop.models.embedded import charges as ledger
from desktop.models.embedded import records
from desktop.models.embedded.storage import sqlite
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.storage.turns import Turn
from desktop.terms.errors import AppError
from desktop.terms.pages import PageRequest
from tests.faults.support.ledgers import RICH, audit, enter, make_ledger
from tests.faults.support.nursery import Channel, Nursery
from tests.faults.support.runs import figures, in_some_go
from tests.faults.support.together import end, go, ready
from tests.support.stores import ANN, COSTS, charge_for, make_store

ENTRY = "1 + 2 × 3"
COST = sum(COSTS[step.operation] for step in charge_for(ENTRY).steps)
POLL_S = 0.5  # how often the window asks whether another program has written
FRESH_S = 1.0


def make(channel: Channel, file: str) -> None:
    """Job: make the store."""
    make_ledger(Path(file))


def charge_on(channel: Channel, file: str, *, planted: bool) -> None:
    """Job: at each signal make one charge; says the balance after it, or the error."""
    if planted:
        _plant_deferred()
    store = make_store(Path(file))
    session = enter(store)
    channel.send("ready")
    while channel.receive():
        try:
            channel.send(ledger.charge(store, session, charge_for(ENTRY)).balance)
        except AppError as error:
            channel.send(error.code)
    store.close()


def watch(channel: Channel, file: str, *, planted: bool) -> None:
    """Job: at each signal do what the window does at a poll; says how long it took and the balance it shows."""
    if planted:
        pytest.MonkeyPatch().setattr(Store, "data_version", lambda _: 1)
    store = make_store(Path(file))
    session = enter(store)
    seen, balance = store.data_version(), ledger.statement(store, session).account.balance
    channel.send("ready")
    while channel.receive():
        begun = time.perf_counter()
        if (version := store.data_version()) != seen:
            seen, balance = version, ledger.statement(store, session).account.balance
        channel.send([time.perf_counter() - begun, balance])
    store.close()


def hammer(channel: Channel, file: str, charges: int, *, planted: bool) -> dict[str, list[str]]:
    """Job: charge and read as fast as it goes; returns the errors."""
    if planted:
        _plant_deferred()
    store, errors = make_store(Path(file)), []
    session = enter(store)
    channel.send("ready")
    channel.receive()
    for _ in range(charges):
        try:
            ledger.charge(store, session, charge_for(ENTRY))
            records.page(store, session, PageRequest())
        except AppError as error:
            errors.append(error.code)
    store.close()
    return {"errors": errors}


def _plant_deferred() -> None:
    """A read that turns into a write in the middle of its transaction."""

    unstarted = Store.turn

    @contextmanager
    def turn(store: Store) -> Iterator[Turn]:
        with sqlite.translated(store.file), store.database.atomic("DEFERRED"):
            turn = unstarted(store)
            turn.run = store.database.connection().execute
            yield turn

    pytest.MonkeyPatch().setattr(Store, "turn", turn)


def stale(nursery: Nursery, file: Path, charges: int, *, planted: bool) -> list[str]:
    """Where the other window's next poll does not show what this one has charged, or takes too long to."""
    nursery.run(make, file=str(file))
    here = nursery.start(charge_on, file=str(file), planted=False)
    there = nursery.start(watch, file=str(file), planted=planted)
    ready([here, there])
    wrong, taken = [], []
    for _ in range(charges):
        (balance,) = go([here])
        ((took, shown),) = go([there])
        taken.append(took)
        if shown != balance:
            wrong.append(f"shows {shown}, charged down to {balance}")
    if POLL_S + median(taken) >= FRESH_S:  # a few may have waited for a busy machine
        wrong.append(f"a poll took {median(taken):.2f} s")
    end([here, there])
    return wrong


def troubles(nursery: Nursery, file: Path, charges: int, *, planted: bool) -> list[str]:
    """The errors of two programs that charge at once, and what their store then lacks."""
    nursery.run(make, file=str(file))
    both = [nursery.start(hammer, file=str(file), charges=charges, planted=planted) for _ in range(2)]
    ready(both)
    for child in both:
        child.channel.send("go")
    errors = [error for child in both for error in child.result()["errors"]]
    found = audit(file)
    spent = RICH - found.balances[ANN]
    if spent != COST * (2 * charges - len(errors)):
        errors.append(f"{spent} spent by {2 * charges} charges")
    return errors + list(found.problems)


@figures("charges", 30, 2_000)
def test_the_other_window_shows_each_charge_at_its_next_poll(nursery: Nursery, folder: Path, charges: int) -> None:
    assert stale(nursery, folder / "planted.db", 5, planted=True), "the harness missed a window that never looks"

    assert stale(nursery, folder / "store.db", charges, planted=False) == []


@figures("charges", 30, 3_000)
def test_two_programs_that_charge_at_once_are_never_told_locked(nursery: Nursery, folder: Path, charges: int) -> None:
    def planted(go: int) -> bool:  # where the machine is busy, two may happen not to meet
        return "store_locked" in troubles(nursery, folder / f"planted {go}.db", 100, planted=True)

    assert in_some_go(planted), "the harness missed transactions that begin as reads"

    assert troubles(nursery, folder / "store.db", charges, planted=False) == []


def test_one_program_waits_while_another_writes(nursery: Nursery, folder: Path, choose: random.Random) -> None:
    file = folder / "store.db"
    nursery.run(make, file=str(file))
    child = nursery.start(charge_on, file=str(file), planted=False)
    ready([child])
    store = make_store(file)
    with store.writing():
        child.channel.send("go")
        assert not child.channel.heard_within(0.2 + choose.random() * 0.3)  # it waits for its turn
    assert child.channel.receive() == RICH - COST
    end([child])
    store.close()
