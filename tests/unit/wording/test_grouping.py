"""Thousands grouped for the eye."""

from __future__ import annotations

import pytest

from desktop.arithmetic.numbers import PLAIN, NumberFormat
from desktop.wording.grouping import grouped

GERMAN = NumberFormat(decimal_mark=",", group_marks=".")
ARABIC = NumberFormat(decimal_mark="٫", group_marks="٬", zero_digit="٠")


@pytest.mark.parametrize(
    ("fmt", "text", "seen"),
    [
        (PLAIN, "999", "999"),
        (PLAIN, "1000", "1,000"),
        (PLAIN, "≈ −1234567.1234567", "≈ −1,234,567.1234567"),
        (PLAIN, "12345 × (6789 + 0.0001)", "12,345 × (6,789 + 0.0001)"),
        (PLAIN, "1.5e200", "1.5e200"),
        (GERMAN, "1234567,1234567", "1.234.567,1234567"),
        (ARABIC, "١٢٣٤٥٫٦٧٨٩", "١٢٬٣٤٥٫٦٧٨٩"),
        (NumberFormat(group_marks=""), "1234567", "1234567"),
    ],
)
def test_whole_parts_are_grouped_by_thousands(fmt: NumberFormat, text: str, seen: str) -> None:
    assert grouped(text, fmt) == seen
