"""The journal: a state that somebody writes back is found, however well it once fitted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.models.embedded import accounts, charges, records
from desktop.models.embedded.storage import chain, journal, sqlite
from desktop.models.embedded.storage.witnesses import remembered_file
from desktop.models.embedded.verify import verify
from desktop.terms.errors import NotAllowed, NotSignedIn
from desktop.terms.kinds import OperationType, Status
from desktop.terms.pages import PageRequest
from tests.support.stores import ANN, BOB, PASSWORD, Books, charge_for, make_store, raw, tamper

NEW = "another good phrase"


def rows(file: Path, table: str, where: str = "true") -> list[dict[str, Any]]:
    """Some rows of a table as another program sees them."""
    with raw(file) as connection:
        cursor = connection.execute(f"SELECT * FROM {table} WHERE {where}")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def put_back(file: Path, table: str, row: dict[str, Any], key: str = "id") -> None:
    """Write an earlier state of a row over the present one."""
    sets = ", ".join(f"{name} = ?" for name in row)
    tamper(file, (f"UPDATE {table} SET {sets} WHERE {key} = ?", (*row.values(), row[key])))


def messages(file: Path) -> list[str]:
    """What the proof finds, opening the store anew."""
    store = make_store(file)
    try:
        return [f"{problem.rule} {problem.username} {problem.message}" for problem in verify(store).problems]
    finally:
        store.disconnect()


def test_a_status_put_back_is_found_and_does_not_sign_in(open_books: Callable[[], Books]) -> None:
    books = open_books()
    file = books.store.file
    (before,) = rows(file, "user", f"username = '{ANN}'")
    accounts.set_status(books.store, books.admin, ANN, Status.INACTIVE)
    books.store.write_anchor()
    put_back(file, "user", before)
    with pytest.raises(NotAllowed, match="something other than Metercalc"):
        accounts.sign_in(books.store, ANN, PASSWORD)
    assert [message for message in messages(file) if ANN in message]


@pytest.mark.parametrize("with_journal", ["the row alone", "the last entry removed", "the old entry written again"])
def test_a_password_put_back_is_found(open_books: Callable[[], Books], with_journal: str) -> None:
    books = open_books()
    file = books.store.file
    (before,) = rows(file, "user", f"username = '{ANN}'")
    accounts.change_password(books.store, books.ann, PASSWORD, NEW)
    books.store.write_anchor()
    put_back(file, "user", before)
    if with_journal == "the last entry removed":
        tamper(file, "DELETE FROM journal WHERE number = (SELECT max(number) FROM journal)")
    elif with_journal == "the old entry written again":
        old = f"SELECT * FROM journal WHERE user_id = {books.ann.user_id} ORDER BY number LIMIT 1"
        tamper(
            file,
            "INSERT INTO journal SELECT (SELECT max(number) + 1 FROM journal), kind, user_id, subject, actor_id, date, "
            f"detail, state, hash FROM ({old})",
        )
    with pytest.raises(NotAllowed, match="something other than Metercalc"):
        accounts.sign_in(books.store, ANN, PASSWORD)
    assert messages(file)


def test_a_price_put_back_is_found(open_books: Callable[[], Books]) -> None:
    books = open_books()
    file = books.store.file
    charges.set_cost(books.store, books.admin, OperationType.ADDITION, 99_00)
    books.store.write_anchor()
    tamper(
        file,
        "DELETE FROM price WHERE id = (SELECT max(id) FROM price)",
        "UPDATE operation SET cost = 1000 WHERE type = 'addition'",
    )
    assert any("Price 7 is missing" in message for message in messages(file))
    tamper(file, "DELETE FROM journal WHERE number = (SELECT max(number) FROM journal)")
    assert any("The end is missing: the journal had" in message for message in messages(file))


def test_every_change_is_an_entry_with_who_made_it(books: Books) -> None:
    accounts.change_password(books.store, books.ann, PASSWORD, NEW)
    accounts.set_status(books.store, books.admin, BOB, Status.INACTIVE)
    charges.set_cost(books.store, books.admin, OperationType.ADDITION, 11_00)
    charged = books.charge("1 + 1").entries[0].id
    records.delete(books.store, books.ann, [charged])
    records.restore(books.store, books.ann, [charged])
    sql = "SELECT kind, user_id, subject, actor_id, detail FROM journal WHERE number > 11 ORDER BY number"
    admin, ann, bob = books.admin.user_id, books.ann.user_id, books.bob.user_id
    assert books.store.database.execute_sql(sql).fetchall() == [
        (journal.ACCOUNT, ann, ann, ann, "password"),
        (journal.ACCOUNT, bob, bob, admin, "inactive"),
        (journal.PRICE, 0, 7, admin, ""),
        (journal.DELETED, ann, charged, ann, ""),
        (journal.RESTORED, ann, charged, ann, ""),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO operation VALUES (8, 'modulo', 100)",
        "REPLACE INTO operation VALUES (7, 'credit', 100)",
        "UPDATE journal SET detail = 'x' WHERE number = 1",
        "DELETE FROM journal WHERE number = (SELECT max(number) FROM journal)",
        "INSERT INTO journal SELECT number + 5, kind, 1, 1, 1, 1, '', state, hash FROM journal WHERE number = 11",
        "REPLACE INTO journal SELECT number, kind, 1, 1, 1, 1, '', state, hash FROM journal WHERE number = 11",
        "REPLACE INTO price SELECT id, operation_id, 0, from_record, user_id, date FROM price WHERE id = 1",
        "INSERT INTO price SELECT id + 50, operation_id, 0, from_record, user_id, date FROM price WHERE id = 1",
        "REPLACE INTO user SELECT id, username, password, status, 'admin', 0, 1 FROM user WHERE id = 2",
    ],
)
def test_what_only_an_upgrade_may_do_is_refused_to_other_programs(books: Books, statement: str) -> None:
    with raw(books.store.file) as other, pytest.raises(sqlite.sqlite3.IntegrityError):
        other.execute(statement)


def test_a_forged_entry_hides_no_record(open_books: Callable[[], Books]) -> None:
    """The pages follow the records; the journal's claim alone moves nothing, and the proof names it."""
    books = open_books()
    charged = books.charge("1 + 1").entries[0].id
    tamper(
        books.store.file,
        f"INSERT INTO journal SELECT number + 1, 'deleted', {books.ann.user_id}, {charged}, 0, date, '', x'', hash "
        "FROM journal ORDER BY number DESC LIMIT 1",
    )
    page = records.page(books.store, books.ann, PageRequest())
    assert charged in [entry.id for entry in page.entries]
    assert {problem.rule for problem in verify(books.store).problems} == {"L6"}


