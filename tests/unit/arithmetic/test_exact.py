"""What a value inside an entry is, how a record names it, and that no rounded value is off by more than it says."""

from __future__ import annotations

from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.arithmetic.exact import Multiple, Rounded, Value, multiple, rounded, shown
from desktop.arithmetic.table import OPERATIONS
from desktop.arithmetic.value_texts import read, write
from desktop.terms.errors import AppError, BadInput
from desktop.terms.kinds import OperationType

EXACT = st.builds(multiple, st.integers(-(10**30), 10**30), st.integers(1, 10**12), st.integers(1, 10**6))
ROUNDED = st.builds(
    lambda value, error: Rounded(rounded(value).number, Decimal(error)), EXACT, st.sampled_from(["5e-50", "123e-40"])
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (multiple(1, 2), "0.5"),
        (multiple(1, 3), "1/3"),
        (multiple(-4, 6), "-2/3"),
        (multiple(1, 1, 5), "√5"),
        (multiple(-1, 1, 5), "-√5"),
        (multiple(2, 3, 20), "4/3×√5"),
        (multiple(7, 1, 9), "21"),
        (multiple(10**500, 3), "1e500/3"),
        (multiple(0, 3, 5), "0"),
        (Rounded(Decimal("1.5"), Decimal("5.00e-50")), "1.5±5e-50"),
    ],
)
def test_a_value_has_a_text_and_is_read_back(value: Value, text: str) -> None:
    assert write(value) == text
    assert read(text) == value


@given(EXACT | ROUNDED)
def test_every_value_is_read_back_as_it_is(value: Value) -> None:
    assert read(write(value)) == value


@pytest.mark.parametrize(
    "text",
    ["", "1/2", "2/6", "1/0", "√4", "√8", "1×√5", "0×√5", "3/√5", "1/3×", "1/3√5", "1.5/7", "1/-3", "--1/3", "√", "/3",
     "1/3/5", "1.5±", "1.5±0", "1.5±5", "±5e-9", "01/3", "1e-3/7", "1e9999/7", "1±50e-51", "1_0/3", "1/3 "],
)  # fmt: skip
def test_no_other_text_is_a_value(text: str) -> None:
    with pytest.raises(BadInput):
        read(text)


PRECISE = Context(prec=120)


def _precisely(value: Value) -> Decimal:
    if isinstance(value, Decimal):
        return value
    assert isinstance(value, Multiple)
    quotient = PRECISE.divide(Decimal(value.numerator), Decimal(value.denominator))
    return PRECISE.multiply(quotient, PRECISE.sqrt(Decimal(value.radicand)))


_BY_SIGN = {
    "+": (OperationType.ADDITION, PRECISE.add),
    "-": (OperationType.SUBTRACTION, PRECISE.subtract),
    "×": (OperationType.MULTIPLICATION, PRECISE.multiply),
    "÷": (OperationType.DIVISION, PRECISE.divide),
}


@given(EXACT, st.lists(st.tuples(st.sampled_from("+-×÷√"), EXACT), max_size=12))
def test_the_truth_lies_within_the_error_of_a_rounded_value(first: Value, steps: list[tuple[str, Value]]) -> None:
    value, true = first, _precisely(first)
    for sign, operand in steps:
        try:
            if sign == "√":
                compute = OPERATIONS[OperationType.SQUARE_ROOT].compute
                assert compute is not None
                value, true = compute(value), PRECISE.sqrt(true.copy_abs())
            else:
                operation, precisely = _BY_SIGN[sign]
                compute = OPERATIONS[operation].compute
                assert compute is not None
                value = compute(value, operand)
                true = precisely(true, _precisely(operand))
        except AppError:
            return
    about = rounded(value)
    room = about.error + PRECISE.multiply(true.copy_abs(), Decimal("1e-100"))
    assert PRECISE.subtract(about.number, true).copy_abs() <= room.max(Decimal("1e-90"))
    number, exact = shown(value)
    if not exact:
        assert len(number.as_tuple().digits) <= 34
