"""Signing in to a server and what ends a session, with the connections that hang on it."""

from __future__ import annotations

import threading
import time

import psycopg
import pytest

from desktop.models.shared import people, scram
from desktop.models.shared.line import DEADLINE_S
from desktop.terms.charges import Budget
from desktop.terms.errors import (
    BadInput,
    BeyondBudget,
    ChargeUnknown,
    NotAllowed,
    NotSignedIn,
    ServerAway,
    SignInRefused,
    StoreDamaged,
    StoreForeign,
    StoreMissing,
    StoreNewer,
)
from desktop.terms.kinds import Status
from desktop.terms.pages import Filters, PageRequest
from desktop.terms.people import CreditOrder
from tests.support import shared
from tests.support.postgres import shared_server
from tests.support.stores import ADMIN, ANN, BOB, PASSWORD, charge_for, new_id, random_charge
from tests.support.waiting import PATIENCE_S
from tests.unit.models.shared.conftest import Desk


def wait_for_connections(desk: Desk, count: int) -> None:
    """The server notices by and by that somebody has gone."""
    deadline = time.monotonic() + PATIENCE_S
    while connections_of(desk) != count and time.monotonic() < deadline:
        time.sleep(0.05)
    assert connections_of(desk) == count


def connections_of(desk: Desk) -> int:
    """How many people's connections the server has in this database."""
    return int(
        desk.owner(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename LIKE 'mc\\_%%'"
        )[0][0]
    )


@pytest.mark.skipif(psycopg.pq.version() < 180_000, reason="libpq takes what SCRAM makes of a password from 18 on")
def test_a_session_holds_no_password(desk: Desk) -> None:
    (signed,) = desk.ledger._sessions.running()  # noqa: SLF001  # what must not be in memory
    assert set(signed.credentials.words) == {"scram_client_key", "scram_server_key"}
    assert PASSWORD not in repr(signed)


@pytest.mark.parametrize("password", ["wrong horse 7", "", "nul\0", "half \ud800", "x" * 2000])
def test_a_wrong_password_is_refused_whatever_it_is_made_of(desk: Desk, password: str) -> None:
    with pytest.raises(SignInRefused):
        desk.ledger.sign_in(ANN, password)
    with pytest.raises(SignInRefused):
        desk.ledger.sign_in("nobody@example.org", password)


def test_who_is_deactivated_in_mid_session_charges_nothing_more(desk: Desk) -> None:
    admin = desk.other()
    boss = admin.sign_in(ADMIN, PASSWORD)
    admin.set_status(boss, ANN, Status.INACTIVE)
    # The connection is ended a moment later, which may be in the midst of the charge.
    with pytest.raises((NotSignedIn, ChargeUnknown), match="deactivated"):
        desk.charge("1 + 2")
    with pytest.raises(NotSignedIn):
        desk.charge("1 + 2")
    with pytest.raises(NotAllowed, match="deactivated"):
        desk.other().sign_in(ANN, PASSWORD)
    admin.set_status(boss, ANN, Status.ACTIVE)
    assert desk.other().sign_in(ANN, PASSWORD).username == ANN


def test_a_new_password_ends_the_sessions_at_other_desks(desk: Desk) -> None:
    other = desk.other()
    elsewhere = other.sign_in(ANN, PASSWORD)
    desk.ledger.change_password(desk.ann, PASSWORD, "a better horse 8", minimum_length=8)
    with pytest.raises(NotSignedIn, match="changed elsewhere"):
        other.account(elsewhere)
    assert desk.charge("1 + 2").result == "3"


def test_a_new_password_opens_the_other_lanes_connections_too(desk: Desk) -> None:
    answers: list[object] = []

    def lane(go: threading.Event) -> None:
        desk.ledger.connect(reading=True)
        desk.ledger.page(desk.ann, PageRequest())
        ready.set()
        go.wait(PATIENCE_S)
        answers.append(desk.ledger.page(desk.ann, PageRequest()).number)
        desk.ledger.disconnect()

    go, ready = threading.Event(), threading.Event()
    thread = threading.Thread(target=lane, args=(go,))
    thread.start()
    assert ready.wait(PATIENCE_S)
    assert connections_of(desk) == 2
    desk.ledger.change_password(desk.ann, PASSWORD, "a better horse 8", minimum_length=8)
    go.set()
    thread.join(PATIENCE_S)
    assert answers == [1]
    wait_for_connections(desk, 1)


