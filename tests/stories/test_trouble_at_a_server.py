"""Whatever is amiss with a server, an address or an account is a sentence that says what to do, and charges nothing."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from desktop.models.shared import sources, urls
from tests.support.at_a_server import AtAServer, at
from tests.support.command_line import Program
from tests.support.postgres import VERIFIER, shared_server
from tests.support.stores import ADMIN, ANN, BOB, PASSWORD
from tests.support.waiting import PATIENCE_S


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[AtAServer]:
    """A desk at a ledger of an administrator and Ann."""
    with at(shared_server(), tmp_path) as found:
        yield found


@contextmanager
def owned(desk: AtAServer, *statements: str) -> Iterator[Any]:
    """The server's owner has done something to the ledger."""
    with desk.server.owner(desk.database) as owner:
        owner.execute("SET session_replication_role = replica")  # no guard keeps the owner from it
        for statement in statements:
            owner.execute(statement)
        yield owner


def role(desk: AtAServer, email: str = ANN) -> str:
    """Somebody's role on the server."""
    return urls.role_name(desk.database, email)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://ann:canary 77@127.0.0.1/ledger", "password does not belong"),
        ("postgresql://127.0.0.1/ledger?password=canary 77", "password does not belong"),
        ("postgresql://127.0.0.1/ledger?passfile=canary 77", "password does not belong"),
        ("postgresql://127.0.0.1/ledger?options=-c+work_mem=1", "knows no options. It takes sslmode"),
        ("postgresql://db.example.org/ledger?sslmode=require", "Leave it out: verify-full is used"),
        ("postgresql://db.example.org/ledger?sslmode=verify-ca", "Leave it out: verify-full is used"),
        ("postgresql://10.1.2.3/ledger?sslmode=disable", "Leave it out: verify-full is used"),
        ("postgresql://db.example.org/ledger?sslmode=off", "sslmode can be verify-full"),
    ],
)
def test_an_address_that_will_not_do_is_told_before_anything_is_asked(tmp_path: Path, url: str, said: str) -> None:
    program = Program(tmp_path)
    for words in (("eval", "1 + 2"), ("balance",), ("records",), ("verify",)):
        outcome = program.here(ANN, *words, "--database", url)
        assert (outcome.status, outcome.out) == (2, ""), outcome.err
        assert said in outcome.err
        assert "canary 77" not in outcome.err
    assert not [file for file in tmp_path.rglob("*.log*") if "canary 77" in file.read_text()]


def test_a_server_without_tls_gets_nothing_where_the_address_asks_for_it(desk: AtAServer) -> None:
    if desk.server.authority is not None:
        pytest.skip("this one has TLS")
    url = desk.server.url(desk.database, more="?sslmode=verify-full")
    desk.refuses(5, "has no TLS", "ssl = on", "Nothing was sent to it", "Nothing was charged.", url=url)
    desk.refuses_owner(5, "has no TLS", "status", url.replace("//", "//postgres@"))
    desk.charges()


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", b"\0" * 40, b"N" + b"\xff" * 40])
def test_what_answers_there_is_no_postgresql(desk: AtAServer, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_answer, args=(listener, answer), daemon=True)
        thread.start()
        url = f"postgresql://127.0.0.1:{listener.getsockname()[1]}/ledger"
        desk.refuses(6, "cannot be reached", "Nothing was charged.", url=url)
        desk.refuses_owner(6, "cannot be reached", "status", url.replace("//", "//postgres@"))
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(PATIENCE_S)
    desk.charges()


def _answer(listener: socket.socket, answer: bytes) -> None:
    while True:
        try:
            other, _ = listener.accept()
        except OSError:
            return
        with other:
            other.settimeout(PATIENCE_S)
            other.recv(4096)
            other.sendall(answer)


def test_a_database_without_a_ledger_says_who_makes_one(desk: AtAServer) -> None:
    with owned(desk, "ALTER SCHEMA metercalc RENAME TO elsewhere") as owner:
        desk.refuses(5, "no Metercalc ledger", "metercalc server install", "Nothing was charged.")
        desk.refuses_owner(5, "has no ledger", "status", desk.server.owner_url(desk.database))
        desk.refuses_owner(5, "has no ledger", "upgrade", desk.server.owner_url(desk.database))
        owner.execute("CREATE SCHEMA metercalc CREATE TABLE theirs (a int)")
        desk.refuses(4, "server status", "Nothing was charged.")  # somebody else's schema gives nobody a right
        desk.refuses_owner(
            5, "did not make", "install", desk.server.owner_url(desk.database), "--admin", ADMIN
        )  # fmt: skip
        owner.execute("DROP SCHEMA metercalc CASCADE")
        owner.execute("ALTER SCHEMA elsewhere RENAME TO metercalc")
    desk.charges()


