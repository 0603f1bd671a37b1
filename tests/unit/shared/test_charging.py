from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest

from desktop.models.embedded.storage import chain, forms
from desktop.terms.kinds import OperationType
from tests.support.stores import ADMIN, ANN, BALANCE, COSTS
from tests.unit.shared.conftest import Desk


def refused(code: str) -> Any:
    """The refusal that is to come."""
    return pytest.raises(psycopg.DatabaseError, check=lambda error: error.sqlstate == code)


def test_an_entry_is_charged_a_record_a_step(desk: Desk) -> None:
    rows = desk.charge("(1 + 2) × 4 ÷ 7", quoted=80_00)
    assert [row[4:7] for row in rows] == [
        ("addition", "1 + 2", "3"),
        ("multiplication", "3 × 4", "12"),
        ("division", "12 ÷ 7", "1.714285714285714285714285714285714"),
    ]
    assert [row[13] for row in rows] == ["", "", "(1 + 2) × 4 ÷ 7"]
    assert [row[14] for row in rows] == [BALANCE - 80_00] * 3
    assert desk.balance() == BALANCE - 80_00


def test_the_chain_is_the_one_that_an_embedded_ledger_would_have_made(desk: Desk) -> None:
    desk.charge("1 ÷ 3 × 3 + √2")
    desk.all(
        "SELECT * FROM metercalc.credit('ann@example.org', 500, 'Für Größe — ß', %s)", uuid.uuid4(), who=desk.admin
    )
    key = desk.all("SELECT key FROM metercalc.ledger()")[0][0]
    last, count = chain.genesis(key, 2), 0
    for row in desk.all("SELECT * FROM metercalc.chain_of(2, 1, 100)"):
        (id, request_id, step, seq, operation, operands, response, exact, source, amount, balance, date, _, text, user,
         *_, stored, _) = row  # fmt: skip
        form = forms.RECORD.encode(
            id,
            step,
            user,
            seq,
            amount,
            balance,
            int(exact),
            date,
            request_id,
            operation,
            source,
            operands,
            response,
            text,
        )
        last = chain.link(key, last, form)
        assert stored == last
        count += 1
    assert count == 6
    assert desk.all("SELECT hash FROM metercalc.account()")[0][0] == last


def test_the_journal_of_an_account_is_a_chain_of_the_same_kind(desk: Desk) -> None:
    made = desk.charge("1 + 1")[0]
    desk.all("SELECT * FROM metercalc.delete_records(%s)", [made[0]])
    key = desk.all("SELECT key FROM metercalc.ledger()")[0][0]
    last, kinds = chain.genesis(key, -2), []
    for row in desk.all("SELECT * FROM metercalc.journal_of(-2, 1, 100)"):
        last = chain.link(key, last, forms.ENTRY.encode(*row[:-1]))
        assert row[-1] == last
        kinds.append(row[5])
    assert kinds == ["account", "deleted"]
    state = chain.digest(key, forms.ACCOUNT.encode(2, 1, ANN, "", "active", "user"))
    assert desk.all("SELECT state FROM metercalc.journal_of(-2, 1, 1)") == [(state,)]
    last = chain.genesis(key, 0)
    prices = []
    for row in desk.all("SELECT * FROM metercalc.journal_of(0, 1, 100)", who=desk.admin):
        last = chain.link(key, last, forms.ENTRY.encode(*row[:-1]))
        assert row[-1] == last
        prices += [row[7]] if row[5] == "price" else []
    wanted = [
        chain.digest(key, forms.PRICE.encode(id, cost, first, user, date, operation))
        for id, operation, cost, first, user, date in desk.all("SELECT * FROM metercalc.prices()")
    ]
    assert prices == wanted


def test_the_same_request_is_charged_once(desk: Desk) -> None:
    first = desk.charge("1 + 1")
    again = desk.charge("1 + 1", request_id=first[0][1])
    assert again[0][:15] == first[0][:15]
    assert (first[0][15], again[0][15]) == (False, True)
    assert desk.balance() == BALANCE - 10_00


def test_what_was_charged_is_found_again_whatever_the_price_and_the_balance_are_now(desk: Desk) -> None:
    first = desk.charge("1 + 1", quoted=10_00)
    desk.all("SELECT metercalc.set_cost('addition', 11)", who=desk.admin)
    assert desk.charge("1 + 1", request_id=first[0][1], quoted=10_00)[0][15]
    desk.all("SELECT metercalc.set_cost('addition', %s::bigint)", 2 * BALANCE, who=desk.admin)
    again = desk.charge("1 + 1", request_id=first[0][1], quoted=10_00)
    assert (again[0][:14], again[0][15]) == (first[0][:14], True)
    with refused("MC003"):
        desk.charge("1 + 2", request_id=first[0][1])


