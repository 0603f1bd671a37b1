"""Each planted corruption is found, and named with the rule that it breaks and the record that it is in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from desktop.models.embedded import accounts, charges, records
from desktop.models.embedded.storage import chain, forms
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.verify import verify
from desktop.terms.errors import StoreError, StoreReadOnly
from desktop.terms.kinds import OperationType
from desktop.wording.shown import explain_verification, shown_date
from tests.support.stores import (
    ANN,
    BALANCE,
    BOB,
    PASSWORD,
    Books,
    charge_for,
    join,
    make_store,
    new_id,
    random_charge,
    raw,
    tamper,
)

# The records of `ledger_file`, by id: 1 to 3 are the starting balances of the admin, Ann and Bob.
ANNS = (2, 4, 5, 6, 8, 9, 10)
BOBS = (3, 7)
FIRST, MIDDLE, BEFORE_LAST, LAST, BOBS_LAST, HIDDEN, RESTORED = 4, 6, 9, 10, 7, 5, 8


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where whoever needs it first makes the folder that all begin with."""
    return tmp_path_factory.mktemp("ledger") / "data"


@pytest.fixture
def ledger_file(store_file: Path, made_once: Path, open_books: Callable[[], Books]) -> Path:
    """A closed store with seven records of Ann's, two of Bob's, two prices set, one record hidden and one restored."""
    if not made_once.exists():
        _keep_books(open_books())
        shutil.copytree(store_file.parent, made_once)
    shutil.rmtree(store_file.parent)  # the first test has what the others have
    return Path(shutil.copytree(made_once, store_file.parent)) / store_file.name


def _keep_books(books: Books) -> None:
    assert books.charge("1 + 2 × 3").cost == 40_00  # 4 and 5
    books.charge("10 ÷ 4")  # 6
    books.charge("5 + 5", books.bob)  # 7
    charges.set_cost(books.store, books.admin, OperationType.ADDITION, 11_00)
    charges.set_cost(books.store, books.admin, OperationType.ADDITION, 10_50)
    books.charge("2 + 2")  # 8
    charges.charge(books.store, books.ann, random_charge("aB3dE6gH"))  # 9
    charges.credit(books.store, books.admin, ANN, 5_00, "Refund", new_id())  # 10
    records.delete(books.store, books.ann, [HIDDEN, RESTORED])
    records.restore(books.store, books.ann, [RESTORED])
    assert books.problems() == ()
    books.store.close()


def found(file: Path) -> set[tuple[str, int]]:
    """The rules that are broken and the records that break them."""
    store = make_store(file)
    try:
        problems = verify(store).problems
        assert all(problem.message.endswith(".") for problem in problems)
        return {(problem.rule, problem.record_id) for problem in problems}
    finally:
        store.close()


def update(column: str, value: object, record: int = MIDDLE) -> tuple[str, Sequence[object]]:
    """Change a field of a record."""
    return f"UPDATE record SET {column} = ? WHERE id = ?", (value, record)


@dataclass(frozen=True)
class Planted:
    """What is done to the store, and what must be found at least; `exactly` what may be found at most, too."""

    statements: tuple[str | tuple[str, Sequence[object]], ...]
    expected: frozenset[tuple[str, int]]
    exactly: bool = True


def planted(
    name: str,
    *statements: str | tuple[str, Sequence[object]],
    expected: set[tuple[str, int]],
    exactly: bool = True,
) -> object:
    """A row of the table below."""
    return pytest.param(Planted(statements, frozenset(expected), exactly), id=name)


