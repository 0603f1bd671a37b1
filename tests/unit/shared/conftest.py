"""A ledger on a real server: an administrator, Ann and Bob, each with a thousand credits and a connection."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support import postgres
from tests.support.postgres import Server
from tests.support.stores import ADMIN, ANN, BOB, charge_for


@dataclass(frozen=True)
class Desk:
    """A ledger's database, and who is connected with it."""

    server: Server
    database: str
    owner: Any
    admin: Any
    ann: Any
    bob: Any

    def charge(self, text: str, who: Any = None, request_id: str | None = None, **more: Any) -> list[Any]:
        """Work an entry out and pay for it, as Ann unless told otherwise: its rows."""
        wanted = charge_for(text, request_id)
        return self.pay(steps_of(wanted.steps), wanted.expression, who, wanted.request_id, **more)

    def pay(
        self,
        steps: list[dict[str, Any]],
        expression: str,
        who: Any = None,
        request_id: str | None = None,
        *,
        quoted: int | None = None,
        max_cost: int | None = None,
    ) -> list[Any]:
        """Pay for steps as they are given."""
        values = (request_id or str(uuid.uuid4()), quoted, max_cost, expression, json_of(steps))
        found: list[Any] = (
            (who or self.ann)
            .execute("SELECT * FROM metercalc.charge(%s, %s::bigint, %s::bigint, %s, %s)", values)
            .fetchall()
        )
        return found

    def balance(self, who: Any = None) -> int:
        """What somebody has."""
        return int((who or self.ann).execute("SELECT balance FROM metercalc.account()").fetchone()[0])

    def all(self, sql: str, *values: Any, who: Any = None) -> list[Any]:
        """Rows, for Ann unless told otherwise."""
        found: list[Any] = (who or self.ann).execute(sql, values).fetchall()
        return found

    def as_owner(self, *statements: str) -> None:
        """Do as metercalc_owner what only the owner can."""
        with self.owner.transaction():
            self.owner.execute("SET LOCAL ROLE metercalc_owner")
            for statement in statements:
                self.owner.execute(statement)


def steps_of(steps: Any) -> list[dict[str, Any]]:
    """Steps as the server takes them."""
    return [
        {
            "operation": step.operation.value,
            "operands": list(step.operands),
            "response": step.response,
            "exact": step.exact,
            "source": step.source.value,
        }
        for step in steps
    ]


def json_of(value: Any) -> Any:
    """A value as the server's JSON."""
    from psycopg.types.json import Jsonb

    return Jsonb(value)


@pytest.fixture
def server() -> Server:
    """The server of this process."""
    return postgres.shared_server()


@pytest.fixture
def desk(server: Server) -> Iterator[Desk]:
    """A ledger of three people."""
    name = server.ledger(ADMIN, ANN, BOB)
    with ExitStack() as stack:
        stack.callback(server.drop, name)
        owner = stack.enter_context(server.owner(name))
        people = [stack.enter_context(server.member(name, email)) for email in (ADMIN, ANN, BOB)]
        yield Desk(server, name, owner, *people)