def test_an_account_with_a_voided_request_charges_every_other(desk: Desk) -> None:
    voided, other = str(uuid.uuid4()), str(uuid.uuid4())
    desk.all("SELECT * FROM metercalc.settle(%s)", voided)
    assert not desk.charge("1 + 1", request_id=other)[0][15]
    assert desk.charge("1 + 1", request_id=other)[0][15]
    with refused("MC007"):
        desk.charge("1 + 1", request_id=voided)


@pytest.mark.parametrize(
    "operands", [["1 2", "3"], ["1", "2 "], ["1", "2", "3"], ["1"], [], ["", "3"], ["01", "2"], ["1", "2.0"]]
)
def test_operands_that_are_not_two_numbers_as_the_ledger_writes_them_are_refused(
    desk: Desk, operands: list[str]
) -> None:
    step = {"operation": "addition", "operands": operands, "response": "3", "exact": True, "source": "computed"}
    with refused("MC008"):
        desk.pay([step], "1 + 2")
    assert desk.balance() == BALANCE


def test_a_step_that_cannot_be_undoes_the_ones_before_it(desk: Desk) -> None:
    step = {"operation": "addition", "operands": ["1", "2"], "response": "3", "exact": True, "source": "computed"}
    with refused("MC008"):
        desk.pay([step, step | {"response": "4"}], "1 + 2")
    with refused("MC009"):
        desk.pay([step, step | {"operation": "credit"}], "1 + 2")
    assert desk.balance() == BALANCE
    assert desk.all("SELECT seq FROM metercalc.account()") == [(1,)]


@pytest.mark.parametrize("other", ["1 - 1", "2 + 1", "1 + 1 + 1"])
def test_a_request_id_stands_for_one_entry(desk: Desk, other: str) -> None:
    first = desk.charge("1 + 1")
    with refused("MC003"):
        desk.charge(other, request_id=first[0][1])
    assert desk.balance() == BALANCE - 10_00


def test_a_price_that_was_not_quoted_is_refused(desk: Desk) -> None:
    with refused("MC002") as told:
        desk.charge("1 + 1", quoted=9_00)
    assert told.value.diag.message_detail == '{"cost": 1000, "limit": "quoted", "quoted": 900}'
    with refused("MC002"):
        desk.charge("1 + 1", max_cost=9_99)
    assert desk.balance() == BALANCE


def test_a_balance_pays_to_its_last_hundredth_and_no_further(desk: Desk) -> None:
    desk.all(
        "SELECT * FROM metercalc.credit('ann@example.org', %s::bigint, 'less', %s)",
        10_00 - BALANCE,
        uuid.uuid4(),
        who=desk.admin,
    )
    with refused("MC001") as told:
        desk.charge("1 - 1")
    assert told.value.diag.message_detail == '{"cost": 2000, "balance": 1000, "shortfall": 1000}'
    desk.charge("1 + 1")
    assert desk.balance() == 0


def test_a_price_set_now_is_the_one_that_is_charged_and_named(desk: Desk) -> None:
    desk.charge("1 + 1")
    made = desk.all("SELECT metercalc.set_cost('addition', 3)", who=desk.admin)[0][0]
    desk.charge("1 + 1")
    proofs = desk.all("SELECT price_id, cost, amount FROM metercalc.chain_of(2, 2, 9)")
    assert proofs == [(1, 10_00, 10_00), (made, 3, 3)]
    assert desk.all("SELECT prices FROM metercalc.account()")[0][0]["addition"] == 3


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_snapshot_of_long_ago_has_no_cheap_prices(desk: Desk, level: str) -> None:
    with refused("MC014"), desk.ann.transaction():
        desk.ann.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        desk.charge("1 + 1")


def test_what_was_settled_as_not_charged_never_is(desk: Desk) -> None:
    wanted = str(uuid.uuid4())
    assert desk.all("SELECT * FROM metercalc.settle(%s)", wanted) == []
    with refused("MC007"):
        desk.charge("1 + 1", request_id=wanted)
    made = desk.charge("1 + 1")
    assert desk.all("SELECT * FROM metercalc.settle(%s)", made[0][1])[0][:14] == made[0][:14]


