"""A lost password, through the protocol: a code of one's own that is used once, or a password from an administrator."""

from __future__ import annotations

import pytest

from desktop.terms.errors import BadInput, NotSignedIn, PasswordDue, SignInRefused
from desktop.terms.kinds import DeedKind
from tests.contract.conftest import Desk
from tests.support.stores import ADMIN, ANN, BOB, PASSWORD

NEW = "a better horse 8"
ONE_TIME = "KDJQ-8RMX-2PVC"


def test_a_code_replaces_a_lost_password_once_and_ends_every_session(desk: Desk) -> None:
    ledger = desk.ledger
    code = ledger.new_recovery_code(desk.ann, PASSWORD)
    ledger.recover(ANN, code, NEW, minimum_length=8)
    with pytest.raises(NotSignedIn):
        ledger.account(desk.ann)
    with pytest.raises(SignInRefused):
        ledger.sign_in(ANN, PASSWORD)
    session = ledger.sign_in(ANN, NEW)
    assert ledger.account(session).username == ANN
    with pytest.raises(SignInRefused, match="used before"):
        ledger.recover(ANN, code, "yet another horse 9", minimum_length=8)
    assert not ledger.verify().problems


@pytest.mark.parametrize("written", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code} "])
def test_a_code_may_be_typed_as_people_write(desk: Desk, written: object) -> None:
    assert callable(written)
    code = desk.ledger.new_recovery_code(desk.ann, PASSWORD)
    desk.ledger.recover(ANN, written(code), NEW, minimum_length=8)
    assert desk.ledger.sign_in(ANN, NEW)


def test_a_newer_code_takes_the_place_of_the_earlier_one(desk: Desk) -> None:
    ledger = desk.ledger
    earlier, later = (ledger.new_recovery_code(desk.ann, PASSWORD) for _ in range(2))
    with pytest.raises(SignInRefused):
        ledger.recover(ANN, earlier, NEW, minimum_length=8)
    ledger.recover(ANN, later, NEW, minimum_length=8)


def test_a_code_is_made_for_who_knows_the_password_and_is_somebody_elses_never(desk: Desk) -> None:
    ledger = desk.ledger
    with pytest.raises(SignInRefused, match="No code was made"):
        ledger.new_recovery_code(desk.ann, "wrong horse 7")
    code = ledger.new_recovery_code(desk.ann, PASSWORD)
    for email in (BOB, "nobody@example.org"):
        with pytest.raises(SignInRefused):
            ledger.recover(email, code, NEW, minimum_length=8)
    assert ledger.sign_in(BOB, PASSWORD)


def test_a_password_that_will_not_do_leaves_the_code_to_be_used(desk: Desk) -> None:
    code = desk.ledger.new_recovery_code(desk.ann, PASSWORD)
    with pytest.raises(BadInput):
        desk.ledger.recover(ANN, code, "short", minimum_length=8)
    desk.ledger.recover(ANN, code, NEW, minimum_length=8)


def test_a_code_is_void_once_the_password_was_changed_or_given_by_somebody_else(desk: Desk) -> None:
    ledger = desk.ledger
    of_old = ledger.new_recovery_code(desk.ann, PASSWORD)
    ledger.change_password(desk.ann, PASSWORD, NEW, minimum_length=8)
    with pytest.raises(SignInRefused):
        ledger.recover(ANN, of_old, "yet another horse 9", minimum_length=8)
    of_new = ledger.new_recovery_code(desk.ann, NEW)
    ledger.reset_password(desk.admin, ANN, ONE_TIME)
    with pytest.raises(SignInRefused):
        ledger.recover(ANN, of_new, "yet another horse 9", minimum_length=8)


def test_an_administrator_gives_a_password_that_must_be_changed_first(desk: Desk) -> None:
    ledger = desk.ledger
    assert ledger.reset_password(desk.admin, ANN, ONE_TIME).username == ANN
    with pytest.raises(NotSignedIn):
        ledger.account(desk.ann)
    session = ledger.sign_in(ANN, ONE_TIME)
    assert session.one_time
    with pytest.raises(PasswordDue):
        ledger.account(session)
    ledger.change_password(session, ONE_TIME, NEW, minimum_length=8)
    assert not ledger.sign_in(ANN, NEW).one_time
    deed = ledger.deeds(desk.admin)[0]
    assert (deed.kind, deed.whom) == (DeedKind.PASSWORD_GIVEN, ANN)
    assert not ledger.verify().problems


def test_an_administrator_changes_their_own_password_and_resets_it_not(desk: Desk) -> None:
    with pytest.raises(BadInput, match="your own account"):
        desk.ledger.reset_password(desk.admin, ADMIN, ONE_TIME)
