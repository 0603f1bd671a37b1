"""How the person's locale writes numbers, taken from Qt. It reads and formats none itself."""

from __future__ import annotations

from PySide6.QtCore import QLocale

from desktop.arithmetic.numbers import NumberFormat


def number_format_of(locale: QLocale) -> NumberFormat:
    """The marks and digits of a locale. The "C" locale groups with commas, as the command line does."""
    if locale.language() == QLocale.Language.C:
        return NumberFormat()
    return NumberFormat(
        decimal_mark=locale.decimalPoint(),
        group_marks=locale.groupSeparator(),
        minus=locale.negativeSign(),
        zero_digit=locale.zeroDigit(),
    )