CORRUPTIONS = [
    planted(
        "balance raised",
        f"UPDATE user SET balance = balance + 1 WHERE username = '{ANN}'",
        expected={("L1", 0)},
    ),
    planted("balance emptied", f"UPDATE user SET balance = 0 WHERE username = '{ANN}'", expected={("L1", 0)}),
    planted("amount lowered", update("amount", 1), expected={("L3", MIDDLE), ("L4", MIDDLE), ("L6", MIDDLE)}),
    planted(
        "balance after raised",
        update("user_balance", BALANCE),
        expected={("L3", MIDDLE), ("L3", RESTORED), ("L6", MIDDLE)},
    ),
    planted(
        "amount, every later balance and the user's balance rewritten together",
        update("amount", 0),
        f"UPDATE record SET user_balance = user_balance + 4000 WHERE user_id = 2 AND id >= {MIDDLE}",
        "UPDATE user SET balance = balance + 4000 WHERE id = 2",
        expected={("L4", MIDDLE), *(("L6", number) for number in (MIDDLE, RESTORED, BEFORE_LAST, LAST))},
    ),
    planted(
        "credit raised with every later balance",
        f"UPDATE record SET amount = -100000, user_balance = user_balance + 99500 WHERE id = {LAST}",
        "UPDATE user SET balance = balance + 99500 WHERE id = 2",
        expected={("L6", LAST)},
    ),
    planted(
        "sequence with a gap",
        update("seq", 99, LAST),
        expected={("L2", LAST), ("L6", LAST)},
    ),
    planted(
        "two rows swapped",
        "UPDATE record SET seq = seq + 100 WHERE id IN (6, 8)",
        "UPDATE record SET seq = CASE id WHEN 6 THEN 5 ELSE 4 END WHERE id IN (6, 8)",
        expected={("L2", 6), ("L2", 8), ("L2", 9), ("L6", 6), ("L6", 8)},
    ),
    planted(
        "a row deleted from the middle",
        f"DELETE FROM record WHERE id = {MIDDLE}",
        expected={("L2", BOBS_LAST), ("L2", RESTORED), ("L3", RESTORED), ("L6", RESTORED)},
    ),
    planted(
        "a row deleted and the rest moved up",
        f"DELETE FROM record WHERE id = {MIDDLE}",
        f"UPDATE record SET seq = seq - 1, user_balance = user_balance + 4000 WHERE user_id = 2 AND id > {MIDDLE}",
        "UPDATE user SET balance = balance + 4000 WHERE id = 2",
        expected={("L2", BOBS_LAST), ("L6", RESTORED), ("L6", BEFORE_LAST), ("L6", LAST)},
    ),
    planted(
        "tail cut off with the balance put right",
        f"DELETE FROM record WHERE id IN ({BEFORE_LAST}, {LAST})",
        f"UPDATE user SET balance = (SELECT user_balance FROM record WHERE id = {RESTORED}) WHERE id = 2",
        expected={("L6", 0), ("L6", LAST)},  # which the journal knows for a credit
    ),
    planted(
        "all records of a user gone",
        "DELETE FROM record WHERE user_id = 3",
        expected={("L1", 0), ("L2", 0), ("L2", ANNS[1]), ("L2", RESTORED)},
    ),
    planted(
        "a user gone with all records",
        "DELETE FROM record WHERE user_id = 3",
        "DELETE FROM user WHERE id = 3",
        expected={("L2", ANNS[1]), ("L2", RESTORED), ("L6", 0)},
    ),
    planted("a user gone", "DELETE FROM user WHERE id = 3", expected={("L7", BOBS[0]), ("L6", BOBS[0])}, exactly=False),
    planted("response changed", update("operation_response", "2.6"), expected={("L6", MIDDLE)}),
    planted("response emptied", update("operation_response", ""), expected={("L4", MIDDLE), ("L6", MIDDLE)}),
    planted("operands changed", update("operands", "10 ÷ 5"), expected={("L6", MIDDLE)}),
    planted("expression changed", update("expression", ""), expected={("L6", MIDDLE)}),
    planted("inexact made exact", update("exact", 0), expected={("L6", MIDDLE)}),
    planted("a note written by hand", update("note", "paid"), expected={("L6", MIDDLE)}),
    planted("source changed", update("source", "local", BEFORE_LAST), expected={("L6", BEFORE_LAST)}),
    planted("date moved", update("date", 0), expected={("L6", MIDDLE)}),
    planted("operation changed", update("operation_id", 1), expected={("L4", MIDDLE), ("L6", MIDDLE)}),
    planted("request renamed", update("request_id", "another"), expected={("L6", MIDDLE), ("L7", 0)}),
    planted("step renumbered", update("step", 2), expected={("L6", MIDDLE)}),
    planted("hash overwritten", update("hash", bytes(32)), expected={("L6", MIDDLE), ("L6", RESTORED)}),
    planted(
        "a record given to somebody else",
        update("user_id", 3, BOBS_LAST + 1),
        "UPDATE record SET seq = 3 WHERE id = 8",
        expected={("L6", 8), ("L3", 8), ("L1", 0), ("L2", 9), ("L3", 9), ("L6", 9)},
        exactly=False,
    ),
    planted(
        "a record invented",
        f"""INSERT INTO record SELECT 11, 2, 'invented', 1, operation_id, user_id, seq + 1, -100000,
            user_balance + 100000, operands, operation_response, expression, exact, source, date, NULL, hash, note
            FROM record WHERE id = {LAST}""",
        "UPDATE user SET balance = balance + 100000 WHERE id = 2",
        expected={("L6", 11), ("L7", 0)},
    ),
    planted(
        "a recorded price changed", "UPDATE price SET cost = 1 WHERE id = 1", expected={("L6", 0), ("L4", 5), ("L4", 7)}
    ),
    planted(
        "a price's start moved",
        "UPDATE price SET from_record = 1 WHERE id = 7",
        expected={("L6", 0), ("L4", 5), ("L4", 7)},
    ),
    planted("the last price removed", "DELETE FROM price WHERE id = 8", expected={("L4", 0), ("L4", 8), ("L6", 0)}),
    planted("a cost changed", "UPDATE operation SET cost = 1 WHERE type = 'division'", expected={("L4", 0)}),
    planted(
        "an operation renamed",
        "UPDATE operation SET type = 'sum' WHERE id = 1",
        expected={("L6", 0), ("L6", 5)},
        exactly=False,
    ),
    planted("a record hidden", update("deleted_at", 5), expected={("L6", MIDDLE)}),
    planted(
        "a record hidden as another one is",
        f"UPDATE record SET deleted_at = (SELECT deleted_at FROM record WHERE id = {HIDDEN}) WHERE id = {MIDDLE}",
        expected={("L6", MIDDLE)},
    ),
    planted(
        "a deletion put back that was undone",
        f"UPDATE record SET deleted_at = (SELECT date FROM journal WHERE subject = {RESTORED} AND kind = 'deleted') "
        f"WHERE id = {RESTORED}",
        expected={("L6", RESTORED)},
    ),
    planted(
        "a deletion in the journal alone",
        f"INSERT INTO journal SELECT number + 1, 'deleted', user_id, {MIDDLE}, user_id, date, '', state, hash "
        "FROM journal ORDER BY number DESC LIMIT 1",
        expected={("L6", 0), ("L6", MIDDLE)},
    ),
    planted(
        "the journal's end cut off",
        f"UPDATE record SET deleted_at = 5 WHERE id = {RESTORED}",
        "DELETE FROM journal WHERE kind = 'restored'",
        expected={("L6", 0), ("L6", RESTORED)},
    ),
    planted("the journal renumbered", "UPDATE journal SET number = number + 100", expected={("L6", 0)}, exactly=False),
    planted("an operation added", "INSERT INTO operation VALUES (8, 'modulo', 100)", expected={("L4", 0), ("L7", 0)}),
    planted("an operation lost", "DELETE FROM operation WHERE id = 7", expected={("L7", 0)}, exactly=False),
    planted(
        "a count of attempts invented",
        "INSERT INTO sign_in_failure VALUES (x'00', 9, 9, 9, x'00')",
        expected={("L6", 0)},
    ),
    planted("a hidden record shown", update("deleted_at", None, HIDDEN), expected={("L6", HIDDEN)}),
    planted("a restored record hidden", update("deleted_at", 5, RESTORED), expected={("L6", RESTORED)}),
    planted("the time of a deletion moved", update("deleted_at", 5, HIDDEN), expected={("L6", HIDDEN)}),
]


