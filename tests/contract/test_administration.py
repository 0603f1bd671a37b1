"""What administrators see and do, through the protocol."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.models.ledger.protocol import Ledger
from desktop.terms.errors import BadInput, BalanceTooLow, NotAllowed, NotSignedIn, PasswordDue, RequestReused
from desktop.terms.kinds import DeedKind, OperationType, Role, Status
from desktop.terms.people import CreditOrder, Session
from desktop.terms.reports import OperationSum
from tests.contract.conftest import Desk
from tests.support.stores import ADMIN, ANN, BALANCE, BOB, COSTS, PASSWORD, new_id

NEW, ONE_TIME, OWN = "new@example.org", "one time horse 9", "a horse of my own 3"
EVER = 2**62

DOORS: dict[str, Callable[[Ledger, Session], object]] = {
    "people": lambda ledger, session: ledger.people(session),
    "reset_password": lambda ledger, session: ledger.reset_password(session, BOB, ONE_TIME),
    "invite": lambda ledger, session: ledger.invite(session, NEW, ONE_TIME, starting_balance=0),
    "set_role": lambda ledger, session: ledger.set_role(session, ANN, Role.ADMIN),
    "check_credits": lambda ledger, session: ledger.check_credits(session, [CreditOrder(ANN, 1, "x")]),
    "credit_all": lambda ledger, session: ledger.credit_all(session, [CreditOrder(ANN, 1, "x")]),
    "price_history": lambda ledger, session: ledger.price_history(session),
    "usage": lambda ledger, session: ledger.usage(session, 0, EVER),
    "deeds": lambda ledger, session: ledger.deeds(session),
}


@pytest.mark.parametrize("door", DOORS)
def test_nobody_but_an_administrator_may(desk: Desk, door: str) -> None:
    with pytest.raises(NotAllowed, match="Only an administrator"):
        DOORS[door](desk.ledger, desk.ann)
    desk.ledger.sign_out(desk.admin)
    with pytest.raises(NotSignedIn):
        DOORS[door](desk.ledger, desk.admin)
    admin = desk.ledger.sign_in(ADMIN, PASSWORD)
    assert [account.username for account in desk.ledger.users(admin)] == [ADMIN, ANN, BOB]
    assert desk.ledger.account(desk.ann).role is Role.USER
    assert (desk.balance(), desk.balance(desk.bob)) == (BALANCE, BALANCE)


def test_people_are_seen_with_when_they_were_last_active(desk: Desk) -> None:
    registered = {person.account.username: person.active_at for person in desk.ledger.people(desk.admin)}
    assert list(registered) == [ADMIN, ANN, BOB]
    desk.ledger.credit(desk.admin, BOB, 5_00, "A present", new_id())  # is no doing of Bob's
    charged = desk.charge("1 + 1").entries[0].date
    found = {person.account.username: person for person in desk.ledger.people(desk.admin)}
    assert found[ANN].active_at == charged > registered[ANN] > 0
    assert found[BOB].active_at == registered[BOB]
    assert (found[ANN].account.balance, found[BOB].account.balance) == (BALANCE - 10_00, BALANCE + 5_00)
    assert not any(person.invited for person in found.values())


def test_who_is_invited_chooses_a_password_before_anything_else(desk: Desk) -> None:
    ledger = desk.ledger
    account = ledger.invite(desk.admin, NEW, ONE_TIME, starting_balance=7_00)
    assert (account.username, account.role, account.status, account.balance) == (NEW, Role.USER, Status.ACTIVE, 7_00)
    session = ledger.sign_in(NEW, ONE_TIME)
    assert session.one_time
    for asked in (
        lambda: ledger.account(session),
        lambda: desk.charge("1 + 1", session),
        lambda: ledger.users(session),
    ):
        with pytest.raises(PasswordDue, match="Choose one of your own"):
            asked()
    assert [person.account.username for person in ledger.people(desk.admin) if person.invited] == [NEW]
    ledger.change_password(session, ONE_TIME, OWN, minimum_length=8)
    assert ledger.account(session).balance == 7_00
    assert not ledger.sign_in(NEW, OWN).one_time
    assert not any(person.invited for person in ledger.people(desk.admin))
    assert ledger.verify().problems == ()


def test_an_invitation_that_will_not_do_makes_no_account(desk: Desk) -> None:
    for email, password in ((ANN, ONE_TIME), ("no address", ONE_TIME), (NEW, "password")):
        with pytest.raises(BadInput):
            desk.ledger.invite(desk.admin, email, password, starting_balance=0)
    assert len(desk.ledger.people(desk.admin)) == 3


def test_the_last_active_administrator_stays_one_whatever_is_tried(desk: Desk) -> None:
    ledger = desk.ledger
    for change in (
        lambda: ledger.set_role(desk.admin, ADMIN, Role.USER),
        lambda: ledger.set_status(desk.admin, ADMIN, Status.INACTIVE),
    ):
        with pytest.raises(BadInput, match="last active administrator"):
            change()
    assert ledger.set_role(desk.admin, ANN, Role.ADMIN).role is Role.ADMIN
    ledger.set_status(desk.admin, ANN, Status.INACTIVE)  # an inactive one does not count
    with pytest.raises(BadInput, match="last active administrator"):
        ledger.set_role(desk.admin, ADMIN, Role.USER)
    ledger.set_status(desk.admin, ANN, Status.ACTIVE)
    assert ledger.set_role(desk.admin, ADMIN, Role.USER).role is Role.USER
    with pytest.raises(NotAllowed):
        ledger.people(desk.admin)
    ann = ledger.sign_in(ANN, PASSWORD)
    assert [person.account.role for person in ledger.people(ann)] == [Role.USER, Role.ADMIN, Role.USER]
    assert ledger.verify().problems == ()


ORDERS = (
    CreditOrder(ANN, 100_00, "Allowance November", 2),
    CreditOrder(BOB, 50_00, "Allowance November", 3),
    CreditOrder(ANN, 100_00, "Allowance November", 4),
)


def test_each_order_is_carried_out_once_however_often_the_file_is_given(desk: Desk) -> None:
    ledger = desk.ledger
    checks = ledger.check_credits(desk.admin, ORDERS)
    assert [(check.trouble, check.done_at, check.balance_after) for check in checks] == [
        ("", 0, BALANCE + 100_00),
        ("", 0, BALANCE + 50_00),
        ("", 0, BALANCE + 200_00),
    ]
    assert desk.balance() == BALANCE
    first = ledger.credit_all(desk.admin, ORDERS)
    again = ledger.credit_all(desk.admin, ORDERS)
    assert [receipt.repeated for receipt in (*first, *again)] == [False] * 3 + [True] * 3
    assert (desk.balance(), desk.balance(desk.bob)) == (BALANCE + 200_00, BALANCE + 50_00)
    done = ledger.check_credits(desk.admin, ORDERS)
    assert [check.done_at for check in done] == [receipt.entries[0].date for receipt in first]
    assert [check.request_id for check in done] == [receipt.request_id for receipt in first]


def test_a_longer_file_credits_what_is_new_wherever_it_stands(desk: Desk) -> None:
    desk.ledger.credit_all(desk.admin, ORDERS)
    more = (CreditOrder(BOB, 1_00, "More", 2), *ORDERS[::-1], CreditOrder(ANN, 100_00, " Allowance  November ", 6))
    found = desk.ledger.credit_all(desk.admin, more)
    assert [receipt.repeated for receipt in found] == [False, True, True, True, False]
    assert (desk.balance(), desk.balance(desk.bob)) == (BALANCE + 300_00, BALANCE + 51_00)


@pytest.mark.parametrize(
    ("order", "error", "said"),
    [
        (CreditOrder("nobody@example.org", 1_00, "x", 9), BadInput, "Line 9: There is no account"),
        (CreditOrder(ANN, 0, "x", 9), BadInput, "Line 9: The amount"),
        (CreditOrder(ANN, 1_00, " ", 9), BadInput, "Line 9: A credit needs a reason"),
        (CreditOrder(ANN, -10_000_00, "x", 9), BalanceTooLow, "Line 9: "),
    ],
)
def test_one_bad_order_and_none_is_carried_out(
    desk: Desk, order: CreditOrder, error: type[Exception], said: str
) -> None:
    checks = desk.ledger.check_credits(desk.admin, (*ORDERS, order))
    assert [bool(check.trouble) for check in checks] == [False, False, False, True]
    assert said.removeprefix("Line 9: ") in checks[-1].trouble
    with pytest.raises(error, match=said) as told:
        desk.ledger.credit_all(desk.admin, (*ORDERS, order))
    assert "Nothing was credited." in str(told.value)
    assert (desk.balance(), desk.balance(desk.bob)) == (BALANCE, BALANCE)


def test_an_order_is_no_other_request(desk: Desk) -> None:
    (check,) = desk.ledger.check_credits(desk.admin, ORDERS[:1])
    desk.ledger.credit(desk.admin, ANN, 1_00, "Something else", check.request_id)
    with pytest.raises(RequestReused):
        desk.ledger.credit_all(desk.admin, ORDERS[:1])
    assert desk.ledger.check_credits(desk.admin, ORDERS[:1])[0].trouble


def test_prices_are_known_over_time_with_who_set_them(desk: Desk) -> None:
    before = desk.ledger.price_history(desk.admin)
    assert {price.operation: price.cost for price in before} == COSTS
    assert {price.username for price in before} == {""}
    last = desk.charge("1 + 1").entries[0]
    desk.ledger.set_cost(desk.admin, OperationType.ADDITION, 12_00)
    newest = desk.ledger.price_history(desk.admin)[0]
    assert (newest.operation, newest.cost, newest.username) == (OperationType.ADDITION, 12_00, ADMIN)
    assert newest.date >= last.date
    assert newest.from_record in (last.id + 1, 0)  # 0: records that name their price need not be counted
    assert desk.charge("1 + 1").cost == 12_00


def test_usage_counts_everybodys_charges_in_a_period(desk: Desk) -> None:
    first = desk.charge("1 + 1").entries[0]
    desk.ledger.set_cost(desk.admin, OperationType.ADDITION, 12_00)
    desk.charge("2 + 2 + 2", desk.bob)
    last = desk.charge("2 × 2").entries[0]
    kind = OperationType
    assert dict(desk.ledger.usage(desk.admin, 0, EVER)) == {
        kind.ADDITION: OperationSum(kind.ADDITION, 3, 34_00),
        kind.MULTIPLICATION: OperationSum(kind.MULTIPLICATION, 1, 30_00),
    }
    assert dict(desk.ledger.usage(desk.admin, first.date, last.date))[kind.ADDITION].count == 3
    assert kind.MULTIPLICATION not in desk.ledger.usage(desk.admin, first.date, last.date)


def test_all_that_administrators_do_is_on_record_with_who_did_it(desk: Desk) -> None:
    ledger, admin = desk.ledger, desk.admin
    before = {deed.number for deed in ledger.deeds(admin)}  # on a server an administrator made the accounts
    ledger.set_role(admin, ANN, Role.ADMIN)
    ledger.credit(desk.ann, BOB, 5_00, "A present", new_id())
    ledger.credit_all(admin, ORDERS[:1])
    ledger.credit_all(admin, ORDERS[:1])  # not again
    ledger.set_cost(desk.ann, OperationType.DIVISION, 41_00)
    ledger.set_status(admin, BOB, Status.INACTIVE)
    ledger.set_status(admin, BOB, Status.INACTIVE)  # nothing new
    ledger.set_status(admin, BOB, Status.ACTIVE)
    ledger.set_role(admin, ANN, Role.USER)
    ledger.invite(admin, NEW, ONE_TIME, starting_balance=0)
    ledger.change_password(admin, PASSWORD, OWN, minimum_length=8)  # of one's own, and no deed
    kind = DeedKind
    newest = tuple(deed for deed in ledger.deeds(admin) if deed.number not in before)
    told = [(d.actor, d.kind, d.whom, d.amount, d.before) for d in reversed(newest)]
    assert told == [
        (ADMIN, kind.MADE_ADMIN, ANN, 0, 0),
        (ANN, kind.CREDITED, BOB, 5_00, 0),
        (ADMIN, kind.CREDITED, ANN, 100_00, 0),
        (ANN, kind.PRICED, "", 41_00, 40_00),
        (ADMIN, kind.DEACTIVATED, BOB, 0, 0),
        (ADMIN, kind.ACTIVATED, BOB, 0, 0),
        (ADMIN, kind.MADE_USER, ANN, 0, 0),
        (ADMIN, kind.INVITED, NEW, 0, 0),
    ]
    assert [d.detail for d in newest if d.kind is kind.CREDITED] == ["Allowance November", "A present"]
    assert [d.operation for d in newest if d.kind is kind.PRICED] == [OperationType.DIVISION]
    older = ledger.deeds(admin, before=newest[2].number, limit=2)
    assert older == newest[3:5]
    assert ledger.verify().problems == ()
