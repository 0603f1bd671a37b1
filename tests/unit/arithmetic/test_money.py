"""Credits as people and machines write them, in whole hundredths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.arithmetic.money import format_money, parse_money, plain_money
from desktop.arithmetic.numbers import NumberFormat
from desktop.terms.errors import AppError, BadInput

GERMAN = NumberFormat(",", ".")
FRENCH = NumberFormat(",", "\u202f")
ARABIC = NumberFormat("\u066b", "\u066c", "\u061c-", "\u0660")
FORMATS = [NumberFormat(), GERMAN, FRENCH, ARABIC, NumberFormat(".", "'"), NumberFormat(",", "")]


@pytest.mark.parametrize(
    ("text", "fmt", "hundredths"),
    [
        ("1,000.00", NumberFormat(), 100_000),
        ("1000", NumberFormat(), 100_000),
        ("10.5", NumberFormat(), 1050),
        ("0.01", NumberFormat(), 1),
        (".5", NumberFormat(), 50),
        ("-0", NumberFormat(), 0),
        ("+10", NumberFormat(), 1000),
        ("-10.00", NumberFormat(), -1000),
        ("−10.00", NumberFormat(), -1000),
        (" 7 ", NumberFormat(), 700),
        ("000000000000000000012", NumberFormat(), 1200),
        ("9" * 15 + ".99", NumberFormat(), 10**17 - 1),
        ("1.000,50", GERMAN, 100_050),
        ("1\u202f000,5", FRENCH, 100_050),
        ("١٬٠٠٠٫٥", ARABIC, 100_050),
    ],
)
def test_an_amount_is_read_in_hundredths(text: str, fmt: NumberFormat, hundredths: int) -> None:
    assert parse_money(text, fmt) == hundredths


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "missing"),
        (" ", "missing"),
        ("ten", "“ten” is not an amount. Write it like 1,000.00."),
        ("1.001", "more than two decimals"),
        ("1.000", "more than two decimals"),
        ("1e3", "not an amount"),
        ("1,5", "not an amount"),
        ("1.000,00", "not an amount"),
        ("--1", "not an amount"),
        ("1+1", "not an amount"),
        ("5 €", "not an amount"),
        ("NaN", "not an amount"),
        ("1" * 16, "15 digits"),
        ("1" * 5000, "too long"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        parse_money(text)


@pytest.mark.parametrize(
    ("hundredths", "fmt", "signed", "text"),
    [
        (100_000, NumberFormat(), False, "1,000.00"),
        (100_000, NumberFormat(), True, "+1,000.00"),
        (-1000, NumberFormat(), True, "−10.00"),
        (-1000, NumberFormat(), False, "−10.00"),
        (0, NumberFormat(), True, "0.00"),
        (-5, NumberFormat(), False, "−0.05"),
        (123_456_789, GERMAN, False, "1.234.567,89"),
        (123_456_789, NumberFormat(",", ""), False, "1234567,89"),
        (-123_456_789, ARABIC, False, "−١٬٢٣٤٬٥٦٧٫٨٩"),
    ],
)
def test_an_amount_is_shown_as_the_locale_writes_it(
    hundredths: int, fmt: NumberFormat, signed: bool, text: str
) -> None:
    assert format_money(hundredths, fmt, signed=signed) == text


@pytest.mark.parametrize(("hundredths", "text"), [(100_000, "1000.00"), (-1000, "-10.00"), (-5, "-0.05"), (0, "0.00")])
def test_an_amount_for_machines_is_plain(hundredths: int, text: str) -> None:
    assert plain_money(hundredths) == text


@given(st.integers(-(10**17) + 1, 10**17 - 1), st.sampled_from(FORMATS), st.booleans())
def test_an_amount_that_is_shown_is_read_back_the_same(hundredths: int, fmt: NumberFormat, signed: bool) -> None:
    assert parse_money(format_money(hundredths, fmt, signed=signed), fmt) == hundredths
    assert parse_money(plain_money(hundredths)) == hundredths


@given(st.text(max_size=20), st.sampled_from(FORMATS))
def test_no_text_breaks_the_reading_of_amounts(text: str, fmt: NumberFormat) -> None:
    outcome: int | AppError
    try:
        outcome = parse_money(text, fmt)
    except AppError as error:
        outcome = error
    assert isinstance(outcome, int) or outcome.message.endswith(".")