def test_the_ledger_of_these_tests_is_sound_before_anything_is_planted(ledger_file: Path) -> None:
    assert found(ledger_file) == set()
    tamper(ledger_file)  # dropping the triggers and putting them back is no corruption itself
    assert found(ledger_file) == set()


@pytest.mark.parametrize("what", CORRUPTIONS)
def test_a_corruption_is_found_and_named(ledger_file: Path, what: Planted) -> None:
    tamper(ledger_file, *what.statements)
    problems = found(ledger_file)
    if what.exactly:
        assert problems == what.expected
    else:
        assert problems >= what.expected


BROKEN_WITH_THE_KEY = [
    ("UPDATE record SET user_balance = user_balance + 1 WHERE id = 6", {("L3", 6), ("L3", 8)}),
    ("UPDATE record SET amount = amount - 1 WHERE id = 6", {("L3", 6), ("L4", 6)}),
    ("UPDATE record SET amount = amount - 1 WHERE id = 10", {("L3", 10)}),
    ("UPDATE record SET seq = seq + 1 WHERE id = 10", {("L2", 10)}),
    ("UPDATE record SET operation_response = '' WHERE id = 6", {("L4", 6)}),
    (
        "UPDATE record SET amount = 0, user_balance = user_balance + amount WHERE id = 7",
        {("L4", 7), ("L1", 0)},
    ),
]


