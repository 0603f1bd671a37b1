"""A shared ledger over TLS: a server that does not prove who it is gets no password and no charge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.support import postgres, tls
from tests.support.at_a_server import AtAServer, at
from tests.support.postgres import Server
from tests.support.tls import Identity

AUTHORITY = trustme.CA()
ENCRYPTED = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename ~ '^mc_' AND ssl"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with TLS, to which nobody comes without."""
    with tls.running(*postgres.FAST, "log_connections = on", authority=AUTHORITY) as found:
        yield found


@pytest.fixture
def desk(server: Server, tmp_path: Path) -> Iterator[AtAServer]:
    """A desk at it."""
    with at(server, tmp_path) as found:
        yield found


def test_with_a_right_certificate_all_is_well_and_encrypted(desk: AtAServer, server: Server) -> None:
    assert desk.charges().out.startswith("3")
    assert desk.asks("verify").status == 0
    with server.owner(desk.database) as owner, server.member(desk.database, "ann@example.org"):
        assert owner.execute(ENCRYPTED).fetchone() == (1,)


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        (Identity(AUTHORITY, host="db.example.org"), "its certificate is of another host"),
        (Identity(AUTHORITY, days=-1), "unknown authority or out of date"),
        (Identity(trustme.CA()), "unknown authority or out of date"),
    ],
    ids=["another host", "expired", "unknown authority"],
)
def test_a_certificate_that_proves_nothing_is_refused(
    desk: AtAServer, server: Server, identity: Identity, said: str
) -> None:
    with tls.shown(server, identity):
        before = server.log.read_text()
        desk.refuses(5, said, "Nothing was sent to it.", "Nothing was charged.")
        desk.refuses_owner(5, said, "status", server.owner_url(desk.database))
        assert "authenticated" not in server.log.read_text().removeprefix(before), "it was asked to let somebody in"
    desk.charges()
    assert "authenticated" in server.log.read_text().removeprefix(before)


def test_an_authority_that_is_not_there_is_named(desk: AtAServer, server: Server, tmp_path: Path) -> None:
    url = server.url(desk.database, more=f"?sslmode=verify-full&sslrootcert={tmp_path}/nowhere.pem")
    desk.refuses(2, "sslrootcert=", "is not there", url=url)
    desk.refuses_owner(2, "is not there", "status", url.replace("//", "//postgres@"))


def test_the_system_s_authorities_do_not_know_ours(desk: AtAServer, server: Server) -> None:
    desk.refuses(5, "unknown authority", url=server.url(desk.database, more="?sslmode=verify-full&sslrootcert=system"))


def test_nobody_comes_in_without(desk: AtAServer, server: Server) -> None:
    desk.refuses(4, "does not let this computer in", url=server.url(desk.database, more="?sslmode=disable"))
    with server.owner(desk.database) as owner:
        rules = owner.execute("SELECT type FROM pg_hba_file_rules").fetchall()
    assert rules == [("hostssl",)]


def test_it_is_called_sound_without_an_exception_for_this_machine(desk: AtAServer, server: Server) -> None:
    desk.charges()
    outcome = desk.program.run(
        "server", "status", server.owner_url(desk.database), "--json", "--password-stdin",
        stdin=postgres.OWNER_PASSWORD,
    )  # fmt: skip
    # It forgets when the power fails, and is quicker for it.
    assert [found for found in outcome.json["findings"] if "fsync" not in found and "synchronous" not in found] == []
