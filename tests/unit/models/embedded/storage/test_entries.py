"""Records are appended, read back as they were written, and can be changed by nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import peewee
import pytest

from desktop.models.embedded import charges, records
from desktop.models.embedded.storage import chain, entries, forms, sqlite
from desktop.models.embedded.storage.store import Store
from desktop.terms.charges import Entry
from desktop.terms.errors import StoreDamaged
from desktop.terms.kinds import Column, OperationType, Role, Source
from desktop.terms.pages import Filters
from tests.support.stores import ANN, NOON, Books, charge_for, make_store, newest, random_charge, raw, tamper

CHANGES = [
    "UPDATE record SET amount = 0",
    "UPDATE record SET user_balance = user_balance + 1",
    "UPDATE record SET operation_response = '9'",
    "UPDATE record SET operands = ''",
    "UPDATE record SET expression = 'x'",
    "UPDATE record SET hash = zeroblob(32)",
    "UPDATE record SET seq = seq + 1",
    "UPDATE record SET id = id + 100",
    "UPDATE record SET user_id = 1",
    "UPDATE record SET date = 0",
    "UPDATE record SET exact = 0",
    "UPDATE record SET source = 'local'",
    "UPDATE record SET request_id = 'x'",
    "UPDATE record SET step = 9",
    "UPDATE record SET operation_id = 2",
    "UPDATE OR REPLACE record SET request_id = 'x'",
    "DELETE FROM record",
    "DELETE FROM record WHERE id = (SELECT max(id) FROM record)",
    "REPLACE INTO record SELECT * FROM record",
    "INSERT OR REPLACE INTO record SELECT id, form, substr('new' || request_id, 1, 36), step, operation_id, user_id, "
    "seq, 0, user_balance, operands, operation_response, expression, exact, source, date, deleted_at, hash, note "
    "FROM record",
    "REPLACE INTO record SELECT id + 100, form, request_id, step, operation_id, user_id, seq + 100, 0, user_balance, "
    "operands, operation_response, expression, exact, source, date, deleted_at, hash, note FROM record",
    "REPLACE INTO record SELECT id + 100, form, substr('new' || request_id, 1, 36), step, operation_id, user_id, seq, "
    "0, user_balance, operands, operation_response, expression, exact, source, date, deleted_at, hash, note "
    "FROM record",
    "INSERT INTO record SELECT * FROM record WHERE true ON CONFLICT DO UPDATE SET amount = 0",
    "UPDATE price SET cost = 0",
    "DELETE FROM price",
    "DELETE FROM user WHERE id = 3",
    "DELETE FROM operation",
    "UPDATE operation SET type = 'x' WHERE id = 1",
]


@pytest.mark.parametrize("ours", [True, False], ids=["through the program's connection", "through another program's"])
@pytest.mark.parametrize("statement", CHANGES)
def test_a_record_cannot_be_changed_or_removed_by_sql(books: Books, statement: str, ours: bool) -> None:
    books.charge("1 + 2 × 3")
    before = _everything(books.store)
    refused = "append-only|never deleted|keep their names|UNIQUE"
    if ours:
        with pytest.raises(peewee.IntegrityError, match=refused):
            books.store.database.execute_sql(statement)
    else:
        with raw(books.store.file) as other, pytest.raises(sqlite.sqlite3.IntegrityError, match=refused):
            other.execute(statement)
    assert _everything(books.store) == before


BROKEN = [
    "UPDATE user SET balance = -1",
    "UPDATE user SET balance = 'much'",
    "UPDATE user SET balance = 1.5",
    "UPDATE user SET balance = NULL",
    "UPDATE user SET status = 'sleeping'",
    "UPDATE user SET role = 'king'",
    "UPDATE user SET username = ''",
    "UPDATE user SET username = upper((SELECT username FROM user WHERE id = 2)) WHERE id = 3",
    "UPDATE operation SET cost = -1",
]


@pytest.mark.parametrize("statement", BROKEN)
def test_the_tables_refuse_what_can_never_be(books: Books, statement: str) -> None:
    with raw(books.store.file) as other, pytest.raises(sqlite.sqlite3.IntegrityError):
        other.execute(statement)


@pytest.mark.parametrize(
    ("column", "value"),
    [("step", 0), ("seq", 0), ("user_balance", -1), ("exact", 2), ("hash", b""), ("amount", 0.5), ("operands", None)],
)
def test_the_record_table_refuses_what_can_never_be(books: Books, column: str, value: object) -> None:
    books.charge("1 + 1")
    columns = [name for (name,) in books.store.database.execute_sql("SELECT name FROM pragma_table_info('record')")]
    selected = {"id": "id + 100", "request_id": "substr('new' || request_id, 1, 36)", "seq": "seq + 100", column: "?"}
    wanted = ", ".join(selected.get(name, name) for name in columns)
    sql = (
        f"INSERT INTO record ({', '.join(columns)}) SELECT {wanted} FROM record WHERE id = (SELECT max(id) FROM record)"
    )
    with raw(books.store.file) as other, pytest.raises(sqlite.sqlite3.IntegrityError):
        other.execute(sql, (value,))


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("0.1 + 0.2", ("0.1 + 0.2", "0.3", True)),
        ("5 - -3", ("5 − -3", "8", True)),
        ("√2.25", ("√2.25", "1.5", True)),
        ("1 ÷ 3", ("1 ÷ 3", "0.3333333333333333333333333333333333", False)),
    ],
)
def test_what_is_read_back_is_what_was_written(books: Books, text: str, made: tuple[str, str, bool]) -> None:
    charge = charge_for(text)
    entry = newest(charges.charge(books.store, books.ann, charge))
    assert (entry.operands, entry.response, entry.exact) == made
    assert (entry.request_id, entry.step, entry.seq, entry.deleted_at) == (charge.request_id, 1, 2, None)
    assert entry.date == books.clock.now > NOON
    run = books.store.database.connection().execute
    assert entries.of_request(run, books.ann.user_id, charge.request_id) == (entry,)
    assert next(records.stream(books.store, books.ann, Filters(), Column.DATE, descending=True)) == entry


def test_the_steps_of_a_request_carry_one_date_and_follow_each_other(books: Books) -> None:
    receipt = books.charge("1 + 2 + 3 + 4")
    assert len({entry.date for entry in receipt.entries}) == 1
    assert [entry.id for entry in receipt.entries] == list(range(receipt.entries[0].id, receipt.entries[0].id + 3))
    assert [(entry.step, entry.seq) for entry in receipt.entries] == [(1, 2), (2, 3), (3, 4)]


def test_each_record_hangs_on_the_one_before_it(books: Books) -> None:
    books.charge("1 + 2 × 3")
    stream = records.stream(books.store, books.ann, Filters(), Column.DATE, descending=False)
    last = chain.genesis(books.store.key, books.ann.user_id)
    for entry in list(stream):
        last = chain.link(books.store.key, last, _form(entry, books.ann.user_id))
    assert entries.Head.of(books.store.database, books.ann.user_id).hash == last


def test_a_user_without_records_is_called_damaged(books: Books) -> None:
    with pytest.raises(StoreDamaged, match="verify"):
        entries.Head.of(books.store.database, 999)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record SET source = 'elsewhere' WHERE user_id = 2",
        "UPDATE operation SET type = 'magic' WHERE id = 1",
    ],
)
def test_a_word_that_the_program_does_not_know_is_called_damage(
    open_books: Callable[[], Books], statement: str
) -> None:
    books = open_books()
    books.charge("1 + 1")
    tamper(books.store.file, statement)
    with pytest.raises(StoreDamaged, match="verify"):
        list(records.stream(books.store, books.ann, Filters(), Column.DATE, descending=False))
    for kind, text in ((OperationType, "addition"), (Source, "local"), (Role, "admin")):
        assert entries.word(kind, text) == text


def test_nothing_of_a_request_is_stored_when_one_of_its_steps_cannot_be(open_books: Callable[[], Books]) -> None:
    """A trigger of somebody else's that refuses the second step takes the first one back, and the debit."""
    books = open_books()
    before, balance = _everything(books.store), books.balance()
    with raw(books.store.file) as other:
        other.execute(
            "CREATE TRIGGER stop BEFORE INSERT ON record WHEN NEW.step = 2 BEGIN SELECT raise(ABORT, 'stop'); END"
        )
    with pytest.raises(StoreDamaged, match="stop"):
        books.charge("1 + 2 × 3")
    assert (_everything(books.store), books.balance()) == (before, balance)


