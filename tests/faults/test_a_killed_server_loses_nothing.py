"""Promise 21: a server killed at random moments under its desks loses no charge, and none is made twice."""

from __future__ import annotations

import random
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.faults.support.shared_desks import Desk, audit, believe_the_error, make_ledger, own_server
from tests.support import shared
from tests.support.postgres import Server
from tests.support.relay import Relay, relayed
from tests.support.stores import ANN, BOB

DESKS = 8
KILLS = 200
PLANTED = 40
YET_STORED = 20


def kill_often(
    server: Server, relay: Relay, database: str, folder: Path, choose: random.Random, kills: int
) -> tuple[list[str], int]:
    """Kill the server again and again while desks charge: what is wrong, and how much was stored though it raised.

    Before every other kill answers cease to come through for a moment: a kill by itself falls between a commit and its
    answer as often as the machine likes.
    """
    opened = [shared.open_at(database, folder / f"desk-{n}", at=server, port=relay.port) for n in range(DESKS)]
    desks = [Desk(ledger, (ANN, BOB)[n % 2]) for n, ledger in enumerate(opened)]
    stop = threading.Event()
    threads = [threading.Thread(target=desk.go_on, args=(stop,)) for desk in desks]
    for thread in threads:
        thread.start()
    for number in range(kills):
        time.sleep(choose.uniform(0.05, 0.5))
        if number % 2:
            relay.swallow()
            time.sleep(choose.uniform(0, 0.03))
        server.stop(signal.SIGQUIT)
        server.start("fsync = off", "full_page_writes = off")
    stop.set()
    for thread in threads:
        thread.join(timeout=60)
    for desk in desks:
        desk.finish()
        desk.ledger.close()
    return audit(database, server, desks), sum(desk.raised_yet_stored for desk in desks)


@pytest.mark.faults
def test_a_server_killed_under_eight_desks_loses_no_charge_and_makes_none_twice(
    tmp_path: Path, choose: random.Random
) -> None:
    with own_server() as server, relayed(server.port) as relay:
        with pytest.MonkeyPatch.context() as patch:
            believe_the_error(patch)
            planted, _ = kill_often(server, relay, make_ledger(server, tmp_path), tmp_path / "planted", choose, PLANTED)
        assert any("said not to be charged" in what for what in planted), "the harness missed a believed error"

        wrong, yet_stored = kill_often(server, relay, make_ledger(server, tmp_path), tmp_path / "real", choose, KILLS)
    assert wrong == []
    print(f"{KILLS} kills: {yet_stored} charges were stored though their connection was lost")  # noqa: T201
    assert yet_stored >= YET_STORED, "too few kills fell between a commit and its answer"
