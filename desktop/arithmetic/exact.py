"""Owns what a value is inside an entry, and what is shown of it; must not know the operations.

A value is one of three. A Decimal is itself, in full. A `Multiple` is a fraction of a root, such as 1/3 or 2/3×√5, that
has no end as a decimal. A `Rounded` is where exactness had to end: a number, and how far from the truth it can be.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_HALF_EVEN,
    ROUND_UP,
    Context,
    Decimal,
    DecimalException,
    Inexact,
    InvalidOperation,
    Overflow,
    Subnormal,
)
from math import gcd, isqrt
from typing import Final

from desktop.arithmetic.literals import MAX_EXPONENT
from desktop.arithmetic.numbers import negated

SHOWN_DIGITS: Final = 34
"""Significant digits that a rounded result is shown with, as IEEE 754's decimal128 has."""
CARRIED_DIGITS: Final = 50
"""Digits that a rounded value is carried with inside an entry, so that the shown ones stay certain."""
MAX_EXACT_DIGITS: Final = 1000
"""A numerator, denominator or radicand past this is rounded: sums of fractions would grow without end."""

MAX_RESULT_DIGITS: Final = 10_100
"""Digits of an exact decimal; the longest product that an entry can hold fits. A sum or product past this is refused,
a quotient rounded."""

BOUND_DIGITS: Final = 3
"""Of an error: each rounding up of it adds 1 % at most."""
_SMALL_PRIMES: Final = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97)
_EVER: Final = 99_999  # more digits than anything here has
_LIMIT: Final = 10**MAX_EXACT_DIGITS


@dataclass(frozen=True, slots=True)
class Multiple:
    """`numerator`/`denominator` × √`radicand` in lowest terms; it does not end as a decimal. Made by `multiple`."""

    numerator: int
    denominator: int
    radicand: int


@dataclass(frozen=True, slots=True)
class Rounded:
    """The true value lies within `error`, which is more than 0, of `number`."""

    number: Decimal
    error: Decimal


Value = Decimal | Multiple | Rounded


def multiple(numerator: int, denominator: int = 1, radicand: int = 1) -> Value:
    """`numerator`/`denominator` × √`radicand` in its simplest form, a Decimal where it ends as one.

    Denominator and radicand are positive. Past MAX_EXACT_DIGITS it is rounded.
    """
    factor, radicand = _without_squares(radicand)
    numerator *= factor
    common = gcd(numerator, denominator)
    numerator, denominator = numerator // common, denominator // common
    if radicand == 1 or not numerator:
        ended = _ended(numerator, denominator)
        if ended is not None:
            return ended
    found = Multiple(numerator, denominator, radicand)
    return found if max(abs(numerator), denominator, radicand) < _LIMIT else rounded(found)


def parts(value: Value) -> tuple[int, int, int] | None:
    """Numerator, denominator and radicand of an exact value, None where it is rounded or too long to go on exactly."""
    if isinstance(value, Multiple):
        return value.numerator, value.denominator, value.radicand
    if isinstance(value, Rounded) or len(value.as_tuple().digits) > 2 * MAX_EXACT_DIGITS:
        return None  # the greatest common divisor of 10,000 digits takes 20 ms
    return (*value.as_integer_ratio(), 1)


def _without_squares(radicand: int) -> tuple[int, int]:
    """The factor that comes out of a root, and what stays: no square of a small prime, and no square as a whole."""
    factor = 1
    root = isqrt(radicand)
    if root * root == radicand:
        return root, 1
    for prime in (2**64, 5**64, *_SMALL_PRIMES):  # large powers of ten come with exponents, and go at once
        square = prime * prime
        while not radicand % square:
            radicand //= square
            factor *= prime
    root = isqrt(radicand) if factor > 1 else 0
    return (factor * root, 1) if root * root == radicand else (factor, radicand)


def _ended(numerator: int, denominator: int) -> Decimal | None:
    """The fraction, which is in lowest terms, as a Decimal, or None where that has no end."""
    twos = (denominator & -denominator).bit_length() - 1
    fives, rest = 0, denominator >> twos
    step = 5**64
    while not rest % step:
        rest //= step
        fives += 64
    while not rest % 5:
        rest //= 5
        fives += 1
    if rest != 1:
        return None
    places = max(twos, fives)
    if places > 2 * MAX_RESULT_DIGITS:
        return None
    number = Decimal(numerator * 2 ** (places - twos) * 5 ** (places - fives)).scaleb(-places, _unbounded(_EVER))
    return number if number.adjusted() + places < MAX_RESULT_DIGITS else None


