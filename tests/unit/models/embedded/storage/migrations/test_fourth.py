"""The step to version 4: what was forged under the old form is refused and named; all else is carried over."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from desktop.models.embedded.storage import chain, journal, migrations, sqlite
from desktop.models.embedded.storage.migrations import first
from desktop.models.embedded.verify import verify
from desktop.terms.errors import StoreDamaged, StoreNewer
from tests.faults.support import old_stores
from tests.support.stores import make_store, raw, tamper

OLD = sorted(set(old_stores.versions()) - {4})
ANN = 2


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    """A store as version 3 left it."""
    file = tmp_path / "store.db"
    old_stores.rebuild(old_stores.versions()[3], file)
    return file


def dump(file: Path) -> list[str]:
    """All that a store holds, as SQL."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def credit(file: Path, reason: str) -> dict[str, Any]:
    """Put 10.00 into Ann's account as the program of that time did; returns the record."""
    key = chain.read_key(chain.key_file(file))
    assert key is not None
    with raw(file) as connection:
        id, date = connection.execute("SELECT max(id) + 1, max(date) + 1 FROM record").fetchone()
        seq, balance, before = connection.execute(
            "SELECT seq + 1, user_balance + 1000, hash FROM record WHERE user_id = ? ORDER BY seq DESC LIMIT 1", (ANN,)
        ).fetchone()
        request = "0a1b2c3d-0000-4000-8000-00000000abcd"
        form = first.record_form(
            id, request, 1, "credit", ANN, seq, -1000, balance, reason, "", "", 1, "ledger", date
        )  # fmt: skip
        row = {
            "id": id, "request_id": request, "step": 1, "operation_id": 7, "user_id": ANN, "seq": seq,
            "amount": -1000, "user_balance": balance, "operands": reason, "operation_response": "", "expression": "",
            "exact": 1, "source": "ledger", "date": date, "hash": first.link(key, bytes(before), form),
        }  # fmt: skip
        names = ", ".join(row)
        connection.execute(f"INSERT INTO record ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
        connection.execute("UPDATE user SET balance = ? WHERE id = ?", (balance, ANN))
    return row


def forge(file: Path) -> int:
    """Cut a record's bytes into other fields, without the key: a million out of ten. Returns the record's id."""
    with raw(file) as connection:
        seq, balance = connection.execute(
            "SELECT seq + 1, user_balance FROM record WHERE user_id = ? ORDER BY seq DESC LIMIT 1", (ANN,)
        ).fetchone()
    rich = balance + 100_000_000
    wanted = f"|1|credit|{ANN}|{seq}|-100000000|{rich}|1|ledger|5|1:y"
    row = credit(file, f"x{wanted}")
    head = (
        f"{row['request_id']}|1|credit|{ANN}|{seq}|-1000|{row['user_balance']}|1|ledger|{row['date']}"
        f"|{len(row['operands'])}:x"
    )
    tamper(
        file,
        (
            "UPDATE record SET request_id = ?, amount = -100000000, user_balance = ?, date = 5, operands = 'y' "
            "WHERE id = ?",
            (head, rich, row["id"]),
        ),
        ("UPDATE user SET balance = ? WHERE id = ?", (rich, ANN)),
    )
    return int(row["id"])


def test_money_forged_under_the_old_form_kept_its_hash_and_is_refused(old_file: Path) -> None:
    honest = old_file.with_name("honest.db")
    for suffix in (".db", ".key", ".anchor"):
        shutil.copy(old_file.with_suffix(suffix), honest.with_suffix(suffix))
    forged = forge(old_file)
    key = chain.read_key(chain.key_file(old_file))
    assert key is not None
    with raw(old_file) as connection:
        rows = connection.execute(
            "SELECT r.id, request_id, step, o.type, user_id, seq, amount, user_balance, operands, operation_response, "
            "expression, exact, source, date, hash FROM record r JOIN operation o ON o.id = operation_id "
            "WHERE user_id = ? ORDER BY seq",
            (ANN,),
        ).fetchall()
    last = first.genesis(key, ANN)
    for row in rows:  # the forgery is one: under the old form every link still fits
        last = first.link(key, last, first.record_form(*row[:-1]))
        assert last == row[-1]
    before = dump(old_file)
    with pytest.raises(StoreDamaged, match=rf"L6: record {forged} of ann@example.org holds a value"):
        make_store(old_file)
    assert dump(old_file) == before

    credit(honest, "x|1|credit|2|9|-1|1|1|ledger|5|1:y")  # the same words honestly written are only words
    store = make_store(honest)
    assert verify(store).problems == ()
    store.close()


BROKEN = {
    "an account": "UPDATE user SET role = 'admin' WHERE id = 2",
    "a price": "UPDATE price SET cost = 1 WHERE id = 2",
    "a cost": "UPDATE operation SET cost = 1 WHERE id = 2",
    "a balance": "UPDATE user SET balance = balance + 1 WHERE id = 2",
    "a record": "UPDATE record SET operation_response = '1' WHERE id = 5",
    "a source": "UPDATE record SET source = 'nowhere' WHERE id = 5",
    "a hidden record": "UPDATE record SET deleted_at = 7 WHERE id = 5",
    "an end cut off": "DELETE FROM record WHERE id = (SELECT max(id) FROM record)",
    "a trigger": "CREATE TRIGGER mine AFTER INSERT ON record BEGIN UPDATE user SET balance = 1; END",
    "an operation": "INSERT INTO operation VALUES (8, 'modulo', 1)",
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_store_that_does_not_prove_is_not_upgraded(old_file: Path, what: str) -> None:
    tamper(old_file, BROKEN[what])
    before = dump(old_file)
    with pytest.raises(StoreDamaged, match=r"does not prove and was not upgraded \(L\d: .*\)\. No record was changed"):
        make_store(old_file)
    assert dump(old_file) == before


def test_a_forged_anchor_is_not_built_upon(old_file: Path) -> None:
    anchor = chain.anchor_file(old_file)
    anchor.write_bytes(anchor.read_bytes().replace(b'"0":', b'"9":').replace(b'"0": ', b'"9": '))
    with pytest.raises(StoreDamaged, match=r"L6: .*anchor"):
        make_store(old_file)


def test_a_missing_anchor_stays_missing(old_file: Path) -> None:
    """It is evidence: the upgrade must not make a new one in its place."""
    chain.anchor_file(old_file).unlink()
    make_store(old_file).close()
    store = make_store(old_file)
    assert [problem.message[:26] for problem in verify(store).problems] == ["The anchor file is missing"]
    store.close()


def test_the_old_heads_are_on_record(old_file: Path) -> None:
    with raw(old_file) as connection:
        heads = connection.execute(
            "SELECT user_id, seq, hash FROM record r "
            "WHERE seq = (SELECT max(seq) FROM record WHERE user_id = r.user_id)"
        ).fetchall()
        price = connection.execute("SELECT 0, id, hash FROM price ORDER BY id DESC LIMIT 1").fetchone()
    store = make_store(old_file)
    kept = store.database.execute_sql(
        f"SELECT user_id, subject, state FROM journal WHERE kind = '{journal.CHAIN}' ORDER BY user_id"
    ).fetchall()
    assert kept == [price, *sorted(heads)]
    assert verify(store).problems == ()
    store.close()


@pytest.mark.parametrize("written", [True, False], ids=["anchor written", "killed before"])
def test_an_upgrade_that_ends_before_the_anchor_is_written_is_finished_by_the_next_start(
    old_file: Path, written: bool
) -> None:
    anchor = chain.anchor_file(old_file)
    before = anchor.read_bytes()
    make_store(old_file).disconnect()
    if not written:
        anchor.write_bytes(before)
    store = make_store(old_file)
    assert verify(store).problems == ()
    store.close()
    assert anchor.read_bytes() != before


@pytest.mark.parametrize("statement", ["charge", "price"])
def test_a_program_of_the_version_before_cannot_write_on(old_file: Path, statement: str) -> None:
    """It may have been open while the store was upgraded: it would hash by the old form among the new records."""
    make_store(old_file).close()
    old = {
        "charge": """INSERT INTO record (id, request_id, step, operation_id, user_id, seq, amount, user_balance,
            operands, operation_response, expression, exact, source, date, hash) SELECT id + 1, request_id, step + 5,
            operation_id, user_id, seq + 1, amount, user_balance, operands, operation_response, expression, exact,
            source, date, hash FROM record ORDER BY id DESC LIMIT 1""",
        "price": "INSERT INTO price (id, operation_id, cost, from_record, date, hash) VALUES (9, 1, 1, 1, 1, x'00')",
    }[statement]
    with raw(old_file) as connection, pytest.raises(sqlite.sqlite3.Error, match=r"NOT NULL constraint|no column named"):
        connection.execute(old)


def test_a_program_that_outlives_an_upgrade_writes_no_more(old_file: Path) -> None:
    store = make_store(old_file)
    upgrade(old_file)
    with pytest.raises(StoreNewer, match="start the program again"), store.writing():
        pass
    store.close()


def test_a_program_that_outlives_an_upgrade_takes_what_it_cannot_read_for_no_damage(old_file: Path) -> None:
    store = make_store(old_file)
    anchor = chain.anchor_file(old_file).read_bytes()
    upgrade(old_file)
    for read in (store.write_anchor, lambda: verify(store)):
        with pytest.raises(StoreNewer, match="What was charged is safe"):
            read()
    store.close()
    assert chain.anchor_file(old_file).read_bytes() == anchor


def upgrade(file: Path) -> None:
    """Do what a version that is still to come may do: nothing is where it was."""
    with raw(file) as connection:
        connection.execute("ALTER TABLE record RENAME TO entry")
        connection.execute("ALTER TABLE user RENAME COLUMN balance TO balances")
        connection.execute(f"PRAGMA user_version = {migrations.SCHEMA_VERSION + 1}")
