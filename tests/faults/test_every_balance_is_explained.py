"""Promise 5: the records alone explain every balance, after whatever people did; and `verify` names what does not.

Seeded walks of the shipped ledger beside a plain model: hypothesis' state machine (tests/unit/models) finds the
shortest way to a fault, these walks cover the promised number of steps.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from desktop.models.embedded import charges, records
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.verify import verify
from desktop.terms.charges import Charge
from desktop.terms.errors import AppError, BalanceTooLow, PriceChanged
from desktop.terms.kinds import OperationType
from desktop.terms.people import Session
from tests.faults.support.ledgers import enter, make_ledger
from tests.faults.support.nursery import Channel, Nursery
from tests.faults.support.runs import figures
from tests.support.stores import ADMIN, ANN, BALANCE, BOB, COSTS, charge_for, make_store, tamper

PEOPLE = (ADMIN, ANN, BOB)
CHARGES = tuple(charge_for(text) for text in ("1 + 1", "2 − 5", "3 × 4 ÷ 5", "√2", "1 + 2 × 3 − √16", "0.1 + 0.2"))
STEPS = 100

Mark = Callable[[Store, Session, Sequence[int]], tuple[int, ...]]


def make(channel: Channel, file: str) -> None:
    """Job: make the store that walks begin with."""
    make_ledger(Path(file), PEOPLE, BALANCE)


@dataclass
class Model:
    """What the ledger should come to."""

    balances: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PEOPLE, BALANCE))
    prices: dict[OperationType, int] = field(default_factory=lambda: dict(COSTS))
    paid: list[tuple[str, Charge]] = field(default_factory=list)
    hidden: dict[str, set[int]] = field(default_factory=lambda: {email: set() for email in PEOPLE})
    shown: dict[str, set[int]] = field(default_factory=lambda: {email: set() for email in PEOPLE})


class Walk:
    """One store, one model, and steps that are taken in both."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store, self.choose, self.model = store, random.Random(seed), Model()
        self.sessions: dict[str, Session] = {email: enter(store, email) for email in PEOPLE}

    def step(self) -> None:
        """Do something, and see that the ledger says what the model says."""
        email = self.choose.choice(PEOPLE)
        act = self.choose.choices(
            (self.charge, self.again, self.foreign, self.outdated, self.credit, self.price, self.hide, self.show),
            (50, 8, 4, 4, 14, 4, 10, 6),
        )[0]
        act(email)
        found = charges.statement(self.store, self.sessions[email])
        assert found.account.balance == self.model.balances[email], f"{act.__name__}: {found.account.balance}"
        assert found.prices == self.model.prices

    def _new(self, charge: Charge) -> tuple[Charge, int]:
        request_id = str(uuid.UUID(int=self.choose.getrandbits(128)))
        return charge._replace(request_id=request_id), sum(self.model.prices[step.operation] for step in charge.steps)

    def charge(self, email: str) -> None:
        self._pay(email, self._new(self.choose.choice(CHARGES))[0])

    def _pay(self, email: str, charge: Charge) -> None:
        cost = sum(self.model.prices[step.operation] for step in charge.steps)
        balance = self.model.balances[email]
        if cost > balance:
            with pytest.raises(BalanceTooLow) as denial:
                charges.charge(self.store, self.sessions[email], charge._replace(quoted=cost))
            assert denial.value.details == {"cost": cost, "balance": balance, "shortfall": cost - balance}
            return
        receipt = charges.charge(self.store, self.sessions[email], charge._replace(quoted=cost))
        assert (receipt.cost, receipt.balance, receipt.result) == (cost, balance - cost, charge.result)
        self.model.balances[email] = receipt.balance
        self.model.paid.append((email, charge))
        self.model.shown[email] |= {entry.id for entry in receipt.entries}

    def again(self, _: str) -> None:
        if self.model.paid:
            email, charge = self.choose.choice(self.model.paid)
            assert charges.charge(self.store, self.sessions[email], charge).repeated

    def foreign(self, email: str) -> None:
        """Another's request id is as good as new: ids are each person's own."""
        mine = {charge.request_id for owner, charge in self.model.paid if owner == email}
        others = [charge for _, charge in self.model.paid if charge.request_id not in mine]
        if others:
            self._pay(email, self.choose.choice(others))

    def outdated(self, email: str) -> None:
        charge, cost = self._new(self.choose.choice(CHARGES))
        with pytest.raises(PriceChanged):
            charges.charge(self.store, self.sessions[email], charge._replace(quoted=cost + 1))

    def credit(self, email: str) -> None:
        amount = self.choose.choice((-1, 1)) * self.choose.randint(1, 500_00)
        after = self.model.balances[email] + amount
        request_id = str(uuid.UUID(int=self.choose.getrandbits(128)))
        expected = pytest.raises(BalanceTooLow) if after < 0 else contextlib.nullcontext()
        with expected:
            charges.credit(self.store, self.sessions[ADMIN], email, amount, "A step of a walk", request_id)
            self.model.balances[email] = after

    def price(self, _: str) -> None:
        operation = self.choose.choice(list(COSTS))
        self.model.prices[operation] = self.choose.randint(0, 80_00)
        charges.set_cost(self.store, self.sessions[ADMIN], operation, self.model.prices[operation])

    def hide(self, email: str) -> None:
        self._mark(email, records.delete, self.model.shown, self.model.hidden)

    def show(self, email: str) -> None:
        self._mark(email, records.restore, self.model.hidden, self.model.shown)

    def _mark(self, email: str, act: Mark, old: dict[str, set[int]], new: dict[str, set[int]]) -> None:
        ids = self.choose.sample(sorted(old[email]), min(len(old[email]), self.choose.randint(1, 3)))
        someone_elses = next((each for other in PEOPLE if other != email for each in old[other]), 0)
        assert set(act(self.store, self.sessions[email], [*ids, someone_elses])) == set(ids)
        old[email] -= set(ids)
        new[email] |= set(ids)


