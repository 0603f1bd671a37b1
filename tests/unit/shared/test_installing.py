from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from desktop.models.shared import installing, reviewing, schema, scram, sources, urls
from desktop.models.shared.reviewing import Rule, weak_lines
from desktop.terms.errors import AppError, BadInput, SignInRefused, StoreForeign, StoreMissing, StoreNewer
from tests.support.postgres import FAST, OWNER, OWNER_PASSWORD, Server, running
from tests.support.stores import ADMIN, BALANCE, COSTS, PASSWORD
from tests.unit.shared.test_importing import ONE_AND_ONE


@pytest.fixture(autouse=True)
def _quick_verifiers(monkeypatch: pytest.MonkeyPatch) -> None:
    made = scram.verifier(PASSWORD)
    monkeypatch.setattr(scram, "verifier", lambda password, **_: made)


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """A name that no database has yet."""
    name = f"fresh_{next(server.numbers)}"
    yield name
    with server.owner() as owner:
        owner.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        for (role,) in owner.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = %s", [urls.role_name(name, ADMIN)]
        ).fetchall():
            owner.execute(f"DROP ROLE {role}")


def install(server: Server, database: str, password: str = OWNER_PASSWORD) -> installing.Installed:
    """Install, as the command does."""
    url = urls.parse(server.owner_url(database))
    return installing.install(url, password, ADMIN, PASSWORD, costs=COSTS, starting_balance=BALANCE)


def test_from_nothing_to_a_first_charge(server: Server, database: str) -> None:
    made = install(server, database)
    assert (made.database_made, made.admin, made.version) == (True, ADMIN, sources.VERSION)
    with server.member(database, ADMIN) as admin:
        row = admin.execute(
            f"SELECT * FROM metercalc.charge(gen_random_uuid(), 1000, NULL, '1 + 1', '[{ONE_AND_ONE}]')"
        ).fetchone()
        assert row[6] == "2"
    found = reviewing.review(urls.parse(server.owner_url(database)), OWNER_PASSWORD, local_is_trusted=True)
    assert (found.accounts, found.records, found.version) == (1, 2, sources.VERSION)
    assert "auth_delay" in " ".join(found.advice)  # a finding it is not: what guards a server may stand before it


def test_installing_twice_changes_nothing(server: Server, database: str) -> None:
    install(server, database)
    with server.owner(database) as owner:
        before = owner.execute("SELECT id, key FROM metercalc.ledger").fetchall()
    again = install(server, database)
    assert (again.made, again.admin, again.database_made) == ((), "", False)
    with server.owner(database) as owner:
        assert owner.execute("SELECT id, key FROM metercalc.ledger").fetchall() == before
        assert owner.execute("SELECT count(*) FROM metercalc.price").fetchall() == [(len(COSTS),)]


def test_two_who_install_at_once_make_one_ledger(server: Server, database: str) -> None:
    made: list[installing.Installed] = []
    errors: list[BaseException] = []
    start = threading.Barrier(2)

    def run() -> None:
        start.wait()
        try:
            made.append(install(server, database))
        except (AppError, psycopg.Error) as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(one.admin for one in made) == ["", ADMIN]
    assert sorted(number for one in made for number in one.made) == list(range(1, sources.VERSION + 1))


