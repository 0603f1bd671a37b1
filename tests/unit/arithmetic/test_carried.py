"""Results that are gone on from."""

from __future__ import annotations

import pytest

from desktop.arithmetic.carried import values_behind
from desktop.arithmetic.expressions import evaluate, parse
from desktop.arithmetic.operations import follows, operands_text
from desktop.terms.kinds import OperationType
from tests.support.fake_controllers import entry

THIRD, ROOT = "0.3333333333333333333333333333333333", "1.414213562373095048801688724209698"


@pytest.mark.parametrize(
    ("operation", "operands", "response", "then", "comes"),
    [
        (OperationType.DIVISION, "1 ÷ 3", THIRD, f"{THIRD} × 3", ("1", True)),
        (OperationType.DIVISION, "-1 ÷ 3", f"-{THIRD}", f"-{THIRD} × 3", ("-1", True)),
        (OperationType.DIVISION, "-1 ÷ 3", f"-{THIRD}", f"{THIRD} × 3", ("1", True)),
        (OperationType.SQUARE_ROOT, "√2", ROOT, f"{ROOT} × {ROOT}", ("2", True)),
        (OperationType.SQUARE_ROOT, "√2", ROOT, f"{ROOT} + 1", ("2.414213562373095048801688724209698", False)),
        (OperationType.DIVISION, "1 ÷ 3", THIRD, THIRD, (THIRD, False)),
    ],
)
def test_a_rounded_result_keeps_its_value(
    operation: OperationType, operands: str, response: str, then: str, comes: tuple[str, bool]
) -> None:
    carried = values_behind([entry(1, operation=operation, operands=operands, response=response, exact=False)])
    evaluation = evaluate(parse(then), carried)
    assert (evaluation.result, evaluation.exact) == comes
    for step in evaluation.steps:
        assert follows(step.operation, operands_text(step.operation, step.operands), step.response, exact=step.exact)


def test_what_is_exact_short_or_spoilt_is_what_it_reads() -> None:
    assert not values_behind(
        [
            entry(1),
            entry(2, operation=OperationType.DIVISION, operands="1 ÷ 3", response="0.3", exact=False),
            entry(3, operation=OperationType.DIVISION, operands="what?", response=THIRD, exact=False),
        ]
    )
