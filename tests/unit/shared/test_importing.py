from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from desktop.models.embedded import accounts, charges, records
from desktop.models.embedded.storage import entries
from desktop.models.shared import carrying, importing, scram, urls
from desktop.terms.errors import AppError, BadInput, StoreDamaged
from desktop.terms.kinds import OperationType, Status
from tests.support.postgres import OWNER_PASSWORD, VERIFIER, Server
from tests.support.stores import ADMIN, ANN, BOB, PASSWORD, Books, tamper

ONE_AND_ONE = '{"operation": "addition", "operands": ["1", "1"], "response": "2", "exact": true, "source": "computed"}'
INSTALLER = "installer@example.org"
NOTE = "a note of Ann's"


@pytest.fixture(autouse=True)
def _quick_verifiers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scram, "ITERATIONS", 1)


@pytest.fixture
def target(server: Server) -> Iterator[Any]:
    """Makes new ledgers on the server."""
    made: list[str] = []

    def make(*people: str) -> str:
        made.append(server.ledger(*(people or (INSTALLER,))))
        return made[-1]

    yield make
    for name in made:
        server.drop(name)


def url_of(server: Server, name: str) -> urls.ServerUrl:
    """The owner's URL."""
    return urls.parse(server.owner_url(name))


def _use(books: Books) -> None:
    for text in ("1 + 1", "1 ÷ 3 × 3", "√2 × (2 - 5)", "12.50 × 3"):
        books.charge(text)
        books.charge(text, books.bob)
    charges.set_cost(books.store, books.admin, OperationType.ADDITION, 7)
    books.charge("1 + 1")
    charges.credit(books.store, books.admin, BOB, 5_00, "Für Größe", "01234567-89ab-cdef-0123-456789abcdef")
    records.delete(books.store, books.ann, [4, 6])
    records.restore(books.store, books.ann, [6])
    records.set_note(books.store, books.ann, 4, "an earlier note")
    records.set_note(books.store, books.ann, 4, NOTE)
    accounts.set_status(books.store, books.admin, BOB, Status.INACTIVE)


def test_every_account_record_price_and_request_is_brought_as_it_is(books: Books, server: Server, target: Any) -> None:
    _use(books)
    name = target()
    brought = importing.bring_over(books.store, url_of(server, name), OWNER_PASSWORD)
    rows = books.store.database.execute_sql(
        f"SELECT {entries.COLUMNS}, r.user_id, r.form, r.hash FROM {entries.FROM} ORDER BY r.user_id, r.seq"
    ).fetchall()
    assert (brought.accounts, brought.records, brought.notes) == (3, len(rows), 1)
    chain_0 = "SELECT string_agg(j::text, '|') FROM metercalc.journal AS j WHERE chain = 0 OR chain = -2"
    with server.owner(name) as owner:
        found = owner.execute(
            "SELECT id, request_id::text, step, seq, operation, operands, response, exact::int, source, amount, "
            "user_balance, date, deleted_at, expression, note, account_id, form, hash FROM metercalc.record "
            "WHERE account_id < 4 ORDER BY account_id, seq"
        ).fetchall()
        assert found == rows
        assert NOTE not in owner.execute(chain_0).fetchone()[0]  # which administrators read
        notes = owner.execute(
            "SELECT account_id, record_id, text FROM metercalc.record_note ORDER BY number"
        ).fetchall()
        assert notes == [(2, 4, "an earlier note"), (2, 4, NOTE)]
        assert owner.execute("SELECT key FROM metercalc.ledger").fetchone() == (books.store.key,)
        people = books.store.database.execute_sql(
            "SELECT id, username, status, role, balance FROM user ORDER BY id"
        ).fetchall()
        kept = owner.execute("SELECT id, username, status, role, balance FROM metercalc.account ORDER BY id").fetchall()
        assert kept == [*map(tuple, people), (4, INSTALLER, "active", "admin", 0)]
        assert owner.execute("SELECT metercalc.broken_links()").fetchone() == (0,)
    # Who was brought goes on where they were: the request is known, the price holds, the chain continues.
    with server.connect(urls.role_name(name, ANN), brought.passwords[ANN], name) as ann:
        with pytest.raises(psycopg.Error, match="given by an administrator"):
            ann.execute("SELECT * FROM metercalc.account()")
        ann.execute("SELECT metercalc.change_verifier(%s)", [VERIFIER])
        first = books.records()[1]
        request = books.store.database.execute_sql(
            "SELECT request_id FROM record WHERE user_id = 2 AND seq = 2"
        ).fetchone()[0]
        assert ann.execute("SELECT operands FROM metercalc.find(%s)", [request]).fetchone() == (first[1],)
        made = ann.execute(
            f"SELECT amount, seq FROM metercalc.charge(gen_random_uuid(), 7, NULL, '1 + 1', '[{ONE_AND_ONE}]')"
        ).fetchone()
        assert made == (7, len(books.records()) + 1)
        assert ann.execute("SELECT metercalc.trash_count()").fetchone() == (1,)
    with pytest.raises(Exception, match="not permitted to log in"):
        server.connect(urls.role_name(name, BOB), brought.passwords[BOB], name)


