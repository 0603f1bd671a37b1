from __future__ import annotations

import threading

import psycopg
import pytest

from desktop.models.shared import scram, urls
from tests.support.postgres import VERIFIER
from tests.support.stores import ADMIN, ANN, BALANCE, BOB, PASSWORD
from tests.unit.shared.conftest import Desk
from tests.unit.shared.test_charging import refused

NEW = "dora@example.org"


def test_an_administrator_makes_accounts_that_can_sign_in(desk: Desk) -> None:
    made = desk.all("SELECT * FROM metercalc.register(%s, %s, 5)", NEW, VERIFIER, who=desk.admin)[0]
    assert made[1:5] == (NEW, "user", "active", 5)
    assert desk.all("SELECT (metercalc.register('e@example.org', %s)).balance", VERIFIER, who=desk.admin) == [
        (BALANCE,)
    ]
    with desk.server.member(desk.database, NEW) as dora:
        assert dora.execute("SELECT username, balance, seq FROM metercalc.account()").fetchone() == (NEW, 5, 1)
        assert dora.execute("SELECT salt, iterations FROM metercalc.account()").fetchone() == (
            VERIFIER.split("$")[1].split(":")[1],
            1,
        )
    assert [row[1] for row in desk.all("SELECT * FROM metercalc.users()", who=desk.admin)] == sorted(
        [ADMIN, ANN, BOB, NEW, "e@example.org"]
    )


@pytest.mark.parametrize(
    ("email", "verifier", "code"),
    [
        (ANN, VERIFIER, "MC011"),
        ("Dora@example.org", VERIFIER, "MC009"),
        ("dora", VERIFIER, "MC009"),
        ("d\u0065\u0301@example.org", VERIFIER, "MC009"),
        (NEW, "md5" + "0" * 32, "MC013"),
        (NEW, "in clear text", "MC013"),
    ],
)
def test_what_cannot_be_an_account_is_refused(desk: Desk, email: str, verifier: str, code: str) -> None:
    with refused(code):
        desk.all("SELECT * FROM metercalc.register(%s, %s)", email, verifier, who=desk.admin)


def test_a_verifier_that_is_cheap_to_guess_is_refused(desk: Desk) -> None:
    desk.as_owner("UPDATE metercalc.ledger SET minimum_iterations = 100000")
    with refused("MC013") as told:
        desk.all(
            "SELECT * FROM metercalc.register(%s, %s)", NEW, scram.verifier(PASSWORD, iterations=4096), who=desk.admin
        )
    assert told.value.diag.message_detail == '{"iterations": 4096}'
    desk.all("SELECT * FROM metercalc.register(%s, %s)", NEW, scram.verifier(PASSWORD), who=desk.admin)


def test_a_role_of_another_s_is_not_taken_over(desk: Desk) -> None:
    role = urls.role_name(desk.database, NEW)
    desk.owner.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'theirs'")
    try:
        with refused("MC018"):
            desk.all("SELECT * FROM metercalc.register(%s, %s)", NEW, VERIFIER, who=desk.admin)
    finally:
        desk.owner.execute(f"DROP ROLE {role}")


def test_who_is_deactivated_is_out_at_once_and_cannot_come_back(desk: Desk) -> None:
    desk.all("SELECT * FROM metercalc.set_status(%s, 'inactive')", ANN, who=desk.admin)
    with pytest.raises(psycopg.OperationalError):
        desk.all("SELECT * FROM metercalc.account()")
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        desk.server.member(desk.database, ANN)
    found = desk.all("SELECT status, generation FROM metercalc.set_status(%s, 'active')", ANN, who=desk.admin)
    assert found == [("active", 2)]
    with desk.server.member(desk.database, ANN) as ann:
        assert desk.balance(ann) == BALANCE


def test_who_holds_a_row_cannot_keep_from_being_deactivated(desk: Desk) -> None:
    desk.ann.execute("BEGIN")
    desk.charge("1 + 1")
    desk.admin.execute("SET statement_timeout = '60s'")
    desk.all("SELECT * FROM metercalc.set_status(%s, 'inactive')", ANN, who=desk.admin)
    with pytest.raises(psycopg.OperationalError):
        desk.charge("1 + 1")
    assert desk.all("SELECT balance FROM metercalc.users() WHERE username = %s", ANN, who=desk.admin) == [(BALANCE,)]


def test_a_session_that_outlives_its_account_can_do_nothing(desk: Desk) -> None:
    desk.as_owner(f"UPDATE metercalc.account SET status = 'inactive' WHERE username = '{ANN}'")
    assert desk.all("SELECT * FROM metercalc.record") == []
    with refused("MC005"):
        desk.charge("1 + 1")
    with refused("MC005"):
        desk.all("SELECT * FROM metercalc.account()")


def test_the_last_administrator_stays(desk: Desk) -> None:
    for statement in ("set_status(%s, 'inactive')", "set_role(%s, 'user')"):
        with refused("MC012"):
            desk.all(f"SELECT * FROM metercalc.{statement}", ADMIN, who=desk.admin)
    desk.all("SELECT * FROM metercalc.set_role(%s, 'admin')", BOB, who=desk.admin)
    desk.all("SELECT * FROM metercalc.set_role(%s, 'user')", ADMIN, who=desk.bob)
    with refused("MC006"):
        desk.all("SELECT * FROM metercalc.users()", who=desk.admin)


def test_two_administrators_who_demote_each_other_leave_one(desk: Desk) -> None:
    desk.all("SELECT * FROM metercalc.set_role(%s, 'admin')", BOB, who=desk.admin)
    codes: list[str] = []
    start = threading.Barrier(2)

    def demote(who: object, whom: str) -> None:
        start.wait()
        try:
            desk.all("SELECT * FROM metercalc.set_role(%s, 'user')", whom, who=who)
            codes.append("done")
        except psycopg.DatabaseError as error:
            codes.append(str(error.sqlstate))

    threads = [threading.Thread(target=demote, args=pair) for pair in ((desk.admin, BOB), (desk.bob, ADMIN))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Whoever came second is no administrator any more by then, or is the last.
    assert "done" in codes
    admins = desk.owner.execute("SELECT count(*) FROM metercalc.account WHERE role = 'admin'").fetchone()[0]
    assert admins == 1


def test_a_new_password_ends_the_sessions_of_the_old_one(desk: Desk) -> None:
    other = desk.server.member(desk.database, ANN)
    new = scram.verifier("another horse 8", iterations=1)
    assert desk.all("SELECT metercalc.change_verifier(%s)", new) == [(2,)]
    with pytest.raises(psycopg.OperationalError):
        other.execute("SELECT 1")
    other.close()
    assert desk.balance() == BALANCE
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        desk.server.member(desk.database, ANN)
    role = urls.role_name(desk.database, ANN)
    desk.server.connect(role, "another horse 8", desk.database).close()
    assert desk.all("SELECT metercalc.reset_verifier(%s, %s)", ANN, VERIFIER, who=desk.admin) == [(3,)]
    desk.server.member(desk.database, ANN).close()


def test_a_role_without_account_is_told_so(desk: Desk) -> None:
    role = urls.role_name(desk.database, NEW)
    desk.owner.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{VERIFIER}' IN ROLE metercalc_member")
    try:
        with desk.server.member(desk.database, NEW) as stranger:
            for sql in ("SELECT * FROM metercalc.account()", "SELECT * FROM metercalc.pulse()"):
                with refused("MC004"):
                    stranger.execute(sql)
            assert stranger.execute("SELECT * FROM metercalc.ledger()").fetchall() == []
    finally:
        desk.owner.execute(f"DROP ROLE {role}")
