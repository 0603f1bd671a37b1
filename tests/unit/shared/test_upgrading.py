"""A ledger with an older schema, full of data: brought up to date, and what programs say that meet another one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from desktop.models.shared import installing, people, schema, sources, urls
from desktop.models.shared.ledger import SharedLedger
from desktop.terms.charges import Receipt
from desktop.terms.errors import StoreForeign, StoreLocked, StoreNewer
from desktop.terms.kinds import DeedKind
from desktop.terms.pages import Filters, PageRequest
from desktop.terms.people import Session
from tests.support import shared
from tests.support.postgres import OWNER_PASSWORD, VERIFIER, Server
from tests.support.stores import ADMIN, ANN, BALANCE, BOB, COSTS, PASSWORD, charge_for, new_id
from tests.support.waiting import PATIENCE_S
from tests.unit.shared.conftest import json_of, steps_of

EIGHTH, TWELFTH = 8, 12
BEFORE = sources.VERSION - 1
NOTE = "for Ann's eyes alone"


def _lay_out(server: Server, name: str, version: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger as an older version of the schema had it, with three people."""
    with server.owner() as owner:
        owner.execute(f"CREATE DATABASE {name}")
    with monkeypatch.context() as patch, server.owner(name) as owner:
        patch.setattr(sources, "FILES", sources.FILES[:version])
        patch.setattr(sources, "VERSION", version)
        schema.lay_out(owner, lambda what: None)
        with owner.transaction():
            owner.execute("SET LOCAL ROLE metercalc_owner")
            installing.make_ledger(owner, name, b"k" * 32, BALANCE, COSTS)
            owner.execute("UPDATE metercalc.ledger SET minimum_iterations = 1")
            for number, email in enumerate((ADMIN, ANN, BOB)):
                role = "user" if number else "admin"
                owner.execute("SELECT metercalc.make_account(%s, %s, %s, %s, 1)", [email, VERIFIER, role, BALANCE])


def _use(server: Server, name: str) -> None:
    """Charges, a deletion, a credit, and a note that an import of then left in the common journal."""
    with server.member(name, ANN) as ann:
        for text in ("1 + 1", "2 × 3", "√16"):
            wanted = charge_for(text)
            ann.execute(
                "SELECT * FROM metercalc.charge(%s, NULL, NULL, %s, %s)",
                [wanted.request_id, wanted.expression, json_of(steps_of(wanted.steps))],
            )
        ann.execute("SELECT metercalc.delete_records(ARRAY[4])")
    with server.member(name, ADMIN) as admin:
        admin.execute("SELECT * FROM metercalc.credit(%s, 500, 'Tea', gen_random_uuid())", [BOB])
        admin.execute("SELECT metercalc.set_role(%s, 'admin')", [BOB])
    with server.owner(name) as owner, owner.transaction():
        owner.execute("SET LOCAL ROLE metercalc_owner")
        for text in ("an earlier note", NOTE):
            owner.execute("SELECT metercalc.note_for_all('note', 2, 5, 2, metercalc.now(), %s, '')", [text])
        owner.execute("SELECT metercalc.put_price('addition', 1100, 1)")


