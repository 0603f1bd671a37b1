"""The ledger as a state machine: whatever is done in whatever order, it agrees with a plain model and can be proved."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from desktop.arithmetic.expressions import evaluate, parse
from desktop.models.embedded import accounts, charges, records
from desktop.models.embedded.verify import verify
from desktop.models.ledger import passwords
from desktop.terms.errors import (
    AppError,
    BadInput,
    BalanceTooLow,
    NotAllowed,
    NotSignedIn,
    PriceChanged,
    RequestReused,
)
from desktop.terms.kinds import Column, OperationType, Status
from desktop.terms.pages import Filters
from desktop.terms.people import Session
from tests.support.stores import (
    COSTS,
    PASSWORD,
    Clock,
    assert_no_transaction,
    charge_for,
    cheap_hasher,
    make_store,
    new_id,
)

PEOPLE = ("admin@example.org", "ann@example.org", "bob@example.org", "carol@example.org")
TEXTS = ("1 + 1", "2 - 5", "3 × 4", "1 ÷ 3", "√2", "1 + 2 × 3", "-(√16 - 9)", "7", "1 + 1 + 1 + 1 + 1")
people = st.sampled_from(PEOPLE)
texts = st.sampled_from(TEXTS)
QUICK, STEPS = 6, 25
FULL = int(os.environ.get("METERCALC_MACHINE_RUNS", "250"))  # 5,000 take nine minutes


@dataclass
class Line:
    """What the model knows of one record."""

    operands: str
    response: str
    amount: int
    balance: int
    hidden: bool = False


@dataclass
class Person:
    """What the model knows of one account."""

    balance: int
    active: bool = True
    lines: list[Line] = field(default_factory=list)


class LedgerMachine(RuleBasedStateMachine):
    """A real store beside a model of dictionaries and lists."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(passwords, "_hasher", cheap_hasher())
        memory = Path("/dev/shm")  # where there is one, the disk does not set the pace
        self.folder = Path(tempfile.mkdtemp(prefix="ledger-", dir=memory if memory.is_dir() else None))
        self.clock = Clock()
        self.store = make_store(self.folder / "store.db")
        self.store.clock = self.clock
        self.costs = dict(COSTS)
        self.people: dict[str, Person] = {}
        self.sessions: dict[str, Session] = {}
        self.requests: dict[str, tuple[str, str]] = {}

    def teardown(self) -> None:
        """At the end of each run the ledger is proved, L1 to L7, and again after the program has ended."""
        try:
            assert verify(self.store).problems == ()
            assert_no_transaction(self.store)
            self.store.close()
            self.store = make_store(self.folder / "store.db")
            assert verify(self.store).problems == ()
        finally:
            self.store.close()
            shutil.rmtree(self.folder)
            self.patch.undo()

    @initialize(balance=st.integers(0, 500_00))
    def begin(self, balance: int) -> None:
        """There is always an admin."""
        self.register(PEOPLE[0], balance)

    @rule(email=people, balance=st.integers(0, 500_00))
    def register(self, email: str, balance: int) -> None:
        """Somebody new, or somebody who has an account already."""
        if email in self.people:
            with pytest.raises(BadInput):
                accounts.register(self.store, email, PASSWORD, starting_balance=balance)
            return
        accounts.register(self.store, email, PASSWORD, starting_balance=balance)
        self.people[email] = Person(balance, lines=[Line("Starting balance", "", -balance, balance)])
        self.sessions[email] = accounts.sign_in(self.store, email, PASSWORD)

    def who(self, email: str) -> tuple[Session, Person]:
        """Somebody with an account."""
        assume(email in self.people)
        return self.sessions[email], self.people[email]

    def cost(self, text: str) -> int:
        """What an entry costs, by the model's prices."""
        return sum(self.costs[kind] for kind in parse(text).operations)

    @rule(email=people, text=texts, quoted=st.sampled_from([None, "right", "wrong"]), most=st.integers(0, 200_00))
    def charge(self, email: str, text: str, quoted: str | None, most: int) -> None:
        """Somebody presses Enter."""
        session, person = self.who(email)
        cost, outcome, request_id = self.cost(text), evaluate(parse(text)), new_id()
        quote = {None: None, "right": cost, "wrong": cost + 1}[quoted]
        max_cost = most if quoted is None else None
        charge = charge_for(text, request_id, quoted=quote, max_cost=max_cost)
        expected: type[AppError] | None = None
        if not person.active:
            expected = NotSignedIn
        elif outcome.steps and (quote not in (None, cost) or (max_cost is not None and cost > max_cost)):
            expected = PriceChanged
        elif cost > person.balance:
            expected = BalanceTooLow
        if expected is not None:
            with pytest.raises(expected):
                charges.charge(self.store, session, charge)
            return
        receipt = charges.charge(self.store, session, charge)
        for step, entry in zip(outcome.steps, receipt.entries, strict=True):
            person.balance -= self.costs[step.operation]
            person.lines.append(Line(entry.operands, step.response, self.costs[step.operation], person.balance))
        assert (receipt.cost, receipt.balance, receipt.result) == (cost, person.balance, outcome.result)
        if outcome.steps:
            self.requests[request_id] = email, text

    @precondition(lambda self: self.requests)
    @rule(data=st.data(), email=people, text=texts)
    def repeat(self, data: st.DataObject, email: str, text: str) -> None:
        """A request is sent again: as it was, or with other content. Another person's id is one's own to use."""
        request_id = data.draw(st.sampled_from(sorted(self.requests)))
        whose, what = self.requests[request_id]
        text = data.draw(st.sampled_from([what, text]))
        session, person = self.who(whose)
        assume(evaluate(parse(text)).steps)
        charge = charge_for(text, request_id)
        if not person.active:
            with pytest.raises(NotSignedIn):
                charges.charge(self.store, session, charge)
        elif text != what:
            with pytest.raises(RequestReused):
                charges.charge(self.store, session, charge)
        else:
            receipt = charges.charge(self.store, session, charge)
            assert (receipt.repeated, receipt.balance, receipt.result) == (
                True,
                person.balance,
                evaluate(parse(text)).result,
            )

    @rule(email=people, by=people, amount=st.integers(-300_00, 300_00).filter(bool), twice=st.booleans())
    def credit(self, email: str, by: str, amount: int, twice: bool) -> None:
        """Money is put in or taken out, perhaps by somebody who may not."""
        _, person = self.who(email)
        session, giver = self.who(by)
        request_id = new_id()
        expected: type[AppError] | None = None
        if not giver.active:
            expected = NotSignedIn
        elif by != PEOPLE[0]:
            expected = NotAllowed
        elif person.balance + amount < 0:
            expected = BalanceTooLow
        if expected is not None:
            with pytest.raises(expected):
                charges.credit(self.store, session, email, amount, "A reason", request_id)
            return
        person.balance += amount
        person.lines.append(Line("A reason", "", -amount, person.balance))
        for repeated in (False, True)[: 1 + twice]:
            receipt = charges.credit(self.store, session, email, amount, "A reason", request_id)
            assert (receipt.balance, receipt.repeated) == (person.balance, repeated)

    @rule(operation=st.sampled_from(sorted(COSTS)), cost=st.integers(0, 60_00))
    def set_cost(self, operation: OperationType, cost: int) -> None:
        """A price changes."""
        charges.set_cost(self.store, self.sessions[PEOPLE[0]], operation, cost)
        self.costs[operation] = cost

    @rule(email=people, data=st.data(), hide=st.booleans())
    def hide_or_show(self, email: str, data: st.DataObject, hide: bool) -> None:
        """Records are deleted or restored, hidden and shown ones alike."""
        session, person = self.who(email)
        places = data.draw(st.lists(st.integers(0, len(person.lines) - 1), max_size=4, unique=True))
        ids = [self.ids(email)[place] for place in places]
        act = records.delete if hide else records.restore
        if not person.active:
            with pytest.raises(NotSignedIn):
                act(self.store, session, ids)
            return
        changed = act(self.store, session, ids)
        assert changed == tuple(
            number for number, place in zip(ids, places, strict=True) if person.lines[place].hidden is not hide
        )
        for place in places:
            person.lines[place].hidden = hide

    def ids(self, email: str) -> list[int]:
        """The ids of somebody's records, oldest first."""
        rows = self.store.database.execute_sql(
            "SELECT r.id FROM record r JOIN user u ON u.id = r.user_id WHERE u.username = ? ORDER BY seq", (email,)
        )
        return [record_id for (record_id,) in rows]

    @rule(email=people, active=st.booleans())
    def set_status(self, email: str, active: bool) -> None:
        """Somebody is deactivated, or may come back and signs in."""
        _, person = self.who(email)
        status = Status.ACTIVE if active else Status.INACTIVE
        admin = self.sessions[PEOPLE[0]]
        if email == PEOPLE[0] and not active:
            with pytest.raises(BadInput):
                accounts.set_status(self.store, admin, email, status)
            return
        accounts.set_status(self.store, admin, email, status)
        person.active = active
        if active:
            self.sessions[email] = accounts.sign_in(self.store, email, PASSWORD)

    @rule(close=st.booleans())
    def reopen(self, close: bool) -> None:
        """The program ends, or is killed, and starts again; the clock may stand anywhere."""
        self.store.close() if close else self.store.disconnect()
        self.store = make_store(self.folder / "store.db")
        self.store.clock = self.clock
        for email, person in self.people.items():
            if person.active:
                self.sessions[email] = accounts.sign_in(self.store, email, PASSWORD)

    @rule(seconds=st.integers(-86_400, 86_400))
    def move_clock(self, seconds: int) -> None:
        """Somebody sets the clock."""
        self.clock.advance(seconds)

    @invariant()
    def agrees_with_the_model(self) -> None:
        """Balances, prices and records are what the model says."""
        for email, person in self.people.items():
            if not person.active:
                continue
            session = self.sessions[email]
            statement = charges.statement(self.store, session)
            assert (statement.account.balance, statement.prices) == (person.balance, self.costs)
            for trash in (False, True):
                found = records.stream(self.store, session, Filters(trash=trash), Column.DATE, descending=False)
                shown = list(found)
                assert shown == sorted(shown, key=lambda entry: (entry.date, entry.seq))
                shown.sort(key=lambda entry: entry.seq)
                assert [(e.operands, e.response, e.amount, e.user_balance) for e in shown] == [
                    (line.operands, line.response, line.amount, line.balance)
                    for line in person.lines
                    if line.hidden is trash
                ]


def run(examples: int, steps: int) -> None:
    """So many runs of so many steps."""
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            print_blob=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


def test_the_ledger_agrees_with_a_plain_model_in_short_runs() -> None:
    run(QUICK, STEPS)


@pytest.mark.faults
def test_the_ledger_agrees_with_a_plain_model_in_long_runs() -> None:
    run(FULL, 100)
