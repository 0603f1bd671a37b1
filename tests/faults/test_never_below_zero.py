"""Promise 6: a balance never goes below zero, and is spent to the last charge it covers, whoever races for it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from peewee import SqliteDatabase

from desktop.models.embedded import balances, charges
from desktop.terms.errors import BalanceTooLow
from tests.faults.support.ledgers import audit, enter, make_ledger, without_rules
from tests.faults.support.nursery import Channel, Nursery
from tests.faults.support.runs import figures, in_some_go
from tests.faults.support.together import end, go, ready
from tests.support.stores import ADMIN, ANN, COSTS, charge_for, make_store, new_id

ENTRY = "1 + 2 × 3"
COST = sum(COSTS[step.operation] for step in charge_for(ENTRY).steps)
RACERS = 4
# The places that keep a balance from going below zero; planted, none of them does.
GUARD = " AND balance >= ?"
CHECKS = (" CHECK (balance >= 0)", " CHECK (user_balance >= 0)")


def make(channel: Channel, file: str, *, planted: bool) -> None:
    """Job: make the store; everybody begins with nothing."""
    if planted:
        without_rules(pytest.MonkeyPatch(), *CHECKS)
    make_ledger(Path(file), (ADMIN, ANN), balance=0)


def race(channel: Channel, file: str, *, planted: bool) -> int:
    """Job: at each signal try one charge; says whether it went through, returns how many did."""
    if planted:
        _remove_guard()
    store, paid = make_store(Path(file)), 0
    session = enter(store)
    channel.send("ready")
    while channel.receive():
        try:
            charges.charge(store, session, charge_for(ENTRY))
            paid += 1
            channel.send("paid")
        except BalanceTooLow as denial:
            channel.send(denial.details)
    store.close()
    return paid


def _remove_guard() -> None:
    patch, execute = pytest.MonkeyPatch(), SqliteDatabase.execute_sql

    def unguarded(database: SqliteDatabase, sql: str, params: Any = None) -> Any:
        if sql.endswith(GUARD):
            return execute(database, sql.removesuffix(GUARD), params[:-1])
        return execute(database, sql, params)

    patch.setattr(SqliteDatabase, "execute_sql", unguarded)
    patch.setattr(balances, "check_covered", lambda *_: None)


def overspent(nursery: Nursery, file: Path, choose: random.Random, races: int, *, planted: bool) -> list[str]:
    """Race after race: put in what covers some of the charges and a rest, and let four programs try one each."""
    nursery.run(make, file=str(file), planted=planted)
    racers = [nursery.start(race, file=str(file), planted=planted) for _ in range(RACERS)]
    ready(racers)
    store = make_store(file)
    admin, left, wrong = enter(store, ADMIN), 0, []
    for _ in range(races // RACERS):
        left += charges.credit(store, admin, ANN, choose.randint(1, RACERS * COST), "To race for", new_id()).cost * -1
        answers = go(racers)
        paid = answers.count("paid")
        if paid != min(RACERS, left // COST):
            wrong.append(f"{paid} charges of {COST} from {left}")
        left -= paid * COST
        denial = {"cost": COST, "balance": left, "shortfall": COST - left}
        wrong += [f"denied with {each}, though {left}" for each in answers if each not in ("paid", denial)]
        if planted and wrong:
            break
    end(racers)
    store.close()
    found = audit(file)
    if found.balances[ANN] != left or left < 0:
        wrong.append(f"balance {found.balances[ANN]}, expected {left}")
    return wrong + list(found.problems)


@figures("races", 200, 10_000)
def test_four_programs_racing_for_one_balance_never_take_it_below_zero(
    nursery: Nursery, folder: Path, choose: random.Random, races: int
) -> None:
    def planted(go: int) -> bool:
        return any("charges of" in what for what in overspent(nursery, folder / f"{go}.db", choose, 200, planted=True))

    assert in_some_go(planted), "the harness missed a debit without its guard"

    assert overspent(nursery, folder / "store.db", choose, races, planted=False) == []