def test_money_and_numbers_are_kept_without_any_float(books: Books) -> None:
    books.charge("0.1 + 0.2")
    charges.charge(books.store, books.ann, random_charge("aB3dE6gH"))
    with raw(books.store.file) as other:
        for table in ("user", "operation", "price", "record", "sign_in_failure"):
            columns = [row[1] for row in other.execute(f"PRAGMA table_info({table})")]
            kinds = {kind for column in columns for (kind,) in other.execute(f"SELECT typeof({column}) FROM {table}")}
            assert "real" not in kinds


def _everything(store: Store) -> list[object]:
    tables = ("user", "operation", "price", "record")
    return [store.database.execute_sql(f"SELECT * FROM {table} ORDER BY id").fetchall() for table in tables]


def test_two_stores_open_at_once_do_not_mix(books: Books, tmp_path: Path) -> None:
    other = make_store(tmp_path / "other" / "store.db")
    books.charge("1 + 1")
    assert other.database.execute_sql("SELECT count(*) FROM user WHERE username = ?", (ANN,)).fetchone() == (0,)
    other.close()


def _form(entry: Entry, user_id: int) -> bytes:
    """What stands for a record in its chain."""
    numbers = (entry.id, entry.step, user_id, entry.seq, entry.amount, entry.user_balance, int(entry.exact), entry.date)
    texts = (entry.request_id, str(entry.operation), str(entry.source), entry.operands, entry.response)
    return forms.RECORD.encode(*numbers, *texts, entry.expression)
