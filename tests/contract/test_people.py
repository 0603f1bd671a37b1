"""Accounts and sessions, through the protocol."""

from __future__ import annotations

import pytest

from desktop.models.ledger.protocol import Ledger
from desktop.terms.errors import BadInput, NotAllowed, NotSignedIn, SignInRefused
from desktop.terms.kinds import Role, Status
from tests.contract.conftest import Desk
from tests.support.stores import ADMIN, ANN, BALANCE, BOB, PASSWORD


def test_the_first_person_administers_and_has_the_starting_balance(empty: Ledger) -> None:
    assert empty.is_empty()
    first = empty.register(ADMIN, PASSWORD, starting_balance=BALANCE, minimum_length=8)
    second = empty.register(ANN, PASSWORD, starting_balance=BALANCE, minimum_length=8)
    assert not empty.is_empty()
    assert [(a.role, a.status, a.balance) for a in (first, second)] == [
        (Role.ADMIN, Status.ACTIVE, BALANCE),
        (Role.USER, Status.ACTIVE, BALANCE),
    ]


def test_an_address_is_registered_once_however_it_is_written(desk: Desk) -> None:
    with pytest.raises(BadInput):
        desk.ledger.register(ANN.upper(), PASSWORD, starting_balance=BALANCE, minimum_length=8)
    assert len(desk.ledger.users(desk.admin)) == 3


@pytest.mark.parametrize(("email", "password"), [("no address", PASSWORD), ("new@example.org", "short")])
def test_what_will_not_do_makes_no_account(desk: Desk, email: str, password: str) -> None:
    with pytest.raises(BadInput):
        desk.ledger.register(email, password, starting_balance=BALANCE, minimum_length=8)
    assert [account.username for account in desk.ledger.users(desk.admin)] == [ADMIN, ANN, BOB]


def test_who_signs_in_is_who_they_say(desk: Desk) -> None:
    session = desk.ledger.sign_in(ANN, PASSWORD)
    assert desk.ledger.account(session).username == ANN
    for email, password in ((ANN, "wrong horse 7"), ("nobody@example.org", PASSWORD)):
        with pytest.raises(SignInRefused):
            desk.ledger.sign_in(email, password)


def test_a_session_that_ended_answers_nothing(desk: Desk) -> None:
    desk.ledger.sign_out(desk.ann)
    desk.ledger.sign_out(desk.ann)
    with pytest.raises(NotSignedIn):
        desk.ledger.account(desk.ann)
    with pytest.raises(NotSignedIn):
        desk.charge("1 + 1")


def test_a_new_password_holds_from_now_on_and_ends_the_other_sessions(desk: Desk) -> None:
    other = desk.ledger.sign_in(ANN, PASSWORD)
    with pytest.raises(NotAllowed):
        desk.ledger.change_password(desk.ann, "wrong horse 7", "a better horse 8", minimum_length=8)
    desk.ledger.change_password(desk.ann, PASSWORD, "a better horse 8", minimum_length=8)
    assert desk.ledger.account(desk.ann).username == ANN
    with pytest.raises(NotSignedIn):
        desk.ledger.account(other)
    with pytest.raises(SignInRefused):
        desk.ledger.sign_in(ANN, PASSWORD)
    assert desk.ledger.sign_in(ANN, "a better horse 8").username == ANN


def test_only_an_administrator_sees_everybody_and_says_who_may_sign_in(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        desk.ledger.users(desk.ann)
    with pytest.raises(NotAllowed):
        desk.ledger.set_status(desk.ann, BOB, Status.INACTIVE)
    assert desk.ledger.set_status(desk.admin, ANN, Status.INACTIVE).status is Status.INACTIVE
    with pytest.raises(NotSignedIn):
        desk.ledger.account(desk.ann)
    with pytest.raises(NotAllowed, match="deactivated"):
        desk.ledger.sign_in(ANN, PASSWORD)
    desk.ledger.set_status(desk.admin, ANN, Status.ACTIVE)
    assert desk.ledger.sign_in(ANN, PASSWORD).username == ANN


def test_the_last_administrator_stays(desk: Desk) -> None:
    with pytest.raises(BadInput):
        desk.ledger.set_status(desk.admin, ADMIN, Status.INACTIVE)
    assert desk.ledger.account(desk.admin).status is Status.ACTIVE
