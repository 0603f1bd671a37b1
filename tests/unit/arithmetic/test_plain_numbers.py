"""What is read in one go is what the careful reading makes of it, in every way of writing numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.arithmetic.literals import PLAIN, NumberFormat, ScannedText, scan, scan_plain
from desktop.arithmetic.numbers import number_of, value_of

FORMATS = (
    PLAIN,
    NumberFormat(decimal_mark=",", group_marks=".", minus="−"),
    NumberFormat(decimal_mark="٫", group_marks="٬", minus="\u061c-", zero_digit="٠"),
)
SIGNS = "0123456789.,٫٬'_ %eE+-*/×÷−()=$€½xX١٢\u200e\u00a0\t"


@given(st.text(st.sampled_from(SIGNS), max_size=12), st.sampled_from(FORMATS), st.integers(0, 120))
def test_it_reads_as_the_careful_reading_does(text: str, fmt: NumberFormat, zeros: int) -> None:
    source = ScannedText.of("7" + "0" * zeros + text, fmt)
    plain = scan_plain(source, 0)
    if plain is None:
        return
    whole, fraction, end = plain
    literal = scan(source, 0)
    assert (whole, fraction, end) == (literal.whole, literal.fraction, literal.end)
    assert str(value_of(whole, fraction)) == str(number_of(literal))
    assert not literal.has_exponent
    assert source.char(source.skip_space(end)) not in "%½"


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("rest", ["", " + 1", "*3", ")", " −4", "÷2"])
def test_ordinary_numbers_are_read_in_one_go(fmt: NumberFormat, rest: str) -> None:
    assert scan_plain(ScannedText.of(f"12{fmt.decimal_mark}50{rest}", fmt), 0) is not None


@pytest.mark.parametrize(
    "text", ["1%", "1 %", "1e5", "1 000", "1.5.2", "1,000", "1½", "1 ½", "1'0", "2x", "1 = ", ".5"]
)
def test_what_could_mean_more_is_left_to_the_careful_reading(text: str) -> None:
    assert scan_plain(ScannedText.of(text, PLAIN), 0) is None