@pytest.mark.parametrize(("statement", "expected"), BROKEN_WITH_THE_KEY)
def test_a_rule_that_is_broken_is_found_even_where_every_hash_fits(
    ledger_file: Path, statement: str, expected: set[tuple[str, int]]
) -> None:
    """As a fault of the program would leave it, or somebody who can read the key."""
    tamper(ledger_file, statement)
    rechain(ledger_file)
    assert found(ledger_file) == expected


def rechain(file: Path) -> None:
    """Compute every record's hash anew, and the anchor."""
    key = chain.read_key(chain.key_file(file))
    assert key is not None
    last: dict[int, bytes] = {}
    with raw(file) as connection:
        rows = connection.execute(
            "SELECT r.id, step, user_id, seq, amount, user_balance, exact, date, request_id, o.type, source, operands, "
            "operation_response, expression FROM record r JOIN operation o ON o.id = operation_id ORDER BY r.id"
        ).fetchall()
    changes = []
    for row in rows:
        before = last.get(row[2]) or chain.genesis(key, row[2])
        last[row[2]] = made = chain.link(key, before, forms.RECORD.encode(*row))
        changes.append(("UPDATE record SET hash = ? WHERE id = ?", (made, row[0])))
    tamper(file, *changes)
    store = make_store(file)
    store.write_anchor(anew=True)
    store.close()


@pytest.mark.parametrize("what", CORRUPTIONS)
def test_a_corruption_is_still_found_after_the_program_was_used_and_closed(ledger_file: Path, what: Planted) -> None:
    """The program must not wash the evidence away: an anchor that the chains left behind stays."""
    tamper(ledger_file, *what.statements)
    first = found(ledger_file)  # opens and closes once
    assert found(ledger_file) == first != set()


COLUMNS = {
    "request_id": "'x'",
    "step": "step + 7",
    "operation_id": "1 + operation_id % 7",
    "user_id": "user_id + 7",
    "seq": "seq + 100",
    "amount": "amount + 1",
    "user_balance": "user_balance + 1",
    "operands": "operands || ' '",
    "operation_response": "operation_response || ' '",
    "expression": "expression || ' '",
    "exact": "1 - exact",
    "source": "source || 'x'",
    "date": "date + 1",
    "hash": "zeroblob(32)",
    "deleted_at": "coalesce(deleted_at, 0) + 1",
    "form": "3",
    "note": "note || 'x'",
    "id": "id + 100",
}


