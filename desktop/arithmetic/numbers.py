"""Owns what a number is worth and how it is written; must not calculate, or let `Decimal` read raw text.

Canonical text is what the ledger keeps: ASCII digits and "-", "." as decimal mark, no grouping, and no zeros
that could be left out.
"""

from __future__ import annotations

import functools
import re
from decimal import Decimal
from typing import NamedTuple

from desktop.arithmetic.literals import (
    MAX_DIGITS,
    MAX_EXPONENT,
    MAX_LENGTH,
    MINUS,
    PLAIN,
    Literal,
    NumberFormat,
    ScannedText,
    counted,
    quoted,
    scan,
)
from desktop.language.directions import isolated
from desktop.language.sentences import say, say_count, say_many
from desktop.terms.errors import BadInput, ExpressionError, OutOfBounds

__all__ = [
    "MAX_DIGITS",
    "MAX_EXPONENT",
    "MAX_LENGTH",
    "PLAIN",
    "NumberFormat",
    "digits_of",
    "format_number",
    "in_order",
    "localise",
    "negated",
    "number_of",
    "parse_number",
    "read_canonical",
    "value_of",
]

_CANONICAL = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:e(-?[0-9]{1,4}))?")


def parse_number(text: str, fmt: NumberFormat = PLAIN) -> Decimal:
    """The number that `text` is, one sign and spaces around it allowed.

    Raises ExpressionError where it is no number, OutOfBounds where it is too long, too big or too small.
    """
    if len(text) > MAX_LENGTH:
        raise OutOfBounds(
            say(
                "A number can have {most} characters; this one has {count}.",
                most=say_count(MAX_LENGTH),
                count=say_count(len(text)),
            )
        )
    source = ScannedText.of(text, fmt)
    start = source.skip_space(0)
    negative = source.char(start) in MINUS
    if negative or source.char(start) == "+":
        start = source.skip_space(start + 1)
    if not source.starts_number(start):
        raise ExpressionError(say("A number is missing. Enter one, such as 1234.5."), source.places[start])
    literal = scan(source, start)
    rest = source.skip_space(literal.end)
    if rest < len(source.chars):
        place = source.places[rest]
        raise ExpressionError(
            say(
                "{sign} at character {place} is no part of a number. Enter one number only.",
                sign=quoted(text[place]),
                place=counted(place),
            ),
            place,
        )
    number = number_of(literal)
    return negated(number) if negative else number


def negated(number: Decimal) -> Decimal:
    """`number` with the other sign, in full (the operator `-` rounds to 28 digits), and no negative zero."""
    return number.copy_negate() if number else number


class _Size(NamedTuple):
    """A written number's digits from the first that is not 0, and the exponent of that digit."""

    digits: str
    adjusted: int


def _size(whole: str, fraction: str, exponent: int) -> _Size:
    digits = (whole + fraction).lstrip("0")
    return _Size(digits, exponent - len(fraction) + len(digits) - 1)


def number_of(literal: Literal) -> Decimal:
    """The value of what was scanned; raises OutOfBounds past 100 digits or an exponent beyond ±999.

    Zeros before the first other digit do not count as digits: 0.001 has one.
    """
    size = _size(literal.whole, literal.fraction, literal.exponent)
    place = counted(literal.position)
    if len(size.digits) > MAX_DIGITS:
        raise OutOfBounds(
            say_many(
                "The number at character {place} has {count} digit, and {most} are allowed. Enter a shorter one.",
                "The number at character {place} has {count} digits, and {most} are allowed. Enter a shorter one.",
                len(size.digits),
                place=place,
                most=MAX_DIGITS,
            ),
            position=literal.position,
        )
    if size.digits and abs(size.adjusted) > MAX_EXPONENT:
        raise OutOfBounds(
            _too_big(place) if size.adjusted > 0 else _too_small(place),
            position=literal.position,
        )
    return _value(size)


def value_of(whole: str, fraction: str) -> Decimal:
    """The value of a number that is within the bounds, by its digits before and after the mark."""
    return _value(_size(whole, fraction, 0))


def _too_big(place: int) -> str:
    return say(
        "The number at character {place} is too big: exponents go from −{most} to {most}. Enter a smaller one.",
        place=place,
        most=MAX_EXPONENT,
    )


def _too_small(place: int) -> str:
    return say(
        "The number at character {place} is too small: exponents go from −{most} to {most}. Enter a bigger one.",
        place=place,
        most=MAX_EXPONENT,
    )


def _value(size: _Size) -> Decimal:
    if not size.digits:
        return Decimal(0)
    shown = size.digits.rstrip("0")
    return Decimal(f"{shown}E{size.adjusted - len(shown) + 1}")


def read_canonical(text: str) -> Decimal:
    """The number of a canonical text, as `format_number` wrote it, however many digits it has.

    Raises BadInput where it is anything else, so that a record that was tampered with is noticed.
    """
    found = _CANONICAL.fullmatch(text)
    if found is None:
        raise BadInput(say("{text} is not a number as the ledger writes one.", text=quoted(text)))
    sign, whole, fraction, exponent = found.groups()
    number = _value(_size(whole, fraction or "", int(exponent or "0")))
    return negated(number) if sign else number


def format_number(number: Decimal) -> str:
    """Canonical text: plain for sizes from 1e-100 to below 1e100, and never "-0".

    Beyond that the exponent form ("1.5e200"), unless a number of more than 100 digits is shorter in plain.
    """
    if not number:
        return "0"
    plain = f"{number:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    adjusted = number.adjusted()
    if -MAX_DIGITS <= adjusted < MAX_DIGITS:
        return plain
    digits = "".join(map(str, number.as_tuple().digits)).rstrip("0")
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    short = f"{'-' if number < 0 else ''}{mantissa}e{adjusted}"
    return plain if len(digits) > MAX_DIGITS and len(plain) <= len(short) else short


def localise(text: str, fmt: NumberFormat) -> str:
    """Canonical text of a number or an expression in the person's locale, with U+2212 and without grouping.

    So it can be copied anywhere; `parse_number` and `parse` read it back in the same format.
    """
    return text.translate(_letters(fmt))


def digits_of(text: str, fmt: NumberFormat) -> str:
    """A text that is no number, such as a date, with its digits as the person's locale has them."""
    return text if fmt.zero_digit == "0" else text.translate(_digits(fmt))


def in_order(text: str, fmt: NumberFormat) -> str:
    """What was written, for the eye: from left to right where the text around it might turn it round."""
    return isolated(text) if fmt.isolates else text


@functools.lru_cache(maxsize=8)  # a page of 500 records asks some thousand times, a search of all for each record
def _letters(fmt: NumberFormat) -> dict[int, str]:
    return _digits(fmt) | {ord("."): fmt.decimal_mark, ord("-"): "−"}


@functools.lru_cache(maxsize=8)
def _digits(fmt: NumberFormat) -> dict[int, str]:
    zero = ord(fmt.zero_digit)
    return {ord(str(digit)): chr(zero + digit) for digit in range(10)}
