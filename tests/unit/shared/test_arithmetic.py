"""The server's own look at results: 20,000 of them are in tests/faults/test_the_server_checks_results.py."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.arithmetic.operations import follows, operands_text
from desktop.terms.charges import Step
from tests.support import postgres
from tests.support.arithmetic import drawn_steps, spoilt
from tests.unit.shared.conftest import Desk


@pytest.fixture(scope="module")
def server_says() -> Any:
    """Asks the server's function which steps follow."""
    server = postgres.shared_server()
    with server.owner(server.ledger()) as owner:
        owner.execute("SET search_path = metercalc, pg_temp")

        def answer(step: Step) -> bool:
            values = (step.operation.value, list(step.operands), step.response, step.exact)
            row = owner.execute("SELECT follows(%s, %s, %s, %s) IS TRUE", values).fetchone()
            return bool(row[0])

        yield answer


def test_the_server_takes_what_follows_and_nothing_else(server_says: Any) -> None:
    steps = drawn_steps(1, 300)
    assert [step for step in steps if not server_says(step)] == []
    wrong = [
        step
        for step in spoilt(steps, 2)
        if not follows(step.operation, operands_text(step.operation, step.operands), step.response, exact=step.exact)
    ]
    assert len(wrong) > 300
    assert [step for step in wrong if server_says(step)] == []


NEVER: tuple[tuple[str, list[str], str, bool], ...] = (
    ("addition", ["1", "1"], "2.0", True),
    ("addition", ["1", "1"], "+2", True),
    ("addition", ["1", "1"], " 2", True),
    ("addition", ["01", "1"], "2", True),
    ("addition", ["1", "1"], "2e0", True),
    ("addition", ["1", "-0"], "1", True),
    ("addition", ["1"], "1", True),
    ("addition", ["1", "1", "0"], "2", True),
    ("division", ["1", "0"], "0", True),
    ("division", ["1", "3"], "0.3333", False),
    ("division", ["1", "3"], "0.3333333333333333333333333333333334", False),
    ("division", ["1", "3"], "0.33333333333333333333333333333333333", False),
    ("division", ["1", "4"], "0.25", False),
    ("square_root", ["-4"], "2", True),
    ("square_root", ["4"], "-2", True),
    ("square_root", ["2"], "1.41421356", False),
    ("multiplication", ["1/3", "3"], "1", False),
    ("multiplication", ["2/6", "3"], "1", True),
    ("multiplication", ["Infinity", "1"], "Infinity", True),
    ("multiplication", ["1e999999", "1"], "1e999999", True),
    ("random_string", [], "x", True),
)


def test_what_the_ledger_never_writes_is_refused(desk: Desk) -> None:
    import psycopg

    for operation, operands, response, exact in NEVER:
        step = {
            "operation": operation,
            "operands": operands,
            "response": response,
            "exact": exact,
            "source": "computed",
        }
        with pytest.raises(psycopg.DatabaseError) as refused:
            desk.pay([step], "1")
        assert refused.value.sqlstate in ("MC008", "MC009"), step
    assert desk.all("SELECT seq FROM metercalc.account()") == [(1,)]
