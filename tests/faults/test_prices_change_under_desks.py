"""Prices that change under desks at work: each charge cost what was quoted, by a price that is on record."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from typing import Any

import psycopg
import pytest

from tests.support import postgres
from tests.support.stores import ADMIN
from tests.unit.shared.conftest import json_of

pytestmark = pytest.mark.faults

CHANGES, DESKS = 200, 8
STEP = {"operation": "addition", "operands": ["1", "1"], "response": "2", "exact": True, "source": "computed"}


def _desk(connection: Any, done: threading.Event, outcomes: Counter[str], wrong: list[Any]) -> None:
    """Look at the price and pay by it, until there are no more changes."""
    with connection:
        while not done.is_set():
            quoted = connection.execute("SELECT prices FROM metercalc.account()").fetchone()[0]["addition"]
            try:
                row = connection.execute(
                    "SELECT amount FROM metercalc.charge(%s, %s::bigint, NULL, '1 + 1', %s)",
                    [uuid.uuid4(), quoted, json_of([STEP])],
                ).fetchone()
            except psycopg.DatabaseError as error:
                outcomes[str(error.sqlstate)] += 1
                continue
            outcomes["charged"] += 1
            if row[0] != quoted:
                wrong.append((quoted, row[0]))


def test_every_charge_has_the_price_that_was_quoted_and_is_on_record() -> None:
    server = postgres.shared_server()
    emails = [f"desk{number}@example.org" for number in range(DESKS)]
    name = server.ledger(ADMIN, *emails)
    done, outcomes, wrong = threading.Event(), Counter[str](), list[Any]()
    threads = [
        threading.Thread(target=_desk, args=(server.member(name, email), done, outcomes, wrong)) for email in emails
    ]
    for thread in threads:
        thread.start()
    try:
        with server.member(name, ADMIN) as admin:
            for change in range(CHANGES):
                admin.execute("SELECT metercalc.set_cost('addition', %s::bigint)", [1 + change % 7])
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert wrong == []
    # 40001: at this very moment; a program sends it again by itself.
    assert set(outcomes) <= {"charged", "MC002", "MC001", "40001"}
    assert outcomes["charged"] > 0
    with server.owner(name) as owner:
        assert owner.execute("SELECT count(*) FROM metercalc.price").fetchone() == (6 + CHANGES,)
        owner.execute("SET search_path = metercalc, pg_temp")
        assert owner.execute("SELECT broken_links()").fetchone() == (0,)
        # A record that names another price than it was charged by is found.
        owner.execute("ALTER TABLE record DISABLE TRIGGER USER")
        owner.execute("UPDATE record SET price_id = price_id % 6 + 1 WHERE account_id = 2 AND seq = 2")
        assert owner.execute("SELECT broken_links()").fetchone() == (1,)
    server.drop(name)
