"""How the person's locale writes numbers, taken from Qt. It reads and formats none itself."""

from __future__ import annotations

from PySide6.QtCore import QLocale

from desktop.arithmetic.numbers import NumberFormat

_SHORT, _LONG = (1234, 12345), 1234567890123


def number_format_of(locale: QLocale) -> NumberFormat:
    """The marks and digits of a locale. The "C" locale groups with commas, as the command line does."""
    if locale.language() == QLocale.Language.C:
        return NumberFormat()
    return NumberFormat(
        decimal_mark=locale.decimalPoint(),
        group_marks=locale.groupSeparator(),
        minus=locale.negativeSign(),
        zero_digit=locale.zeroDigit(),
        groups=_groups(locale),
        least=1 + sum(locale.groupSeparator() not in locale.toString(number) for number in _SHORT),
    )


def _groups(locale: QLocale) -> tuple[int, int]:
    """How many digits the last group has, and each before it, from a number as Qt writes it."""
    _, *parts = locale.toString(_LONG).split(locale.groupSeparator())
    if len(parts) < 2:
        return (3, 3)
    *_, before, last = map(_length, parts)
    return last, before


def _length(digits: str) -> int:
    return sum(digit.isdigit() for digit in digits)
