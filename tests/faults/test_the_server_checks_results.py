"""A program that says what it likes of its own arithmetic is not believed: 20,000 right results, 40,000 wrong ones."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.arithmetic.operations import follows, operands_text
from desktop.terms.charges import Step
from tests.support import postgres
from tests.support.arithmetic import drawn_steps, spoilt

pytestmark = pytest.mark.faults


def _taken(owner: Any, steps: list[Step]) -> list[bool]:
    with owner.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE given (n serial, operation text, operands text[], response text, exact boolean)"
        )
        with cursor.copy("COPY given (operation, operands, response, exact) FROM STDIN") as copy:
            for step in steps:
                copy.write_row((step.operation.value, list(step.operands), step.response, step.exact))
        cursor.execute("SELECT follows(operation, operands, response, exact) IS TRUE FROM given ORDER BY n")
        found = [row[0] for row in cursor.fetchall()]
        cursor.execute("DROP TABLE given")
    return found


def test_no_right_result_is_refused_and_no_wrong_one_taken() -> None:
    server = postgres.shared_server()
    with server.owner(server.ledger()) as owner:
        owner.execute("SET search_path = metercalc, pg_temp")
        steps = drawn_steps(7, 20_000)
        refused = [step for step, taken in zip(steps, _taken(owner, steps), strict=True) if not taken]
        assert refused == []
        wrong = [
            step
            for step in spoilt(steps, 8)
            if not follows(
                step.operation, operands_text(step.operation, step.operands), step.response, exact=step.exact
            )
        ]
        assert len(wrong) > 30_000
        assert [step for step, taken in zip(wrong, _taken(owner, wrong), strict=True) if taken] == []
        # The harness sees a server that believes everything.
        owner.execute(
            "CREATE OR REPLACE FUNCTION metercalc.follows"
            "(operation text, operands text[], response text, exact boolean) "
            "RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'"
        )
        assert all(_taken(owner, wrong[:10]))