def test_a_newer_and_an_older_schema_are_left_alone(desk: AtAServer) -> None:
    newer = sources.VERSION + 1
    with owned(desk, f"INSERT INTO metercalc.version (number) VALUES ({newer})") as owner:
        desk.refuses(5, f"newer Metercalc's (version {newer})", "update the program", "Nothing was charged.")
        desk.refuses_owner(5, "install the newer program", "upgrade", desk.server.owner_url(desk.database))
        owner.execute(f"DELETE FROM metercalc.version WHERE number >= {sources.OLDEST_SERVED}")
        desk.refuses(5, "older Metercalc's", "metercalc server upgrade", "Nothing was charged.")
        owner.execute(
            f"INSERT INTO metercalc.version (number) SELECT generate_series({sources.OLDEST_SERVED}, {sources.VERSION})"
        )
    desk.charges()


@pytest.mark.parametrize("of", ["ROLE {role}", "DATABASE {database}"])
def test_too_many_connections_are_a_matter_of_waiting(desk: AtAServer, of: str) -> None:
    what = of.format(role=f'"{role(desk)}"', database=f'"{desk.database}"')
    with owned(desk, f"ALTER {what} CONNECTION LIMIT 0") as owner:
        desk.refuses(5, "no connection left", "Close other windows", "Nothing was charged.")
        owner.execute(f"ALTER {what} CONNECTION LIMIT -1")
    desk.charges()


def test_rights_that_are_taken_away_in_mid_session_are_told_line_by_line(desk: AtAServer) -> None:
    with desk.program.calculating(ANN, "--json", "--database", desk.url) as lines, owned(desk) as owner:
        assert json.loads(lines.ask("1 + 2"))["result"] == "3"
        for taken, given in (
            ("REVOKE USAGE ON SCHEMA metercalc FROM metercalc_member",
             "GRANT USAGE ON SCHEMA metercalc TO metercalc_member"),
            ("REVOKE EXECUTE ON FUNCTION metercalc.charge FROM metercalc_member",
             "GRANT EXECUTE ON FUNCTION metercalc.charge TO metercalc_member"),
            (f'REVOKE metercalc_member FROM "{role(desk)}" GRANTED BY metercalc_keeper',
             f'GRANT metercalc_member TO "{role(desk)}" GRANTED BY metercalc_keeper'),
        ):  # fmt: skip
            owner.execute(taken)
            refused = json.loads(lines.ask("3 + 4"))["error"]
            assert refused["code"] == "not_allowed"
            assert "its rights have been taken away" in refused["message"]
            owner.execute(given)
            assert json.loads(lines.ask("3 + 4"))["result"] == "7"
        desk.charged = 4
        outcome = lines.end()
    assert outcome.status == 4


def test_a_role_without_an_account_is_told_to_ask_for_one(desk: AtAServer) -> None:
    with owned(desk, "SET ROLE metercalc_owner") as owner:
        owner.execute("SELECT metercalc.make_role(%s, %s)", [role(desk, BOB), VERIFIER])
        desk.refuses(4, "no account", "Ask the administrator", "Nothing was charged.", user=BOB)
        owner.execute("RESET ROLE")
        owner.execute(f'DROP ROLE "{role(desk, BOB)}"')


def test_an_account_without_a_role_is_refused_and_named_to_the_owner(desk: AtAServer) -> None:
    with owned(desk, f'DROP ROLE "{role(desk)}"'):
        desk.refuses(4, "not right", "Nothing was charged.")
        status = desk.program.run(
            "server", "status", desk.server.owner_url(desk.database), "--json", "--password-stdin",
            stdin="owner of all 9\n",
        )  # fmt: skip
        assert status.status == 5
        assert [found for found in status.json["findings"] if ANN in found and "no member's role" in found]
    assert PASSWORD not in status.out + status.err
