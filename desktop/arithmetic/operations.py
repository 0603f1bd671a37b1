"""Owns what each operation does to its operands, and how a record writes them; must not read a person's text.

`+ − ×` are exact. `÷` and `√` are rounded half-even to 34 significant digits (the precision of IEEE 754's
decimal128) where the result does not end within them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DecimalException,
    Inexact,
    InvalidOperation,
    Overflow,
    Subnormal,
)
from types import MappingProxyType
from typing import Final

from desktop.arithmetic.literals import quoted
from desktop.arithmetic.numbers import MAX_DIGITS, MAX_EXPONENT, format_number
from desktop.errors import BadInput, DivisionByZero, NegativeSquareRoot, OutOfBounds
from desktop.values import OperationType

ROUNDED_DIGITS: Final = 34
MAX_OPERATORS: Final = 100
"""Operators an expression can have."""
MAX_RESULT_DIGITS: Final = MAX_DIGITS * (MAX_OPERATORS + 1)
"""An exact result past this is refused, never rounded; the longest product of full-length operands fits."""

SYMBOLS: Final[Mapping[OperationType, str]] = MappingProxyType(
    {
        OperationType.ADDITION: "+",
        OperationType.SUBTRACTION: "−",
        OperationType.MULTIPLICATION: "×",
        OperationType.DIVISION: "÷",
        OperationType.SQUARE_ROOT: "√",
    }
)


@dataclass(frozen=True, slots=True)
class Result:
    """What an operation gave; `exact` is False where this very operation was rounded."""

    number: Decimal
    exact: bool


def apply(operation: OperationType, operands: tuple[Decimal, ...]) -> Result:
    """`operation` on its one (√) or two operands, taken in full whatever their length.

    Raises DivisionByZero, NegativeSquareRoot, and OutOfBounds where the result has an exponent beyond ±999 or
    more than MAX_RESULT_DIGITS digits. What cannot be computed (a random string, a credit) is a ValueError.
    """
    compute = _COMPUTE.get(operation)
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
    return 1 if operation is OperationType.SQUARE_ROOT else 2


def operands_text(operation: OperationType, operands: tuple[str, ...]) -> str:
    """What a record shows: "0.1 + 0.2", "√2.25", "5 − -3"; "" for a random string; a credit's reason."""
    symbol = SYMBOLS.get(operation)
    if symbol is None:
        return "".join(operands)
    return symbol + operands[0] if operation is OperationType.SQUARE_ROOT else f" {symbol} ".join(operands)


def split_operands(operation: OperationType, text: str) -> tuple[str, ...]:
    """The inverse of `operands_text`; raises BadInput for a text that it did not write."""
    if operation is OperationType.CREDIT:
        return (text,)
    if operation is OperationType.RANDOM_STRING:
        operands: tuple[str, ...] = ()
    elif operation is OperationType.SQUARE_ROOT:
        operands = (text.removeprefix("√"),)
    else:
        operands = tuple(text.split(f" {SYMBOLS[operation]} "))
    if operands_text(operation, operands) != text or (operands and len(operands) != arity(operation)):
        raise BadInput(f"{quoted(text)} is not what a record of {_name(operation)} holds.")
    return operands


def _name(operation: OperationType) -> str:
    return operation.value.replace("_", " ")


def _too(operation: OperationType, size: str) -> OutOfBounds:
    return OutOfBounds(
        f"The result of the {_name(operation)} is too {size}: "
        f"exponents go from −{MAX_EXPONENT} to {MAX_EXPONENT}. Use other numbers."
    )


def _exact() -> Context:
    """Refuses to round: a result that does not fit raises. Made anew each time, as contexts hold flags."""
    return _context(MAX_RESULT_DIGITS, Inexact)


def _rounded() -> Context:
    return _context(ROUNDED_DIGITS)


def _context(digits: int, *more: type[DecimalException]) -> Context:
    # Subnormal is everything below 1e-999, so these traps are the bound on exponents.
    traps: list[type[DecimalException]] = [InvalidOperation, Overflow, Subnormal, *more]
    limit = MAX_EXPONENT
    return Context(prec=digits, rounding=ROUND_HALF_EVEN, Emin=-limit, Emax=limit, clamp=0, traps=traps)


def _add(left: Decimal, right: Decimal) -> tuple[Decimal, bool]:
    return _exact().add(left, right), True


def _subtract(left: Decimal, right: Decimal) -> tuple[Decimal, bool]:
    return _exact().subtract(left, right), True


def _multiply(left: Decimal, right: Decimal) -> tuple[Decimal, bool]:
    return _exact().multiply(left, right), True


def _divide(left: Decimal, right: Decimal) -> tuple[Decimal, bool]:
    if not right:
        raise DivisionByZero(f"{_shown(left)} ÷ {_shown(right)} has no result: nothing can be divided by zero.")
    context = _rounded()
    number = context.divide(left, right)
    return number, not context.flags[Inexact]


def _square_root(radicand: Decimal) -> tuple[Decimal, bool]:
    if radicand < 0:
        raise NegativeSquareRoot(
            f"√{_shown(radicand)} has no result: the root of a negative number is not a number here."
        )
    root = _rounded().sqrt(radicand)
    # Proved, not believed: 34 digits squared fit in 68, `==` compares in full, and the square of a rounded root may
    # lie just past the bound on exponents.
    square = Context(prec=2 * ROUNDED_DIGITS, traps=[Inexact]).multiply(root, root)
    return root, square == radicand


def _shown(number: Decimal) -> str:
    text = format_number(number).replace("-", "−")
    return text if len(text) <= 40 else f"{text[:39]}…"


_COMPUTE: Final[Mapping[OperationType, Callable[..., tuple[Decimal, bool]]]] = MappingProxyType(
    {
        OperationType.ADDITION: _add,
        OperationType.SUBTRACTION: _subtract,
        OperationType.MULTIPLICATION: _multiply,
        OperationType.DIVISION: _divide,
        OperationType.SQUARE_ROOT: _square_root,
    }
)
