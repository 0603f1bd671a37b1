"""Counts, money and numbers in groups as Qt writes them, in every locale that it knows; and read back again."""

from __future__ import annotations

import unicodedata

import pytest
from PySide6.QtCore import QDate, QDateTime, QLocale, QTime

from desktop.arithmetic.money import format_count, format_money, parse_money
from desktop.arithmetic.numbers import parse_number
from desktop.views.look.number_locale import day_form, number_format_of

COUNTS = (7, 123, 1234, 12345, 123456, 1234567, 123456789, 1234567890123)


def every_locale() -> list[QLocale]:
    found = QLocale.matchingLocales(QLocale.Language.AnyLanguage, QLocale.Script.AnyScript, QLocale.Country.AnyCountry)
    return list({locale.name(QLocale.TagSeparator.Dash): locale for locale in found}.values())


def bare(text: str) -> str:
    """Without the marks that only say in which direction a text runs."""
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cf")


def test_every_locale_groups_counts_as_qt_does() -> None:
    locales = every_locale()
    assert len(locales) > 500
    wrong = {
        (locale.name(), count): (format_count(count, number_format_of(locale)), locale.toString(count))
        for locale in locales
        if locale.language() is not QLocale.Language.C
        for count in COUNTS
        if bare(format_count(count, number_format_of(locale))) != bare(locale.toString(count))
    }
    assert not wrong, f"{len(wrong)} of them, such as {dict(list(wrong.items())[:5])}"


def test_every_locale_reads_its_own_amounts_back() -> None:
    for locale in every_locale():
        fmt = number_format_of(locale)
        for hundredths in (0, 5, 123456, 123456789, -12345678901):
            assert parse_money(format_money(hundredths, fmt), fmt) == hundredths, locale.name()


@pytest.mark.parametrize(
    ("name", "shown"),
    [("hi_IN", "12,34,567"), ("es_ES", "1234"), ("pl_PL", "1234"), ("de_DE", "1.234"), ("en_US", "1,234")],
)
def test_a_few_that_people_know(name: str, shown: str) -> None:
    fmt = number_format_of(QLocale(name))
    count = 1234567 if name == "hi_IN" else 1234
    assert format_count(count, fmt) == shown
    assert parse_number(shown, fmt) == count


@pytest.mark.parametrize(
    "form", ["d MMM", "MMM yyyy", "MMMM yyyy", "d MMM yyyy", "ddd, d MMM yyyy", "d MMM yyyy HH:mm"]
)
def test_a_day_is_told_in_the_order_of_its_language(form: str) -> None:
    moment = QDateTime(QDate(2026, 11, 8), QTime(9, 5))
    told = QLocale("ja_JP").toString(moment, day_form(form, QLocale("ja_JP")))
    order = [told.find(sign) for sign in ("年", "月", "日", "(日)", "09:05") if sign in told]
    assert order == sorted(order)
    assert len(order) == sum(word in form for word in ("yyyy", "MMM", "d MMM", "ddd", "HH:mm"))
    assert "MMM" not in told
    assert day_form(form, QLocale("de_DE")) == form
