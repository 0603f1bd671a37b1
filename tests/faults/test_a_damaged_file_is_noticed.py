"""Promise 14: random bytes flipped in a store are noticed, or change nothing that is shown; the program never crashes.

Each damaged copy is opened with the shipped code and used as a person would: balance, records, a charge, `verify`.
"""

from __future__ import annotations

import random
import shutil
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.models.embedded import accounts, charges, records
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.verify import verify
from desktop.terms.errors import AppError
from desktop.terms.kinds import Column
from desktop.terms.pages import Filters, PageRequest
from desktop.terms.people import Session
from tests.faults.support.ledgers import cheap_passwords, enter, make_ledger
from tests.faults.support.nursery import Channel, Nursery
from tests.faults.support.runs import figures, in_some_go
from tests.support.stores import ADMIN, ANN, BOB, PASSWORD, charge_for, make_store

PEOPLE = (ADMIN, ANN, BOB)
SEARCH = PageRequest(Filters(search=("2",)), Column.RESPONSE)
TEXTS = ("1 + 2", "√2", "3 × 4 − 5", "(1 + 2) ÷ 3", "123456789 × 987654321")


def make(channel: Channel, file: str) -> dict[str, Any]:
    """Job: a store with some records of each person, some hidden; returns what it shows."""
    make_ledger(Path(file), PEOPLE)
    store = make_store(Path(file))
    for number in range(45):
        charges.charge(store, enter(store, PEOPLE[number % 3]), charge_for(TEXTS[number % 5]))
    records.delete(store, enter(store), [entry.id for entry in _records(store, enter(store))[:3]])
    shown = _shown(store)
    store.close()
    return shown


def _records(store: Store, session: Session) -> list[Any]:
    return list(records.stream(store, session, Filters(), Column.DATE, descending=True))


def _shown(store: Store) -> dict[str, Any]:
    """Each person's balance and records, as the program shows them."""
    found = {}
    for email in PEOPLE:
        session = enter(store, email)
        balance = charges.statement(store, session).account.balance
        entries = [f"{entry.seq} {entry.operands} = {entry.response}: {entry.amount}, {entry.user_balance}"
                   for entry in _records(store, session)]  # fmt: skip
        found[email] = [balance, entries]
    return found


def judge(channel: Channel, template: str, truth: dict[str, Any], seed: int, copies: int, *, planted: bool) -> Any:
    """Job: damage so many copies and use them; returns how each ended, and what was shown wrong or crashed."""
    cheap_passwords()
    choose, ends, wrong = random.Random(seed), Counter[str](), []
    for number in range(copies):
        copy = Path(template).parent.with_name(f"copy-{seed}-{number}")
        shutil.copytree(Path(template).parent, copy)
        file = copy / Path(template).name
        damage = _damage(file, choose)
        try:
            end = _use(file, truth, planted=planted)
        except Exception as error:  # noqa: BLE001  # a crash is what this is about
            end = "crashed"
            where = traceback.extract_tb(error.__traceback__)[-3:]
            wrong.append(f"copy {number}, {damage}: {error!r} at {[f'{at.filename}:{at.lineno}' for at in where]}")
        if end == "wrong in silence":
            wrong.append(f"copy {number}, {damage}: {end}")
        ends[end] += 1
        shutil.rmtree(copy)
    return [ends, wrong[:10]]


def _damage(file: Path, choose: random.Random) -> list[tuple[int, int]]:
    content = bytearray(file.read_bytes())
    flips = [(choose.randrange(len(content)), choose.randint(1, 255)) for _ in range(choose.choice((1, 1, 2, 4, 8)))]
    for at, mask in flips:
        content[at] ^= mask
    file.write_bytes(content)
    return flips


def _use(file: Path, truth: dict[str, Any], *, planted: bool) -> str:
    try:
        store = make_store(file)
    except AppError:
        return "refused"
    try:
        shown: dict[str, Any] = {}
        noticed = store.read_only_reason is not None
        noticed |= _tried(lambda: shown.update(_shown(store)))
        noticed |= _tried(lambda: records.page(store, enter(store), SEARCH))
        noticed |= _tried(lambda: accounts.sign_in(store, BOB, PASSWORD))
        if not planted:
            noticed |= bool(_problems(store))
        _tried(lambda: charges.charge(store, enter(store), charge_for("1 + 1")))
        if noticed:
            return "noticed"
        return "as before" if shown == truth else "wrong in silence"
    finally:
        store.close()


def _tried(act: Callable[[], object]) -> bool:
    """Whether it was refused with a message for the person."""
    try:
        act()
    except AppError:
        return True
    return False


def _problems(store: Store) -> object:
    try:
        return verify(store).problems
    except AppError as error:
        return error


def ends_of(nursery: Nursery, choose: random.Random, copies: int, **common: Any) -> tuple[Counter[str], list[str]]:
    """How so many damaged copies ended, and what was wrong, on both cores."""
    children = [nursery.start(judge, seed=choose.getrandbits(32), copies=copies // 2, **common) for _ in range(2)]
    ends, wrong = Counter[str](), []
    for child in children:
        found, more = child.result()
        ends.update(found)
        wrong += more
    return ends, wrong


@figures("copies", 9, 1_000)
def test_flipped_bytes_never_show_a_wrong_balance_in_silence_and_never_crash(
    nursery: Nursery, folder: Path, choose: random.Random, copies: int
) -> None:
    template = str(folder / "template" / "store.db")
    common = {"template": template, "truth": nursery.run(make, file=template)}
    assert in_some_go(lambda _: ends_of(nursery, choose, 40, **common, planted=True)[0]["wrong in silence"]), (
        "the harness missed a program that never verifies"
    )

    ends, wrong = Counter[str](), []
    for _ in range(10):  # half of them are noticed, as a rule: of few copies there may be none, and more are damaged
        found, more = ends_of(nursery, choose, copies, **common, planted=False)
        ends.update(found)
        wrong += more
        if ends["noticed"] + ends["refused"] > copies / 6:
            break
    print(dict(ends))  # noqa: T201
    assert wrong == []
    assert ends["noticed"] + ends["refused"] > copies / 6
