"""Reading numbers as each locale writes them, and writing them canonically."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop.arithmetic.numbers import NumberFormat, format_number, localise, parse_number, read_canonical
from desktop.terms.errors import AppError, BadInput, ExpressionError, OutOfBounds

# What QLocale (Qt 6.11) gives for each.
FORMATS = {
    "en_US": NumberFormat(".", ",", "-", "0"),
    "de_DE": NumberFormat(",", ".", "-", "0"),
    "fr_FR": NumberFormat(",", "\u202f", "-", "0"),
    "pl_PL": NumberFormat(",", "\u00a0", "-", "0"),
    "sv_SE": NumberFormat(",", "\u00a0", "−", "0"),
    "de_CH": NumberFormat(".", "'", "-", "0"),
    "hi_IN": NumberFormat(".", ",", "-", "0"),
    "mr_IN": NumberFormat(".", ",", "-", "\u0966"),
    "ar_EG": NumberFormat("\u066b", "\u066c", "\u061c-", "\u0660"),
    "fa_IR": NumberFormat("\u066b", "\u066c", "\u200e−", "\u06f0"),
    "he_IL": NumberFormat(".", ",", "\u200e-", "0"),
    "ff_Adlm_GN": NumberFormat(".", "\u2e41", "-", "\U0001e950"),
}
ENGLISH, GERMAN = FORMATS["en_US"], FORMATS["de_DE"]


def operands() -> st.SearchStrategy[Decimal]:
    """Every number that an entry can hold: up to 100 digits, exponents within ±999."""
    digits = st.integers(1, 10**100 - 1) | st.integers(1, 999)
    return st.builds(_number, digits, st.integers(-999, 999), st.booleans())


def _number(digits: int, adjusted: int, negative: bool) -> Decimal:
    return Decimal((int(negative), tuple(map(int, str(digits))), adjusted - len(str(digits)) + 1))


# As QLocale.toString wrote −1234567.5 in each.
LOCALE_TEXTS = [
    ("en_US", "-1,234,567.5"),
    ("de_DE", "-1.234.567,5"),
    ("fr_FR", "-1\u202f234\u202f567,5"),
    ("pl_PL", "-1\u00a0234\u00a0567,5"),
    ("sv_SE", "−1\u00a0234\u00a0567,5"),
    ("de_CH", "-1'234'567.5"),
    ("de_CH", "-1’234’567.5"),
    ("hi_IN", "-12,34,567.5"),
    ("mr_IN", "-१२,३४,५६७.५"),
    ("ar_EG", "\u061c-١٬٢٣٤٬٥٦٧٫٥"),
    ("fa_IR", "\u200e−۱٬۲۳۴٬۵۶۷٫۵"),
    ("he_IL", "\u200e-1,234,567.5"),
    ("ff_Adlm_GN", "-𞥑⹁𞥒𞥓𞥔⹁𞥕𞥖𞥗.𞥕"),
]


@pytest.mark.parametrize(("locale", "text"), LOCALE_TEXTS)
def test_a_number_is_read_as_its_locale_writes_it(locale: str, text: str) -> None:
    assert parse_number(text, FORMATS[locale]) == Decimal("-1234567.5")


@pytest.mark.parametrize("mark", [" ", "\u00a0", "\u202f", "\u2009", "'", "’", "_"])
@pytest.mark.parametrize("locale", FORMATS)
def test_spaces_apostrophes_and_underscores_group_digits_everywhere(locale: str, mark: str) -> None:
    assert parse_number(f"12{mark}345{mark}678", FORMATS[locale]) == 12345678


@pytest.mark.parametrize(
    ("text", "fmt", "expected"),
    [
        ("1.05", ENGLISH, "1.05"),
        ("1,05", GERMAN, "1.05"),
        ("007", ENGLISH, "7"),
        (".5", ENGLISH, "0.5"),
        ("5.", ENGLISH, "5"),
        ("-0", ENGLISH, "0"),
        ("-0.00", ENGLISH, "0"),
        ("0e99999999", ENGLISH, "0"),
        ("+12", ENGLISH, "12"),
        (" − 12\t", ENGLISH, "-12"),
        ("1e5", ENGLISH, "100000"),
        ("1E-5", ENGLISH, "0.00001"),
        ("1e−5", ENGLISH, "0.00001"),
        ("1.5e+3", ENGLISH, "1500"),
        ("1e005", ENGLISH, "100000"),
        ("1.234", GERMAN, "1234"),
        ("1.234,56", GERMAN, "1234.56"),
        ("1,234.56", ENGLISH, "1234.56"),
        ("1,23,456", ENGLISH, "123456"),
        ("100,000", ENGLISH, "100000"),
        ("1.5", FORMATS["ar_EG"], "1.5"),
        ("1٢.٣4", FORMATS["ar_EG"], "12.34"),
        ("１２", ENGLISH, "12"),
        ("٣", ENGLISH, "3"),
    ],
)
def test_a_number_is_read_for_what_it_is(text: str, fmt: NumberFormat, expected: str) -> None:
    assert format_number(parse_number(text, fmt)) == expected


@pytest.mark.parametrize(
    ("text", "fmt", "position", "advice"),
    [
        ("1,5", ENGLISH, 1, "Write 1.5 or 15."),
        ("1,05", ENGLISH, 1, "Write 1.05 or 105."),
        ("0.011", GERMAN, 1, "Write 0,011."),
        ("1.05", GERMAN, 1, "Write 1,05 or 105."),
        ("1.5", FORMATS["fr_FR"], 1, "Write 1,5."),
        ("1.234,56", ENGLISH, 5, "“.” is the decimal mark"),
        ("1,234.56", GERMAN, 5, "“,” is the decimal mark"),
        ("1,000 000", ENGLISH, 1, "Write 1000000."),
        ("1,0000", ENGLISH, 1, "Write 1.0000 or 10000."),
        ("1234,567", ENGLISH, 4, "Write 1234.567 or 1234567."),
        ("0,123", ENGLISH, 1, "Write 0.123."),
        ("1 2", ENGLISH, 1, "or put an operator between"),
        ("1,,000", ENGLISH, 1, "Correct the number."),
        ("1,", ENGLISH, 1, "Correct the number."),
        ("1'", ENGLISH, 1, "Correct the number."),
        (",5", ENGLISH, 0, "Write 0.5."),
        (".", ENGLISH, 0, "it has no digits"),
        ("1.2.3", ENGLISH, 3, "can stand once"),
        ("1e", ENGLISH, 1, "as in 1e5"),
        ("1e5.5", ENGLISH, 3, "is no part of a number"),
        ("1 x", ENGLISH, 2, "“x”"),
        ("--1", ENGLISH, 1, "A number is missing"),
        ("", ENGLISH, 0, "A number is missing"),
        ("NaN", ENGLISH, 0, "A number is missing"),
        ("\u061c-١٬٢", FORMATS["ar_EG"], 3, "Write"),
    ],
)
def test_an_unclear_number_is_refused_with_the_place_and_what_to_write(
    text: str, fmt: NumberFormat, position: int, advice: str
) -> None:
    with pytest.raises(ExpressionError) as raised:
        parse_number(text, fmt)
    assert raised.value.position == position
    assert advice in raised.value.message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("9" * 101, "101 digits"),
        ("1." + "0" * 100, "101 digits"),
        ("1e1000", "too big"),
        ("10e999", "too big"),
        ("1e-1000", "too small"),
        ("0.1e-999", "too small"),
        ("1e" + "9" * 900, "too big"),
        ("1" * 1001, "1,000 characters"),
    ],
)
def test_a_number_past_the_bounds_is_refused(text: str, says: str) -> None:
    with pytest.raises(OutOfBounds, match=says):
        parse_number(text)


@pytest.mark.parametrize("text", ["9" * 100, "0." + "0" * 98 + "1" * 100, "9.5e999", "1e-999", "0.01e1001"])
def test_a_number_at_the_bounds_is_read(text: str) -> None:
    assert parse_number(text) == Decimal(text)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("1.50", "1.5"),
        ("3.00", "3"),
        ("-0", "0"),
        ("-0.000", "0"),
        ("0E+50", "0"),
        ("1E+3", "1000"),
        ("-1E-7", "-0.0000001"),
        ("1E+99", "1" + "0" * 99),
        ("1E+100", "1e100"),
        ("-1.50E+200", "-1.5e200"),
        ("1E-100", "0." + "0" * 99 + "1"),
        ("1E-101", "1e-101"),
        ("7" * 150, "7" * 150),
    ],
)
def test_a_number_is_written_plainly(number: str, expected: str) -> None:
    assert format_number(Decimal(number)) == expected


@given(operands())
def test_what_is_written_is_read_back_the_same(number: Decimal) -> None:
    assert parse_number(format_number(number)) == number
    assert read_canonical(format_number(number)) == number


@given(operands(), st.sampled_from(sorted(FORMATS)))
def test_what_is_shown_in_a_locale_is_read_back_in_it(number: Decimal, locale: str) -> None:
    assert parse_number(localise(format_number(number), FORMATS[locale]), FORMATS[locale]) == number


def test_what_is_shown_in_a_locale_has_its_mark_digits_and_sign() -> None:
    assert localise("-1234.5", GERMAN) == "−1234,5"
    assert localise("-1234.5", FORMATS["ar_EG"]) == "−١٢٣٤٫٥"


@given(st.text(alphabet="0123456789.,'_ ", max_size=12), st.sampled_from(sorted(FORMATS)))
@example("0.011", "de_DE")
def test_grouping_never_changes_what_the_digits_say(text: str, locale: str) -> None:
    """Whatever is accepted is the same number without its grouping: nothing is dropped, nothing is moved."""
    fmt = FORMATS[locale]
    try:
        number = parse_number(text, fmt)
    except AppError:
        return
    mark = next((mark for mark in fmt.decimal_marks if mark in text), "")
    whole, _, fraction = text.partition(mark) if mark else (text, "", "")
    digits = ["".join(filter(str.isdigit, part)) for part in (whole, fraction)]
    assert number == Decimal(f"0{digits[0]}.{digits[1]}0")


@pytest.mark.parametrize("text", ["", "1,000", "+1", "1.", ".5", "1e", "1e99999", "NaN", "１", "1_0", " 1", "-", "--1"])
def test_a_text_that_the_ledger_did_not_write_is_no_canonical_number(text: str) -> None:
    with pytest.raises(BadInput):
        read_canonical(text)


@given(st.text(max_size=30), st.sampled_from(sorted(FORMATS)))
def test_no_text_breaks_the_reading_of_numbers(text: str, locale: str) -> None:
    outcome: Decimal | AppError
    try:
        outcome = parse_number(text, FORMATS[locale])
    except AppError as error:
        outcome = error
    assert outcome.is_finite() if isinstance(outcome, Decimal) else outcome.message.endswith(".")


def test_every_script_of_digits_reads_all_ten() -> None:
    for fmt, digit in itertools.product(FORMATS.values(), range(10)):
        assert parse_number(chr(ord(fmt.zero_digit) + digit), fmt) == digit
        assert parse_number(str(digit), fmt) == digit
