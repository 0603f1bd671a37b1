"""A ledger on a real server to test with: one server for the process, a database of its own for each folder.

On a server people are made by an administrator, and the first by whoever installs it. Tests that begin with nobody
ask a ledger with its owner beside it.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from desktop.models.ledger.registering import check_new
from desktop.models.shared import installing, scram, urls
from desktop.models.shared.ledger import SharedLedger
from desktop.models.shared.people import account_of
from desktop.terms.people import Account, Session
from tests.support.postgres import Server, shared_server
from tests.support.stores import BALANCE, COSTS, PASSWORD

DATABASE_FILE = "database"


def database_of(folder: Path) -> str:
    """The database that belongs to a folder, with a ledger in which nobody is; made where there is none."""
    file = folder / DATABASE_FILE
    if not file.exists():
        file.write_text(_wiped.pop() if _wiped else shared_server().clone(shared_server().template()))
    return file.read_text()


def peopled(folder: Path, *emails: str) -> str:
    """The same with these people in it, the first of them its administrator."""
    folder.mkdir(parents=True, exist_ok=True)
    database = database_of(folder)
    shared_server().make_people(database, *emails)
    return database


def give_back(folder: Path) -> None:
    """The database that belongs to a folder, if there is one, is for the next test."""
    file = folder / DATABASE_FILE
    if file.exists():
        _wipe(shared_server(), file.read_text())
        _wiped.append(file.read_text())
        file.unlink()


_wiped: list[str] = []  # a clone takes half a second, and this a twentieth of it


def _wipe(server: Server, database: str) -> None:
    """Take people, records and prices away, and begin another ledger in their place."""
    with server.owner(database) as owner:
        owner.execute("SET session_replication_role = replica")  # nothing but this may take a record away
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )
        roles = owner.execute("SELECT role_name FROM metercalc.account").fetchall()
        for (role,) in roles:
            owner.execute(f'DROP ROLE "{role}"')
            owner.execute(f'DROP ROLE IF EXISTS "{role.replace("mc_", "mr_")}"')
        owner.execute(
            "TRUNCATE metercalc.account, metercalc.record, metercalc.record_note, metercalc.journal, metercalc.voided, "
            "metercalc.price, metercalc.ledger RESTART IDENTITY"
        )
        owner.execute("SET session_replication_role = origin")
        owner.execute("SET ROLE metercalc_owner")
        installing.make_ledger(owner, database, b"k" * 32, BALANCE, COSTS)
        owner.execute("UPDATE metercalc.ledger SET minimum_iterations = 1")


class OwnedLedger(SharedLedger):
    """A ledger on a server whose owner stands beside it and makes the accounts where no administrator is signed in."""

    owner: Any
    folder: Path
    _owners: Any = None

    def close(self) -> None:
        super().close()
        if self._owners is not None:
            self._owners.close()
            self._owners = None

    def is_empty(self) -> bool:
        return not self._ask("SELECT 1 FROM metercalc.account LIMIT 1")

    def register(self, email: str, password: str, *, starting_balance: int, minimum_length: int) -> Account:
        if self._sessions.administrator() is not None:
            return super().register(email, password, starting_balance=starting_balance, minimum_length=minimum_length)
        username = check_new(email, password, minimum_length=minimum_length)
        values = (username, verifier(password), starting_balance)
        if self.is_empty():
            rows = self._ask("SELECT * FROM metercalc.found(%s, %s, %s::bigint)", *values)
        else:
            made = "metercalc.make_account(%s, %s, 'user', %s::bigint, 1) AS a"
            rows = self._ask(f"SELECT r.* FROM {made}, LATERAL metercalc.row_of(a) AS r", *values)
        return account_of(rows[0])

    def register_and_sign_in(
        self, email: str, password: str, *, starting_balance: int, minimum_length: int
    ) -> tuple[Account, Session]:
        account = self.register(email, password, starting_balance=starting_balance, minimum_length=minimum_length)
        return account, self.sign_in(email, password)

    def _ask(self, sql: str, *values: object) -> list[Any]:
        if self._owners is None:
            self._owners = self.owner()
            self._owners.execute("SET ROLE metercalc_owner")
        found: list[Any] = self._owners.execute(sql, values).fetchall()
        return found


def verifier(password: str) -> str:
    """A verifier that takes no time."""
    return scram.verifier(password, iterations=1)


def open_at(
    database: str,
    remembered: Path,
    *,
    at: Server | None = None,
    port: int | None = None,
    pooled: bool = False,
    **more: Any,
) -> OwnedLedger:
    """A ledger as another program opens it, at its server's port or one that leads there, a pooler's too."""
    found = at or shared_server()
    url = found.url(database).replace(f":{found.port}/", f":{port or found.port}/")
    if pooled:
        url += ("&" if "?" in url else "?") + "pooler=yes"
    address = urls.parse(url)
    ledger = OwnedLedger(
        address.keywords(), server=address.shown(), ledger_name=address.ledger_name, remembered=remembered, **more
    )
    ledger.owner = functools.partial(found.owner, database)
    ledger.folder = remembered
    return ledger


def open_shared(folder: Path) -> OwnedLedger:
    """The ledger that belongs to a folder."""
    return open_at(database_of(folder), folder / "remembered")


def open_copied(folder: Path) -> OwnedLedger:
    """The same with a copy of everybody's records at the desk, however few they are."""
    return open_at(database_of(folder), folder / "remembered", copies=folder / "copies", copied_from=0)


def signed_in(ledger: SharedLedger, email: str) -> Session:
    """Somebody with the usual password."""
    return ledger.sign_in(email, PASSWORD)
