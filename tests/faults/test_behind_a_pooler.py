"""A shared ledger behind pgbouncer, where each transaction may have another connection: all works all the same."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.models.shared import urls
from desktop.terms.values import Column, Filters, PageRequest, Totals
from tests.support import postgres, shared
from tests.support.postgres import Server
from tests.support.stores import ADMIN, ANN, BALANCE, PASSWORD, charge_for

pytestmark = pytest.mark.faults
POOLER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@pytest.fixture
def pooled(tmp_path: Path) -> Iterator[tuple[Server, str, int]]:
    """A server, a ledger's database, and the port of a pooler that leads there with one connection for everybody."""
    if POOLER is None:
        pytest.skip("pgbouncer is not installed")
    server = postgres.shared_server()
    database = server.ledger(ADMIN, ANN)
    folder, port = server.folder / database, postgres.free_port()
    folder.mkdir()
    people = (f'"{urls.role_name(database, email)}" "{postgres.VERIFIER}"\n' for email in (ADMIN, ANN))
    (folder / "people").write_text("".join(people))
    (folder / "settings").write_text(
        f"[databases]\n{database} = host=127.0.0.1 port={server.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nauth_type = scram-sha-256\nauth_file = {folder}/people\npool_mode = transaction\n"
        f"logfile = {folder}/log\nunix_socket_dir =\n"
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
    ledger = shared.open_at(database, tmp_path, at=server, port=port)
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
