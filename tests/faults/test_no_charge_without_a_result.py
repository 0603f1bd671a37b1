"""Promise 3: no charge without a result, none shown without a charge, whichever system call of it fails or is the last.

Each call that a charge makes on the store's files is, in turn, the one the process is killed at, or that fails with
EIO or ENOSPC: once, or from then on. The same request is then sent again, with nothing in its way.
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

from desktop.models.embedded import charges, settling
from desktop.models.embedded.storage import entries, sqlite
from desktop.models.embedded.storage.store import Store
from desktop.terms.charges import Receipt
from desktop.terms.errors import AppError
from tests.faults.support.ledgers import audit, enter, make_ledger
from tests.faults.support.nursery import Channel, Child, Crashed, Nursery
from tests.faults.support.runs import all_of, figures
from tests.faults.support.shim import KINDS, Calls, Shim
from tests.support.stores import charge_for, make_store

ENTRY = "1 + 2 × 3"  # two records
STAGES = ("charge", "checkpoint", "program")  # a charge, one that also checkpoints, and a program from start to end
EVERY = 0  # instead of a number of points
# A disk that stays bad or full goes on locking: locks are the kernel's, and waiting for one would take ten seconds.
FAILING = {False: Calls.ALL, True: Calls.ALL & ~Calls.LOCK}


@dataclass(frozen=True)
class Point:
    """One call of a charge, and what becomes of it."""

    journal: str
    stage: str
    kind: str
    stays: bool
    nth: int


def charge(
    channel: Channel, file: str, request_id: str, journal: str, stage: str, kind: str, nth: int, stays: bool, plant: str
) -> int:
    """Job: one charge with a fault at its n-th call (0: none); says its records or the refusal, returns the calls."""
    _plant(plant)
    pytest.MonkeyPatch().setattr(sqlite, "wal_is_sound", lambda _: journal == "wal")
    shim = Shim(Path(file).parent)
    shim.arm(kind, nth if stage == "program" else 0, FAILING[stays], stays=stays)
    try:
        store = make_store(Path(file))
        session = enter(store)
        if stage == "checkpoint":
            store.database.execute_sql("PRAGMA wal_autocheckpoint = 1").fetchall()
        if stage != "program":
            shim.arm(kind, nth, FAILING[stays], stays=stays)
        receipt = charges.charge(store, session, charge_for(ENTRY, request_id))
        channel.send({"charged": [entry.id for entry in receipt.entries]})
        if stage == "program":
            store.close()
    except AppError as error:
        channel.send({"refused": error.code})
    return shim.counted


def _plant(plant: str) -> None:
    patch = pytest.MonkeyPatch()
    if plant == "shown anyway":
        patch.setattr(settling, "read_back", lambda *_, **__: Receipt("", 0, 0, "7", True, ()))
    if plant == "two transactions":
        append = entries.append

        def commit_behind(store: Store, *rest: Any, **more: Any) -> object:
            written = append(store, *rest, **more)
            store.database.execute_sql("COMMIT")
            store.database.execute_sql("BEGIN IMMEDIATE")
            return written

        patch.setattr(entries, "append", commit_behind)


def make_template(channel: Channel, file: str) -> None:
    """Job: make a store to copy."""
    make_ledger(Path(file))


def points(nursery: Nursery, template: Path) -> list[Point]:
    """Every call of every stage in both journals, in each way it can fail."""
    found = []
    for journal, stage, stays in itertools.product(("wal", "truncate"), STAGES, (False, True)):
        file = _copy(template, "calm")
        calm = Point(journal, stage, "kill", stays, 0)
        calls = _charge(nursery, file, str(uuid.UUID(int=1)), calm).result()
        assert calls > 5
        kinds = [kind for kind in KINDS if kind.startswith("E") or not stays]
        found += [replace(calm, kind=kind, nth=nth) for kind, nth in itertools.product(kinds, range(1, calls + 1))]
        shutil.rmtree(file.parent)
    return found


def violations(nursery: Nursery, template: Path, point: Point, plant: str = "") -> list[str]:
    """What a fault at one point breaks."""
    request_id = str(uuid.uuid4())
    file = _copy(template, request_id)
    try:
        said, _, lived = _charge(nursery, file, request_id, point, plant).outcome()
        answer = said[0] if said else {}
        assert answer or not lived
        found = audit(file)
        stored = found.requests.get(request_id)
        wrong = list(found.problems)
        if "charged" in answer and answer["charged"] != stored:
            wrong.append(f"shown as {answer['charged']}, stored as {stored}")
        if answer.get("refused", "charge_unknown") != "charge_unknown" and stored:
            wrong.append(f"refused with {answer['refused']}, yet charged")
        if stored and len(stored) != 2:
            wrong.append(f"half charged: {stored}")
        again = _charge(nursery, file, request_id, Point(point.journal, "program", "kill", False, 0)).outcome()[0][0]
        if again.get("charged") != audit(file).requests.get(request_id) or (stored and again["charged"] != stored):
            wrong.append(f"{stored}, and sent again {again}")
    except (AppError, Crashed) as error:
        wrong = [str(error)]
    shutil.rmtree(file.parent)
    return [f"{point}: {what}" for what in wrong]


def _charge(nursery: Nursery, file: Path, request_id: str, point: Point, plant: str = "") -> Child:
    return nursery.start(charge, file=str(file), request_id=request_id, plant=plant, **vars(point))


def _copy(template: Path, name: str) -> Path:
    shutil.copytree(template.parent, template.parent.with_name(name))
    return template.parent.with_name(name) / template.name


@figures("count", 5, EVERY)
def test_whichever_call_fails_charge_and_result_are_both_there_or_neither(
    nursery: Nursery, folder: Path, choose: random.Random, count: int
) -> None:
    template = folder / "template" / "store.db"
    nursery.run(make_template, file=str(template))
    every = points(nursery, template)
    chosen = choose.sample(every, count) if count else every

    in_a_charge = [point for point in every if point.stage == "charge" and point.kind in ("kill", "EIO")]
    for plant in ("shown anyway", "two transactions"):
        found = (violations(nursery, template, point, plant) for point in in_a_charge)
        assert any(found), f"the harness missed a fault: {plant}"
    assert all_of(partial(violations, nursery, template), chosen) == []
    print(f"{len(chosen)} of {len(every)} points")  # noqa: T201
