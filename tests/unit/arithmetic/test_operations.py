"""What each operation gives, whether it is exact, and how a record writes it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import isqrt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop.arithmetic.numbers import format_number
from desktop.arithmetic.operations import apply, follows, operands_text, split_operands
from desktop.terms.errors import BadInput, DivisionByZero, NegativeSquareRoot, OutOfBounds
from desktop.terms.kinds import OperationType

ADD, SUBTRACT = OperationType.ADDITION, OperationType.SUBTRACTION
MULTIPLY, DIVIDE = OperationType.MULTIPLICATION, OperationType.DIVISION
ROOT, STRING, CREDIT = OperationType.SQUARE_ROOT, OperationType.RANDOM_STRING, OperationType.CREDIT


def numbers(places: int = 60) -> st.SearchStrategy[Decimal]:
    wide = st.integers(-(10**places), 10**places) | st.integers(-1000, 1000)
    return st.builds(lambda digits, exponent: Decimal(f"{digits}E{exponent}"), wide, st.integers(-30, 30))


@pytest.mark.parametrize(
    ("operation", "operands", "response", "exact"),
    [
        (ADD, "0.1 0.2", "0.3", True),
        (ADD, "1.50 1.50", "3", True),
        (ADD, "1e40 0.1", "1" + "0" * 40 + ".1", True),
        (ADD, "1e999 -1e999", "0", True),
        (SUBTRACT, "5 5", "0", True),
        (SUBTRACT, "1.5 2.25", "-0.75", True),
        (MULTIPLY, "5 0", "0", True),
        (MULTIPLY, "5 -0", "0", True),
        (MULTIPLY, "9" * 60 + " " + "9" * 60, str((10**60 - 1) ** 2), True),
        (MULTIPLY, "1e-500 1e-499", "1e-999", True),
        (DIVIDE, "0 5", "0", True),
        (DIVIDE, "0 -5", "0", True),
        (DIVIDE, "1 8", "0.125", True),
        (DIVIDE, "1 3", "0." + "3" * 34, False),
        (DIVIDE, "2 3", "0." + "6" * 33 + "7", False),
        (DIVIDE, "1" + "0" * 33 + "1 1", "1" + "0" * 33 + "1", True),
        (DIVIDE, "1" + "0" * 32 + "15 1", "1" + "0" * 32 + "15", True),
        (DIVIDE, "1 " + str(2**200), format_number(Decimal(f"{5**200}e-200")), True),
        (DIVIDE, "7" * 34 + " 1", "7" * 34, True),
        (ROOT, "0", "0", True),
        (ROOT, "-0", "0", True),
        (ROOT, "2.25", "1.5", True),
        (ROOT, "2", "1.414213562373095048801688724209698", False),
        (ROOT, "1e-998", "1e-499", True),
        (ROOT, "1e-999", "3.162277660168379331998893544432719e-500", False),
        (ROOT, "9." + "9" * 99 + "e999", "1e500", False),
        (ROOT, str((10**34 - 1) ** 2), "9" * 34, True),
        (ROOT, str((10**34 + 1) ** 2), str(10**34 + 1), True),
        (ROOT, str((10**34 - 1) ** 2 + 1), "9" * 34, False),
    ],
)
def test_an_operation_gives_its_result_and_says_whether_it_was_rounded(
    operation: OperationType, operands: str, response: str, exact: bool
) -> None:
    result = apply(operation, tuple(map(Decimal, operands.split())))
    assert (format_number(result.number), result.exact) == (response, exact)


@given(numbers(), numbers(), st.sampled_from([ADD, SUBTRACT, MULTIPLY]))
def test_sums_and_products_are_exact(left: Decimal, right: Decimal, operation: OperationType) -> None:
    a, b = Fraction(left), Fraction(right)
    expected = {ADD: a + b, SUBTRACT: a - b, MULTIPLY: a * b}[operation]
    result = apply(operation, (left, right))
    assert result.exact
    assert Fraction(result.number) == expected


def half_of_the_last_digit(number: Decimal) -> Fraction:
    return Fraction(10) ** (number.adjusted() - 33) / 2


def ends(true: Fraction) -> bool:
    rest = true.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


@given(numbers(), numbers().filter(bool))
@example(Decimal(10**34 + 1), Decimal(1))
def test_a_quotient_that_ends_is_exact_and_another_within_half_of_its_34th_digit(left: Decimal, right: Decimal) -> None:
    result = apply(DIVIDE, (left, right))
    true = Fraction(left) / Fraction(right)
    assert result.exact == (Fraction(result.number) == true) == ends(true)
    if not result.exact:
        assert abs(Fraction(result.number) - true) <= half_of_the_last_digit(result.number)
        assert len(result.number.as_tuple().digits) <= 34


@given(st.integers(0, 10**70) | st.integers(0, 10**35).map(lambda root: root * root), st.integers(-40, 40))
def test_a_root_that_ends_is_exact_and_another_within_half_of_its_34th_digit(digits: int, exponent: int) -> None:
    radicand = Decimal(f"{digits}E{exponent}")
    result = apply(ROOT, (radicand,))
    root, half = Fraction(result.number), half_of_the_last_digit(result.number)
    shifted = digits * 10 ** (exponent % 2)
    assert result.exact == (isqrt(shifted) ** 2 == shifted)
    if result.exact:
        assert root * root == Fraction(radicand)
    else:
        assert (root - half) ** 2 <= Fraction(radicand) <= (root + half) ** 2


@pytest.mark.parametrize("dividend", ["5", "0", "-1"])
@pytest.mark.parametrize("divisor", ["0", "-0", "0.00"])
def test_a_division_by_zero_is_refused(dividend: str, divisor: str) -> None:
    with pytest.raises(DivisionByZero, match="÷ 0"):
        apply(DIVIDE, (Decimal(dividend), Decimal(divisor)))


def test_the_root_of_a_negative_number_is_refused() -> None:
    with pytest.raises(NegativeSquareRoot, match="√−1"):
        apply(ROOT, (Decimal(-1),))


@pytest.mark.parametrize(
    ("operation", "operands", "says"),
    [
        (MULTIPLY, "1e999 10", "too big"),
        (ADD, "9e999 9e999", "too big"),
        (DIVIDE, "1e999 1e-1", "too big"),
        (MULTIPLY, "1e-999 0.1", "too small"),
        (SUBTRACT, "1." + "0" * 98 + "1e-999 1e-999", "too small"),
        (DIVIDE, "1e-999 3", "too small"),
        (MULTIPLY, "3" * 9000 + "e-9000 " + "3" * 2000 + "e-2000", "too long"),
    ],
)
def test_a_result_past_the_bounds_is_refused(operation: OperationType, operands: str, says: str) -> None:
    with pytest.raises(OutOfBounds, match=says):
        apply(operation, tuple(map(Decimal, operands.split())))


@pytest.mark.parametrize(
    ("operation", "operands", "text"),
    [
        (ADD, ("0.1", "0.2"), "0.1 + 0.2"),
        (SUBTRACT, ("5", "-3"), "5 − -3"),
        (MULTIPLY, ("-2", "1e200"), "-2 × 1e200"),
        (DIVIDE, ("1", "3"), "1 ÷ 3"),
        (ROOT, ("2.25",), "√2.25"),
        (ROOT, ("2/3",), "√(2/3)"),
        (MULTIPLY, ("1/3", "-2/3×√5"), "1/3 × -2/3×√5"),
        (DIVIDE, ("1/3", "1/3"), "1/3 ÷ (1/3)"),
        (SUBTRACT, ("1.5±5e-50", "√2"), "1.5±5e-50 − √2"),
        (STRING, (), ""),
        (CREDIT, ("a gift − or + two",), "a gift − or + two"),
        (CREDIT, ("",), ""),
    ],
)
def test_a_records_operands_are_written_and_taken_apart_again(
    operation: OperationType, operands: tuple[str, ...], text: str
) -> None:
    assert operands_text(operation, operands) == text
    assert split_operands(operation, text) == operands


@pytest.mark.parametrize(
    ("operation", "text"),
    [(ADD, "1 − 2"), (ADD, "1"), (ADD, "1 + 2 + 3"), (ADD, ""), (ROOT, "2"), (ROOT, ""), (STRING, "x")],
)
def test_operands_that_no_record_holds_are_refused(operation: OperationType, text: str) -> None:
    with pytest.raises(BadInput):
        split_operands(operation, text)


@pytest.mark.parametrize(
    ("operation", "operands", "response", "exact", "holds"),
    [
        (ADD, "1 + 2", "3", True, True),
        (ADD, "1 + 2", "4", True, False),
        (ADD, "1 + 2", "3", False, False),
        (ADD, "1 − 2", "-1", True, False),
        (DIVIDE, "1 ÷ 3", "0." + "3" * 34, False, True),
        (DIVIDE, "1 ÷ 3", "0." + "3" * 34, True, False),
        (DIVIDE, "1 ÷ 0", "0", True, False),
        # As versions wrote them that went on with what was shown, and rounded what had more than 34 digits.
        (MULTIPLY, "0." + "3" * 34 + " × 3", "0." + "9" * 34, True, True),
        (DIVIDE, "1" + "0" * 33 + "1 ÷ 1", "1" + "0" * 34, False, True),
        (ROOT, "√" + str((10**34 + 1) ** 2), "1" + "0" * 34, False, True),
        (DIVIDE, "4 ÷ 2", "2", False, False),
        (STRING, "", "anything", True, True),
        (CREDIT, "a gift", "", True, True),
    ],
)
def test_a_record_follows_from_its_operands_or_is_found(
    operation: OperationType, operands: str, response: str, exact: bool, holds: bool
) -> None:
    assert follows(operation, operands, response, exact=exact) == holds