def test_every_column_of_every_record_is_covered(ledger_file: Path) -> None:
    with raw(ledger_file) as connection:
        present = {row[1] for row in connection.execute("PRAGMA table_info(record)")}
        content = {name: connection.execute(f"SELECT {name} FROM record ORDER BY id").fetchall() for name in COLUMNS}
    assert present == set(COLUMNS)
    pristine = ledger_file.read_bytes()
    for column, changed in COLUMNS.items():
        for number in (*ANNS, *BOBS):
            tamper(ledger_file, f"UPDATE record SET {column} = {changed} WHERE id = {number}")
            store = make_store(ledger_file)
            named = {problem.record_id for problem in verify(store).problems}
            store.disconnect()
            assert named & {number, number + 100}, (column, number)
            ledger_file.write_bytes(pristine)
    with raw(ledger_file) as connection:
        assert content == {
            name: connection.execute(f"SELECT {name} FROM record ORDER BY id").fetchall() for name in COLUMNS
        }


def test_a_request_stored_twice_is_named(ledger_file: Path) -> None:
    """Without its UNIQUE the table is not the program's any more, and the second record is found for itself."""
    with raw(ledger_file) as connection:
        sql = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'record'").fetchone()[0]
        triggers = [row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")]
        named = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'record'"
        indexes = dict(connection.execute(named).fetchall())
        connection.execute("ALTER TABLE record RENAME TO old")
        for name in ("record_not_replaced", "record_stays", "record_unchanged"):
            connection.execute(f"DROP TRIGGER {name}")
        for name in indexes:
            connection.execute(f"DROP INDEX {name}")
        connection.execute(sql)
        connection.execute("INSERT INTO record SELECT * FROM old")
        connection.execute("DROP TABLE old")
        connection.execute(
            f"UPDATE record SET request_id = (SELECT request_id FROM record WHERE id = {FIRST}) WHERE id = {MIDDLE}"
        )
        indexes["record_request"] = indexes["record_request"].replace("UNIQUE ", "")
        for index in indexes.values():
            connection.execute(index)
        for trigger in triggers:
            if " ON record" in trigger:
                connection.execute(trigger)
    assert found(ledger_file) == {("L5", MIDDLE), ("L6", MIDDLE), ("L7", 0)}


def test_a_request_stored_twice_behind_the_indexs_back_is_named(ledger_file: Path) -> None:
    """The index is taken out of the schema for a moment: the table then looks as it should."""
    with raw(ledger_file) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        index = connection.execute("SELECT * FROM sqlite_master WHERE name = 'record_request'").fetchone()
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_master WHERE name = 'record_request'")
        connection.execute("PRAGMA schema_version = 1000")
    with raw(ledger_file) as connection:
        connection.execute(
            f"UPDATE record SET request_id = (SELECT request_id FROM record WHERE id = {FIRST}) WHERE id = {MIDDLE}"
        )
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", index)
        connection.execute("PRAGMA schema_version = 1001")
    with raw(ledger_file) as connection:
        for _, trigger in triggers:
            connection.execute(trigger)
    assert {("L5", MIDDLE), ("L6", MIDDLE)} <= found(ledger_file)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER record_stays",
        "DROP TRIGGER record_unchanged",
        "DROP TRIGGER record_not_replaced",
        "DROP TRIGGER price_stays",
        "DROP TRIGGER user_stays",
        "DROP INDEX record_deleted",
        "CREATE TRIGGER mine AFTER INSERT ON record BEGIN UPDATE user SET balance = balance + 1; END",
        "CREATE TABLE mine (x)",
        "ALTER TABLE user ADD COLUMN mine TEXT",
    ],
)
def test_a_changed_schema_is_found(ledger_file: Path, statement: str) -> None:
    with raw(ledger_file) as connection:
        connection.execute(statement)
    assert found(ledger_file) == {("L7", 0)}


