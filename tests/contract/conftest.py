"""Each ledger that there is, with three people signed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desktop.models.ledger.protocol import Ledger
from desktop.terms.charges import Receipt
from desktop.terms.people import Session
from tests.contract.ledgers import LEDGERS, Factory
from tests.support.stores import ADMIN, ANN, BALANCE, BOB, PASSWORD, charge_for


@dataclass(frozen=True)
class Desk:
    """A ledger, the people at it, and how another program opens it."""

    ledger: Ledger
    factory: Factory
    folder: Path
    admin: Session
    ann: Session
    bob: Session

    def charge(self, text: str, session: Session | None = None, **more: Any) -> Receipt:
        """Evaluate an entry and pay for it, as Ann unless told otherwise."""
        return self.ledger.charge(session or self.ann, charge_for(text, **more))

    def balance(self, session: Session | None = None) -> int:
        """What somebody has."""
        return self.ledger.account(session or self.ann).balance


@pytest.fixture(params=LEDGERS, ids=lambda factory: factory.name)
def factory(request: pytest.FixtureRequest) -> Factory:
    """One kind of ledger after the other."""
    found: Factory = request.param
    return found


@pytest.fixture
def empty(factory: Factory, tmp_path: Path, cheap_passwords: None) -> Iterator[Ledger]:
    """A ledger in which nobody is registered."""
    ledger = factory.open(tmp_path)
    yield ledger
    ledger.close()
    factory.forget(tmp_path)


@pytest.fixture
def desk(empty: Ledger, factory: Factory, tmp_path: Path) -> Desk:
    """A ledger with an administrator, Ann and Bob, each with a thousand credits."""
    sessions = [
        empty.register_and_sign_in(email, PASSWORD, starting_balance=BALANCE, minimum_length=8)[1]
        for email in (ADMIN, ANN, BOB)
    ]
    return Desk(empty, factory, tmp_path, *sessions)
