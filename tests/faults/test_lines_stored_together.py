"""Promises 1 to 4 line by line, for lines that share a transaction: whatever fails in it, each is answered truly.

Each call that a group makes on the store's files is, in turn, the one the process is killed at, or that fails with EIO
or ENOSPC, once or from then on. One line among them is denied. All are then sent again, with nothing in their way.
"""

from __future__ import annotations

import itertools
import random
import shutil
import uuid
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from desktop.models.embedded import groups
from desktop.models.embedded.storage import sqlite
from desktop.terms.charges import Charge, Receipt
from desktop.terms.errors import AppError
from tests.faults.support.ledgers import audit, enter, make_ledger
from tests.faults.support.nursery import Channel, Child, Crashed, Nursery
from tests.faults.support.runs import all_of, figures
from tests.faults.support.shim import KINDS, Calls, Shim
from tests.support.stores import charge_for, make_store

ENTRIES = ("1 + 2 × 3", "√2", "7 − 5", "12345678901234567890 × 98765432109876543210")
LINES = 12
DENIED = 5  # the line that costs more than its caller allows
EVERY = 0  # instead of a number of points


@dataclass(frozen=True)
class Point:
    """One call of a group, and what becomes of it."""

    journal: str
    kind: str
    stays: bool
    nth: int


def wanted(ids: list[str]) -> list[Charge]:
    found = [charge_for(ENTRIES[place % len(ENTRIES)], request_id) for place, request_id in enumerate(ids)]
    found[DENIED] = found[DENIED]._replace(quoted=None, max_cost=1)
    return found


def pay(channel: Channel, file: str, ids: list[str], journal: str, kind: str, nth: int, stays: bool, plant: str) -> int:
    """Job: carry out the lines together with a fault at the n-th call (0: none); says each answer."""
    pytest.MonkeyPatch().setattr(sqlite, "wal_is_sound", lambda _: journal == "wal")
    _plant(plant, channel)
    shim = Shim(Path(file).parent)
    store = make_store(Path(file))
    session = enter(store)
    shim.arm(kind, nth, Calls.ALL & ~Calls.LOCK if stays else Calls.ALL, stays=stays)
    rest = wanted(ids)
    while rest:  # as `eval -` does
        outcomes = groups.charge_together(store, session, rest, seconds=60)
        for charge, outcome in zip(rest, outcomes, strict=False):
            channel.send(answer(charge, outcome))
        rest = rest[len(outcomes) :]
    return shim.counted


def answer(charge: Charge, outcome: Receipt | AppError) -> list[Any]:
    if isinstance(outcome, AppError):
        return [charge.request_id, "refused", outcome.code]
    return [charge.request_id, "charged", [entry.id for entry in outcome.entries]]


def _plant(plant: str, channel: Channel) -> None:
    patch = pytest.MonkeyPatch()
    if plant == "shown anyway":
        receipt = Receipt("", 0, 0, "7", True, ())
        patch.setattr(groups, "_one_by_one", lambda _store, _session, tried, _trouble: [receipt] * len(tried))
    if plant == "answered before the commit":
        carry_out = groups._carried_out  # noqa: SLF001 - a fault is planted there

        def hasty(till: Any, charge: Charge) -> Receipt | AppError:
            outcome = carry_out(till, charge)
            channel.send(answer(charge, outcome))
            return outcome

        patch.setattr(groups, "_carried_out", hasty)


def make_template(channel: Channel, file: str) -> None:
    """Job: make a store to copy."""
    make_ledger(Path(file))


def points(nursery: Nursery, template: Path) -> list[Point]:
    """Every call of a group in both journals, in each way it can fail."""
    found = []
    for journal, stays in itertools.product(("wal", "truncate"), (False, True)):
        file = _copy(template, "calm")
        calm = Point(journal, "kill", stays, 0)
        calls = _pay(nursery, file, _new_ids(), calm).result()
        assert calls > 5
        kinds = [kind for kind in KINDS if kind.startswith("E") or not stays]
        found += [replace(calm, kind=kind, nth=nth) for kind, nth in itertools.product(kinds, range(1, calls + 1))]
        shutil.rmtree(file.parent)
    return found


def violations(nursery: Nursery, template: Path, point: Point, plant: str = "") -> list[str]:
    """What a fault at one point breaks."""
    ids = _new_ids()
    file = _copy(template, ids[0])
    try:
        said, _, lived = _pay(nursery, file, ids, point, plant).outcome()
        found = audit(file)
        wrong = list(found.problems)
        if lived and len(said) < LINES:
            wrong.append(f"{len(said)} answers")
        for request_id, how, what in said:
            stored = found.requests.get(request_id)
            if how == "charged" and what != stored:
                wrong.append(f"shown as {what}, stored as {stored}")
            if how == "refused" and what != "charge_unknown" and stored:
                wrong.append(f"refused with {what}, yet charged")
            if request_id == ids[DENIED] and how == "charged":
                wrong.append(f"what is too dear was charged: {what}")
        again, _, _ = _pay(nursery, file, ids, Point(point.journal, "kill", False, 0)).outcome()
        after = audit(file).requests
        for request_id, how, what in again:
            before = found.requests.get(request_id)
            if (how == "charged") == (request_id == ids[DENIED]) or (how == "charged" and what != after[request_id]):
                wrong.append(f"sent again {how}: {what}")
            if before and before != after[request_id]:
                wrong.append(f"{before}, and sent again {after[request_id]}")
    except (AppError, Crashed) as error:
        wrong = [str(error)]
    shutil.rmtree(file.parent)
    return [f"{point}: {what}" for what in wrong]


def _new_ids() -> list[str]:
    return [str(uuid.uuid4()) for _ in range(LINES)]


def _pay(nursery: Nursery, file: Path, ids: list[str], point: Point, plant: str = "") -> Child:
    return nursery.start(pay, file=str(file), ids=ids, plant=plant, **vars(point))


def _copy(template: Path, name: str) -> Path:
    shutil.copytree(template.parent, template.parent.with_name(name))
    return template.parent.with_name(name) / template.name


@figures("count", 5, EVERY)
def test_whatever_fails_in_a_group_each_line_is_answered_as_the_disk_says(
    nursery: Nursery, folder: Path, choose: random.Random, count: int
) -> None:
    template = folder / "template" / "store.db"
    nursery.run(make_template, file=str(template))
    every = points(nursery, template)
    chosen = choose.sample(every, count) if count else every

    plants = {"shown anyway": "EIO", "answered before the commit": "kill"}
    for plant, kind in plants.items():
        found = (violations(nursery, template, point, plant) for point in every if point.kind == kind)
        assert any(found), f"the harness missed a fault: {plant}"
    assert all_of(partial(violations, nursery, template), chosen) == []
    print(f"{len(chosen)} of {len(every)} points")  # noqa: T201
