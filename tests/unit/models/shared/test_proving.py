"""Proving a ledger on a server: each rule finds what breaks it, and names the record."""

from __future__ import annotations

import pytest

from desktop.terms.errors import StoreError
from desktop.terms.kinds import Status
from desktop.terms.pages import Filters, PageRequest
from desktop.terms.reports import Problem
from tests.support.stores import ADMIN, ANN, BOB, PASSWORD
from tests.unit.models.shared.conftest import Desk

RECORD = "UPDATE metercalc.record SET {} WHERE account_id = 2 AND seq = 3"

# What an owner does behind everybody's back, and the rules that are broken by it.
PLANTED = [
    ("UPDATE metercalc.account SET balance = balance + 1 WHERE id = 2", {"L1"}),
    ("DELETE FROM metercalc.record WHERE account_id = 2 AND seq = 3", {"L2"}),
    (RECORD.format("user_balance = user_balance + 1"), {"L3", "L6"}),
    (RECORD.format("amount = 0"), {"L3", "L4", "L6"}),
    (RECORD.format("response = ''"), {"L4", "L6"}),
    (RECORD.format("price_id = price_id + 1"), {"L4"}),
    (RECORD.format("operands = '1 + 3'"), {"L6"}),
    (RECORD.format("expression = 'other'"), {"L6"}),
    (RECORD.format("date = date + 1"), {"L6"}),
    (RECORD.format("exact = NOT exact"), {"L6"}),
    (RECORD.format("source = 'local'"), {"L6"}),
    (RECORD.format("form = 3"), {"L6"}),
    (RECORD.format("request_id = gen_random_uuid()"), {"L6"}),
    (RECORD.format("deleted_at = 1"), {"L6"}),
    ("UPDATE metercalc.account SET username = 'eve@example.org' WHERE id = 2", {"L6"}),
    ("UPDATE metercalc.account SET role = 'admin' WHERE id = 2", {"L6"}),
    ("UPDATE metercalc.account SET generation = generation + 1 WHERE id = 2", {"L6"}),
    ("UPDATE metercalc.account SET seq = seq + 1 WHERE id = 2", {"L6"}),
    ("UPDATE metercalc.account SET one_time = NOT one_time WHERE id = 3", {"L6"}),
    ("UPDATE metercalc.account SET has_code = NOT has_code WHERE id = 2", {"L6"}),
    ("DELETE FROM metercalc.journal WHERE chain = -2 AND number = 2", {"L6"}),
    ("UPDATE metercalc.journal SET detail = 'other' WHERE chain = -2 AND number = 1", {"L6"}),
    ("UPDATE metercalc.journal SET detail = 'other' WHERE chain = 0 AND number = 1", {"L6"}),
    ("UPDATE metercalc.journal SET state = '' WHERE chain = -2 AND kind = 'note'", {"L6"}),
    ("UPDATE metercalc.price SET cost = cost + 1 WHERE id = 1", {"L6"}),
]


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """Ann has four charges, one of them deleted; Bob has none."""
    ids = [desk.charge("1 + 2").entries[0].id for _ in range(4)]
    desk.ledger.delete(desk.ann, ids[-1:])
    desk.ledger.set_note(desk.ann, ids[0], "Invoice 2207")
    return desk


def problems(desk: Desk, email: str = ADMIN, *, results: bool = False) -> tuple[Problem, ...]:
    """What somebody finds, at a desk that remembers nothing."""
    other = desk.other(desk.folder / "prover")
    try:
        other.sign_in(email, PASSWORD)
    except StoreError:  # a desk's own sign-in finds its own records changed; an administrator's are not
        assert email != ADMIN
        raise
    return other.verify(results=results).problems


def test_what_holds_is_proved(filled: Desk) -> None:
    assert problems(filled, results=True) == ()
    assert problems(filled, ANN, results=True) == ()


def test_a_member_proves_their_own_and_an_administrator_everything(filled: Desk) -> None:
    assert (filled.ledger.verify().users, filled.ledger.verify().records) == (1, 5)
    other = filled.other()
    other.sign_in(ADMIN, PASSWORD)
    assert (other.verify().users, other.verify().records) == (3, 7)


@pytest.mark.parametrize(("statement", "rules"), PLANTED)
def test_what_an_owner_changes_is_found_and_named(filled: Desk, statement: str, rules: set[str]) -> None:
    changed = filled.owner("SELECT id FROM metercalc.record WHERE account_id = 2 AND seq = 3")[0][0]
    filled.owner(statement)
    found = problems(filled)
    assert {problem.rule for problem in found} >= rules
    if statement.startswith("UPDATE metercalc.record"):
        assert changed in {problem.record_id for problem in found}
        assert {problem.username for problem in found} == {ANN}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE metercalc.record SET note = 'Invoice 2208' WHERE note <> ''",
        "UPDATE metercalc.record SET note = '' WHERE note <> ''",
        "UPDATE metercalc.record SET note = 'mine' WHERE account_id = 2 AND seq = 3",
        "UPDATE metercalc.record_note SET text = 'Invoice 2208'",
        "DELETE FROM metercalc.record_note",
    ],
)
def test_a_note_that_an_owner_changes_is_found_by_whose_it_is(filled: Desk, statement: str) -> None:
    filled.owner(statement)
    assert {problem.rule for problem in problems(filled, ANN)} == {"L6"}
    assert problems(filled) == ()  # an administrator is given none to compare


def test_a_result_that_does_not_follow_is_found_where_it_is_asked_for(filled: Desk) -> None:
    filled.owner(RECORD.format("response = '4'"))
    assert "L8" not in {problem.rule for problem in problems(filled)}
    assert "L8" in {problem.rule for problem in problems(filled, results=True)}


def test_whatever_administrators_do_still_proves(filled: Desk) -> None:
    admin = filled.other()
    session = admin.sign_in(ADMIN, PASSWORD)
    admin.set_status(session, BOB, Status.INACTIVE)
    admin.set_status(session, BOB, Status.ACTIVE)
    admin.change_password(session, PASSWORD, "a better horse 8", minimum_length=8)
    trash = filled.ledger.page(filled.ann, PageRequest(Filters(trash=True))).entries
    filled.ledger.restore(filled.ann, [e.id for e in trash])
    assert admin.verify(results=True).problems == ()
