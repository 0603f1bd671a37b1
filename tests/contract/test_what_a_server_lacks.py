"""What a ledger does not have is answered with a sentence that says so, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.models.ledger.protocol import Ledger
from desktop.terms.errors import BadInput
from desktop.terms.values import Session
from tests.contract.conftest import Desk
from tests.support.stores import ANN, PASSWORD

ASKED: dict[str, Callable[[Ledger, Session], object]] = {
    "recovery codes": lambda ledger, session: ledger.new_recovery_code(session, PASSWORD),
    "notes": lambda ledger, session: ledger.set_note(session, 1, "a note"),
    "administrators' log": lambda ledger, session: ledger.deeds(session),
}


@pytest.mark.parametrize("what", ASKED)
def test_it_says_so_and_nothing_has_changed(desk: Desk, what: str) -> None:
    if what not in desk.factory.lacks:
        pytest.skip("it has that")
    before = desk.balance(desk.admin)
    with pytest.raises(BadInput, match="server"):
        ASKED[what](desk.ledger, desk.admin)
    assert desk.balance(desk.admin) == before


def test_a_lost_password_is_given_anew_by_an_administrator_whatever_keeps_the_ledger(desk: Desk) -> None:
    desk.ledger.reset_password(desk.admin, ANN, "a better horse 8")
    assert desk.ledger.sign_in(ANN, "a better horse 8")
