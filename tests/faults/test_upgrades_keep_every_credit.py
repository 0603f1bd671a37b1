"""Promise 13: an upgrade keeps every credit; wherever it is killed or fails, the store is old or new, never between.

Every older version's store (old_stores/) walks the shipped steps and one more that only this test has.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from peewee import SqliteDatabase

from desktop.models.embedded import accounts, backups, restoring
from desktop.models.embedded.storage import chain, migrations
from desktop.models.embedded.storage.migrations import Upgrade
from desktop.models.embedded.verify import verify
from desktop.terms.errors import AppError, StoreError
from tests.faults.support import old_stores
from tests.faults.support.ledgers import audit_open, make_ledger
from tests.faults.support.nursery import Channel, Crashed, Nursery
from tests.faults.support.runs import all_of, figures
from tests.faults.support.shim import KINDS, Calls, Shim
from tests.support.stores import COSTS, make_store, raw

EVERY = 0  # instead of a number of points
NEXT = migrations.SCHEMA_VERSION + 1
OLD = sorted(set(old_stores.versions()) - {migrations.SCHEMA_VERSION})


def later(upgrade: Upgrade) -> None:
    """A step as they come: a column with a value in each row, an index, and an operation with a price."""
    database = upgrade.database
    database.execute_sql("ALTER TABLE user ADD COLUMN language TEXT NOT NULL DEFAULT ''")
    database.execute_sql("UPDATE user SET language = 'en'")
    database.execute_sql("CREATE INDEX user_language ON user (language)")


def as_next_version() -> None:
    """Have this process be the program's next version."""
    patch, steps = pytest.MonkeyPatch(), (*migrations.STEPS, later)
    patch.setattr(migrations, "STEPS", steps)
    patch.setattr(migrations, "SCHEMA_VERSION", len(steps))
    patch.setattr(migrations, "upgrade", functools.partial(migrations.upgrade, steps=steps))


@dataclass(frozen=True)
class Point:
    """One call of an upgrade, and what becomes of it."""

    kind: str
    nth: int


def upgrade(channel: Channel, file: str, kind: str, nth: int, *, planted: bool) -> int:
    """Job: open an old store with the next version, its n-th call meeting its fate; returns the calls."""
    as_next_version()
    if planted:  # every statement commits by itself
        pytest.MonkeyPatch().setattr("peewee.Database.atomic", lambda *_: contextlib.nullcontext())
    shim = Shim(Path(file).parent)
    shim.arm(kind, nth, Calls.CHANGES)
    try:
        store = make_store(Path(file))
        store.disconnect()
    except AppError as error:
        channel.send(error.code)
    return shim.counted


def finish(channel: Channel, file: str) -> dict[str, Any]:
    """Job: open the store with the next version, nothing in its way, and audit it."""
    as_next_version()
    store = make_store(Path(file))
    found = audit_open(store)
    languages = store.database.execute_sql("SELECT DISTINCT language FROM user").fetchall()
    store.close()
    return {"problems": found.problems, "balances": found.balances, "languages": languages}


def make(channel: Channel, file: str, version: int) -> None:
    """Job: a store of a version, an old one or the present one."""
    if version in OLD:
        old_stores.rebuild(old_stores.versions()[version], Path(file))
    else:
        make_ledger(Path(file))


def schemas(channel: Channel) -> dict[str, dict[str, str]]:
    """Job: the schema after each step, by version."""
    as_next_version()
    database, found = SqliteDatabase(":memory:", autoconnect=False), {}
    database.connect()
    for number, step in enumerate(migrations.STEPS, start=1):
        step(Upgrade(database, b"", {kind.value: cost for kind, cost in COSTS.items()}))
        found[str(number)] = migrations.schema_of(database)
    return found