def test_settling_waits_for_a_charge_that_is_still_on_its_way(desk: Desk) -> None:
    wanted = str(uuid.uuid4())
    with desk.server.member(desk.database, ANN, autocommit=False) as orphan:
        desk.charge("1 + 1", orphan, wanted)
        assert desk.all("SELECT * FROM metercalc.find(%s)", wanted) == []  # nobody can know yet
        desk.ann.execute("SET lock_timeout = '100ms'")
        with refused("55P03"):
            desk.all("SELECT * FROM metercalc.settle(%s)", wanted)
        orphan.commit()
    assert len(desk.all("SELECT * FROM metercalc.settle(%s)", wanted)) == 1


def test_a_credit_is_given_once_and_explains_itself(desk: Desk) -> None:
    wanted = uuid.uuid4()
    sql = "SELECT * FROM metercalc.credit('ann@example.org', 500, 'a gift', %s)"
    first, again = desk.all(sql, wanted, who=desk.admin), desk.all(sql, wanted, who=desk.admin)
    assert first[0][:14] == again[0][:14]
    assert again[0][15]
    assert first[0][4:7] == ("credit", "a gift", "")
    assert desk.balance() == BALANCE + 500
    with refused("MC003"):
        desk.all("SELECT * FROM metercalc.credit('ann@example.org', 501, 'a gift', %s)", wanted, who=desk.admin)
    with refused("MC010"):
        desk.all("SELECT * FROM metercalc.credit('nobody@example.org', 501, 'a gift', %s)", wanted, who=desk.admin)
    with refused("MC001"):
        desk.all(
            "SELECT * FROM metercalc.credit('ann@example.org', %s::bigint, 'all', %s)",
            -2 * BALANCE,
            uuid.uuid4(),
            who=desk.admin,
        )
    with refused("MC016"):
        desk.all(
            "SELECT * FROM metercalc.credit('ann@example.org', %s::bigint, 'all', %s)",
            10**15,
            uuid.uuid4(),
            who=desk.admin,
        )


def test_time_never_runs_backwards_along_a_chain(desk: Desk) -> None:
    ahead = 9_000_000_000_000_000
    desk.as_owner(f"UPDATE metercalc.account SET date = {ahead} WHERE username = '{ANN}'")
    assert desk.charge("1 + 1")[0][11] == ahead


def test_random_strings_are_sold_as_they_are_told(desk: Desk) -> None:
    step = {"operation": "random_string", "operands": [], "response": "aB3", "exact": True, "source": "random.org"}
    row = desk.pay([step], "")[0]
    assert row[4:9] == ("random_string", "", "aB3", True, "random.org")
    for wrong in ({"source": "computed"}, {"response": ""}, {"operands": ["1"]}, {"exact": False}):
        with refused("MC009"):
            desk.pay([step | wrong], "")
    assert desk.balance() == BALANCE - COSTS[OperationType.RANDOM_STRING]


def test_deleting_hides_and_restoring_shows_and_both_are_followed(desk: Desk) -> None:
    ids = [desk.charge(f"{number} + 1")[0][0] for number in range(5)]
    hidden = desk.all("SELECT * FROM metercalc.delete_records(%s)", [ids[3], ids[1], ids[3], 1, 999])
    assert hidden == [(ids[3],), (ids[1],)]
    assert desk.all("SELECT metercalc.trash_count()") == [(2,)]
    assert desk.all("SELECT * FROM metercalc.restore_records(%s)", [ids[3], ids[0]]) == [(ids[3],)]
    found = desk.all("SELECT record_id, kind FROM metercalc.changes_since(1)")
    assert found == [(ids[3], "deleted"), (ids[1], "deleted"), (ids[3], "restored")]
    assert [row[0] for row in desk.all("SELECT id FROM metercalc.records('{}', 'date', false, 0, 9)")] == [
        2,
        ids[0],
        *ids[2:],
    ]


def test_a_pulse_changes_with_whatever_is_new(desk: Desk) -> None:
    seen = [desk.all("SELECT * FROM metercalc.pulse()")]
    made = desk.charge("1 + 1")[0]
    seen.append(desk.all("SELECT * FROM metercalc.pulse()"))
    desk.all("SELECT * FROM metercalc.delete_records(%s)", [made[0]])
    seen.append(desk.all("SELECT * FROM metercalc.pulse()"))
    desk.all("SELECT metercalc.set_cost('addition', 3)", who=desk.admin)
    seen.append(desk.all("SELECT * FROM metercalc.pulse()"))
    assert len({str(one) for one in seen}) == 4
    assert ADMIN != ANN