@pytest.mark.parametrize("failing", [1, 5, sources.VERSION])
def test_an_installation_that_breaks_off_is_finished_the_next_time(
    server: Server, database: str, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    whole = sources.sql
    with monkeypatch.context() as patch:
        broken = "SELECT pg_terminate_backend(pg_backend_pid())"
        patch.setattr(sources, "sql", lambda number: whole(number) + (f"; {broken}" if number == failing else ""))
        with pytest.raises(AppError):
            install(server, database)
    with server.owner(database) as owner:
        assert schema.version_of(owner) == failing - 1
    assert install(server, database).made == tuple(range(failing, sources.VERSION + 1))


def test_a_member_who_holds_everything_does_not_hold_an_upgrade_up(
    server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(server, database)
    further = "SET LOCAL ROLE metercalc_owner; ALTER TABLE metercalc.record ADD COLUMN further int"
    whole = sources.sql
    monkeypatch.setattr(sources, "FILES", (*sources.FILES, "further.sql"))
    monkeypatch.setattr(sources, "VERSION", sources.VERSION + 1)
    monkeypatch.setattr(sources, "sql", lambda number: further if number == sources.VERSION else whole(number))
    monkeypatch.setattr(schema, "LOCK_SECONDS", 1)
    with server.member(database, ADMIN, autocommit=False) as holder:
        holder.execute("LOCK TABLE metercalc.record IN ACCESS SHARE MODE")
        url = urls.parse(server.owner_url(database))
        assert installing.upgrade(url, OWNER_PASSWORD) == (sources.VERSION,)
        with pytest.raises(psycopg.OperationalError):
            holder.execute("SELECT 1")
    assert installing.upgrade(url, OWNER_PASSWORD) == ()


def test_a_newer_schema_is_left_alone(server: Server, database: str) -> None:
    install(server, database)
    with server.owner(database) as owner:
        owner.execute("INSERT INTO metercalc.version (number) VALUES (%s)", [sources.VERSION + 1])
    with pytest.raises(StoreNewer):
        installing.upgrade(urls.parse(server.owner_url(database)), OWNER_PASSWORD)
    with pytest.raises(StoreNewer):
        install(server, database)


def test_what_is_not_ours_is_not_touched(server: Server, database: str) -> None:
    with server.owner() as owner:
        owner.execute(f"CREATE DATABASE {database}")
    with pytest.raises(StoreMissing):
        installing.upgrade(urls.parse(server.owner_url(database)), OWNER_PASSWORD)
    with server.owner(database) as owner:
        owner.execute("CREATE SCHEMA metercalc; CREATE TABLE metercalc.theirs (a int)")
    with pytest.raises(StoreForeign):
        install(server, database)


@pytest.mark.parametrize(("encoding", "said"), [("LATIN1", "LATIN1"), ("SQL_ASCII", "SQL_ASCII")])
def test_a_database_that_cannot_hold_every_letter_is_refused(
    server: Server, database: str, encoding: str, said: str
) -> None:
    with server.owner() as owner:
        owner.execute(
            f"CREATE DATABASE {database} ENCODING '{encoding}' TEMPLATE template0 LOCALE 'C' LOCALE_PROVIDER libc"
        )
    with pytest.raises(BadInput, match=said):
        install(server, database)


def test_wrong_passwords_are_told_and_never_repeated(server: Server, database: str) -> None:
    with pytest.raises(SignInRefused) as refused:
        install(server, database, "not the owner's")
    assert "not the owner's" not in str(refused.value)
    url = urls.parse(server.url(database))
    with pytest.raises(BadInput, match="owner"):
        installing.upgrade(url, OWNER_PASSWORD)


def test_a_server_that_is_not_there_is_told(server: Server) -> None:
    url = urls.parse(f"postgresql://{OWNER}@127.0.0.1:1/ledger")
    with pytest.raises(AppError) as told:
        installing.upgrade(url, OWNER_PASSWORD)
    assert told.value.exit_status == 6
    assert "cannot be reached" in told.value.message


def test_members_get_nothing_on_the_database_but_to_connect(server: Server, database: str) -> None:
    install(server, database)
    with server.owner(database) as owner:
        row = owner.execute(
            "SELECT has_database_privilege('public', current_database(), 'CONNECT'), "
            "has_database_privilege('metercalc_member', current_database(), 'CONNECT'), "
            "has_database_privilege('metercalc_member', current_database(), 'TEMP'), "
            "has_schema_privilege('metercalc_member', 'public', 'USAGE'), "
            "has_schema_privilege('metercalc_keeper', 'metercalc', 'CREATE')"
        ).fetchone()
    assert row == (False, True, False, False, False)


def test_an_owner_who_is_no_superuser_can_install() -> None:
    # On a server of its own: roles that a superuser made before are a superuser's to give.
    with running(*FAST) as server:
        with server.owner() as owner:
            owner.execute("CREATE ROLE chief LOGIN CREATEROLE CREATEDB PASSWORD 'chief of it 3'")
        url = urls.parse(server.url("theirs", user="chief"))
        for admin in (ADMIN, ""):
            made = installing.install(url, "chief of it 3", ADMIN, PASSWORD, costs=COSTS, starting_balance=BALANCE)
            assert made.admin == admin
        with server.member("theirs", ADMIN) as administrator:
            administrator.execute("SELECT metercalc.register('e@example.org', %s)", [scram.verifier(PASSWORD)])
            found = administrator.execute("SELECT status FROM metercalc.set_status('e@example.org', 'inactive')")
            assert found.fetchone() == ("inactive",)
        findings = reviewing.review(url, "chief of it 3", local_is_trusted=True).findings
        assert any("cannot be read by this user" in finding for finding in findings)


RULES: tuple[tuple[str, tuple[Any, ...], int], ...] = (
    ("SCRAM over TLS", (("hostssl", "all", "all", "all", "", "scram-sha-256"),), 0),
    ("plain", (("host", "all", "all", "all", "", "scram-sha-256"),), 1),
    ("trust", (("host", "all", "all", "10.0.0.0", "255.0.0.0", "trust"),), 1),
    ("md5", (("hostssl", "ledger", "all", "all", "", "md5"),), 1),
    ("another database", (("host", "other", "all", "all", "", "trust"),), 0),
    ("another user", (("host", "all", "postgres", "all", "", "trust"),), 0),
    ("the group", (("host", "all", "+metercalc_member", "all", "", "trust"),), 1),
    ("a pattern", (("host", "/^led", "/^mc_", "all", "", "trust"),), 1),
    ("behind a wall", (("host", "all", "all", "all", "", "reject"), ("host", "all", "all", "all", "", "trust")), 0),
    (
        "behind half a wall",
        (("hostssl", "all", "all", "all", "", "scram-sha-256"), ("host", "all", "all", "all", "", "trust")), 1,
    ),
    (
        "this machine",
        (("local", "all", "all", "", "", "trust"), ("host", "all", "all", "127.0.0.1", "255.255.255.255", "trust")), 2,
    ),
    ("this machine by the other address", (("host", "all", "all", "::1", ":".join(["ffff"] * 8), "trust"),), 1),
    ("sockets by SCRAM", (("local", "all", "all", "", "", "scram-sha-256"),), 0),
)  # fmt: skip


@pytest.mark.parametrize(("name", "lines", "found"), RULES, ids=[rule[0] for rule in RULES])
def test_lines_that_let_members_in_too_easily_are_named(name: str, lines: tuple[Any, ...], found: int) -> None:
    rules = [
        Rule(number, type, (database,), (user,), address, netmask, method)
        for number, (type, database, user, address, netmask, method) in enumerate(lines, start=1)
    ]
    assert len(weak_lines(rules, "ledger")) == found
    trusted = 0 if name.startswith("this machine") else found
    assert len(weak_lines(rules, "ledger", local_is_trusted=True)) == trusted


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("GRANT EXECUTE ON FUNCTION metercalc.now() TO PUBLIC", "now can be called by everybody"),
        ("ALTER TABLE metercalc.record NO FORCE ROW LEVEL SECURITY", "record is not kept apart"),
        ("GRANT UPDATE ON metercalc.account TO metercalc_member", "may write the table account"),
        ("GRANT CONNECT ON DATABASE {} TO PUBLIC", "may connect with the database"),
        ("ALTER ROLE {role} CREATEDB", "has rights on the whole server"),
    ],
)
def test_rights_that_somebody_widened_are_named(server: Server, database: str, statement: str, said: str) -> None:
    install(server, database)
    url = urls.parse(server.owner_url(database))
    before = reviewing.review(url, OWNER_PASSWORD, local_is_trusted=True).findings
    with server.owner(database) as owner:
        owner.execute(statement.format(database, role=urls.role_name(database, ADMIN)))
    after = reviewing.review(url, OWNER_PASSWORD, local_is_trusted=True).findings
    assert [finding for finding in after if finding not in before and said in finding]
    assert len(after) == len(before) + 1
