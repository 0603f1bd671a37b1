"""Promise 1: a request is charged once, however often it is sent, by however many, and whoever is killed meanwhile."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from desktop.models.embedded import charges, repeats
from tests.faults.support.ledgers import RICH, audit, enter, make_ledger, without_rules
from tests.faults.support.nursery import Channel, Nursery
from tests.faults.support.runs import figures, in_some_go
from tests.faults.support.shim import Calls, Shim
from tests.support.stores import ANN, COSTS, charge_for, make_store

ENTRY = "1 + 2 × 3"  # two records
COST = sum(COSTS[step.operation] for step in charge_for(ENTRY).steps)
OUTSIDE = 10  # one kill in so many comes from outside, at any moment, instead of at a chosen call


def make(channel: Channel, file: str, *, planted: bool) -> None:
    """Job: make the store; planted, the schema does not keep requests apart."""
    if planted:
        without_rules(
            pytest.MonkeyPatch(),
            "UNIQUE INDEX record_request",
            "OR (user_id = NEW.user_id AND request_id = NEW.request_id AND step = NEW.step)",
        )
    make_ledger(Path(file))


def charge(channel: Channel, file: str, request_id: str, kill: str, nth: int, *, planted: bool) -> int:
    """Job: one charge from start to end of a program, killed at the n-th call that changes a file; says its records."""
    if planted:
        pytest.MonkeyPatch().setattr(repeats, "find", lambda *_: None)
    shim = Shim(Path(file).parent)
    shim.arm(kill, nth, Calls.CHANGES)
    store = make_store(Path(file))
    channel.send([entry.id for entry in charges.charge(store, enter(store), charge_for(ENTRY, request_id)).entries])
    store.close()
    return shim.counted


def charge_all(channel: Channel, file: str, ids: list[str], seed: int, *, planted: bool) -> dict[str, list[int]]:
    """Job: charge every id, in an order of its own, once told to go."""
    if planted:
        pytest.MonkeyPatch().setattr(repeats, "find", lambda *_: None)
    random.Random(seed).shuffle(ids)
    store = make_store(Path(file))
    session = enter(store)
    channel.send("ready")
    channel.receive()
    receipts = {each: charges.charge(store, session, charge_for(ENTRY, each)) for each in ids}
    store.close()
    return {each: [entry.id for entry in receipt.entries] for each, receipt in receipts.items()}


@dataclass
class Tally:
    """What a loop came to."""

    kills: int = 0
    answers: dict[str, list[list[int]]] = field(default_factory=dict)

    def violations(self, file: Path) -> list[str]:
        """Whatever was charged other than once, and answers that differ from each other or from the store."""
        found = audit(file)
        wrong = [f"{each}: {found.requests.get(each)} but told {told}" for each, told in self.answers.items()
                 if any(answer != found.requests.get(each) for answer in told)]  # fmt: skip
        wrong += [f"{each}: charged twice" for each, records in found.requests.items() if len(records) > 2]
        if found.balances[ANN] != RICH - COST * len(self.answers):
            wrong.append(f"balance {found.balances[ANN]} after {len(self.answers)} requests")
        return wrong + [f"verify: {problem}" for problem in found.problems]


def kill_loop(nursery: Nursery, file: Path, choose: random.Random, kills: int, *, planted: bool) -> Tally:
    """Send request after request, kill the program in most of them, and send the same one again until it answers."""
    nursery.run(make, file=str(file), planted=planted)
    tally, calls = Tally(), 20
    while tally.kills < kills:
        request_id = str(uuid.UUID(int=choose.getrandbits(128)))
        answers = tally.answers[request_id] = []
        for attempt in range(3):
            outside = choose.randrange(OUTSIDE) == 0
            nth = 0 if outside or attempt == 2 else choose.randint(1, calls)
            kind = choose.choice(["kill", "kill after", "kill halfway"])
            child = nursery.start(charge, file=str(file), request_id=request_id, kill=kind, nth=nth, planted=planted)
            if outside and attempt < 2 and not child.channel.heard_within(choose.uniform(0, 0.01)):
                child.kill()
            said, returned, lived = child.outcome()
            answers.extend(said)
            tally.kills += not lived
            calls = returned or calls
    return tally


@figures("kills", 8, 1_000)
def test_a_killed_request_sent_again_is_charged_once(
    nursery: Nursery, folder: Path, choose: random.Random, kills: int
) -> None:
    def planted(go: int) -> list[str]:
        file = folder / f"planted {go}" / "store.db"
        return kill_loop(nursery, file, choose, 20, planted=True).violations(file)

    assert in_some_go(planted), "the harness missed a request that is not unique"

    tally = kill_loop(nursery, folder / "shipped" / "store.db", choose, kills, planted=False)
    assert tally.violations(folder / "shipped" / "store.db") == []
    assert tally.kills >= kills


def side_by_side(nursery: Nursery, file: Path, choose: random.Random, requests: int, *, planted: bool) -> Tally:
    """Four programs send the same requests at once."""
    nursery.run(make, file=str(file), planted=planted)
    ids = [str(uuid.UUID(int=choose.getrandbits(128))) for _ in range(requests)]
    children = [
        nursery.start(charge_all, file=str(file), ids=ids, seed=choose.getrandbits(32), planted=planted)
        for _ in range(4)
    ]
    for child in children:
        assert child.channel.receive() == "ready"
    for child in children:
        child.channel.send("go")
    told = [child.result() for child in children]
    return Tally(answers={each: [answer[each] for answer in told] for each in ids})


@figures("requests", 25, 500)
def test_four_programs_with_the_same_requests_charge_each_once(
    nursery: Nursery, folder: Path, choose: random.Random, requests: int
) -> None:
    def planted(go: int) -> list[str]:
        file = folder / f"planted {go}" / "store.db"
        return side_by_side(nursery, file, choose, 20, planted=True).violations(file)

    assert in_some_go(planted), "the harness missed a request that is not unique"

    tally = side_by_side(nursery, folder / "shipped" / "store.db", choose, requests, planted=False)
    assert tally.violations(folder / "shipped" / "store.db") == []
