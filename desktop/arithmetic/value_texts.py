"""Owns how a record names the value that an operand had, and the way back; must not calculate."""

from __future__ import annotations

import re
from decimal import Decimal

from desktop.arithmetic.exact import BOUND_DIGITS, MAX_EXACT_DIGITS, Rounded, Value, bounding, multiple
from desktop.arithmetic.literals import quoted
from desktop.arithmetic.numbers import format_number, read_canonical
from desktop.language.sentences import say
from desktop.terms.errors import BadInput, OutOfBounds


def write(value: Value) -> str:
    """The text by which a record names a value: "0.5", "1/3", "-2/3×√5", or "1.23±5e-50" for a rounded one.

    No two values share one, `read` reads it back, and a number on its own is written as records always did.
    """
    if isinstance(value, Decimal):
        return format_number(value)
    if isinstance(value, Rounded):
        error = value.error.normalize(bounding()).as_tuple()
        return f"{format_number(value.number)}±{''.join(map(str, error.digits))}e{error.exponent}"
    fraction = format_number(Decimal(value.numerator))
    if value.denominator != 1:
        fraction += f"/{format_number(Decimal(value.denominator))}"
    if value.radicand == 1:
        return fraction
    root = f"√{format_number(Decimal(value.radicand))}"
    return {"1": root, "-1": f"-{root}"}.get(fraction, f"{fraction}×{root}")


_MULTIPLE = re.compile(r"(-?)(?:([0-9.e]+)(?:/([0-9.e]+))?)?(?:(?:(?<=[0-9])×|(?<![0-9]))√([0-9.e]+))?")
_ERROR = re.compile(rf"[1-9][0-9]{{0,{BOUND_DIGITS - 1}}}e-?[0-9]{{1,4}}")


def read(text: str) -> Value:
    """The value of a text as `write` wrote it; raises BadInput for any other."""
    try:
        value = _read(text)
        if write(value) == text:
            return value
    except (ArithmeticError, OutOfBounds):
        pass  # no value has such a text; said below
    raise BadInput(say("{text} is not a value as the ledger writes one.", text=quoted(text)))


def _read(text: str) -> Value:
    number, sign, error = text.partition("±")
    if sign:
        if not _ERROR.fullmatch(error):
            raise BadInput(say("{text} is not an error as the ledger writes one.", text=quoted(error)))
        return Rounded(read_canonical(number), Decimal(error))
    found = _MULTIPLE.fullmatch(text)
    if found is None or not ("/" in text or "√" in text):
        return read_canonical(text)
    sign, numerator, denominator, radicand = found.groups()
    top, under, root = (_whole(part or "1") for part in (numerator, denominator, radicand))
    return multiple(-top if sign else top, under, root)


def _whole(text: str) -> int:
    number = read_canonical(text)
    if number < 1 or number.adjusted() >= MAX_EXACT_DIGITS or number != number.to_integral_value():
        raise BadInput(say("{text} is no whole number as the ledger writes one.", text=quoted(text)))
    return int(number)
