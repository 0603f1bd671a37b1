"""Stores as older versions left them, kept as text so that a change to one is seen: written, and made again from it.

Before a step is added to the schema, with the code as it was released:

    python -m tests.faults.support.old_stores tests/faults/old_stores
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

from desktop.models.embedded import accounts, charges, records
from desktop.models.embedded.storage import chain, migrations
from desktop.models.embedded.storage.opening import open_store
from desktop.models.embedded.storage.store import Store
from desktop.system.private_files import create_private, make_folder
from desktop.terms.charges import Charge, Entry, Step
from desktop.terms.kinds import OperationType
from desktop.terms.pages import PageRequest
from desktop.terms.people import Session
from tests.support.stores import COSTS, raw

KEPT = Path(__file__).parents[1] / "old_stores"
PASSWORD = "correct horse 7"
PEOPLE = ("admin@example.org", "ann@example.org")
PRAGMAS = ("user_version", "application_id")


def versions() -> dict[int, Path]:
    """The folders of the versions that are kept."""
    return {int(folder.name.removeprefix("version-")): folder for folder in sorted(KEPT.glob("version-*"))}


def rebuild(folder: Path, file: Path) -> None:
    """Make a store again as that version left it."""
    make_folder(file.parent)
    create_private(file)
    with raw(file) as connection:
        connection.executescript((folder / "store.sql").read_text("utf-8"))
    for name in (chain.key_file(file).name, chain.anchor_file(file).name):
        create_private(file.parent / name)
        (file.parent / name).write_bytes((folder / f"store{Path(name).suffix}").read_bytes())


def expected(folder: Path) -> dict[str, Any]:
    """What such a store holds: see `facts`."""
    found: dict[str, Any] = json.loads((folder / "expected.json").read_text("utf-8"))
    return found


def facts(file: Path) -> dict[str, Any]:
    """Balances, records and hidden records of a store of any version."""
    with raw(file) as connection:
        rows = "SELECT id, request_id, seq, amount, user_balance, operands, operation_response FROM record ORDER BY id"
        return {
            "balances": dict(connection.execute("SELECT username, balance FROM user").fetchall()),
            "records": [list(row) for row in connection.execute(rows)],
            "hidden": [id for (id,) in connection.execute("SELECT id FROM record WHERE deleted_at IS NOT NULL")],
        }


def keep(folder: Path) -> Path:
    """Use a new store as people do, and write it down as the present version's."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "store.db"
        _use(file)
        kept = folder / f"version-{migrations.SCHEMA_VERSION}"
        kept.mkdir(parents=True)
        with closing(sqlite3.connect(file)) as connection:  # pysqlite3 has no iterdump; the store is closed by now
            pragmas = [f"PRAGMA {name} = {connection.execute(f'PRAGMA {name}').fetchone()[0]};" for name in PRAGMAS]
            text = "\n".join([*connection.iterdump(), *pragmas])
        (kept / "store.sql").write_text(text + "\n", "utf-8")
        (kept / "store.key").write_bytes(chain.key_file(file).read_bytes())
        (kept / "store.anchor").write_bytes(chain.anchor_file(file).read_bytes())
        (kept / "expected.json").write_text(json.dumps(facts(file), indent=1, ensure_ascii=False) + "\n", "utf-8")
    return kept


def _use(file: Path) -> None:
    store = open_store(file, costs=COSTS)
    for email in PEOPLE:
        accounts.register(store, email, PASSWORD, starting_balance=1_000_00)
    admin, ann = (accounts.sign_in(store, email, PASSWORD) for email in PEOPLE)
    for number in range(1, 9):
        _charge(store, ann if number % 2 else admin, number)
    charges.credit(store, admin, PEOPLE[1], 50_00, "Würde – “quoted”", str(uuid.uuid4()))
    charges.set_cost(store, admin, OperationType.ADDITION, 12_34)
    _charge(store, ann, 9)
    own = [entry.id for entry in _entries(store, ann)]
    records.delete(store, ann, own[:2])
    records.restore(store, ann, own[:1])
    store.close()


def _charge(store: Store, session: Session, number: int) -> None:
    steps = (
        Step(OperationType.ADDITION, (str(number), "1"), str(number + 1)),
        Step(OperationType.MULTIPLICATION, (str(number + 1), "2"), str(2 * number + 2)),
    )
    text, result = f"({number} + 1) × 2", str(2 * number + 2)
    charges.charge(store, session, Charge(str(uuid.uuid4()), steps, text, result))


def _entries(store: Store, session: Session) -> list[Entry]:
    return list(records.page(store, session, PageRequest()).entries)


if __name__ == "__main__":
    sys.stdout.write(f"{keep(Path(sys.argv[1]))}\n")
