"""A shared ledger behind pgbouncer, where each transaction may have another connection: all works all the same.

With METERCALC_TLS_POSTGRES the way to the pooler and the way behind it are TLS, each certificate checked in full.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from desktop.models.shared import urls
from desktop.terms.errors import StoreError
from desktop.terms.kinds import Column
from desktop.terms.pages import Filters, PageRequest, Totals
from tests.support import postgres, shared, tls
from tests.support.postgres import Server
from tests.support.stores import ADMIN, ANN, BALANCE, PASSWORD, charge_for
from tests.unit.shared.test_importing import ONE_AND_ONE

pytestmark = pytest.mark.faults
POOLER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

PEOPLE = (ADMIN, ANN, *(f"desk{number}@example.org" for number in range(8)))
DESKS, AT_MOST = 500, 100


@pytest.fixture
def pooled(tmp_path: Path) -> Iterator[tuple[Server, str, int]]:
    """A server, a ledger's database, and the port of a pooler that leads there with one connection for everybody."""
    if POOLER is None:
        pytest.skip("pgbouncer is not installed")
    server = postgres.shared_server()
    database = server.ledger(*PEOPLE)
    folder, port = server.folder / database, postgres.free_port()
    folder.mkdir()
    people = (f'"{urls.role_name(database, email)}" "{postgres.VERIFIER}"\n' for email in PEOPLE)
    (folder / "people").write_text("".join(people))
    (folder / "settings").write_text(
        f"[databases]\n{database} = host=127.0.0.1 port={server.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nauth_type = scram-sha-256\nauth_file = {folder}/people\npool_mode = transaction\n"
        f"max_client_conn = {DESKS + 50}\ndefault_pool_size = 10\n"
        f"logfile = {folder}/log\nunix_socket_dir =\n{_tls(server)}"
    )
    for each in (folder, *folder.iterdir()):
        postgres.hand_over(each)
    process = subprocess.Popen([POOLER, "-q", folder / "settings"], stderr=subprocess.DEVNULL, **postgres.as_user())
    try:
        _wait_for(port)
        yield server, database, port
    finally:
        process.terminate()
        process.wait(timeout=30)
        server.drop(database)


def _tls(server: Server) -> str:
    """The pooler's settings at a server with TLS: it shows that server's certificate, and asks for it."""
    if server.authority is None:
        return ""
    return (
        f"client_tls_sslmode = require\nclient_tls_cert_file = {server.folder}/certificate.pem\n"
        f"client_tls_key_file = {server.folder}/key.pem\n"
        f"server_tls_sslmode = verify-full\nserver_tls_ca_file = {server.authority}\n"
    )


def _wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < end, "the pooler did not start"
            time.sleep(0.05)


def test_all_works_through_it(pooled: tuple[Server, str, int], tmp_path: Path) -> None:
    server, database, port = pooled
    ledger = shared.open_at(database, tmp_path, at=server, port=port, pooled=True)
    ann = ledger.sign_in(ANN, PASSWORD)
    assert ledger.charge(ann, charge_for("1 + 2 × 3")).result == "7"
    ledger.disconnect()  # the next one is opened by what SCRAM makes of the password
    assert ledger.charge(ann, charge_for("√16")).balance == BALANCE - 90_00
    assert ledger.page(ann, PageRequest()).counted == Totals(4, 90_00, BALANCE)
    streamed = list(ledger.stream(ann, Filters(), Column.AMOUNT, descending=True))
    assert [entry.amount for entry in streamed] == [50_00, 30_00, 10_00, -BALANCE]
    assert ledger.insights(ann, Filters()).totals.count == 4
    assert not ledger.others_have_written()
    assert ledger.verify(results=True).problems == ()
    ledger.close()


@pytest.mark.skipif(not tls.is_asked_for(), reason=f"{tls.PROGRAMS} names no server with TLS")
def test_over_tls_a_pooler_is_named_and_proves_who_it_is(pooled: tuple[Server, str, int], tmp_path: Path) -> None:
    server, database, port = pooled
    unnamed = shared.open_at(database, tmp_path, at=server, port=port)
    with pytest.raises(StoreError, match="add pooler=yes"):  # a pooler cannot bind a password to both connections
        unnamed.sign_in(ANN, PASSWORD)
    unnamed.close()
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    stranger = shared.open_at(database, tmp_path, at=replace(server, authority=other), port=port, pooled=True)
    with pytest.raises(StoreError, match="does not prove who it is"):
        stranger.sign_in(ANN, PASSWORD)
    stranger.close()
    ledger = shared.open_at(database, tmp_path, at=server, port=port, pooled=True)
    assert ledger.charge(ledger.sign_in(ANN, PASSWORD), charge_for("1 + 2")).result == "3"
    with server.owner(database) as owner:
        behind = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename ~ '^mc_'"
        assert owner.execute(behind).fetchone() == (True,)
    ledger.close()


def test_five_hundred_desks_share_a_hundred_connections(pooled: tuple[Server, str, int]) -> None:
    import psycopg

    server, database, port = pooled
    charge = "SELECT response FROM metercalc.charge(gen_random_uuid(), 1000, NULL, '1 + 1', %s)"
    with ExitStack() as stack, server.owner(database) as owner, ThreadPoolExecutor(32) as pool:

        def open_desk(number: int) -> psycopg.Connection[Any]:
            return psycopg.connect(
                host="127.0.0.1", port=port, dbname=database, password=PASSWORD, autocommit=True,
                user=urls.role_name(database, PEOPLE[2 + number % 8]), prepare_threshold=None, connect_timeout=30,
            )  # fmt: skip

        owner.execute("UPDATE metercalc.account SET balance = 10^9")  # nobody proves these
        desks = list(pool.map(open_desk, range(DESKS)))
        for desk in desks:
            stack.callback(desk.close)
        most = 0
        answers = []
        for _ in range(2):
            answers += list(pool.map(lambda desk: desk.execute(charge, [f"[{ONE_AND_ONE}]"]).fetchone(), desks))
            found = owner.execute("SELECT count(*) FROM pg_stat_activity WHERE usename ~ '^mc_'").fetchone()
            most = max(most, found[0])
        made = owner.execute("SELECT count(*) FROM metercalc.record WHERE operands = '1 + 1'").fetchone()
    print(f"{DESKS} desks, {made[0]} charges, {most} connections of the server's")  # noqa: T201
    assert answers == [("2",)] * (2 * DESKS)
    assert made == (2 * DESKS,)
    assert 0 < most <= AT_MOST
