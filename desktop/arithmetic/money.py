"""Owns how credits are read and written, in whole hundredths; must not know prices, and never uses floats."""

from __future__ import annotations

from typing import Final

from desktop.arithmetic.literals import MINUS, Literal, ScannedText, quoted, scan
from desktop.arithmetic.numbers import MAX_LENGTH, PLAIN, NumberFormat, in_order, localise
from desktop.language.sentences import say, write_counts
from desktop.terms.errors import BadInput, ExpressionError

MAX_CREDIT_DIGITS: Final = 15
"""Digits before the decimal mark: in hundredths still far below the largest integer of SQLite (64 bits)."""
_DECIMALS: Final = 2


def parse_money(text: str, fmt: NumberFormat = PLAIN) -> int:
    """The hundredths of a credit that `text` says: "1,000.00", "1000", "10.5", "-10.00".

    Raises BadInput for more than two decimals, an exponent, more than 15 digits before the mark, or no amount.
    """
    if len(text) > MAX_LENGTH:
        raise BadInput(
            say(
                "An amount can have {most} digits before the decimal mark; this one is too long.",
                most=MAX_CREDIT_DIGITS,
            )
        )
    source = ScannedText.of(text, fmt)
    start = source.skip_space(0)
    negative = source.char(start) in MINUS
    if negative or source.char(start) == "+":
        start = source.skip_space(start + 1)
    literal = _literal(source, start)
    if literal is None or source.skip_space(literal.end) < len(source.chars) or literal.has_exponent:
        example = format_money(100_000, fmt)
        if not text.strip():
            raise BadInput(say("An amount is missing. Write it like {example}.", example=example))
        raise BadInput(say("{text} is not an amount. Write it like {example}.", text=quoted(text), example=example))
    whole = literal.whole.lstrip("0")
    if len(literal.fraction) > _DECIMALS:
        raise BadInput(say("{text} has more than two decimals. Amounts have at most two.", text=quoted(text)))
    if len(whole) > MAX_CREDIT_DIGITS:
        raise BadInput(
            say(
                "{text} is too big: amounts have at most {most} digits before the mark.",
                text=quoted(text),
                most=MAX_CREDIT_DIGITS,
            )
        )
    hundredths = int(whole + literal.fraction.ljust(_DECIMALS, "0"))
    return -hundredths if negative else hundredths


def _literal(source: ScannedText, start: int) -> Literal | None:
    if not source.starts_number(start):
        return None
    try:
        return scan(source, start)
    except ExpressionError:
        return None


def plain_money(hundredths: int) -> str:
    """For JSON, CSV and other machines: "1000.00", "-10.00"."""
    whole, cents = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole}.{cents:02d}"


def format_money(hundredths: int, fmt: NumberFormat = PLAIN, signed: bool = False) -> str:
    """As the locale writes it: "1,000.00", "−10.00" with U+2212; `signed` puts "+" before what is above zero."""
    whole, cents = divmod(abs(hundredths), 100)
    sign = "−" if hundredths < 0 else "+" if signed and hundredths > 0 else ""
    return in_order(sign + _count(whole, fmt) + localise(f".{cents:02d}", fmt), fmt)


class _Person:
    """Who reads the sentences of the core. One for the process, like the language that they are in."""

    fmt = PLAIN


def write_numbers(fmt: NumberFormat) -> None:
    """Have the numbers of all sentences written like this from now on; PLAIN is the command line's way."""
    _Person.fmt = fmt
    if fmt == PLAIN:
        write_counts(None)
    else:
        write_counts(lambda number: format_count(number, fmt), lambda text: in_order(localise(text, fmt), fmt))


def said_money(hundredths: int) -> str:
    """An amount as it stands in a sentence of the core, which is given no format: as `write_numbers` was told."""
    return format_money(hundredths, _Person.fmt)


def format_count(count: int, fmt: NumberFormat = PLAIN) -> str:
    """A whole number from 0 on, grouped as the locale does: it stands beside money, and must not read as decimals."""
    return in_order(_count(count, fmt), fmt)


def _count(count: int, fmt: NumberFormat) -> str:
    figures = str(count)
    parts, end = [], len(figures)
    for start in fmt.ends_of_groups(len(figures)):
        parts.append(figures[start:end])
        end = start
    return fmt.group_marks[:1].join(localise(part, fmt) for part in (figures[:end], *reversed(parts)))