def between(
    nursery: Nursery, template: Path, version: int, whole: dict[str, Any], point: Point, *, planted: bool = False
) -> list[str]:
    """What an upgrade that ends at one point leaves that is neither old nor new."""
    file = template.parent.with_name(f"{point.kind} {point.nth}") / template.name
    shutil.copytree(template.parent, file.parent)
    wrong = []
    try:
        said, _, lived = nursery.start(upgrade, file=str(file), **vars(point), planted=planted).outcome()
        if lived and not said and point.kind.startswith("kill") and not planted:
            wrong.append("the fault did not happen")
        with raw(file) as connection:
            found = connection.execute("PRAGMA user_version").fetchone()[0]
            rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        if {f"{kind} {name}": sql for kind, name, sql in rows} != whole["schemas"][str(found)]:
            wrong.append(f"the schema is not that of version {found}")
        if not version <= found <= NEXT or old_stores.facts(file) != whole["facts"]:
            wrong.append(f"version {found} does not hold what was there")
        if found > version and not list(backups.folder_of(file).glob(f"before-upgrade-from-{version}-*")):
            wrong.append("upgraded without a backup")
        after = nursery.run(finish, file=str(file))
        if after != {"problems": [], "balances": whole["facts"]["balances"], "languages": [["en"]]}:
            wrong.append(f"upgraded afterwards: {after}")
    except (AppError, Crashed) as error:
        wrong.append(str(error))
    shutil.rmtree(file.parent)
    return [f"{point}: {what}" for what in wrong]


@figures("count", 4, EVERY)
@pytest.mark.parametrize(
    "version",
    [
        *(pytest.param(version, marks=pytest.mark.faults) for version in OLD[:-1]),
        OLD[-1],
        migrations.SCHEMA_VERSION,
    ],
)
def test_an_upgrade_that_is_cut_short_leaves_the_old_store_or_the_new_one(
    nursery: Nursery, folder: Path, choose: random.Random, version: int, count: int
) -> None:
    template = folder / "template" / "store.db"
    nursery.run(make, file=str(template), version=version)
    whole = {"schemas": nursery.run(schemas), "facts": old_stores.facts(template)}
    calm = folder / "calm" / template.name
    shutil.copytree(template.parent, calm.parent)
    calls = nursery.run(upgrade, file=str(calm), kind="kill", nth=0, planted=False)
    assert calls > 20
    every = [Point(kind, nth) for kind, nth in itertools.product(KINDS, range(1, calls + 1))]

    end_at = functools.partial(between, nursery, template, version, whole)
    # Every tenth call at first, and around the steps themselves, which come after the backup: one that tells is enough.
    nearest = sorted(range(calls // 3, 2 * calls), key=lambda nth: (nth % 10, abs(nth - 3 * calls // 4)))
    kills = (Point("kill", nth) for nth in nearest)
    planted = (what for point in kills for what in end_at(point, planted=True))
    assert any("the schema is not" in what for what in planted), "the harness missed an upgrade without a transaction"

    assert all_of(end_at, choose.sample(every, count) if count else every) == []


def test_there_is_a_store_of_every_older_version() -> None:
    missing = set(range(1, migrations.SCHEMA_VERSION)) - set(old_stores.versions())
    assert not missing, f"keep one of version {missing} with the released code: see support/old_stores.py"


@pytest.mark.parametrize("version", OLD)
def test_a_store_of_an_older_version_is_upgraded_with_all_it_holds(folder: Path, version: int) -> None:
    kept = old_stores.versions()[version]
    file = folder / "store.db"
    old_stores.rebuild(kept, file)
    assert old_stores.facts(file) == old_stores.expected(kept)

    store = make_store(file)
    try:
        assert store.read_only_reason is None
        assert verify(store).problems == ()
        for email in old_stores.PEOPLE:
            session = accounts.sign_in(store, email, old_stores.PASSWORD)
            assert accounts.current(store, session).balance == old_stores.expected(kept)["balances"][email]
    finally:
        store.close()
    assert old_stores.facts(file) == old_stores.expected(kept)

    (backup,) = backups.folder_of(file).iterdir()
    restored = folder / "restored" / "store.db"
    restoring.restore(backup, restored, costs=COSTS)
    assert old_stores.facts(restored) == old_stores.expected(kept)
    assert chain.key_file(restored).read_bytes() == chain.key_file(file).read_bytes()


@pytest.mark.parametrize("version", OLD)
def test_an_upgrade_beside_a_wrong_key_writes_nothing(folder: Path, version: int) -> None:
    """Marks made under it would lock everybody out for good once the right one is back."""
    file = folder / "store.db"
    old_stores.rebuild(old_stores.versions()[version], file)
    key = chain.key_file(file)
    right = key.read_bytes()
    key.write_bytes(chain.key_text(bytes(32)))
    with pytest.raises(StoreError, match=r"cannot be upgraded: the key file does not belong"):
        make_store(file)
    assert not backups.folder_of(file).exists()
    key.write_bytes(right)
    store = make_store(file)
    assert (store.read_only_reason, verify(store).problems) == (None, ())
    accounts.sign_in(store, old_stores.PEOPLE[1], old_stores.PASSWORD)
    store.close()
