"""Owns reading an entry and working it out step by step; must not know prices, and never uses Python's `eval`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from desktop.arithmetic.exact import Value, opposite, shown
from desktop.arithmetic.grammar import MAX_NESTING, Expression, Negation, Parser
from desktop.arithmetic.numbers import (
    MAX_DIGITS,
    MAX_EXPONENT,
    MAX_LENGTH,
    PLAIN,
    NumberFormat,
    format_number,
    negated,
    read_canonical,
)
from desktop.arithmetic.operations import apply, arity
from desktop.arithmetic.percentages import spelled_out
from desktop.arithmetic.table import MAX_OPERATORS
from desktop.arithmetic.tokens import tokenise
from desktop.arithmetic.value_texts import write
from desktop.language.sentences import say_count, say_many
from desktop.terms.charges import Step
from desktop.terms.errors import OutOfBounds

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
    "result_of",
]


_NOTHING: Mapping[Decimal, Value] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result as canonical text, whether that is all of it, the steps in order, and the value behind the result.

    `value` is what a further calculation goes on with; `value_texts.write` and `read` make it a text and back.
    """

    result: str
    exact: bool
    steps: tuple[Step, ...]
    value: Value


def parse(text: str, fmt: NumberFormat = PLAIN) -> Expression:
    """`text` as an expression in the given number format.

    Raises ExpressionError with the place where it stops making sense, OutOfBounds where it is too long, has too many
    operators, is nested too deeply, or holds a number past its bounds. A reading reads the same
    when parsed again, where writing numbers out has not made it longer than an entry may be.
    """
    if len(text) > MAX_LENGTH:
        raise OutOfBounds(
            say_many(
                "The entry is too long: it has {count} character, and {most} are allowed. Work it out in parts.",
                "The entry is too long: it has {count} characters, and {most} are allowed. Work it out in parts.",
                len(text),
                most=say_count(MAX_LENGTH),
            )
        )
    parser = Parser()
    for token in spelled_out(tokenise(text, fmt)):
        parser.take(token)
    return parser.finish(len(text))


def evaluate(expression: Expression, carried: Mapping[Decimal, Value] = _NOTHING) -> Evaluation:
    """Work `expression` out; each step's operands are the canonical texts of just what it was computed from.

    A number that is in `carried` stands for the value there: it is what was shown of it.

    Values are carried exactly where that can be, whatever is shown of a step: 1 ÷ 3 × 3 is 1.

    Raises DivisionByZero, NegativeSquareRoot, OutOfBounds.
    """
    stack: list[Value] = []
    steps: list[Step] = []
    for item in expression.program:
        if isinstance(item, Decimal):
            stack.append(carried.get(item, item))
        elif isinstance(item, Negation):
            stack.append(opposite(stack.pop()))
        else:
            count = arity(item)
            operands = tuple(stack[-count:])
            del stack[-count:]
            result = apply(item, operands)
            stack.append(result.value)
            texts = tuple(map(write, operands))
            steps.append(Step(item, texts, format_number(result.number), result.exact))
    (value,) = stack
    number, exact = shown(value)
    return Evaluation(format_number(number), exact, tuple(steps), value)


def result_of(expression: Expression, response: str) -> str:
    """What the whole entry came to, from its last step's response: a unary minus behind that changes the sign."""
    number = read_canonical(response)
    for item in reversed(expression.program):
        if not isinstance(item, Negation):
            break
        number = negated(number)
    return format_number(number)