def _unbounded(digits: int, rounding: str = ROUND_HALF_EVEN) -> Context:
    return Context(prec=digits, rounding=rounding, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[InvalidOperation])


def bounded(digits: int, *more: type[DecimalException]) -> Context:
    """A context of that many digits that refuses what is too big or too small; a new one, as contexts hold flags."""
    return _bounded(digits, more).copy()


@functools.lru_cache(maxsize=256)
def _bounded(digits: int, more: tuple[type[DecimalException], ...]) -> Context:
    # Subnormal is everything below 1e-999, so these traps are the bound on exponents.
    traps: list[type[DecimalException]] = [InvalidOperation, Overflow, Subnormal, *more]
    limit = MAX_EXPONENT
    return Context(prec=digits, rounding=ROUND_HALF_EVEN, Emin=-limit, Emax=limit, clamp=0, traps=traps)


def carrying() -> Context:
    """Rounds to CARRIED_DIGITS and flags that it did; exponents are judged when a result is shown."""
    return _unbounded(CARRIED_DIGITS)


def bounding() -> Context:
    """For the error of a value, which is never made smaller."""
    return _unbounded(BOUND_DIGITS, ROUND_UP)


def within(number: Decimal, error: Decimal, context: Context) -> Value:
    """The value of an inexact operation: `error` is what its operands brought, `context` says whether it rounded."""
    if context.flags[Inexact]:
        half = Decimal((0, (5,), number.adjusted() - CARRIED_DIGITS))
        error = bounding().add(error, half)
    return Rounded(number, error) if error else number


def rounded(value: Value) -> Rounded:
    """A value as a number of CARRIED_DIGITS and its error, 0 where it has not more digits than that."""
    if isinstance(value, Rounded):
        return value
    context = carrying()
    if isinstance(value, Decimal):
        number = context.plus(value)
    elif value.radicand == 1:
        number = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    else:
        number = _root(value, context)
    found = within(number, Decimal(0), context)
    return found if isinstance(found, Rounded) else Rounded(number, Decimal(0))


def _root(value: Multiple, context: Context) -> Decimal:
    """An irrational multiple rounded once: its digits are cut by whole numbers, and a last 1 stands for the rest."""
    square, under = value.numerator**2 * value.radicand, value.denominator**2
    bits = under.bit_length() - square.bit_length()
    places = max(0, context.prec + 3 + bits * 30103 // 200_000)
    digits = isqrt(square * 10 ** (2 * places) // under) * 10 + 1
    number = Decimal(digits if value.numerator > 0 else -digits).scaleb(-places - 1, _unbounded(_EVER))
    return context.plus(number)


def shown(value: Value) -> tuple[Decimal, bool]:
    """What is shown of a value, and whether that is all of it.

    A rounded one shows at most SHOWN_DIGITS, and never more than are certain: 0 where it cannot be told from 0.
    Raises what `bounded` traps.
    """
    if isinstance(value, Decimal):
        return bounded(MAX_RESULT_DIGITS, Inexact).plus(value), True
    context = bounded(SHOWN_DIGITS)
    if isinstance(value, Multiple):
        if value.radicand == 1:
            return context.divide(Decimal(value.numerator), Decimal(value.denominator)), False
        return _root(value, context), False
    number, error = value.number, value.error
    if abs_at_most(number, error):
        return Decimal(0), False
    # The last digit shown is worth twice the error at least: so it is right, or next to right.
    certain = number.adjusted() - bounding().add(error, error).adjusted()
    return bounded(max(1, min(SHOWN_DIGITS, certain))).plus(number), False


def abs_at_most(number: Decimal, error: Decimal) -> bool:
    """Whether a number cannot be told from 0; compared in full."""
    return number.copy_abs() <= error


def opposite(value: Value) -> Value:
    """`value` with the other sign."""
    if isinstance(value, Multiple):
        return Multiple(-value.numerator, value.denominator, value.radicand)
    if isinstance(value, Rounded):
        return Rounded(negated(value.number), value.error)
    return negated(value)
