"""A ledger on a server with an administrator, Ann and Bob, and its owner who can do anything to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from desktop.terms.charges import Receipt
from desktop.terms.people import Session
from tests.support import shared
from tests.support.shared import OwnedLedger
from tests.support.stores import ADMIN, ANN, BOB, PASSWORD, charge_for


@dataclass
class Desk:
    """A program at a server, with Ann signed in. `folder` is where it remembers."""

    ledger: OwnedLedger
    database: str
    folder: Path
    ann: Session
    others: list[OwnedLedger] = field(default_factory=list)

    def charge(self, text: str, **more: Any) -> Receipt:
        """Pay for an entry, as Ann."""
        return self.ledger.charge(self.ann, charge_for(text, **more))

    def other(self, remembered: Path | None = None) -> OwnedLedger:
        """Another program."""
        self.others.append(shared.open_at(self.database, remembered or self.folder))
        return self.others[-1]

    def owner(self, *statements: str, values: tuple[object, ...] = ()) -> list[Any]:
        """Do something as the server's owner, whom no trigger or right keeps from it; the last answer."""
        found: list[Any] = []
        with self.ledger.owner() as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                cursor = connection.execute(statement, values)
                found = cursor.fetchall() if cursor.description else []
        return found


@pytest.fixture
def desk(tmp_path: Path, cheap_passwords: None) -> Iterator[Desk]:
    """A database of its own."""
    database = shared.peopled(tmp_path, ADMIN, ANN, BOB)
    ledger = shared.open_at(database, tmp_path / "remembered")
    desk = Desk(ledger, database, tmp_path / "remembered", ledger.sign_in(ANN, PASSWORD))
    yield desk
    for each in (*desk.others, ledger):
        each.close()
    shared.give_back(tmp_path)