def test_a_password_change_ends_the_sessions_of_other_programs(open_books: Callable[[], Books]) -> None:
    books = open_books()
    other = make_store(books.store.file)
    elsewhere = accounts.sign_in(other, ANN, PASSWORD)
    assert accounts.current(other, elsewhere).username == ANN
    accounts.change_password(books.store, books.ann, PASSWORD, NEW)
    with pytest.raises(NotSignedIn, match="password was changed"):
        accounts.current(other, elsewhere)
    assert accounts.current(books.store, books.ann).username == ANN
    other.close()


def test_statistics_of_sqlites_own_are_no_tampering(books: Books) -> None:
    with raw(books.store.file) as other:
        other.execute("ANALYZE")
    assert books.problems() == ()


def test_an_older_store_with_its_older_anchor_is_found_by_what_the_program_remembers(
    open_books: Callable[[], Books], tmp_path: Path
) -> None:
    books = open_books()
    file, remembered = books.store.file, tmp_path / "elsewhere"
    books.store.remembered = remembered
    books.charge("1 + 1")
    books.store.write_anchor()
    assert remembered_file(remembered, books.store.key).exists()
    books.store.disconnect()
    old = {kept: kept.read_bytes() for kept in (file, chain.anchor_file(file))}
    store = make_store(file, remembered=remembered)
    session = accounts.sign_in(store, ANN, PASSWORD)
    for _ in range(5):
        charges.charge(store, session, charge_for("1 + 1"))
    store.close()
    for kept, content in old.items():
        kept.write_bytes(content)
    assert messages(file) == []  # nothing beside the store knows of the five charges
    store = make_store(file, remembered=remembered)
    found = [problem.message for problem in verify(store).problems]
    assert len(found) == 1
    assert "What this program remembers of the store says so" in found[0]
    store.close()  # and it does not wash the evidence away
    store = make_store(file, remembered=remembered)
    assert [problem.message for problem in verify(store).problems] == found
    store.disconnect()