def test_who_signs_out_leaves_no_connection(desk: Desk) -> None:
    desk.ledger.sign_out(desk.ann)
    bob = desk.ledger.sign_in(BOB, PASSWORD)
    assert desk.ledger.account(bob).username == BOB
    wait_for_connections(desk, 1)


@pytest.mark.parametrize(("served", "error"), [((1, 1), StoreNewer), ((90, 99), StoreForeign)])
def test_another_version_of_the_schema_is_left_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, served: tuple[int, int], error: type[Exception]
) -> None:
    other = desk.other()
    monkeypatch.setattr(other._people, "_served", served)  # noqa: SLF001  # another program
    with pytest.raises(error, match=r"Metercalc's \(version"):
        other.sign_in(ANN, PASSWORD)
    assert people.SERVED[0] <= people.SERVED[1]


def test_a_database_without_a_ledger_says_so(desk: Desk) -> None:
    desk.owner("ALTER SCHEMA metercalc RENAME TO elsewhere")
    try:
        with pytest.raises(StoreForeign, match="metercalc server install"):
            desk.other().sign_in(ANN, PASSWORD)
    finally:
        desk.owner("ALTER SCHEMA elsewhere RENAME TO metercalc")


def test_a_schema_that_is_upgraded_under_a_running_program_is_told_and_nothing_is_charged(desk: Desk) -> None:
    before = desk.ledger.account(desk.ann).balance
    desk.owner(
        "INSERT INTO metercalc.version (number) VALUES (99)",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'mc\\_%%' "
        "AND datname = current_database()",
    )
    try:
        with pytest.raises((StoreNewer, ChargeUnknown), match="update the program"):
            desk.charge("1 + 2")
        with pytest.raises(StoreNewer, match="update the program"):
            desk.ledger.account(desk.ann)
    finally:
        desk.owner("DELETE FROM metercalc.version WHERE number = 99")
    assert desk.ledger.account(desk.ann).balance == before


def test_a_server_that_is_not_there_is_away_and_nothing_was_charged(desk: Desk) -> None:
    nowhere = shared.open_at(desk.database, desk.folder, port=1)
    with pytest.raises(ServerAway, match="cannot be reached") as away:
        nowhere.sign_in(ANN, PASSWORD)
    assert away.value.for_charge().endswith("Nothing was charged.")
    assert away.value.exit_status == 6  # network trouble, as every command says it
    assert "cannot be reached" in nowhere.trouble()


def test_a_database_that_is_not_there_says_so_to_who_has_a_role(desk: Desk) -> None:
    name = desk.database
    other = desk.other()
    other._connections._words["dbname"] = "no_such_database"  # noqa: SLF001  # a slip in the address
    with pytest.raises(StoreMissing, match="no such database"):
        other.sign_in(ANN, PASSWORD)
    assert name in shared_server().url(name)


def test_only_an_administrator_makes_accounts(desk: Desk) -> None:
    with pytest.raises(NotAllowed, match="administrator"):
        desk.ledger._people.register("new@example.org", PASSWORD, starting_balance=0, minimum_length=8)  # noqa: SLF001
    admin = desk.other()
    admin.sign_in(ADMIN, PASSWORD)
    account, session = admin.register_and_sign_in("new@example.org", PASSWORD, starting_balance=5_00, minimum_length=8)
    assert (account.balance, admin.account(session).balance) == (5_00, 5_00)


def test_backups_are_the_servers(desk: Desk) -> None:
    with pytest.raises(BadInput, match="pg_dump"):
        desk.ledger.back_up(desk.folder / "copy.db")
    assert desk.ledger.back_up_daily() is None
    assert not (desk.folder / "copy.db").exists()


def test_two_peoples_requests_share_an_id_and_two_desks_of_one_person_do_not(desk: Desk) -> None:
    request = new_id()
    first = desk.charge("1 + 2", request_id=request)
    other = desk.other()
    again = other.charge(other.sign_in(ANN, PASSWORD), charge_for("1 + 2", request))
    assert (again.repeated, again.entries) == (True, first.entries)
    bobs = other.charge(other.sign_in(BOB, PASSWORD), charge_for("1 + 2", request))
    assert not bobs.repeated


@pytest.mark.parametrize("password", ["nul\0", "half \ud800"])
def test_a_present_password_that_cannot_be_sent_is_a_wrong_one(desk: Desk, password: str) -> None:
    with pytest.raises(SignInRefused, match="present password"):
        desk.ledger.change_password(desk.ann, password, "a better horse 8", minimum_length=8)
    with pytest.raises(SignInRefused, match="No code was made"):
        desk.ledger.new_recovery_code(desk.ann, password)


