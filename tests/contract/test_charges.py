"""What costs something and what is put in, through the protocol."""

from __future__ import annotations

import pytest

from desktop.terms.charges import Receipt
from desktop.terms.errors import AppError, BadInput, BalanceTooLow, NotAllowed, NotSignedIn, PriceChanged, RequestReused
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters
from tests.contract.conftest import Desk
from tests.support.stores import ANN, BALANCE, BOB, COSTS, charge_for, new_id, random_charge


def test_an_entry_costs_what_its_steps_cost_and_each_is_a_record(desk: Desk) -> None:
    receipt = desk.charge("1 + 2 × 3")
    assert (receipt.cost, receipt.balance, receipt.result, receipt.exact) == (40_00, BALANCE - 40_00, "7", True)
    assert [(e.operands, e.response, e.amount, e.user_balance) for e in receipt.entries] == [
        ("2 × 3", "6", 30_00, BALANCE - 30_00),
        ("1 + 6", "7", 10_00, BALANCE - 40_00),
    ]
    assert desk.balance() == BALANCE - 40_00
    assert desk.balance(desk.bob) == BALANCE


def test_balance_and_prices_are_of_one_moment(desk: Desk) -> None:
    known = desk.ledger.balance_and_prices(desk.ann)
    assert (known.account.username, known.account.balance) == (ANN, BALANCE)
    assert dict(known.prices) == COSTS


def test_the_same_request_is_paid_once_and_answered_as_before(desk: Desk) -> None:
    charge = charge_for("2 × 3")
    first, again = desk.ledger.charge(desk.ann, charge), desk.ledger.charge(desk.ann, charge)
    assert (first.repeated, again.repeated) == (False, True)
    assert again.entries == first.entries
    assert desk.balance() == BALANCE - 30_00
    found = desk.ledger.find(desk.ann, charge.request_id)
    assert found is not None
    assert found.entries == first.entries


def test_a_known_request_with_other_steps_is_refused(desk: Desk) -> None:
    charge = charge_for("2 × 3")
    desk.ledger.charge(desk.ann, charge)
    with pytest.raises(RequestReused):
        desk.charge("2 × 4", request_id=charge.request_id)
    assert desk.balance() == BALANCE - 30_00


def test_requests_sent_together_are_each_all_or_nothing(desk: Desk) -> None:
    again = desk.charge("2 × 3")  # 30.00
    wanted = [
        charge_for("1 + 1"),
        charge_for("1 + 2 × 3", max_cost=39_99),
        charge_for("5"),
        charge_for("2 × 3", request_id=again.request_id),
        charge_for("2 × 4", request_id=again.request_id),
        charge_for("+".join(["1"] * 101)),
        charge_for("√4 + 1"),
    ]
    rest = wanted
    outcomes: list[Receipt | AppError] = []
    while rest:
        found = desk.ledger.charge_together(desk.ann, rest, seconds=60)
        assert found, "nothing was carried out"
        outcomes += found
        rest = wanted[len(outcomes) :]
    told = [found.result if isinstance(found, Receipt) else type(found) for found in outcomes]
    assert told == ["2", PriceChanged, "5", "6", RequestReused, BalanceTooLow, "3"]
    balances = [found.balance for found in outcomes if isinstance(found, Receipt)]
    assert balances == [BALANCE - 40_00] * 3 + [BALANCE - 100_00]
    assert desk.balance() == BALANCE - 100_00
    assert [entry.operands for entry in desk.ledger.stream(desk.ann, Filters(), Column.DATE, descending=False)][1:] == [
        "2 × 3",
        "1 + 1",
        "√4",
        "2 + 1",
    ]


def test_requests_sent_together_end_with_the_session(desk: Desk) -> None:
    desk.ledger.sign_out(desk.ann)
    (first, *_) = desk.ledger.charge_together(desk.ann, [charge_for("1 + 1"), charge_for("2 + 2")], seconds=60)
    assert isinstance(first, NotSignedIn)