def walk(channel: Channel, template: str, seeds: Sequence[int], *, planted: bool) -> list[str]:
    """Job: walk through copies of a store; says where the ledger left the model, or `verify` complained."""
    if planted:
        _plant_refund()
    wrong = []
    for seed in seeds:
        folder = Path(template).parent.with_name(f"walk-{seed}")
        shutil.copytree(Path(template).parent, folder)
        store = make_store(folder / Path(template).name)
        try:
            steps = Walk(store, seed)
            for _ in range(STEPS):
                steps.step()
        except (AssertionError, AppError) as error:
            wrong.append(f"walk {seed}: {error}")
        wrong += [f"walk {seed}: {problem}" for problem in verify(store).problems]
        store.close()
        shutil.rmtree(folder)
    return wrong[:20]


def _plant_refund() -> None:
    """What others sell as deleting: the balance moves with it."""
    delete = records.delete

    def refund(store: Store, session: Session, ids: Sequence[int]) -> tuple[int, ...]:
        done = delete(store, session, ids)
        for each in done:
            store.database.execute_sql(
                "UPDATE user SET balance = balance + (SELECT amount FROM record WHERE id = ?) WHERE id = ?",
                (each, session.user_id),
            )
        return done

    pytest.MonkeyPatch().setattr(records, "delete", refund)


@figures("walks", 6, 5_000)
def test_whatever_was_done_the_records_explain_every_balance(
    nursery: Nursery, folder: Path, choose: random.Random, walks: int
) -> None:
    template = str(folder / "template" / "store.db")
    nursery.run(make, file=template)
    planted = nursery.run(walk, template=template, seeds=[1, 2, 3], planted=True)
    assert any("hide" in what for what in planted), "the model missed a balance that moved with a deletion"
    assert any("L1" in what for what in planted), "verify missed a balance that moved with a deletion"

    children = []
    for _ in range(2):
        seeds = [choose.getrandbits(48) for _ in range(walks // 2)]
        children.append(nursery.start(walk, template=template, seeds=seeds, planted=False))
    assert [what for child in children for what in child.result()] == []


LAST = "(SELECT max(id) FROM record WHERE user_id = 2)"
FIRST_CHARGE = "(SELECT min(id) FROM record WHERE user_id = 2 AND amount > 0)"
# (what is done to the store, the rules of which one must be named at least, the record that must be named)
CORRUPTIONS: tuple[tuple[str, set[str], str], ...] = (
    ("UPDATE user SET balance = balance + 1 WHERE id = 2", {"L1"}, ""),
    (f"UPDATE record SET seq = seq + 1 WHERE id = {LAST}", {"L2"}, LAST),
    (f"UPDATE record SET user_balance = user_balance + 1 WHERE id = {FIRST_CHARGE}", {"L3"}, FIRST_CHARGE),
    (f"UPDATE record SET amount = amount - 1 WHERE id = {FIRST_CHARGE}", {"L3", "L4"}, FIRST_CHARGE),
    (f"UPDATE record SET operation_response = '' WHERE id = {FIRST_CHARGE}", {"L4"}, FIRST_CHARGE),
    (f"UPDATE record SET operands = operands || '0' WHERE id = {FIRST_CHARGE}", {"L6"}, FIRST_CHARGE),
    (f"UPDATE record SET date = date + 1 WHERE id = {FIRST_CHARGE}", {"L6"}, FIRST_CHARGE),
    (f"UPDATE record SET request_id = 'x' WHERE id = {FIRST_CHARGE}", {"L6"}, FIRST_CHARGE),
    (f"UPDATE record SET deleted_at = 1 WHERE id = {FIRST_CHARGE}", {"L6"}, FIRST_CHARGE),
    (f"DELETE FROM record WHERE id = {LAST}", {"L1"}, ""),
    (f"UPDATE record SET user_id = 99 WHERE id = {LAST}", {"L7"}, LAST),
    ("UPDATE operation SET cost = cost + 1 WHERE id = 1", {"L4"}, ""),
    ("UPDATE price SET cost = cost + 1 WHERE id = 1", {"L6"}, ""),
    ("DROP TRIGGER record_stays", {"L7"}, ""),
    ("PRAGMA user_version = 0", {"L7"}, ""),
)


def used(channel: Channel, file: str) -> None:
    """Job: a store that people used."""
    make_ledger(Path(file), PEOPLE, BALANCE)
    store = make_store(Path(file))
    for charge in CHARGES:
        charges.charge(store, enter(store), charge._replace(request_id=str(uuid.uuid4())))
    store.close()


@pytest.mark.parametrize(("corruption", "rules", "record"), CORRUPTIONS, ids=[each[0][:40] for each in CORRUPTIONS])
def test_a_corruption_is_found_and_the_record_named(
    nursery: Nursery, folder: Path, corruption: str, rules: set[str], record: str
) -> None:
    file = folder / "store.db"
    nursery.run(used, file=str(file))
    store = make_store(file)
    try:
        assert verify(store).problems == ()
        named = store.database.execute_sql(f"SELECT {record or 0}").fetchone()[0]
        if corruption.startswith("DROP"):
            store.database.execute_sql(corruption)
        else:
            tamper(file, corruption)
        problems = verify(store).problems
    finally:
        store.close()
    assert rules <= {problem.rule for problem in problems}
    assert not named or named in {problem.record_id for problem in problems if problem.rule in rules}