@contextmanager
def _older(server: Server, version: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Such a ledger's database, gone afterwards with its people."""
    name = f"older_{next(server.numbers)}"
    _lay_out(server, name, version, monkeypatch)
    yield name
    with server.owner(name) as owner:
        roles = owner.execute("SELECT role_name FROM metercalc.account").fetchall()
    server.drop(name)
    with server.owner() as owner:
        for (role,) in roles:
            owner.execute(f"DROP ROLE {role}")
            owner.execute(f"DROP ROLE IF EXISTS {role.replace('mc_', 'mr_')}")


@pytest.fixture
def old(server: Server, monkeypatch: pytest.MonkeyPatch, cheap_passwords: None) -> Iterator[str]:
    """A ledger of version 8, used."""
    with _older(server, EIGHTH, monkeypatch) as name:
        _use(server, name)
        yield name


@pytest.fixture
def one_back(server: Server, monkeypatch: pytest.MonkeyPatch, cheap_passwords: None) -> Iterator[str]:
    """A ledger one version back."""
    with _older(server, BEFORE, monkeypatch) as name:
        yield name


def opened(server: Server, name: str, folder: Path) -> SharedLedger:
    """A program of today."""
    return shared.open_at(name, folder, at=server)


def test_an_older_ledger_is_brought_up_to_date_with_everything_in_it(server: Server, old: str, tmp_path: Path) -> None:
    before = _all(server, old)
    url = urls.parse(server.owner_url(old))
    assert installing.upgrade(url, OWNER_PASSWORD) == tuple(range(EIGHTH + 1, sources.VERSION + 1))
    assert installing.upgrade(url, OWNER_PASSWORD) == ()
    assert _all(server, old) == before
    ledger = opened(server, old, tmp_path)
    ann, admin = ledger.sign_in(ANN, PASSWORD), ledger.sign_in(ADMIN, PASSWORD)
    try:
        page = ledger.page(ann, PageRequest(Filters(search=("eyes",))))
        assert [(entry.operands, entry.note) for entry in page.entries] == [("2 × 3", NOTE)]
        assert ledger.charge(ann, charge_for("1 + 1")).cost == 11_00
        assert ledger.trash_count(ann) == 1
        assert not ledger.sign_in(BOB, PASSWORD).one_time
        told = [(deed.kind, deed.whom) for deed in ledger.deeds(admin)]
        assert told[0] == (DeedKind.PRICED, "")
        assert (DeedKind.MADE_ADMIN, BOB) in told
        assert ledger.verify(results=True).problems == ()
        ledger.sign_out(admin)
        assert ledger.verify(results=True).problems == ()
    finally:
        ledger.close()


def test_the_text_of_a_note_that_was_imported_before_is_no_administrators_any_more(server: Server, old: str) -> None:
    def seen() -> str:
        with server.member(old, ADMIN) as admin:
            return str(
                [admin.execute(f"SELECT * FROM metercalc.journal_of({chain}, 1, 999)").fetchall() for chain in (0, -2)]
            )

    assert NOTE in seen()  # before, it was
    installing.upgrade(urls.parse(server.owner_url(old)), OWNER_PASSWORD)
    assert NOTE not in seen()


def test_each_program_says_what_to_do_where_the_schema_is_another(
    server: Server, old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = opened(server, old, tmp_path)
    with pytest.raises(StoreForeign, match="metercalc server upgrade"):
        newer.sign_in(ANN, PASSWORD)
    newer.close()
    installing.upgrade(urls.parse(server.owner_url(old)), OWNER_PASSWORD)
    monkeypatch.setattr(people.People.__init__, "__defaults__", ((EIGHTH, EIGHTH),))
    older = opened(server, old, tmp_path)
    with pytest.raises(StoreNewer, match="update the program"):
        older.sign_in(ANN, PASSWORD)
    older.close()


def _a_day_at_the_desk(ledger: SharedLedger) -> None:
    """What people and administrators do, all of it proved in the end."""
    ann, admin = ledger.sign_in(ANN, PASSWORD), ledger.sign_in(ADMIN, PASSWORD)
    receipts = [ledger.charge(ann, charge_for(text)) for text in ("1 + 2 × 3", "√2", "1 ÷ 3")]
    assert ledger.find(ann, receipts[0].request_id) is not None
    assert ledger.charge(ann, charge_for("1 + 2 × 3", receipts[0].request_id)).repeated
    ids = [entry.id for receipt in receipts for entry in receipt.entries]
    assert ledger.delete(ann, ids[:2]) == tuple(ids[:2])
    assert ledger.restore(ann, ids[:1]) == tuple(ids[:1])
    assert ledger.set_note(ann, ids[0], NOTE).note == NOTE
    assert ledger.page(ann, PageRequest(Filters(search=("eyes",)))).entries[0].id == ids[0]
    ledger.credit(admin, BOB, 5, "Tea", new_id())
    assert sum(each.count for each in ledger.usage(admin, 0, 2**60).values()) == len(ids)
    assert ledger.spent(ann, 0) == sum(receipt.cost for receipt in receipts)
    assert len(ledger.people(admin)) == 3
    code = ledger.new_recovery_code(ledger.sign_in(BOB, PASSWORD), PASSWORD)
    assert ledger.verify(results=True).problems == ()
    ledger.recover(BOB, code, "another horse 9", minimum_length=8)
    ledger.reset_password(admin, BOB, "a given horse 9")
    assert ledger.verify(results=True).problems == ()


def test_a_schema_one_version_back_is_served(server: Server, one_back: str, tmp_path: Path) -> None:
    ledger = opened(server, one_back, tmp_path)
    _a_day_at_the_desk(ledger)
    # It is upgraded while the program runs: what was marked before is proved from then on.
    installing.upgrade(urls.parse(server.owner_url(one_back)), OWNER_PASSWORD)
    ann = ledger.sign_in(ANN, PASSWORD)
    assert ledger.charge(ann, charge_for("1 + 2")).result == "3"
    assert ledger.verify(results=True).problems == ()
    ledger.close()


def test_what_is_given_up_while_the_schema_is_upgraded_is_never_charged(
    server: Server, monkeypatch: pytest.MonkeyPatch, cheap_passwords: None
) -> None:
    wanted = new_id()
    with _older(server, TWELFTH - 1, monkeypatch) as name:
        with (
            server.owner(name) as owner,
            server.member(name, ANN) as ann,
            server.owner(name) as looking,
            ThreadPoolExecutor(1) as pool,
        ):
            with owner.transaction():
                owner.execute("SET LOCAL search_path = metercalc, pg_temp")
                owner.execute(sources.sql(TWELFTH))
                settled = pool.submit(ann.execute, "SELECT * FROM metercalc.settle(%s)", [wanted])
                while not looking.execute("SELECT FROM pg_locks WHERE NOT granted").fetchall():
                    assert not settled.done()
                owner.execute("RESET ROLE")
                owner.execute("INSERT INTO metercalc.version (number) VALUES (%s)", [TWELFTH])
            assert settled.result(PATIENCE_S).fetchall() == []
        with server.member(name, ANN) as ann, pytest.raises(psycopg.Error, match="never charged") as refused:
            ann.execute(
                "SELECT * FROM metercalc.charge(%s, NULL, NULL, '1 + 2', %s)",
                [wanted, json_of(steps_of(charge_for("1 + 2").steps))],
            )
        assert refused.value.sqlstate == "MC007"


def test_a_schema_two_versions_back_is_not(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cheap_passwords: None
) -> None:
    with _older(server, BEFORE - 1, monkeypatch) as name:
        ledger = opened(server, name, tmp_path)
        with pytest.raises(StoreForeign, match="metercalc server upgrade"):
            ledger.sign_in(ANN, PASSWORD)
        ledger.close()


def test_a_newer_schema_serves_the_program_before_it_where_it_says_so(
    server: Server, tmp_path: Path, cheap_passwords: None
) -> None:
    name = server.ledger(ADMIN, ANN, BOB)
    serves = "CREATE OR REPLACE FUNCTION metercalc.oldest_program() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER "
    serves += "SET search_path = metercalc, pg_temp AS 'SELECT {}'"
    ledger = opened(server, name, tmp_path)
    with server.owner(name) as owner:
        owner.execute("INSERT INTO metercalc.version (number) VALUES (%s)", [sources.VERSION + 1])
        with pytest.raises(StoreNewer, match="update the program"):  # of a file that does not say so
            ledger.sign_in(ANN, PASSWORD)
        owner.execute(serves.format(sources.VERSION + 1))
        with pytest.raises(StoreNewer, match="update the program"):
            ledger.sign_in(ANN, PASSWORD)
        owner.execute(serves.format(sources.VERSION))
    _a_day_at_the_desk(ledger)
    ledger.close()
    server.drop(name)


def _all(server: Server, name: str) -> Any:
    """What no upgrade may change."""
    with server.owner(name) as owner:
        return [
            owner.execute(sql).fetchall()
            for sql in (
                "SELECT account_id, seq, id, price_id, amount, user_balance, date, deleted_at, request_id, operands, "
                "response, expression, hash FROM metercalc.record ORDER BY 1, 2",
                "SELECT id, role_name, username, status, role, generation, balance, seq, hash, salt "
                "FROM metercalc.account ORDER BY 1",
                "SELECT * FROM metercalc.price ORDER BY 1",
                "SELECT user_id, subject, actor_id, date, kind FROM metercalc.journal WHERE kind <> 'note' "
                "ORDER BY chain, number",
            )
        ]


@contextmanager
def _upgrading(server: Server, name: str, statement: str) -> Iterator[Any]:
    """The midst of an upgrade that ends nobody's session: it holds every account, and has carried out a statement."""
    with server.owner(name) as owner, owner.transaction():
        owner.execute("LOCK TABLE metercalc.account IN ACCESS EXCLUSIVE MODE")
        owner.execute(statement)
        yield owner


def _wait_for_a_lock(server: Server, name: str, work: Any) -> None:
    with server.owner(name) as looking:
        while not looking.execute("SELECT FROM pg_locks WHERE NOT granted").fetchall():
            assert not work.done()


@pytest.fixture
def desk(server: Server, tmp_path: Path, cheap_passwords: None) -> Iterator[tuple[str, SharedLedger]]:
    """A ledger of today, and a program that has its functions ready."""
    name = server.ledger(ADMIN, ANN, BOB)
    ledger = opened(server, name, tmp_path)
    yield name, ledger
    ledger.close()


def _charged(ledger: SharedLedger, session: Session) -> Receipt:
    try:
        return ledger.charge(session, charge_for("1 + 2"))
    finally:
        ledger.disconnect()  # this thread's


def test_a_charge_that_meets_half_an_upgrade_is_sent_again_to_the_whole_of_it(
    server: Server, desk: tuple[str, SharedLedger]
) -> None:
    name, ledger = desk
    ann = ledger.sign_in(ANN, PASSWORD)
    with ThreadPoolExecutor(1) as pool:
        with _upgrading(server, name, "ALTER FUNCTION metercalc.record_form RENAME TO form_of_record") as owner:
            charged = pool.submit(_charged, ledger, ann)
            _wait_for_a_lock(server, name, charged)
            body = owner.execute("SELECT pg_get_functiondef('metercalc.charge'::regproc)").fetchone()[0]
            owner.execute(body.replace("record_form(", "form_of_record("))
        receipt = charged.result(PATIENCE_S)
    assert (receipt.result, receipt.repeated, receipt.balance) == ("3", False, BALANCE - receipt.cost)


def test_a_charge_that_meets_only_half_an_upgrade_is_said_not_to_be_stored(
    server: Server, desk: tuple[str, SharedLedger]
) -> None:
    name, ledger = desk
    ann = ledger.sign_in(ANN, PASSWORD)
    with server.owner(name) as owner:
        owner.execute("ALTER FUNCTION metercalc.record_form RENAME TO form_of_record")
    with pytest.raises(StoreLocked, match="brought up to date") as refused:
        ledger.charge(ann, charge_for("1 + 2"))
    assert refused.value.for_charge().endswith("Try again. Nothing was charged.")
    with server.owner(name) as owner:
        owner.execute("ALTER FUNCTION metercalc.form_of_record RENAME TO record_form")
    assert ledger.charge(ann, charge_for("1 + 2")).balance < BALANCE == ledger.account(ann).balance + 10_00


def test_what_waits_for_an_upgrade_never_goes_on_with_the_functions_of_before(server: Server, one_back: str) -> None:
    middle = 14
    with (
        server.owner(one_back) as upgrading,
        server.owner(one_back) as holding,
        server.member(one_back, ANN) as ann,
        ThreadPoolExecutor(2) as pool,
        pytest.MonkeyPatch.context() as patch,
    ):
        file = sources.sql(sources.VERSION)
        patch.setattr(sources, "sql", lambda number: f"{file}\nSELECT pg_advisory_xact_lock({middle});")
        holding.execute("SELECT pg_advisory_lock(%s)", [middle])
        upgraded = pool.submit(schema.lay_out, upgrading, lambda what: None)
        _wait_for_a_lock(server, one_back, upgraded)
        marked = pool.submit(ann.execute, "SELECT metercalc.set_recovery(%s)", [VERIFIER])
        while holding.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()[0] < 2:
            assert not marked.done()
        holding.execute("SELECT pg_advisory_unlock(%s)", [middle])
        assert upgraded.result(PATIENCE_S) == (sources.VERSION,)
        with pytest.raises(psycopg.OperationalError):
            marked.result(PATIENCE_S)
    with server.owner(one_back) as owner:
        assert owner.execute("SELECT count(*) FROM metercalc.account WHERE has_code").fetchone()[0] == 0


def test_who_comes_between_the_end_of_sessions_and_the_upgrades_own_meets_only_the_functions_of_after(
    server: Server, one_back: str, tmp_path: Path
) -> None:
    ledger, end_members = opened(server, one_back, tmp_path), schema.end_members

    def make_a_code() -> str:
        try:
            return ledger.new_recovery_code(ledger.sign_in(ANN, PASSWORD), PASSWORD)
        finally:
            ledger.disconnect()  # this thread's

    with server.owner(one_back) as upgrading, ThreadPoolExecutor(1) as pool, pytest.MonkeyPatch.context() as patch:
        made: list[Any] = []

        def end_and_meet_another(connection: Any) -> None:
            end_members(connection)
            made.append(pool.submit(make_a_code))
            _wait_for_a_lock(server, one_back, made[0])

        patch.setattr(schema, "end_members", end_and_meet_another)
        assert schema.lay_out(upgrading, lambda what: None) == (sources.VERSION,)
        assert made[0].result(PATIENCE_S)
    ledger.sign_in(ANN, PASSWORD)
    assert ledger.verify().problems == ()
    ledger.close()
