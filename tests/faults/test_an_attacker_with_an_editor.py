"""Promise 11 by an attacker who does not know the code: every edit of the file changes nothing, or is found and named.

What was forged without notice under the schema of version 3 comes first: the harness must find that.
"""

from __future__ import annotations

import contextlib
import random
import re
from pathlib import Path
from typing import Any

import pytest
from peewee import SqliteDatabase

from desktop.models.embedded import accounts, charges, records, replay
from desktop.models.embedded.storage import chain
from desktop.models.embedded.storage.migrations import first, first_proof
from desktop.models.embedded.verify import verify
from desktop.terms.errors import StoreDamaged, StoreError
from desktop.terms.kinds import OperationType, Status
from tests.faults.support import old_stores
from tests.faults.support.editor import Editor, Tables, fresh, tables
from tests.faults.support.ledgers import cheap_passwords, enter
from tests.faults.support.nursery import Channel, Nursery
from tests.faults.support.runs import figures, in_some_go
from tests.support.stores import ADMIN, ANN, BALANCE, BOB, PASSWORD, charge_for, make_store, new_id, tamper


def make(file: Path) -> list[Tables]:
    """A store in which everything that can change has changed; returns the states on the way."""
    store, states = make_store(file), []
    for email in (ADMIN, ANN, BOB):
        accounts.register(store, email, PASSWORD, starting_balance=BALANCE)
    admin, ann, bob = (enter(store, email) for email in (ADMIN, ANN, BOB))

    def keep() -> None:
        store.write_anchor()
        states.append(tables(file))

    mine = [charges.charge(store, ann, charge_for(text)).entries[0].id for text in ("1 + 2 × 3", "10 ÷ 4", "√2.25")]
    charges.charge(store, bob, charge_for("5 + 5"))
    charges.credit(store, admin, ANN, 5_00, "Refund | 1|credit|2|3", new_id())
    keep()
    records.delete(store, ann, mine[:2])
    charges.set_cost(store, admin, OperationType.ADDITION, 11_00)
    keep()
    records.restore(store, ann, mine[:1])
    accounts.set_status(store, admin, BOB, Status.INACTIVE)
    accounts.change_password(store, ann, PASSWORD, "another good phrase")
    charges.set_cost(store, admin, OperationType.ADDITION, 10_00)
    charges.charge(store, ann, charge_for("7 − 5"))
    keep()
    store.close()
    return states


def attack(channel: Channel, folder: str, edits: int, seed: int, *, planted: bool) -> dict[str, Any]:
    """Job: make so many edits, each on a fresh copy; returns those that show and are not found."""
    cheap_passwords()
    patch = pytest.MonkeyPatch()
    template = Path(folder) / "template" / "store.db"
    *older, present = make(template)
    editor = Editor(present, older, random.Random(seed))
    if planted:  # a proof that looks at the rows alone
        patch.setattr(replay, "check_accounts", lambda *_: None)
    missed, changed = [], 0
    for _ in range(edits):
        file = fresh(template, Path(folder) / "edited")
        what = editor.edit(file)
        if tables(file) == present:
            continue
        changed += 1
        if not named(file):
            missed.append(what)
    return {"missed": missed, "changed": changed}


def named(file: Path) -> bool:
    """Whether the program says what is wrong with a store."""
    try:
        store = make_store(file)
    except StoreError as error:  # it does not even open, and says why
        return bool(error.message)
    try:
        problems = verify(store).problems
        assert all(re.fullmatch(r"L\d", problem.rule) and problem.message for problem in problems)
        return bool(problems)
    except StoreError as error:
        return bool(error.message)
    finally:
        store.disconnect()


@figures("edits", 40, 20_000)
def test_every_edit_changes_nothing_or_is_named(
    nursery: Nursery, folder: Path, choose: random.Random, edits: int
) -> None:
    def planted(go: int) -> Any:
        seed, place = choose.getrandbits(32), str(folder / f"planted {go}")
        return nursery.run(attack, folder=place, edits=50, seed=seed, planted=True)["missed"]

    assert in_some_go(planted), "the harness missed a proof that does not look at accounts"
    both = [
        nursery.start(attack, folder=str(folder / f"{n}"), edits=edits // 2, seed=choose.getrandbits(32), planted=False)
        for n in range(2)
    ]
    results = [child.result() for child in both]
    assert [what for result in results for what in result["missed"]] == []
    changed = sum(result["changed"] for result in results)
    assert changed > edits // 2
    print(f"{edits} edits, {changed} of which changed something")  # noqa: T201


def found_by_version_3(file: Path) -> bool:
    """Whether the proof as version 3 had it says that something is wrong: no domains, no table of operations."""
    key = chain.read_key(chain.key_file(file))
    assert key is not None
    database = SqliteDatabase(str(file), autoconnect=False)
    database.connect()
    try:
        first_proof.check(database, key, chain.anchor_file(file).read_bytes())
    except StoreDamaged:
        return True
    finally:
        database.close()
    return False


@pytest.fixture
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_proof, "_UUID", re.compile(".*", re.DOTALL))
    monkeypatch.setattr(first_proof, "_check_operations", lambda _: None)


@pytest.mark.faults  # a search by chance: from seconds to two minutes
@pytest.mark.usefixtures("_as_it_was")
def test_the_harness_finds_what_version_3_let_pass(folder: Path, choose: random.Random) -> None:
    """A status written back with its mark, a deletion restored and written back, a line of visibility, an operation."""
    template = folder / "template" / "store.db"
    old_stores.rebuild(old_stores.versions()[3], template)
    older = [tables(template)]
    deactivate(template)
    present = tables(template)
    assert not found_by_version_3(template)
    editor = Editor(present, older, choose)
    let_pass: set[str] = set()
    wanted, tries = {"user", "visibility", "operation"}, 0
    while not wanted <= let_pass:
        tries += 1
        assert tries < 20_000, f"only {let_pass}"
        file = fresh(template, folder / "edited")
        what = editor.edit(file)
        after = tables(file)
        with contextlib.suppress(Exception):  # an edit that the old proof stumbles over is not one that it let pass
            if after != present and not found_by_version_3(file):
                let_pass |= {name for name in present if present[name] != after.get(name)}
                assert what


def deactivate(file: Path) -> None:
    """Ann's account, as the program of version 3 deactivated it."""
    key = chain.read_key(chain.key_file(file))
    assert key is not None
    present = tables(file)["user"]
    row = next(row for row in present if "ann@" in row[1])
    id, username, password, role = int(row[0]), row[1].strip("'"), row[2].strip("'"), row[4].strip("'")
    mark = first.account_mark(key, id, username, password, "inactive", role)
    tamper(file, ("UPDATE user SET status = 'inactive', mark = ? WHERE id = ?", (mark, id)))
