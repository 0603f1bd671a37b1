"""Owns how the operations of an entry are worked out; must not know how they are typed, priced or recorded.

What each gives is exact where it can be: a decimal, or a fraction of a root. Where exactness must end (different roots
added, a root of a root, more digits than are allowed) the value is rounded and carries how far off it can be.
"""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, ROUND_DOWN, Context, Decimal, Inexact, InvalidOperation
from math import gcd, isqrt

from desktop.arithmetic.exact import (
    MAX_EXACT_DIGITS,
    MAX_RESULT_DIGITS,
    Multiple,
    Rounded,
    Value,
    abs_at_most,
    bounded,
    bounding,
    carrying,
    multiple,
    opposite,
    parts,
    rounded,
    shown,
    within,
)
from desktop.arithmetic.numbers import format_number
from desktop.language.sentences import figures, say
from desktop.terms.errors import DivisionByZero, NegativeSquareRoot


def add(left: Value, right: Value) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _exactly().add(left, right)
    if (one := parts(left)) and (other := parts(right)):
        (a, b, r), (c, d, s) = one, other
        if not a or not c:
            return left if a else right
        root = isqrt(r * s)
        if root * root == r * s:  # so √s is root/r times √r
            return multiple(a * d * r + c * root * b, b * d * r, r)
    return _add_rounded(rounded(left), rounded(right))


def _add_rounded(left: Rounded, right: Rounded) -> Value:
    context = carrying()
    return within(context.add(left.number, right.number), bounding().add(left.error, right.error), context)


def subtract(left: Value, right: Value) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _exactly().subtract(left, right)
    return add(left, opposite(right))


def multiply(left: Value, right: Value) -> Value:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _exactly().multiply(left, right)
    if _is_zero(left) or _is_zero(right):
        return Decimal(0)
    if (one := parts(left)) and (other := parts(right)):
        (a, b, r), (c, d, s) = one, other
        common = gcd(r, s)
        return multiple(a * c * common, b * d, (r // common) * (s // common))
    return _multiply_rounded(rounded(left), rounded(right))


def _multiply_rounded(left: Rounded, right: Rounded) -> Value:
    context, error = carrying(), bounding()
    number = context.multiply(left.number, right.number)
    brought = error.multiply(left.number.copy_abs(), right.error)
    brought = error.fma(right.number.copy_abs(), left.error, brought)
    return within(number, error.fma(left.error, right.error, brought), context)


def divide(left: Value, right: Value) -> Value:
    if _is_zero(right):
        raise DivisionByZero(
            say("{division} has no result: nothing can be divided by zero.", division=_quotient(left, right))
        )
    if _is_zero(left):
        return Decimal(0)
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        context = bounded(MAX_RESULT_DIGITS)
        number = context.divide(left, right)
        if not context.flags[Inexact]:  # it ends
            return number
    if (one := parts(left)) and (other := parts(right)):
        (a, b, r), (c, d, s) = one, other
        common = gcd(r, s)
        r, s = r // common, s // common
        sign = -1 if c < 0 else 1
        return multiple(sign * a * d, b * abs(c) * s, r * s)
    divisor = rounded(right)
    if abs_at_most(divisor.number, divisor.error):
        raise DivisionByZero(
            say(
                "{division} has no result: the divisor was rounded and cannot be told from zero.",
                division=_quotient(left, right),
            )
        )
    return _divide_rounded(rounded(left), divisor)


def _divide_rounded(left: Rounded, right: Rounded) -> Value:
    """|a/b − a'/b'| is at most (error of a + |a/b| × error of b) / (|b| − error of b)."""
    context, error = carrying(), bounding()
    number = context.divide(left.number, right.number)
    brought = error.fma(error.next_plus(error.plus(number.copy_abs())), right.error, left.error)
    least = _downwards().subtract(right.number.copy_abs(), right.error)
    return within(number, error.divide(brought, least), context)


def square_root(radicand: Value) -> Value:
    if isinstance(radicand, Decimal):
        if radicand < 0:
            raise _no_root(radicand)
        # A root that ends has half the digits, and is found with no more: 10,000 would take 50 ms for each √2.
        whole = bounded(len(radicand.as_tuple().digits) // 2 + 2)
        root = whole.sqrt(radicand)
        if not whole.flags[Inexact]:  # it ends
            return root
    if isinstance(radicand, Multiple) and radicand.numerator < 0:
        raise _no_root(radicand)
    if (exact := parts(radicand)) and exact[2] == 1 and exact[0] * exact[1] < 10**MAX_EXACT_DIGITS:
        return multiple(1, exact[1], exact[0] * exact[1])
    one, context, error = rounded(radicand), carrying(), bounding()
    if abs_at_most(one.number, one.error):
        return Rounded(Decimal(0), error.sqrt(error.add(one.number.copy_abs(), one.error)).next_plus(error))
    if one.number < 0:
        raise _no_root(radicand)
    number = context.sqrt(one.number)
    # |√a − √a'| is at most the error of a, divided by √a; what is just below √a stands for it.
    return within(number, error.divide(one.error, _downwards().plus(number)), context)


def _no_root(radicand: Value) -> NegativeSquareRoot:
    return NegativeSquareRoot(
        say(
            "{root} has no result: the root of a negative number is not a number here.",
            root=figures(f"√{_shown(radicand)}"),
        )
    )


def _downwards() -> Context:
    return Context(prec=9, rounding=ROUND_DOWN, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[InvalidOperation])


def _is_zero(value: Value) -> bool:
    return isinstance(value, Decimal) and not value


def _exactly() -> Context:
    """Refuses to round: a result that does not fit raises."""
    return bounded(MAX_RESULT_DIGITS, Inexact)


def _quotient(left: Value, right: Value) -> str:
    return figures(f"{_shown(left)} ÷ {_shown(right)}")


def _shown(value: Value) -> str:
    text = format_number(shown(value)[0]).replace("-", "−")
    return text if len(text) <= 40 else f"{text[:39]}…"
