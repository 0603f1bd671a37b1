"""Owns working an operation out, and how a record writes its operands; what each operation is stands in the table."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, Inexact, Overflow, Subnormal
from typing import Final

from desktop.arithmetic.exact import MAX_RESULT_DIGITS, SHOWN_DIGITS, Value, bounded, shown
from desktop.arithmetic.literals import quoted
from desktop.arithmetic.numbers import MAX_EXPONENT, format_number
from desktop.arithmetic.table import OPERATIONS
from desktop.arithmetic.value_texts import read
from desktop.language.sentences import say, say_count
from desktop.terms.errors import AppError, BadInput, OutOfBounds
from desktop.terms.kinds import OperationType

_PARTS: Final = frozenset("/×√±")  # of a value that is no number on its own
_ONCE_ROUNDED: Final = frozenset({OperationType.DIVISION, OperationType.SQUARE_ROOT})


@dataclass(frozen=True, slots=True)
class Result:
    """What an operation gave: its value, the number that is shown of it, and whether that is all of it."""

    number: Decimal
    exact: bool
    value: Value


def apply(operation: OperationType, operands: tuple[Value, ...]) -> Result:
    """`operation` on its operands, taken in full whatever their length.

    Raises DivisionByZero, NegativeSquareRoot, and OutOfBounds where the result has an exponent beyond ±999 or
    more than MAX_RESULT_DIGITS digits. What cannot be computed (a random string, a credit) is a ValueError.
    """
    compute = OPERATIONS[operation].compute
    if compute is None or len(operands) != arity(operation):
        raise ValueError(f"{operation} cannot be computed from {len(operands)} operands")
    try:
        value = compute(*operands)
        number, exact = shown(value)
    except Overflow:
        raise _too_big(operation) from None
    except Subnormal:
        raise _too_small(operation) from None
    except Inexact:
        raise OutOfBounds(
            say(
                "The result of the {operation} is too long: it has more than {most} digits. "
                "Use numbers with fewer digits.",
                operation=_noun(operation),
                most=say_count(MAX_RESULT_DIGITS),
            )
        ) from None
    return Result(number, exact, value)


def arity(operation: OperationType) -> int:
    """How many operands a computed operation takes."""
    return OPERATIONS[operation].arity


def operands_text(operation: OperationType, operands: tuple[str, ...]) -> str:
    """What a record shows: "0.1 + 0.2", "√2.25", "5 − -3", "1/3 × 3", "1 ÷ (1/3)"; "" for a random string; a
    credit's reason. A fraction or a root stands in parentheses where it would be read as something else without.
    """
    row = OPERATIONS[operation]
    if row.arity == 1:
        return row.symbol + _enclosed(operands[0])
    if operation is OperationType.DIVISION:
        operands = (*operands[:1], *map(_enclosed, operands[1:]))
    return f" {row.symbol} ".join(operands) if row.arity else "".join(operands)


def _enclosed(operand: str) -> str:
    return operand if _PARTS.isdisjoint(operand) else f"({operand})"


def split_operands(operation: OperationType, text: str) -> tuple[str, ...]:
    """The inverse of `operands_text`; raises BadInput for a text that it did not write."""
    row = OPERATIONS[operation]
    if operation is OperationType.CREDIT:
        return (text,)
    if row.arity == 0:
        operands: tuple[str, ...] = ()
    elif row.arity == 1:
        operands = (_opened(text.removeprefix(row.symbol)),)
    else:
        left, *more = text.split(f" {row.symbol} ")
        operands = (left, *map(_opened, more))
    if operands_text(operation, operands) != text or (operands and len(operands) != arity(operation)):
        raise BadInput(
            say("{text} is not what a record of {operation} holds.", text=quoted(text), operation=_noun(operation))
        )
    return operands


def _opened(operand: str) -> str:
    return operand[1:-1] if operand.startswith("(") and operand.endswith(")") else operand


def work_out(operation: OperationType, operands: str) -> Result:
    """A computed operation on its operands as a record holds them; raises as `split_operands`, `read`, `apply` do."""
    return apply(operation, tuple(map(read, split_operands(operation, operands))))


def follows(operation: OperationType, operands: str, response: str, *, exact: bool) -> bool:
    """Whether the response of a record, and its being exact, is what its operands come to (rule L8).

    Versions before 1.1 rounded every quotient and root to 34 digits, so a rounded one that is right to there follows
    too. What is not computed follows from nothing, and is taken as it is.
    """
    if OPERATIONS[operation].compute is None:
        return True
    try:
        result = work_out(operation, operands)
    except AppError:
        return False
    if (format_number(result.number), result.exact) == (response, exact):
        return True
    if exact or not result.exact or operation not in _ONCE_ROUNDED:
        return False
    once = bounded(SHOWN_DIGITS).plus(result.number)
    return once != result.number and format_number(once) == response


def _noun(operation: OperationType) -> str:
    row = OPERATIONS[operation]
    return say(row.noun or row.name.lower())


def _too_big(operation: OperationType) -> OutOfBounds:
    return OutOfBounds(
        say(
            "The result of the {operation} is too big: exponents go from −{most} to {most}. Use other numbers.",
            operation=_noun(operation),
            most=MAX_EXPONENT,
        )
    )


def _too_small(operation: OperationType) -> OutOfBounds:
    return OutOfBounds(
        say(
            "The result of the {operation} is too small: exponents go from −{most} to {most}. Use other numbers.",
            operation=_noun(operation),
            most=MAX_EXPONENT,
        )
    )
