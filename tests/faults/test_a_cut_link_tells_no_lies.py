"""Promise 21: whatever happens to the link, nobody is told "nothing was charged" of a charge that comes to be.

The link is cut while the server's process waits for the account's row: to look the id up then finds nothing, and the
orphan commits later. An answer is swallowed after the commit. A server is stopped and says nothing at all.
"""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.terms.errors import BalanceTooLow, ChargeUnknown, NotAllowed, RequestReused
from tests.faults.support.shared_desks import Desk, audit, believe_find, make_ledger, own_server
from tests.support import shared
from tests.support.postgres import Server
from tests.support.relay import Relay, relayed
from tests.support.stores import ADMIN, ANN, PASSWORD, charge_for, new_id

pytestmark = pytest.mark.faults
CUTS = 200
PLANTED = 20
RACES = 2_000
STOPPED_S = 12.0


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of its own: it is stopped, and its people wait for rows."""
    with own_server() as found:
        yield found


@pytest.fixture
def relay(server: Server) -> Iterator[Relay]:
    """What stands between the desk and it."""
    with relayed(server.port) as found:
        yield found


def desk_behind(relay: Relay, server: Server, database: str, folder: Path) -> Desk:
    """A desk whose link can be cut."""
    return Desk(shared.open_at(database, folder, at=server, port=relay.port), ANN)


def waiting(owner: Any) -> bool:
    """Whether somebody waits for a row."""
    return bool(owner.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchall())


def _charge_once(desk: Desk) -> None:
    """What a lane does, which is gone afterwards."""
    try:
        desk.charge()
    finally:
        desk.ledger.disconnect()


def cut_while_waiting(
    server: Server, relay: Relay, folder: Path, choose: random.Random, cuts: int
) -> tuple[list[str], Desk]:
    """Cut the link again and again while another holds the account's row, and let go of it a little later."""
    database = make_ledger(server, folder)
    desk = desk_behind(relay, server, database, folder / "desk")
    desk.sign_in()
    with server.owner(database) as owner, server.owner(database) as holder:
        for _ in range(cuts):
            holder.execute("BEGIN")
            holder.execute("SELECT 1 FROM metercalc.account WHERE id = 2 FOR UPDATE")
            thread = threading.Thread(target=_charge_once, args=(desk,))
            thread.start()
            end = time.monotonic() + 5
            while not waiting(owner) and time.monotonic() < end:
                time.sleep(0.002)
            time.sleep(choose.uniform(0, 0.05))
            relay.cut(orphan=True)
            time.sleep(choose.uniform(0, 0.2))
            holder.execute("COMMIT")
            thread.join(timeout=60)
            time.sleep(0.02)
            desk.finish()
    desk.ledger.close()
    return audit(database, server, [desk]), desk


