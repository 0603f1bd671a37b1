"""Promise 4: after an error, whoever asked hears what the disk says, also where COMMIT raised although it had stored.

The environment is what fails here: COMMIT reports an error before or after it was carried out, the disk refuses syncs
while another program has the store open, or it then cannot be read at all. The answer is compared with the store.
"""

from __future__ import annotations

import random
import uuid
from pathlib import Path
from typing import Any

import pytest

from desktop.models.embedded import charges, settling
from desktop.models.embedded.storage import sqlite
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.storage.turns import Run
from desktop.terms.errors import AppError
from tests.faults.support.ledgers import audit, enter, make_ledger
from tests.faults.support.nursery import Channel, Nursery
from tests.faults.support.runs import figures, in_some_go
from tests.faults.support.shim import Calls, Shim
from tests.support.stores import ADMIN, ANN, charge_for, make_store

ENTRY = "1 + 2 × 3"
TROUBLES = ("stored", "not stored", "stored, then unreadable", "not stored, then unreadable", "sync", "syncs", "write")


def choose_journal(journal: str) -> None:
    """Have this process use one of the two journals that ship."""
    pytest.MonkeyPatch().setattr(sqlite, "wal_is_sound", lambda _: journal == "wal")


def make(channel: Channel, file: str, journal: str) -> None:
    """Job: make the store."""
    choose_journal(journal)
    make_ledger(Path(file), (ADMIN, ANN))


def bystand(channel: Channel, file: str, journal: str) -> None:
    """Job: have the store open, so that it is not emptied of its log when the other program reconnects."""
    choose_journal(journal)
    store = make_store(Path(file))
    with store.reading() as database:
        database.execute_sql("SELECT count(*) FROM record").fetchall()
    channel.send("ready")
    channel.receive()
    store.close()


def act(channel: Channel, file: str, journal: str, what: str, ids: list[str], seed: int, *, planted: bool) -> None:
    """Job: one request after another, each with a trouble of its own; says what each was answered with."""
    if planted:
        pytest.MonkeyPatch().setattr(settling, "read_back", _believe_the_error)
    choose_journal(journal)
    choose, shim = random.Random(seed), Shim(Path(file).parent)
    store = make_store(Path(file))
    for request_id in ids:
        trouble = choose.choice(TROUBLES)
        session = enter(store, ANN if what == "charge" else ADMIN)
        with pytest.MonkeyPatch.context() as patch:
            _arm(patch, shim, trouble, choose)
            try:
                if what == "charge":
                    receipt = charges.charge(store, session, charge_for(ENTRY, request_id))
                else:
                    receipt = charges.credit(store, session, ANN, 5_00, "For the truth", request_id)
                answer: object = [entry.id for entry in receipt.entries]
            except AppError as error:
                answer = error.code
        shim.calm()
        channel.send([request_id, trouble, answer])


def act_once(channel: Channel, file: str, journal: str, request_id: str, kind: str, nth: int, *, planted: bool) -> None:
    """Job: one request whose n-th sync or write fails; says the answer, and waits to be killed."""
    choose_journal(journal)
    if planted:
        pytest.MonkeyPatch().setattr(sqlite, "settle", lambda _: None)
    shim = Shim(Path(file).parent)
    store = make_store(Path(file))
    session = enter(store)
    shim.arm("EIO", nth, Calls.SYNC if kind == "sync" else Calls.WRITE)
    try:
        receipt = charges.charge(store, session, charge_for(ENTRY, request_id))
        answer: object = [entry.id for entry in receipt.entries]
    except AppError as error:
        answer = error.code
    channel.send([f"{kind} {nth}, then killed", answer])
    channel.receive()


def _believe_the_error(store: Store, find: object, trouble: AppError, *, begun: bool) -> None:
    raise trouble