def test_the_administrator_who_installed_keeps_the_password(books: Books, server: Server, target: Any) -> None:
    name = target(ADMIN)
    brought = importing.bring_over(books.store, url_of(server, name), OWNER_PASSWORD)
    assert set(brought.passwords) == {ANN, BOB}
    with server.member(name, ADMIN) as admin:
        assert admin.execute("SELECT username, role FROM metercalc.account()").fetchone() == (ADMIN, "admin")
        assert len(admin.execute("SELECT * FROM metercalc.users()").fetchall()) == 3
    assert VERIFIER
    assert PASSWORD not in str(brought)


def test_a_ledger_that_was_used_is_not_written_over(books: Books, server: Server, target: Any) -> None:
    name = target(INSTALLER, ANN)
    with pytest.raises(BadInput, match="has been used"):
        importing.bring_over(books.store, url_of(server, name), OWNER_PASSWORD)


def test_a_store_that_does_not_prove_is_refused(open_books: Any, server: Server, target: Any) -> None:
    books = open_books()
    books.charge("1 + 1")
    tamper(books.store.file, "UPDATE record SET operation_response = '3' WHERE id = 4")
    name = target()
    with pytest.raises(StoreDamaged):
        importing.bring_over(books.store, url_of(server, name), OWNER_PASSWORD)
    with server.owner(name) as owner:
        assert owner.execute("SELECT username FROM metercalc.account").fetchall() == [(INSTALLER,)]


@pytest.mark.parametrize("place", ["_claim", "carry_records", "_add_admin", "_finish"])
def test_an_import_that_breaks_off_leaves_nothing(
    books: Books, server: Server, target: Any, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    _use(books)
    name = target()
    whole = getattr(importing, place)

    def broken(*given: Any) -> Any:
        whole(*given)
        with server.owner() as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        return whole(*given)

    with server.owner(name) as owner:
        before = _all(owner)
    with monkeypatch.context() as patch:
        patch.setattr(importing, place, broken)
        with pytest.raises(AppError):
            importing.bring_over(books.store, url_of(server, name), OWNER_PASSWORD)
    with server.owner(name) as owner:
        assert _all(owner) == before
    assert importing.bring_over(books.store, url_of(server, name), OWNER_PASSWORD).accounts == 3


def _all(owner: Any) -> Any:
    tables = ("account", "record", "record_note", "journal", "price", "operation", "ledger")
    return [owner.execute(f"SELECT * FROM metercalc.{table} ORDER BY 1, 2").fetchall() for table in tables] + [
        owner.execute("SELECT rolname, rolcanlogin FROM pg_roles ORDER BY 1").fetchall()
    ]


def test_of_two_imports_at_once_one_is_refused(books: Books, server: Server, target: Any) -> None:
    name = target()
    outcomes: list[str] = []

    def run() -> None:
        books.store.connect()
        try:
            importing.bring_over(books.store, url_of(server, name), OWNER_PASSWORD)
            outcomes.append("brought")
        except AppError as error:
            outcomes.append(error.code)
        finally:
            books.store.disconnect()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) in (["bad_input", "brought"], ["brought", "store"])


def test_what_arrived_otherwise_than_it_was_sent_is_not_kept(
    books: Books, server: Server, target: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _use(books)
    name = target()
    whole = carrying._records  # noqa: SLF001 - the fault is planted where rows are on their way

    def spoilt(*given: Any) -> Iterator[Any]:
        for row in whole(*given):
            yield (*row[:4], row[4] + (row[2] == 5), *row[5:])

    monkeypatch.setattr(carrying, "_records", spoilt)
    with pytest.raises(StoreDamaged, match="does not prove"):
        importing.bring_over(books.store, url_of(server, name), OWNER_PASSWORD)
    with server.owner(name) as owner:
        assert owner.execute("SELECT username FROM metercalc.account").fetchall() == [(INSTALLER,)]
