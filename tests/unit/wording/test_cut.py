"""Numbers that are too long for their place."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.arithmetic.numbers import NumberFormat
from desktop.wording.cut import cut_number

GERMAN = NumberFormat(decimal_mark=",", group_marks=".")
ARABIC = NumberFormat(decimal_mark="٫", group_marks="٬", zero_digit="٠")


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("37.5", 4, "37.5"),
        ("142857.142857142857", 12, "142857.1428…"),
        ("≈ 142857.142857142857", 12, "≈ 142857.14…"),
        ("−142857.142857142857", 12, "−142857.142…"),
        ("≈ 0.3333333333", 8, "≈ 0.333…"),
        ("0.00000000000000314159", 12, "3.1415…e−15"),
        ("1234567890123456789012", 10, "1.2345…e21"),
        ("1,234,567,890,123", 10, "1.2345…e12"),
        ("1234567.125", 8, "1.234…e6"),
        ("1.23456789e200", 10, "1.234…e200"),
        ("≈ 1.23456789e−200", 12, "≈ 1.23…e−200"),
        ("Wm9o9q8d", 5, "Wm9o…"),
        ("123456789", 3, "1…e8"),
        ("", 0, ""),
    ],
)
def test_a_long_number_keeps_its_size_in_sight(text: str, most: int, shown: str) -> None:
    assert cut_number(text, lambda cut: len(cut) <= most) == shown


@pytest.mark.parametrize(
    ("fmt", "text", "most", "shown"),
    [
        (GERMAN, "142.857,142857", 12, "142.857,142…"),
        (GERMAN, "142.857.142.857", 8, "1,42…e11"),
        (ARABIC, "١٢٣٤٥٦٧٨٩", 8, "١٫٢٣٤…e٨"),
    ],
)
def test_it_is_cut_as_the_locale_writes_numbers(fmt: NumberFormat, text: str, most: int, shown: str) -> None:
    assert cut_number(text, lambda cut: len(cut) <= most, fmt) == shown


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=1, max_value=10**15, places=9), st.integers(8, 25))
def test_what_is_cut_has_the_size_of_the_whole(number: Decimal, most: int) -> None:
    shown = cut_number(f"{number:f}", lambda cut: len(cut) <= most)
    assert len(shown) <= most
    seen = float(shown.replace("…", ""))
    assert 0.9 * float(f"{number:f}") <= seen <= float(f"{number:f}")
