"""Ledgers to hurt and to judge: made, entered and audited by the shipped code, with passwords that take no time."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop.models.embedded import accounts
from desktop.models.embedded.storage.migrations import first, fourth
from desktop.models.embedded.storage.store import Opened, Store
from desktop.models.embedded.verify import verify
from desktop.terms.errors import StoreDamaged
from desktop.terms.people import Session
from tests.support.stores import ANN, PASSWORD, cheap_hasher, make_store

RICH = 10_000_000_00
_SCHEMAS = {
    "desktop.models.embedded.storage.migrations.first._FIRST_SCHEMA": first,
    "desktop.models.embedded.storage.migrations.fourth._ROOM": fourth,
    "desktop.models.embedded.storage.migrations.fourth._GUARDS": fourth,
}


def cheap_passwords() -> None:
    """The one hook by which this process hashes passwords fast: the time goes into the fault."""
    pytest.MonkeyPatch().setattr("desktop.models.ledger.passwords._hasher", cheap_hasher())


def without_rules(patch: pytest.MonkeyPatch, *rules: str) -> None:
    """Plant a fault: stores made by this process lack these rules of the schema."""
    schemas = {name: vars(module)[name.rpartition(".")[2]] for name, module in _SCHEMAS.items()}
    for rule in rules:
        assert any(rule in statement for schema in schemas.values() for statement in schema), rule
        harmless = rule.removeprefix("UNIQUE ") if rule.startswith("UNIQUE INDEX") else ""
        schemas = {name: tuple(text.replace(rule, harmless) for text in schema) for name, schema in schemas.items()}
    for name, schema in schemas.items():
        patch.setattr(name, schema)


def make_ledger(file: Path, people: Iterable[str] = (ANN,), balance: int = RICH) -> None:
    """Make a store with people in it, and close it."""
    cheap_passwords()
    store = make_store(file)
    for email in people:
        accounts.register(store, email, PASSWORD, starting_balance=balance)
    store.close()


def enter(store: Store, email: str = ANN) -> Session:
    """A session without a sign-in, which would write to the store."""
    with store.reading() as database:
        row = database.execute_sql("SELECT id, generation FROM user WHERE username = ?", (email,)).fetchone()
    if row is None:
        raise StoreDamaged(f"{email} is not in the store.")
    user_id, generation = row
    session = Session(secrets.token_urlsafe(8), user_id, email)
    store.sessions[session.token] = Opened(user_id, generation)
    return session


@dataclass(frozen=True)
class Audit:
    """What a store holds: what `verify` found, balances by e-mail, record ids by request."""

    problems: tuple[str, ...]
    balances: dict[str, int]
    requests: dict[str, list[int]]

    @property
    def records(self) -> int:
        """How many records there are."""
        return sum(map(len, self.requests.values()))


def audit_open(store: Store) -> Audit:
    """Audit a store that is open."""
    outcome = verify(store)
    requests: dict[str, list[int]] = {}
    for request_id, record_id in store.database.execute_sql("SELECT request_id, id FROM record ORDER BY id"):
        requests.setdefault(request_id, []).append(record_id)
    return Audit(
        tuple(f"{p.rule} {p.message}" for p in outcome.problems),
        dict(store.database.execute_sql("SELECT username, balance FROM user").fetchall()),
        requests,
    )


def audit(file: Path) -> Audit:
    """Open a store with the shipped code, audit it and close it."""
    store = make_store(file)
    try:
        return audit_open(store)
    finally:
        store.close()
