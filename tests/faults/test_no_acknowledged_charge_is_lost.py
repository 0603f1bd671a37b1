"""Promise 2: what was acknowledged is there after the power went, at whatever moment, in both journals that ship.

The shipped code works on a store under the recorder; its writes and syncs then tell what the disk may hold.
"""

from __future__ import annotations

import json
import random
import shutil
import uuid
from pathlib import Path

import pytest

from desktop.models.embedded import accounts, groups, records
from desktop.models.embedded import charges as ledger
from desktop.models.embedded.storage import sqlite
from desktop.models.embedded.storage.store import Store
from desktop.terms.charges import Charge, Receipt
from desktop.terms.errors import AppError, ChargeUnknown
from desktop.terms.kinds import OperationType
from tests.faults.support.ledgers import audit_open, cheap_passwords, enter
from tests.faults.support.nursery import Channel, Nursery
from tests.faults.support.power_loss import Disk, Event, Loss, read_trace, states
from tests.faults.support.runs import figures
from tests.faults.support.shim import Calls, Shim
from tests.support.stores import ADMIN, ANN, BALANCE, PASSWORD, charge_for, make_store

SHIPPED = {"wal": True, "truncate": False}  # the journal by whether WAL is sound in this SQLite
WEAK: dict[str, dict[str, object]] = {
    "DELETE+FULL": {"journal_mode": "delete", "synchronous": 2},
    "WAL+NORMAL": {"journal_mode": "wal", "synchronous": 1},
}
TOGETHER = 5  # requests that share a transaction
CHECKPOINT = 25  # pages: often enough to be in the trace many times
ENTRIES = ("1 + 2", "3 × 4 − 5", "√2", "12345678901234567890 × 98765432109876543210", "(1 + 2) ÷ 3 + 4")


def choose_journal(journal: str) -> None:
    """Have this process use one of the shipped journals, or plant a weak one."""
    patch = pytest.MonkeyPatch()
    if journal in WEAK:
        patch.setattr(sqlite, "durable_pragmas", lambda: WEAK[journal])
    else:
        patch.setattr(sqlite, "wal_is_sound", lambda _: SHIPPED[journal])


def open_traced(file: Path) -> Store:
    store = make_store(file)
    if sqlite.pragma(store.database, "journal_mode") == "wal":
        store.database.execute_sql(f"PRAGMA wal_autocheckpoint = {CHECKPOINT}").fetchall()
    return store


def work(channel: Channel, root: str, trace: str, journal: str, seed: int, charges: int, *, syncs_fail: bool) -> int:
    """Job: use a store as people do, under the recorder; note in the trace what was acknowledged, when it was.

    Returns how many syncs were made to fail.
    """
    choose_journal(journal)
    cheap_passwords()
    choose, failed = random.Random(seed), 0
    shim = Shim(root)
    shim.trace(trace)
    file = Path(root) / "new" / "store.db"
    store = open_traced(file)
    for email in (ADMIN, ANN):
        accounts.register(store, email, PASSWORD, starting_balance=BALANCE)
        shim.mark(json.dumps({"registered": email}))
    for number in range(charges):
        if choose.random() < 0.1:
            store.close()
            store = open_traced(file)
        if number % 10 == 9:
            _other_work(store, shim, choose)
        if syncs_fail and choose.random() < 0.3:
            shim.arm("EIO", choose.randint(1, 3), Calls.SYNC)
        count = TOGETHER if number % 4 == 3 else 1
        wanted = [charge_for(choose.choice(ENTRIES), str(uuid.UUID(int=choose.getrandbits(128)))) for _ in range(count)]
        for charge, outcome in zip(wanted, _carried_out(store, wanted), strict=False):
            if isinstance(outcome, Receipt):
                shim.mark(json.dumps({"charged": charge.request_id, "balance": outcome.balance}))
            else:
                assert syncs_fail
                if not isinstance(outcome, ChargeUnknown):
                    shim.mark(json.dumps({"refused": charge.request_id}))
        failed += shim.calm()
    store.close()
    return failed


def _carried_out(store: Store, wanted: list[Charge]) -> list[Receipt | AppError]:
    if len(wanted) > 1:
        return groups.charge_together(store, enter(store), wanted, seconds=60)
    try:
        return [ledger.charge(store, enter(store), wanted[0])]
    except AppError as error:
        return [error]


def _other_work(store: Store, shim: Shim, choose: random.Random) -> None:
    admin = enter(store, ADMIN)
    request_id = str(uuid.UUID(int=choose.getrandbits(128)))
    receipt = ledger.credit(store, admin, ANN, 1_000_00, "For more", request_id)
    shim.mark(json.dumps({"charged": request_id, "balance": receipt.balance}))
    ledger.set_cost(store, admin, OperationType.ADDITION, choose.randint(1, 20_00))
    store.write_anchor()
    deleted = records.delete(store, enter(store), [receipt.entries[0].id])
    shim.mark(json.dumps({"deleted": deleted[0]}))


