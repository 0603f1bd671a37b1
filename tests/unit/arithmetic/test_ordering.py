"""The text key that sorts numbers as numbers, checked against exact fractions."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.arithmetic.ordering import number_key

DIGITS = st.text("0123456789", min_size=1, max_size=110)
NEAR = st.sampled_from(["0", "1", "9", "10", "99", "100", "0.1", "0.10", "0.09", "1.5", "1.05", "1E+2", "1E-2"])
NUMBERS = st.one_of(
    st.builds(lambda sign, text: sign + text, st.sampled_from(["", "-"]), NEAR),
    st.builds(
        lambda sign, whole, fraction, exponent: sign + whole + fraction + exponent,
        st.sampled_from(["", "-"]),
        DIGITS,
        st.one_of(st.just(""), DIGITS.map(lambda digits: "." + digits)),
        st.one_of(st.just(""), st.integers(-999, 999).map(lambda n: f"E{n:+d}")),
    ),
)


@given(NUMBERS, NUMBERS)
def test_keys_compare_as_the_numbers_do(one: str, other: str) -> None:
    left, right = Fraction(one), Fraction(other)
    assert (number_key(one) < number_key(other), number_key(one) == number_key(other)) == (left < right, left == right)


@given(st.lists(NUMBERS, max_size=20))
def test_a_column_of_keys_sorts_as_the_numbers_do(texts: list[str]) -> None:
    assert list(map(Fraction, sorted(texts, key=number_key))) == sorted(map(Fraction, texts))


@given(NUMBERS, st.text())
def test_texts_come_after_all_numbers_and_among_themselves_as_texts(number: str, text: str) -> None:
    if number_key(text) == "z" + text:
        assert number_key(number) < number_key(text)


@pytest.mark.parametrize(
    "rising",
    [
        ["-100", "-10", "-9", "-1.5", "-1", "-0.5", "-0.05", "0", "0.05", "0.5", "1", "1.5", "9", "10", "100"],
        ["-" + "9" * 100, "-1" + "0" * 99, "-" + "9" * 99, "9" * 99, "1" + "0" * 99, "9" * 100],
        ["1." + "3" * 33, "1." + "3" * 32 + "4", "1.4"],
        ["-1E+999", "-1E-999", "0", "1E-999", "1E+999"],
        ["9" * 10_100, "1" + "0" * 10_100, "aB3dE6gH", "zzz"],
        ["5", "", "-", "1.2.3"],
    ],
)
def test_what_is_hard_to_sort_is_sorted(rising: list[str]) -> None:
    assert all(number_key(one) < number_key(other) for one, other in pairwise(rising))


@pytest.mark.parametrize("texts", [("0", "-0", "0.00", "0E+5"), ("1", "1.0", "01", "1E+0"), ("-10", "-10.0", "-1E+1")])
def test_the_same_number_has_one_key(texts: tuple[str, ...]) -> None:
    assert len(set(map(number_key, texts))) == 1


@pytest.mark.parametrize("text", ["1E99999999", "9E999999999999999999", "1e5000000"])
def test_a_random_string_that_looks_like_a_huge_number_comes_after_every_result(text: str) -> None:
    assert number_key(text) > number_key("9" * 10_100) > number_key("1E+999")