def test_requests_of_two_people_never_meet(desk: Desk) -> None:
    request = new_id()
    desk.charge("1 + 1", request_id=request)
    assert desk.ledger.find(desk.bob, request) is None
    assert desk.charge("2 × 2", desk.bob, request_id=request).result == "4"
    assert (desk.balance(), desk.balance(desk.bob)) == (BALANCE - 10_00, BALANCE - 30_00)


def test_what_is_not_covered_leaves_nothing(desk: Desk) -> None:
    desk.ledger.credit(desk.admin, ANN, 35_00 - BALANCE, "Nearly all", new_id())
    desk.ledger.check_covered(desk.ann, 35_00)
    with pytest.raises(BalanceTooLow):
        desk.ledger.check_covered(desk.ann, 35_01)
    charge = charge_for("1 + 2 × 3")
    with pytest.raises(BalanceTooLow):
        desk.ledger.charge(desk.ann, charge)
    assert desk.ledger.find(desk.ann, charge.request_id) is None
    assert desk.balance() == 35_00
    assert desk.charge("2 × 3").balance == 5_00


def test_a_random_string_is_kept_as_it_was_drawn(desk: Desk) -> None:
    (entry,) = desk.ledger.charge(desk.ann, random_charge("l1IO0'\"\\")).entries
    assert (entry.response, entry.amount) == ("l1IO0'\"\\", 60_00)


def test_nobody_pays_more_than_they_saw_or_said(desk: Desk) -> None:
    with pytest.raises(PriceChanged):
        desk.charge("1 + 1", quoted=9_00)
    with pytest.raises(PriceChanged):
        desk.charge("1 + 1", max_cost=9_99)
    assert desk.balance() == BALANCE
    assert desk.charge("1 + 1", quoted=10_00, max_cost=10_00).cost == 10_00


def test_a_price_holds_from_the_next_charge_on(desk: Desk) -> None:
    before = desk.charge("1 + 1")
    with pytest.raises(NotAllowed):
        desk.ledger.set_cost(desk.ann, OperationType.ADDITION, 1)
    desk.ledger.set_cost(desk.admin, OperationType.ADDITION, 12_34)
    assert desk.charge("1 + 1").cost == 12_34
    assert desk.ledger.find(desk.ann, before.request_id).cost == 10_00  # type: ignore[union-attr]


def test_a_credit_is_a_record_with_its_reason_and_given_once(desk: Desk) -> None:
    request = new_id()
    for repeated in (False, True):
        receipt = desk.ledger.credit(desk.admin, BOB, 5_00, "For the tea", request)
        assert (receipt.repeated, receipt.balance) == (repeated, BALANCE + 5_00)
    (entry,) = receipt.entries
    assert (entry.operation, entry.operands, entry.amount) == (OperationType.CREDIT, "For the tea", -5_00)
    assert desk.balance(desk.bob) == BALANCE + 5_00


def test_a_credit_is_an_administrators_and_takes_no_more_than_there_is(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        desk.ledger.credit(desk.ann, ANN, 5_00, "For myself", new_id())
    with pytest.raises(BadInput):
        desk.ledger.credit(desk.admin, "nobody@example.org", 5_00, "For whom?", new_id())
    with pytest.raises(BalanceTooLow):
        desk.ledger.credit(desk.admin, ANN, -BALANCE - 1, "All and more", new_id())
    assert desk.balance() == BALANCE


def test_another_program_sees_the_charge_and_continues_it(desk: Desk) -> None:
    desk.ledger.others_have_written()
    desk.charge("1 + 1")
    assert not desk.ledger.others_have_written()
    other = desk.factory.open(desk.folder)
    try:
        session = other.sign_in(ANN, "correct horse 7")
        assert other.account(session).balance == BALANCE - 10_00
        other.charge(session, charge_for("2 × 2"))
    finally:
        other.close()
    assert desk.ledger.others_have_written()
    assert desk.balance() == BALANCE - 40_00
    assert desk.ledger.verify().problems == ()