def test_a_recovery_code_that_cannot_be_sent_is_a_wrong_one(desk: Desk) -> None:
    with pytest.raises(SignInRefused):
        desk.ledger.recover(ANN, "AAAAA\0", "a better horse 8", minimum_length=8)


def test_registering_works_a_password_out_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    worked: list[bytes] = []
    whole = scram._keys  # noqa: SLF001  # what takes the time

    def counted(password: str, salt: bytes, iterations: int) -> tuple[bytes, bytes]:
        worked.append(salt)
        return whole(password, salt, iterations)

    monkeypatch.setattr(scram, "_keys", counted)
    desk.ledger.sign_in(ADMIN, PASSWORD)
    worked.clear()
    people_of = desk.ledger._people  # noqa: SLF001  # the tests' own ledger has its owner make the accounts
    _, session = people_of.register_and_sign_in(
        "new@example.org", "a horse of my own 3", starting_balance=5, minimum_length=8
    )
    assert desk.ledger.account(session).balance == 5
    assert len(worked) == 1


def test_what_was_spent_is_asked_as_a_charge_is_and_given_no_longer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question stands before each charge with a budget, on the lane that writes."""
    given: list[float] = []
    whole = desk.ledger._sessions.ask  # noqa: SLF001

    def noting(*asked: object, deadline_s: float = DEADLINE_S, **more: object) -> object:
        given.append(deadline_s)
        return whole(*asked, deadline_s=deadline_s, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.ledger._sessions, "ask", noting)  # noqa: SLF001
    desk.charge("2 × 2", budget=Budget(since=0, most=30_00))
    with pytest.raises(BeyondBudget):
        desk.charge("1 + 1", budget=Budget(since=0, most=30_00))
    assert set(given) == {DEADLINE_S}


@pytest.mark.parametrize("text", ["a\0@example.org", "a\ud800@example.org"])
def test_what_no_server_takes_is_told_at_once_and_settles_nothing(desk: Desk, text: str) -> None:
    boss = desk.ledger.sign_in(ADMIN, PASSWORD)
    orders = (CreditOrder(text, 5, "Tea", 1),)
    for asked in (
        lambda: desk.ledger.credit(boss, text, 5, "Tea", new_id()),
        lambda: desk.ledger.credit_all(boss, orders),
        lambda: desk.ledger.set_status(boss, text, Status.INACTIVE),
        lambda: desk.ledger.charge(desk.ann, random_charge(text)),
    ):
        with pytest.raises(BadInput):
            asked()
    assert desk.owner("SELECT count(*) FROM metercalc.voided") == [(0,)]
    assert desk.ledger.page(desk.ann, PageRequest(Filters(search=(text,)))).entries == ()


def test_another_ledger_in_the_place_of_the_one_signed_in_to_gets_no_charge(desk: Desk) -> None:
    desk.charge("1 + 2")
    desk.owner("UPDATE metercalc.ledger SET id = gen_random_uuid()")
    desk.ledger.disconnect()  # as when the database is dropped: the next connection leads to the new one
    with pytest.raises(NotSignedIn, match="another ledger"):
        desk.charge("1 + 2")
    with pytest.raises(NotSignedIn):
        desk.charge("1 + 2")
    assert desk.owner("SELECT count(*) FROM metercalc.record WHERE account_id = 2") == [(2,)]


def test_an_older_copy_that_is_put_back_under_a_session_is_seen_before_it_is_charged(desk: Desk) -> None:
    for _ in range(3):
        desk.charge("1 + 2")
    cut = "DELETE FROM metercalc.record WHERE account_id = 2 AND seq > 2"
    back = (
        "UPDATE metercalc.account AS a SET seq = 2, hash = r.hash, balance = r.user_balance "
        "FROM metercalc.record AS r WHERE a.id = 2 AND r.account_id = 2 AND r.seq = 2"
    )
    desk.owner(cut, back)
    desk.ledger.disconnect()
    with pytest.raises(StoreDamaged, match="the server has 2 records, and this program was given 4"):
        desk.charge("1 + 2")
    assert desk.owner("SELECT count(*) FROM metercalc.record WHERE account_id = 2") == [(2,)]


def test_a_last_record_that_was_rewritten_under_a_session_is_seen_before_it_is_charged(desk: Desk) -> None:
    desk.charge("1 + 2")
    desk.owner("UPDATE metercalc.record SET hash = sha256(hash) WHERE account_id = 2 AND seq = 2")
    desk.ledger.disconnect()
    with pytest.raises(StoreDamaged, match="written anew on the server"):
        desk.charge("1 + 2")