def _arm(patch: pytest.MonkeyPatch, shim: Shim, trouble: str, choose: random.Random) -> None:
    if trouble in ("sync", "syncs"):
        shim.arm("EIO", choose.randint(1, 3), Calls.SYNC, stays=trouble == "syncs")
        return
    if trouble == "write":
        shim.arm("ENOSPC", choose.randint(1, 12), Calls.WRITE)
        return
    commit = sqlite.commit

    def fail(run: Run) -> None:
        if not trouble.startswith("not"):
            commit(run)
        if trouble.endswith("unreadable"):
            shim.arm("EIO", 1, Calls.OPEN | Calls.READ | Calls.WRITE, stays=True)
        patch.setattr(sqlite, "commit", commit)  # only this one fails
        error = sqlite.sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorname = "SQLITE_IOERR_FSYNC"
        raise error

    patch.setattr(sqlite, "commit", fail)


def untruths(
    nursery: Nursery, file: Path, choose: random.Random, count: int, journal: str, what: str, *, planted: bool
) -> list[str]:
    """Where an answer and the store differ; half of the requests run beside a program that has the store open."""
    nursery.run(make, file=str(file), journal=journal)
    answers = []
    for bystander in (True, False):
        beside = nursery.start(bystand, file=str(file), journal=journal) if bystander else None
        if beside:
            assert beside.channel.receive() == "ready"
        ids = [str(uuid.UUID(int=choose.getrandbits(128))) for _ in range(count // 2)]
        common = {"journal": journal, "what": what, "planted": planted}
        child = nursery.start(act, file=str(file), ids=ids, seed=choose.getrandbits(32), **common)
        answers += child.outcome()[0]
        if beside:
            beside.channel.send("end")
            beside.result()
    assert len(answers) == count // 2 * 2
    return compare(file, answers)


def compare(file: Path, answers: list[Any]) -> list[str]:
    """Where (request id, trouble, answer) and the store differ, and what else is wrong with the store."""
    found = audit(file)
    wrong = list(found.problems)
    for request_id, trouble, answer in answers:
        stored = found.requests.get(request_id)
        if answer != stored if isinstance(answer, list) else stored and answer != "charge_unknown":
            wrong.append(f"{trouble}: told {answer}, stored {stored}")
    return wrong


def resurrections(
    nursery: Nursery, file: Path, choose: random.Random, count: int, journal: str, *, planted: bool
) -> list[str]:
    """Where an answer is overtaken by a kill -9 of every program right after it."""
    nursery.run(make, file=str(file), journal=journal)
    wrong = []
    for number in range(count):
        request_id = str(uuid.UUID(int=choose.getrandbits(128)))
        kind, nth = ("sync", 1 + number // 2 % 3) if number % 2 else ("write", choose.randint(1, 14))
        beside = nursery.start(bystand, file=str(file), journal=journal)
        assert beside.channel.receive() == "ready"
        point = {"request_id": request_id, "kind": kind, "nth": nth, "planted": planted}
        child = nursery.start(act_once, file=str(file), journal=journal, **point)
        answer = child.channel.receive()
        for each in (child, beside):
            each.kill()
            each.wait()
        wrong += compare(file, [[request_id, *answer]])
    return wrong


@figures("count", 8, 600)
@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_no_answer_after_an_error_is_overtaken_by_a_crash(
    nursery: Nursery, folder: Path, choose: random.Random, count: int, journal: str
) -> None:
    if journal == "wal":  # the other journal leaves nothing that could come back

        def come_back(go: int) -> bool:
            planted = resurrections(nursery, folder / f"planted {go}.db", choose, 6, journal, planted=True)
            return any("told store" in what for what in planted)

        assert in_some_go(come_back), "the harness missed a refused charge that came back"

    assert resurrections(nursery, folder / "store.db", choose, count, journal, planted=False) == []


@figures("count", 8, 1_000)
@pytest.mark.parametrize("journal", ["wal", "truncate"])
@pytest.mark.parametrize("what", ["charge", "credit"])
def test_every_answer_after_an_error_is_what_the_disk_says(
    nursery: Nursery, folder: Path, choose: random.Random, count: int, journal: str, what: str
) -> None:
    def believed(go: int) -> bool:
        planted = untruths(nursery, folder / f"planted {go}.db", choose, 40, journal, what, planted=True)
        return any("told store" in untruth for untruth in planted)

    assert in_some_go(believed), "the harness missed a program that believes the error"

    assert untruths(nursery, folder / "store.db", choose, count, journal, what, planted=False) == []
