"""Owns working an operation out, and how a record writes its operands; what each operation is stands in the table."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, Inexact, Overflow, Subnormal

from desktop.arithmetic.literals import quoted
from desktop.arithmetic.numbers import MAX_EXPONENT
from desktop.arithmetic.table import MAX_RESULT_DIGITS, OPERATIONS
from desktop.terms.errors import BadInput, OutOfBounds
from desktop.terms.kinds import OperationType


@dataclass(frozen=True, slots=True)
class Result:
    """What an operation gave; `exact` is False where this very operation was rounded."""

    number: Decimal
    exact: bool


def apply(operation: OperationType, operands: tuple[Decimal, ...]) -> Result:
    """`operation` on its operands, taken in full whatever their length.

    Raises DivisionByZero, NegativeSquareRoot, and OutOfBounds where the result has an exponent beyond ±999 or
    more than MAX_RESULT_DIGITS digits. What cannot be computed (a random string, a credit) is a ValueError.
    """
    compute = OPERATIONS[operation].compute
    if compute is None or len(operands) != arity(operation):
        raise ValueError(f"{operation} cannot be computed from {len(operands)} operands")
    try:
        number, exact = compute(*operands)
    except Overflow:
        raise _too(operation, "big") from None
    except Subnormal:
        raise _too(operation, "small") from None
    except Inexact:
        raise OutOfBounds(
            f"The result of the {_name(operation)} is too long: it has more than {MAX_RESULT_DIGITS:,} digits. "
            "Use numbers with fewer digits."
        ) from None
    return Result(number, exact)


def arity(operation: OperationType) -> int:
    """How many operands a computed operation takes."""
    return OPERATIONS[operation].arity


def operands_text(operation: OperationType, operands: tuple[str, ...]) -> str:
    """What a record shows: "0.1 + 0.2", "√2.25", "5 − -3"; "" for a random string; a credit's reason."""
    row = OPERATIONS[operation]
    if row.arity == 1:
        return row.symbol + operands[0]
    return f" {row.symbol} ".join(operands) if row.arity else "".join(operands)


def split_operands(operation: OperationType, text: str) -> tuple[str, ...]:
    """The inverse of `operands_text`; raises BadInput for a text that it did not write."""
    row = OPERATIONS[operation]
    if operation is OperationType.CREDIT:
        return (text,)
    if row.arity == 0:
        operands: tuple[str, ...] = ()
    elif row.arity == 1:
        operands = (text.removeprefix(row.symbol),)
    else:
        operands = tuple(text.split(f" {row.symbol} "))
    if operands_text(operation, operands) != text or (operands and len(operands) != arity(operation)):
        raise BadInput(f"{quoted(text)} is not what a record of {_name(operation)} holds.")
    return operands


def _name(operation: OperationType) -> str:
    return OPERATIONS[operation].name.lower()


def _too(operation: OperationType, size: str) -> OutOfBounds:
    return OutOfBounds(
        f"The result of the {_name(operation)} is too {size}: "
        f"exponents go from −{MAX_EXPONENT} to {MAX_EXPONENT}. Use other numbers."
    )