def test_a_trigger_that_does_nothing_any_more_is_found(ledger_file: Path) -> None:
    with raw(ledger_file) as connection:
        connection.execute("DROP TRIGGER record_stays")
        connection.execute("CREATE TRIGGER record_stays BEFORE DELETE ON record BEGIN SELECT 1; END")
    store = make_store(ledger_file)
    assert [problem.message for problem in verify(store).problems if "record_stays" in problem.message]
    store.close()


def test_another_schema_version_is_found(ledger_file: Path) -> None:
    store = make_store(ledger_file)
    store.database.execute_sql("PRAGMA user_version = 1")
    assert [(problem.rule, problem.record_id) for problem in verify(store).problems] == [("L7", 0)]
    store.close()


def test_the_key_of_another_store_proves_nothing(ledger_file: Path, tmp_path: Path) -> None:
    make_store(tmp_path / "other" / "store.db").close()
    chain.key_file(ledger_file).write_bytes(chain.key_file(tmp_path / "other" / "store.db").read_bytes())
    store = make_store(ledger_file)
    assert "does not belong to this store" in (store.read_only_reason or "")
    problems = {(problem.rule, problem.record_id) for problem in verify(store).problems}
    assert {("L6", number) for number in (*ANNS, *BOBS)} <= problems
    store.close()


@pytest.mark.parametrize("content", [None, b"", b"00" * 31])
def test_without_its_key_nothing_is_proved_and_nothing_written(ledger_file: Path, content: bytes | None) -> None:
    key = chain.key_file(ledger_file)
    key.unlink() if content is None else key.write_bytes(content)
    store = make_store(ledger_file)
    with pytest.raises(StoreReadOnly, match="key file"):
        verify(store)
    with pytest.raises(StoreReadOnly), store.writing():
        pass
    store.close()
    assert key.exists() is (content is not None)


def test_a_missing_anchor_is_found(ledger_file: Path) -> None:
    chain.anchor_file(ledger_file).unlink()
    assert found(ledger_file) == {("L6", 0)}


@pytest.mark.parametrize("how", ["emptied", "another key", "a digit changed"])
def test_a_forged_anchor_is_found_and_kept(ledger_file: Path, how: str) -> None:
    file = chain.anchor_file(ledger_file)
    content = file.read_bytes()
    if how == "emptied":
        content = b""
    elif how == "another key":
        content = chain.Anchor(1, bytes(32)).to_bytes(bytes(32))
    else:
        assert b'"records": 10' in content
        content = content.replace(b'"records": 10', b'"records": 9')
    file.write_bytes(content)
    for _ in range(2):
        assert found(ledger_file) == {("L6", 0)}
    assert file.read_bytes() == content


def test_an_anchor_that_knows_another_past_names_the_record(ledger_file: Path) -> None:
    """A chain written anew with the right key passes for itself; the anchor remembers what stood there."""
    key = chain.read_key(chain.key_file(ledger_file))
    assert key is not None
    known = chain.read_anchor(chain.anchor_file(ledger_file), key)
    assert isinstance(known, chain.Anchor)
    chain.write_anchor(chain.anchor_file(ledger_file), replace(known, records=MIDDLE, last=bytes(32)), key)
    assert found(ledger_file) == {("L6", MIDDLE)}
    chain.write_anchor(chain.anchor_file(ledger_file), replace(known, heads=known.heads + 1), key)
    assert found(ledger_file) == {("L6", 0)}