def test_nothing_was_charged_is_never_said_of_an_orphan_that_commits(
    server: Server, relay: Relay, tmp_path: Path, choose: random.Random
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        believe_find(patch)
        planted, _ = cut_while_waiting(server, relay, tmp_path / "planted", choose, PLANTED)
    assert any("said not to be charged" in what for what in planted), "the harness missed a charge that was looked up"

    wrong, desk = cut_while_waiting(server, relay, tmp_path / "real", choose, CUTS)
    assert wrong == []
    print(f"{CUTS} cuts: {len(desk.charged)} charged, {len(desk.refused)} given up")  # noqa: T201
    assert len(desk.charged) + len(desk.refused) == CUTS


def test_an_answer_that_was_lost_after_the_commit_is_given_again(server: Server, relay: Relay, tmp_path: Path) -> None:
    desk = desk_behind(relay, server, make_ledger(server, tmp_path), tmp_path / "desk")
    session = desk.sign_in()
    for number in range(20):
        relay.swallow()
        charge = charge_for(f"{number} + 1")
        receipt = desk.ledger.charge(session, charge)
        assert (receipt.request_id, receipt.result) == (charge.request_id, f"{number + 1}")
        found = desk.ledger.find(session, charge.request_id)
        assert found is not None
        assert found.entries == receipt.entries
    desk.ledger.close()


def test_a_charge_that_arrives_after_it_was_settled_is_refused(server: Server, relay: Relay, tmp_path: Path) -> None:
    desk = desk_behind(relay, server, make_ledger(server, tmp_path), tmp_path / "desk")
    session = desk.sign_in()
    charge = charge_for("1 + 2")
    with server.member(database_of(desk), ANN) as member:
        assert member.execute("SELECT * FROM metercalc.settle(%s)", [charge.request_id]).fetchall() == []
    before = desk.ledger.account(session).balance
    with pytest.raises(RequestReused, match="nothing was charged under its id, and nothing ever will be"):
        desk.ledger.charge(session, charge)
    assert desk.ledger.account(session).balance == before
    desk.ledger.close()


def database_of(desk: Desk) -> str:
    """The database of a desk's ledger."""
    return str(desk.ledger.owner.args[0])


def test_a_server_that_is_stopped_is_known_in_time_and_the_request_goes_on_afterwards(
    server: Server, relay: Relay, tmp_path: Path
) -> None:
    desk = desk_behind(relay, server, make_ledger(server, tmp_path), tmp_path / "desk")
    session = desk.sign_in()
    with server.owner(database_of(desk)) as owner:
        backends = owner.execute("SELECT pid FROM pg_stat_activity WHERE usename LIKE 'mc!_%%' ESCAPE '!'").fetchall()
    charge = charge_for("1 + 2")
    for (backend,) in backends:
        signal_backend(backend, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        with pytest.raises(ChargeUnknown, match="does not answer"):
            desk.ledger.charge(session, charge)
        assert time.monotonic() - begun < STOPPED_S + 2
    finally:
        for (backend,) in backends:
            signal_backend(backend, signal.SIGCONT)
    assert desk.ledger.charge(session, charge).result == "3"
    rows = desk.ledger._ask("SELECT count(*) FROM metercalc.record WHERE operands = '1 + 2'")  # noqa: SLF001
    assert rows == [(1,)]
    desk.ledger.close()


def signal_backend(pid: int, what: signal.Signals) -> None:
    """A process of the server's own, which is ours."""
    import os

    os.kill(pid, what)


def test_rights_that_were_taken_away_are_one_sentence_and_asked_for_rarely(server: Server, tmp_path: Path) -> None:
    database = make_ledger(server, tmp_path)
    ledger = shared.open_at(database, tmp_path / "desk", at=server)
    session = ledger.sign_in(ANN, PASSWORD)
    assert not ledger.others_have_written()
    with server.owner(database) as owner:
        owner.execute("REVOKE USAGE ON SCHEMA metercalc FROM metercalc_member")
        with pytest.raises(NotAllowed, match="rights have been taken away"):
            ledger.charge(session, charge_for("1 + 2"))
        before = _statements(owner, database)
        for _ in range(200):
            ledger.others_have_written()
        assert _statements(owner, database) - before <= 3  # one try, and what the owner asks here
        assert "rights have been taken away" in ledger.trouble()
        owner.execute("GRANT USAGE ON SCHEMA metercalc TO metercalc_member")
    assert ledger.charge(session, charge_for("1 + 2")).result == "3"
    ledger.close()


def _statements(owner: Any, database: str) -> int:
    owner.execute("SELECT pg_stat_force_next_flush()")
    found = owner.execute(
        "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = %s", [database]
    ).fetchone()
    return int(found[0])


def test_two_desks_racing_for_one_balance_spend_it_to_the_last_charge_that_it_covers(
    server: Server, tmp_path: Path
) -> None:
    database = make_ledger(server, tmp_path)
    admin = shared.open_at(database, tmp_path / "admin", at=server)
    boss = admin.sign_in(ADMIN, PASSWORD)
    desks = [shared.open_at(database, tmp_path / f"desk-{n}", at=server) for n in range(2)]
    paid = [0, 0]
    balance = admin.users(boss)[1].balance
    admin.credit(boss, ANN, RACES // 2 * 10_00 + 7_00 - balance, "What is raced for", new_id())

    def race(n: int) -> None:
        session = desks[n].sign_in(ANN, PASSWORD)
        for _ in range(RACES):
            try:
                desks[n].charge(session, charge_for("1 + 2"))
                paid[n] += 1
            except BalanceTooLow:
                break
        desks[n].close()

    threads = [threading.Thread(target=race, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(paid) == RACES // 2
    assert min(paid) > 0, "nobody raced"
    assert admin.users(boss)[1].balance == 7_00
    assert admin.verify().problems == ()
    admin.close()


def test_a_charge_is_one_burst_on_the_wire(server: Server, relay: Relay, tmp_path: Path) -> None:
    desk = desk_behind(relay, server, make_ledger(server, tmp_path), tmp_path / "desk")
    session = desk.sign_in()
    (link,) = [link for link in relay.links if not link.closed.is_set()]
    before = link.bursts
    for _ in range(10):
        desk.ledger.charge(session, charge_for("1 + 2"))
    assert link.bursts - before == 10
    # Planted: a transaction around each charge is three.
    before = link.bursts
    line = desk.ledger._sessions.line(desk.ledger._sessions.running()[0])  # noqa: SLF001  # what is planted
    line.execute("BEGIN")
    line.execute("SELECT 1")
    line.execute("COMMIT")
    assert link.bursts - before == 3
    desk.ledger.close()


def test_a_copy_that_was_not_waited_for_is_told(server: Server, tmp_path: Path) -> None:
    database = make_ledger(server, tmp_path)
    ledger = shared.open_at(database, tmp_path / "desk", at=server)
    session = ledger.sign_in(ANN, PASSWORD)
    with server.owner(database) as owner:
        owner.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        owner.execute("SELECT pg_reload_conf()")
        receipts: list[object] = []
        thread = threading.Thread(target=lambda: receipts.append(_charge_here(ledger, session)))
        try:
            thread.start()
            end, cancelled = time.monotonic() + 8, False
            while thread.is_alive() and time.monotonic() < end:
                rows = owner.execute(
                    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
                ).fetchall()
                cancelled = cancelled or bool(rows)
                time.sleep(0.02)
        finally:
            owner.execute("SET synchronous_commit = local")
            owner.execute("ALTER SYSTEM RESET synchronous_standby_names")
            owner.execute("SELECT pg_reload_conf()")
        thread.join(timeout=30)
    assert cancelled
    assert receipts, "the charge did not come back"
    assert "on one server only" in ledger.trouble()
    ledger.close()


def _charge_here(ledger: Any, session: Any) -> object:
    try:
        return ledger.charge(session, charge_for("1 + 2"))
    finally:
        ledger.disconnect()
