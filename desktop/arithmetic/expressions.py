"""Owns reading an entry and working it out step by step; must not know prices, and never uses Python's `eval`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from desktop.arithmetic.grammar import MAX_NESTING, Expression, Negation, Parser
from desktop.arithmetic.numbers import (
    MAX_DIGITS,
    MAX_EXPONENT,
    MAX_LENGTH,
    PLAIN,
    NumberFormat,
    format_number,
    negated,
)
from desktop.arithmetic.operations import apply, arity
from desktop.arithmetic.table import MAX_OPERATORS
from desktop.arithmetic.tokens import tokenise
from desktop.terms.errors import OutOfBounds
from desktop.terms.values import Step

__all__ = [
    "MAX_DIGITS",
    "MAX_EXPONENT",
    "MAX_LENGTH",
    "MAX_NESTING",
    "MAX_OPERATORS",
    "Evaluation",
    "Expression",
    "evaluate",
    "parse",
]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result as canonical text, whether no step was rounded, and the steps in order."""

    result: str
    exact: bool
    steps: tuple[Step, ...]


def parse(text: str, fmt: NumberFormat = PLAIN) -> Expression:
    """`text` as an expression in the given number format.

    Raises ExpressionError with the place where it stops making sense, OutOfBounds where it is too long, has too many
    operators, is nested too deeply, or holds a number past its bounds. A reading reads the same
    when parsed again, where writing numbers out has not made it longer than an entry may be.
    """
    if len(text) > MAX_LENGTH:
        raise OutOfBounds(
            f"The entry is too long: it has {len(text):,} characters, and {MAX_LENGTH:,} are allowed. "
            "Work it out in parts."
        )
    parser = Parser()
    for token in tokenise(text, fmt):
        parser.take(token)
    return parser.finish(len(text))


def evaluate(expression: Expression) -> Evaluation:
    """Work `expression` out; each step's operands are the canonical texts of just what it was computed from.

    Raises DivisionByZero, NegativeSquareRoot, OutOfBounds.
    """
    stack: list[Decimal] = []
    steps: list[Step] = []
    for item in expression.program:
        if isinstance(item, Decimal):
            stack.append(item)
        elif isinstance(item, Negation):
            stack.append(negated(stack.pop()))
        else:
            count = arity(item)
            operands = tuple(stack[-count:])
            del stack[-count:]
            result = apply(item, operands)
            stack.append(result.number)
            texts = tuple(map(format_number, operands))
            steps.append(Step(item, texts, format_number(result.number), result.exact))
    (number,) = stack
    return Evaluation(format_number(number), all(step.exact for step in steps), tuple(steps))
