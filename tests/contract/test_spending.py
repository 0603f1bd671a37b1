"""What was spent, the budget that a charge keeps to, and whom to ask for credit, through the protocol."""

from __future__ import annotations

import pytest

from desktop.terms.charges import Budget
from desktop.terms.errors import BeyondBudget
from desktop.terms.kinds import OperationType, Role, Status
from tests.contract.conftest import Desk
from tests.support.stores import ADMIN, ANN, BALANCE, BOB, PASSWORD, charge_for, new_id


def test_what_was_spent_counts_charges_alone_whatever_was_put_in_or_deleted(desk: Desk) -> None:
    assert desk.ledger.spent(desk.ann, 0) == 0
    first = desk.charge("1 + 1").entries[0]
    desk.charge("2 × 2", desk.bob)
    second = desk.charge("3 − 1").entries[0]
    desk.ledger.credit(desk.admin, ANN, 500_00, "A present", new_id())
    desk.ledger.credit(desk.admin, ANN, -5_00, "A correction", new_id())
    assert desk.ledger.spent(desk.ann, 0) == 30_00
    desk.ledger.delete(desk.ann, [first.id])
    assert desk.ledger.spent(desk.ann, 0) == 30_00
    assert desk.ledger.spent(desk.ann, second.date) == 20_00
    assert desk.ledger.spent(desk.ann, second.date + 1) == 0
    desk.charge("1 + 1")
    assert desk.ledger.spent(desk.ann, second.date) == 30_00
    assert desk.ledger.spent(desk.ann, 0) == 40_00
    assert desk.ledger.spent(desk.bob, 0) == 30_00


def test_a_charge_beyond_the_budget_is_refused_and_one_that_uses_it_up_is_not(desk: Desk) -> None:
    budget = Budget(since=0, most=50_00)
    desk.charge("2 × 2", budget=budget)
    with pytest.raises(BeyondBudget, match=r"20\.00 of this month's budget of 50\.00 is left") as told:
        desk.charge("1 + 1 + 1 + 1", budget=budget)
    assert told.value.details == {"cost": 30_00, "budget": 50_00, "spent": 30_00}
    assert desk.balance() == BALANCE - 30_00
    desk.charge("1 + 1 + 1", budget=budget)
    for text in ("1 + 1", "√4"):
        with pytest.raises(BeyondBudget):
            desk.charge(text, budget=budget)
    desk.charge("1 + 1")  # without one
    assert desk.balance() == BALANCE - 60_00
    assert desk.ledger.verify().problems == ()


def test_the_same_request_is_answered_though_the_budget_is_used_up(desk: Desk) -> None:
    charge = charge_for("2 × 2", budget=Budget(since=0, most=30_00))
    first = desk.ledger.charge(desk.ann, charge)
    again = desk.ledger.charge(desk.ann, charge)
    assert (again.repeated, again.entries) == (True, first.entries)


def test_a_budget_holds_between_programs(desk: Desk) -> None:
    budget = Budget(since=0, most=30_00)
    assert desk.ledger.spent(desk.ann, 0) == 0
    other = desk.factory.open(desk.folder)
    there = other.sign_in(ANN, PASSWORD)
    other.charge(there, charge_for("2 × 2"))
    other.close()
    with pytest.raises(BeyondBudget):
        desk.charge("1 + 1", budget=budget)


def test_what_was_spent_before_the_period_is_no_part_of_it(desk: Desk) -> None:
    last = desk.charge("√16").entries[0]
    desk.charge("1 + 1", budget=Budget(since=last.date + 1, most=10_00))
    assert desk.balance() == BALANCE - 60_00


def test_what_is_free_goes_beyond_no_budget(desk: Desk) -> None:
    desk.charge("1 + 1")
    desk.ledger.set_cost(desk.admin, OperationType.ADDITION, 0)
    assert desk.charge("2 + 2", budget=Budget(0, 1)).cost == 0


def test_anybody_who_is_signed_in_is_told_whom_to_ask(desk: Desk) -> None:
    assert desk.ledger.administrators(desk.ann) == (ADMIN,)
    desk.ledger.set_role(desk.admin, BOB, Role.ADMIN)
    assert desk.ledger.administrators(desk.ann) == (ADMIN, BOB)
    desk.ledger.set_status(desk.admin, BOB, Status.INACTIVE)
    assert desk.ledger.administrators(desk.ann) == (ADMIN,)