def test_a_chain_of_another_past_is_found_though_every_record_is_genuine(open_books: Callable[[], Books]) -> None:
    """Two pasts under one key: the end of Bob's chain is from the one, the last record of all from the other."""
    books = open_books()
    books.store.close()
    here = books.store.file
    elsewhere = Path(shutil.copytree(here.parent, here.parent.with_name("other past"))) / here.name
    rows = []
    for file, text in ((elsewhere, "5 − 5"), (here, "5 + 5")):
        store = make_store(file)
        charges.charge(store, accounts.sign_in(store, BOB, PASSWORD), charge_for(text))
        charges.charge(store, accounts.sign_in(store, ANN, PASSWORD), charge_for("1 + 1"))
        rows += store.database.execute_sql("SELECT * FROM record WHERE id = 4").fetchall()
        store.close()
    assert found(here) == set()
    places = ", ".join("?" * len(rows[0]))
    tamper(
        here,
        "DELETE FROM record WHERE id = 4",
        (f"INSERT INTO record VALUES ({places})", rows[0]),
        f"UPDATE user SET balance = {rows[0][8]} WHERE id = 3",
    )
    for _ in range(2):  # using it washes nothing away
        assert found(here) == {("L6", 0)}


def test_an_older_anchor_still_lies_on_the_chain(ledger_file: Path, cheap_passwords: None) -> None:
    """A program that was killed leaves the anchor behind the chain: that is no finding."""
    old = chain.anchor_file(ledger_file).read_bytes()
    store = make_store(ledger_file)
    join(store, "carol@example.org")
    store.close()
    assert chain.anchor_file(ledger_file).read_bytes() != old
    chain.anchor_file(ledger_file).write_bytes(old)
    assert found(ledger_file) == set()
    assert chain.anchor_file(ledger_file).read_bytes() != old  # and it is brought up to date again


def test_a_program_that_ends_during_a_verification_is_no_finding(
    ledger_file: Path, cheap_passwords: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It writes records and moves the anchor on, past the state that the verification sees."""
    store = make_store(ledger_file)
    read = chain.read_anchor

    def read_late(file: Path, key: bytes) -> chain.Anchor | chain.OldAnchor | None:
        with monkeypatch.context() as patch:
            patch.setattr(chain, "read_anchor", read)
            other = make_store(ledger_file)
            join(other, "carol@example.org")
            other.close()
        return read(file, key)

    monkeypatch.setattr(chain, "read_anchor", read_late)
    assert verify(store).problems == ()
    monkeypatch.undo()
    store.close()


def test_a_verification_reports_its_progress_and_can_be_stopped(ledger_file: Path) -> None:
    store = make_store(ledger_file)
    seen: list[tuple[int, int]] = []
    outcome = verify(store, progress=lambda done, total: seen.append((done, total)))
    assert (outcome.complete, outcome.records, outcome.users, seen) == (True, 10, 3, [(10, 10)])
    assert explain_verification(outcome) == (
        f"The ledger is proved: 10 records of 3 users, no problem. The anchor is of {shown_date(outcome.anchored_at)}."
    )
    stopped = verify(store, cancelled=lambda: True)
    assert (stopped.complete, stopped.problems) == (False, ())
    assert explain_verification(stopped).startswith("Stopped")
    store.close()


def test_a_verification_names_the_person_and_says_not_to_trust_the_balances(ledger_file: Path) -> None:
    tamper(ledger_file, update("operation_response", "9"))
    store = make_store(ledger_file)
    outcome = verify(store)
    assert [problem.username for problem in outcome.problems] == [ANN]
    assert "Do not trust" in explain_verification(outcome)
    store.close()


def test_a_store_with_a_changed_balance_takes_no_more_charges(ledger_file: Path, cheap_passwords: None) -> None:
    tamper(ledger_file, "UPDATE user SET balance = balance + 1 WHERE id = 2")
    store = make_store(ledger_file)
    session = accounts.sign_in(store, ANN, PASSWORD)
    with pytest.raises(StoreError, match="verify"):
        charges.charge(store, session, random_charge("aB3dE6gH"))
    store.close()


def test_a_store_whose_content_was_tampered_with_can_still_be_closed(ledger_file: Path) -> None:
    tamper(ledger_file, "DELETE FROM record WHERE user_id = 3")
    store: Store = make_store(ledger_file)
    store.close()
    assert store.database.is_closed()
