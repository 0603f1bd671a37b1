"""How the person's locale writes numbers, taken from Qt. It reads and formats none itself."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtGui import QGuiApplication

from desktop.arithmetic.numbers import PLAIN, NumberFormat
from desktop.language.directions import turns_signs

_SHORT, _LONG = (1234, 12345), 1234567890123
LATIN = "latin"
"""The choice of the digits 0 to 9, whatever the locale has; "locale" is the other."""


_YEAR_FIRST = (QLocale.Language.Japanese, QLocale.Language.Chinese)
_SIGNS = (
    ("ddd, d MMM yyyy", "yyyy年M月d日(ddd)"),
    ("d MMM yyyy", "yyyy年M月d日"),
    ("MMMM yyyy", "yyyy年M月"),
    ("MMM yyyy", "yyyy年M月"),
    ("d MMM", "M月d日"),
)


class _Chosen:
    """Which digits the person wants: one choice for every place that shows or takes numbers."""

    latin = False


def use_digits(choice: str) -> None:
    """From now on write the locale's digits ("locale"), or 0 to 9 with the marks that belong to them ("latin")."""
    _Chosen.latin = choice == LATIN


def widgets_locale(locale: QLocale | None = None) -> QLocale:
    """What Qt's own fields for days and numbers are to go by, so that they have the same digits as all else."""
    locale = locale or QLocale()
    if not _Chosen.latin or locale.zeroDigit() == PLAIN.zero_digit:
        return locale
    others = QLocale.matchingLocales(locale.language(), QLocale.Script.AnyScript, QLocale.Country.AnyCountry)
    return next((other for other in others if other.zeroDigit() == PLAIN.zero_digit), QLocale.c())


def day_form(form: str, locale: QLocale) -> str:
    """A form of Qt's for days ("d MMM yyyy"), in the order of the locale: the year first where it is said so."""
    if locale.language() not in _YEAR_FIRST:
        return form
    for words, signs in _SIGNS:
        form = form.replace(words, signs)
    return form


def number_format_of(locale: QLocale) -> NumberFormat:
    """The marks and digits of a locale. The "C" locale groups with commas, as the command line does."""
    if locale.language() == QLocale.Language.C:
        return NumberFormat(isolates=_is_mirrored())
    latin = _Chosen.latin and locale.zeroDigit() != PLAIN.zero_digit
    zero = PLAIN.zero_digit if latin else locale.zeroDigit()
    return NumberFormat(
        # CLDR writes 0 to 9 with these marks in every language that has digits of its own.
        decimal_mark=PLAIN.decimal_mark if latin else locale.decimalPoint(),
        group_marks=PLAIN.group_marks if latin else locale.groupSeparator(),
        minus=PLAIN.minus if latin else locale.negativeSign(),
        zero_digit=zero,
        isolates=_is_mirrored() or turns_signs(zero),
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


def _is_mirrored() -> bool:
    return bool(QGuiApplication.isRightToLeft())


def _length(digits: str) -> int:
    return sum(digit.isdigit() for digit in digits)
