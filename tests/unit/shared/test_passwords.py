"""A password that is due, and a recovery code: what the server lets who has them do, asked with psql's means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from desktop.models.shared import scram, urls
from tests.support.postgres import VERIFIER
from tests.support.stores import ADMIN, ANN, BOB
from tests.unit.shared.conftest import Desk
from tests.unit.shared.test_charging import refused
from tests.unit.shared.test_importing import ONE_AND_ONE

GIVEN, CODE = "given to Ann 5", "ABCDEFGHJKMNPQRSTVWXYZ012"
BY_DUE = {"sign_in", "change_verifier", "schema_version", "oldest_program"}
BY_CODE = {"recover", "schema_version", "oldest_program"}
TABLES = ("account", "record", "record_note", "journal", "voided", "operation", "price")


def _functions(desk: Desk) -> Iterator[tuple[str, str]]:
    """Every function that members may call, each with a call of it."""
    rows = desk.owner.execute(
        f"""SELECT proname, format('SELECT metercalc.%I(%s)', proname, (SELECT string_agg(
            CASE format_type(t, NULL) WHEN 'jsonb' THEN '''[{ONE_AND_ONE}]''' WHEN 'text' THEN '''x''' WHEN 'uuid'
                THEN 'gen_random_uuid()' WHEN 'bigint[]' THEN '''{{1}}''' WHEN 'boolean' THEN 'true' ELSE '1' END
                || '::' || format_type(t, NULL), ', ') FROM unnest(proargtypes) AS t))
        FROM pg_proc WHERE pronamespace = 'metercalc'::regnamespace
        AND has_function_privilege('metercalc_member', oid, 'EXECUTE')"""
    ).fetchall()
    assert len(rows) > 30
    yield from rows


def _give(desk: Desk) -> Any:
    """Ann has a password of the administrator's, and comes in by it."""
    desk.all("SELECT metercalc.reset_verifier(%s, %s)", ANN, scram.verifier(GIVEN, iterations=1), who=desk.admin)
    return desk.server.connect(urls.role_name(desk.database, ANN), GIVEN, desk.database)


def _code(desk: Desk) -> str:
    """Ann makes a code; the role that comes in by it."""
    desk.all("SELECT metercalc.set_recovery(%s)", scram.verifier(CODE, iterations=1))
    return urls.code_role_name(desk.database, ANN)


def test_who_has_a_password_of_an_administrators_does_nothing_but_change_it(desk: Desk) -> None:
    desk.charge("1 + 1")
    with _give(desk) as due:
        for name, call in _functions(desk):
            if name in BY_DUE:
                continue
            if name in ("me", "ledger"):
                assert due.execute(call).fetchall() in ([], [(None,)])
                continue
            with pytest.raises(psycopg.Error) as told:
                due.execute(call)
            assert told.value.sqlstate == ("MC004" if name == "recover" else "MC019"), call
        for table in TABLES:
            assert due.execute(f"SELECT * FROM metercalc.{table}").fetchall() == []
        assert due.execute("SELECT balance, seq, one_time, key FROM metercalc.sign_in()").fetchone() == (
            0,
            0,
            True,
            None,
        )
        due.execute("SELECT metercalc.change_verifier(%s)", [VERIFIER])
        assert due.execute("SELECT seq, one_time FROM metercalc.sign_in()").fetchone() == (2, False)
    with desk.server.member(desk.database, ANN) as ann:
        assert ann.execute("SELECT metercalc.trash_count()").fetchone() == (0,)


def test_who_is_invited_is_asked_for_another_password_and_gets_credit_meanwhile(desk: Desk) -> None:
    desk.all("SELECT metercalc.invite('new@example.org', %s, 500)", VERIFIER, who=desk.admin)
    credit = "SELECT balance FROM metercalc.credit('new@example.org', 5, 'x', gen_random_uuid())"
    assert desk.all(credit, who=desk.admin) == [(505,)]
    with desk.server.member(desk.database, "new@example.org") as new, pytest.raises(psycopg.Error) as told:
        new.execute("SELECT * FROM metercalc.account()")
    assert told.value.sqlstate == "MC019"


def test_nobody_resets_their_own_password(desk: Desk) -> None:
    with refused("MC009"):
        desk.all("SELECT metercalc.reset_verifier(%s, %s)", ADMIN, VERIFIER, who=desk.admin)


def test_a_code_opens_nothing_but_the_way_back(desk: Desk) -> None:
    role = _code(desk)
    desk.charge("1 + 1")
    with desk.server.connect(role, CODE, desk.database) as back:
        for name, call in _functions(desk):
            if name in BY_CODE:
                continue
            if name in ("me", "ledger"):
                assert back.execute(call).fetchall() in ([], [(None,)])
                continue
            with pytest.raises(psycopg.Error) as told:
                back.execute(call)
            assert told.value.sqlstate == "MC004", call
        for table in TABLES:
            assert back.execute(f"SELECT * FROM metercalc.{table}").fetchall() == []


def test_of_two_who_come_in_by_one_code_at_once_one_comes_back(desk: Desk) -> None:
    role = _code(desk)
    first, second = (desk.server.connect(role, CODE, desk.database) for _ in range(2))
    with first, second:
        assert first.execute("SELECT metercalc.recover(%s)", [VERIFIER]).fetchone() == (2,)
        with refused("MC020"):
            second.execute("SELECT metercalc.recover(%s)", [VERIFIER])
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        desk.server.connect(role, CODE, desk.database)
    kinds = desk.all("SELECT kind, detail FROM metercalc.journal_of(-2, 2, 99)", who=desk.admin)
    assert kinds == [("recovery", "made"), ("recovery", "used"), ("account", "recovered")]


def test_who_is_deactivated_comes_back_by_no_code(desk: Desk) -> None:
    role = _code(desk)
    desk.all("SELECT metercalc.set_status(%s, 'inactive')", ANN, who=desk.admin)
    with desk.server.connect(role, CODE, desk.database) as back, refused("MC005"):
        back.execute("SELECT metercalc.recover(%s)", [VERIFIER])


def test_a_code_that_is_cheap_to_guess_is_refused(desk: Desk) -> None:
    desk.as_owner("UPDATE metercalc.ledger SET minimum_iterations = 100000")
    with refused("MC013"):
        _code(desk)


def test_a_code_is_its_persons(desk: Desk) -> None:
    _code(desk)
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        desk.server.connect(urls.code_role_name(desk.database, BOB), CODE, desk.database)
