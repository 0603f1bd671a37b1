"""The operations: one row each, with everything that the program knows of it. It reads no text and charges nothing.

A further operation is a member of `kinds.OperationType`, a row here, and its price in `resources/config.toml`; what is
typed, computed, stored, priced, searched, named and shown follows from the row.

`+ − ×` are exact. `÷` and `√` are rounded half-even to 34 significant digits (the precision of IEEE 754's
decimal128) where the result does not end within them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow, Subnormal
from types import MappingProxyType
from typing import Final

from desktop.arithmetic.numbers import MAX_DIGITS, MAX_EXPONENT, format_number
from desktop.terms.errors import DivisionByZero, NegativeSquareRoot
from desktop.terms.kinds import OperationType

ROUNDED_DIGITS: Final = 34
MAX_OPERATORS: Final = 100
"""Operators an expression can have."""
MAX_RESULT_DIGITS: Final = MAX_DIGITS * (MAX_OPERATORS + 1)
"""An exact result past this is refused, never rounded; the longest product of full-length operands fits."""

Compute = Callable[..., tuple[Decimal, bool]]
"""From the operands to the result, and whether it is exact; traps what `operations.apply` explains."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the keypad: the object's name, what is spoken of it, its place, and its `label` where it has no sign."""

    name: str
    spoken: str
    row: int
    column: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. What has no `compute` is never worked out: a random string, money put in.

    `number` stands in the index files behind the records browser and may never change or be used again. `symbol` is
    the sign in a reading and in a record, `typed` what can be typed for it too. `precedence` orders those of two
    operands; one of a single operand stands before it and binds more tightly than all of them.
    """

    type: OperationType
    number: int
    name: str
    symbol: str = ""
    typed: tuple[str, ...] = ()
    arity: int = 0
    precedence: int = 0
    compute: Compute | None = None
    key: Key | None = None


def exactly() -> Context:
    """Refuses to round: a result that does not fit raises. Made anew each time, as contexts hold flags."""
    return _context(MAX_RESULT_DIGITS, Inexact)


def rounding() -> Context:
    """Rounds, and flags that it did."""
    return _context(ROUNDED_DIGITS)


def _context(digits: int, *more: type[DecimalException]) -> Context:
    # Subnormal is everything below 1e-999, so these traps are the bound on exponents.
    traps: list[type[DecimalException]] = [InvalidOperation, Overflow, Subnormal, *more]
    limit = MAX_EXPONENT
    return Context(prec=digits, rounding=ROUND_HALF_EVEN, Emin=-limit, Emax=limit, clamp=0, traps=traps)


def _add(left: Decimal, right: Decimal) -> tuple[Decimal, bool]:
    return exactly().add(left, right), True


def _subtract(left: Decimal, right: Decimal) -> tuple[Decimal, bool]:
    return exactly().subtract(left, right), True


def _multiply(left: Decimal, right: Decimal) -> tuple[Decimal, bool]:
    return exactly().multiply(left, right), True


def _divide(left: Decimal, right: Decimal) -> tuple[Decimal, bool]:
    if not right:
        raise DivisionByZero(f"{_shown(left)} ÷ {_shown(right)} has no result: nothing can be divided by zero.")
    context = rounding()
    number = context.divide(left, right)
    return number, not context.flags[Inexact]


def _square_root(radicand: Decimal) -> tuple[Decimal, bool]:
    if radicand < 0:
        raise NegativeSquareRoot(
            f"√{_shown(radicand)} has no result: the root of a negative number is not a number here."
        )
    root = rounding().sqrt(radicand)
    # Proved, not believed: 34 digits squared fit in 68, `==` compares in full, and the square of a rounded root may
    # lie just past the bound on exponents.
    square = Context(prec=2 * ROUNDED_DIGITS, traps=[Inexact]).multiply(root, root)
    return root, square == radicand


def _shown(number: Decimal) -> str:
    text = format_number(number).replace("-", "−")
    return text if len(text) <= 40 else f"{text[:39]}…"


_ROWS: Final = (
    Operation(
        OperationType.ADDITION, 0, "Addition", "+", (), 2, 1, _add, Key("key_add", "Add", 4, 3)
    ),
    Operation(
        OperationType.SUBTRACTION, 1, "Subtraction", "−", ("-",), 2, 1, _subtract,
        Key("key_subtract", "Subtract", 3, 3),
    ),
    Operation(
        OperationType.MULTIPLICATION, 2, "Multiplication", "×", ("*", "·"), 2, 2, _multiply,
        Key("key_multiply", "Multiply", 2, 3),
    ),
    Operation(
        OperationType.DIVISION, 3, "Division", "÷", ("/",), 2, 2, _divide, Key("key_divide", "Divide", 1, 3)
    ),
    Operation(
        OperationType.SQUARE_ROOT, 4, "Square root", "√", ("sqrt",), 1, 0, _square_root,
        Key("key_square_root", "Square root", 5, 0),
    ),
    Operation(
        OperationType.RANDOM_STRING, 5, "Random string", key=Key("key_random", "Random string", 4, 2, "Random")
    ),
    Operation(OperationType.CREDIT, 6, "Credit"),
)  # fmt: skip

OPERATIONS: Final[Mapping[OperationType, Operation]] = MappingProxyType({row.type: row for row in _ROWS})
COMPUTED: Final = tuple(row for row in _ROWS if row.compute is not None)
"""Those that an entry is made of."""
