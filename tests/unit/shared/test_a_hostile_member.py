from __future__ import annotations

import pytest

from desktop.models.shared import urls
from tests.support import attacks
from tests.support.attacks import CANARY, Attempt
from tests.support.stores import ANN, BOB
from tests.unit.shared.conftest import Desk

PLANTS = {
    "read everybody's records": "CREATE POLICY leak ON metercalc.record FOR SELECT TO metercalc_member USING (true)",
    "raise the balance": (
        "GRANT UPDATE ON metercalc.account TO metercalc_member;"
        "CREATE POLICY leak ON metercalc.account FOR UPDATE TO metercalc_member USING (true)"
    ),
    "set a price by hand": (
        "GRANT EXECUTE ON FUNCTION metercalc.put_price(text, bigint, bigint) TO metercalc_member;"
        "ALTER FUNCTION metercalc.put_price(text, bigint, bigint) SECURITY DEFINER"
    ),
    "read the notes": "CREATE POLICY leak ON metercalc.record_note FOR SELECT TO metercalc_member USING (true)",
    "credit by hand": (
        "GRANT EXECUTE ON FUNCTION metercalc.put_in(text, bigint, text, uuid, bigint, boolean) TO metercalc_member;"
        "ALTER FUNCTION metercalc.put_in(text, bigint, text, uuid, bigint, boolean) SECURITY DEFINER"
    ),
    "prove Bob's chain": "GRANT SELECT ON metercalc.record TO metercalc_member;"
    "CREATE OR REPLACE FUNCTION metercalc.chain_of(account_id bigint, from_seq bigint, to_seq bigint) RETURNS SETOF "
    "metercalc.proof LANGUAGE sql SECURITY DEFINER AS 'SELECT id, request_id::text, step, seq, operation, operands, "
    "response, exact, source, amount, user_balance, date, deleted_at, expression, account_id, price_id, 0::bigint, 2, "
    "hash, note FROM metercalc.record WHERE account_id = $1'",
}


def _attempts(desk: Desk) -> tuple[list[Attempt], tuple[str, ...]]:
    made = desk.charge(f"{CANARY} + 1", desk.bob)
    desk.all("SELECT * FROM metercalc.set_note(%s, %s)", made[0][0], f"note {CANARY}", who=desk.bob)
    role = urls.role_name(desk.database, BOB)
    tries = attacks.attempts(3, role, made[0][1], made[0][0], urls.role_name(desk.database, ANN), BOB)
    return tries, (CANARY, BOB)


def test_nothing_that_a_member_with_psql_tries_succeeds(desk: Desk) -> None:
    tries, others = _attempts(desk)
    assert attacks.successes(desk.server, desk.database, ANN, others, tries) == []
    assert len(tries) >= 100


@pytest.mark.parametrize("name", PLANTS)
def test_a_hole_is_found_by_the_same_attempts(desk: Desk, name: str) -> None:
    desk.as_owner(PLANTS[name])
    tries, others = _attempts(desk)
    one = [one for one in tries if one.name == name]
    assert len(attacks.successes(desk.server, desk.database, ANN, others, one)) == 1


def test_nobody_but_the_owner_may_call_what_is_not_meant_for_members(desk: Desk) -> None:
    open_to_all = desk.owner.execute(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'metercalc'::regnamespace "
        "AND has_function_privilege('public', oid, 'EXECUTE')"
    ).fetchall()
    assert open_to_all == []
    unsafe = desk.owner.execute(
        """SELECT proname FROM pg_proc WHERE pronamespace = 'metercalc'::regnamespace
        AND (has_function_privilege('metercalc_member', oid, 'EXECUTE') OR prosecdef)
        AND NOT coalesce('search_path=metercalc, pg_temp' = ANY (proconfig), false)"""
    ).fetchall()
    assert unsafe == []
    unforced = desk.owner.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'metercalc'::regnamespace AND relkind = 'r' "
        "AND NOT relforcerowsecurity"
    ).fetchall()
    assert unforced == []


def test_a_request_id_of_another_is_neither_known_nor_taken(desk: Desk) -> None:
    bob = desk.charge("1 + 1", desk.bob)[0]
    ann = desk.charge("1 + 1", request_id=bob[1])[0]
    assert ann[0] != bob[0]
    assert not ann[15]
    assert desk.balance(desk.bob) == desk.balance(desk.ann)


def test_a_member_who_switches_durability_off_is_charged_durably(desk: Desk) -> None:
    desk.ann.execute("SET synchronous_commit = off")
    with desk.ann.transaction():
        desk.charge("1 + 1")
        assert desk.ann.execute("SHOW synchronous_commit").fetchone()[0] == "on"