def judge(channel: Channel, root: str, trace: str, journal: str, seed: int, count: int) -> list[str]:
    """Job: cut the power `count` times, open each state with the shipped code, and name what was lost."""
    choose_journal(journal)
    choose, wrong = random.Random(seed), []
    for disk, loss, cut in states(read_trace(Path(trace), Path(root)), choose, count):
        state = Path(f"{trace}-state-{seed}")
        state.mkdir()
        disk.write_state(state, loss, choose)
        found = lost(state / "new" / "store.db", [json.loads(mark) for mark in disk.marks])
        wrong += [f"cut at {cut}, {loss}: {what}" for what in found]
        shutil.rmtree(state)
    return wrong[:20]


def lost(file: Path, promises: list[dict[str, object]]) -> list[str]:
    """What does not hold in a state of the disk."""
    try:
        store = make_store(file)
    except AppError as error:
        return [f"cannot be opened: {error}"]
    try:
        wrong = [store.read_only_reason] if store.read_only_reason else []
        found = audit_open(store)
        wrong += found.problems
        last_ids = {request: ids[-1] for request, ids in found.requests.items()}
        facts = store.database.execute_sql("SELECT id, user_balance, deleted_at FROM record").fetchall()
    finally:
        store.close()
    balances = {record: balance for record, balance, _ in facts}
    hidden = {record for record, _, at in facts if at is not None}
    for promise in promises:
        match promise:
            case {"registered": email} if email not in found.balances:
                wrong.append(f"{email} is gone")
            case {"charged": request, "balance": balance} if balances.get(last_ids.get(str(request), 0)) != balance:
                wrong.append(f"request {request} is gone, or has another balance")
            case {"refused": request} if request in found.requests:
                wrong.append(f"request {request} came back, though refused")
            case {"deleted": record} if record not in hidden:
                wrong.append(f"record {record} is shown again")
    return wrong


def losses(
    nursery: Nursery,
    folder: Path,
    choose: random.Random,
    journal: str,
    count: int,
    *,
    charges: int = 60,
    syncs_fail: bool = False,
) -> list[str]:
    """Record the shipped code at work once, cut the power `count` times, judge on both cores."""
    root = folder / f"{journal} {count}"
    root.mkdir()
    common = {"root": str(root), "trace": f"{root}.trace", "journal": journal}
    failed = nursery.run(work, **common, seed=choose.getrandbits(32), charges=charges, syncs_fail=syncs_fail)
    assert bool(failed) == syncs_fail
    judges = [nursery.start(judge, **common, seed=choose.getrandbits(32), count=count // 2) for _ in range(2)]
    return [what for each in judges for what in each.result()]


@pytest.mark.parametrize("weak", WEAK)
def test_the_simulator_finds_what_weaker_journals_lose(
    nursery: Nursery, folder: Path, choose: random.Random, weak: str
) -> None:
    assert losses(nursery, folder, choose, weak, 100)


@figures("count", 12, 10_000)
@pytest.mark.parametrize("journal", SHIPPED)
def test_no_acknowledged_charge_is_lost_with_the_power(
    nursery: Nursery, folder: Path, choose: random.Random, journal: str, count: int
) -> None:
    assert losses(nursery, folder, choose, journal, count) == []


@figures("count", 8, 2_000)
@pytest.mark.parametrize("journal", SHIPPED)
def test_no_charge_acknowledged_after_a_failed_sync_is_lost_with_the_power(
    nursery: Nursery, folder: Path, choose: random.Random, journal: str, count: int
) -> None:
    assert losses(nursery, folder, choose, journal, count, syncs_fail=True) == []


def judge_beginnings(channel: Channel, root: str, trace: str, journal: str, seed: int, times: int) -> list[str]:
    """Job: cut the power so often around each step in which a new store gets its key; what cannot be begun again."""
    choose_journal(journal)
    choose, wrong, disk = random.Random(seed), [], Disk()
    noted = read_trace(Path(trace), Path(root))
    named = next(at for at, each in enumerate(noted) if each.event is Event.RENAME and each.data.endswith(b".key"))
    for cut, each in enumerate(noted[: named + 4], 1):
        disk.follow(each)
        for number in range(times if cut > named else 0):
            state = Path(f"{trace}-{cut}-{number}")
            state.mkdir()
            disk.write_state(state, Loss.SOME, choose)
            wrong += [f"cut at {cut}: {what}" for what in lost(state / "new" / "store.db", [])]
            shutil.rmtree(state)
    return wrong[:20]


@pytest.mark.parametrize("journal", SHIPPED)
def test_a_store_whose_making_was_cut_short_is_made_again(
    nursery: Nursery, folder: Path, choose: random.Random, journal: str
) -> None:
    root = folder / journal
    root.mkdir()
    common = {"root": str(root), "trace": f"{root}.trace", "journal": journal}
    nursery.run(work, **common, seed=1, charges=0, syncs_fail=False)
    assert nursery.run(judge_beginnings, **common, seed=choose.getrandbits(32), times=20) == []
