"""Whole entries: how they are read, in what order they are worked out, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desktop.arithmetic.expressions import MAX_LENGTH, Evaluation, evaluate, parse
from desktop.arithmetic.numbers import NumberFormat, format_number, localise
from desktop.arithmetic.operations import apply, follows, operands_text, split_operands
from desktop.arithmetic.value_texts import read
from desktop.terms.charges import Step
from desktop.terms.errors import (
    AppError,
    DivisionByZero,
    ExpressionError,
    NegativeSquareRoot,
    OutOfBounds,
)
from desktop.terms.kinds import OperationType
from tests.support.effort import is_light

GERMAN = NumberFormat(",", ".")
SWEDISH = NumberFormat(",", "\u00a0", "−")
ARABIC = NumberFormat("\u066b", "\u066c", "\u061c-", "\u0660")
PRIMES = [number for number in range(2, 300) if all(number % smaller for smaller in range(2, number))]
FORMATS = [NumberFormat(), GERMAN, SWEDISH, ARABIC, NumberFormat(".", "'")]


@pytest.mark.parametrize(
    ("text", "reading", "result"),
    [
        ("5", "5", "5"),
        ("0.1+0.2", "0.1 + 0.2", "0.3"),
        ("1.50+1.50", "1.5 + 1.5", "3"),
        ("1.05", "1.05", "1.05"),
        ("5×0", "5 × 0", "0"),
        ("0÷5", "0 ÷ 5", "0"),
        ("√0", "√0", "0"),
        ("√2.25", "√2.25", "1.5"),
        ("√2.25-1.5", "√2.25 − 1.5", "0"),
        ("1e40+0.1", "1" + "0" * 40 + " + 0.1", "1" + "0" * 40 + ".1"),
        ("-0", "-0", "0"),
        ("1+2*3", "1 + 2 × 3", "7"),
        ("(1+2)·3", "(1 + 2) × 3", "9"),
        ("8/4/2", "8 ÷ 4 ÷ 2", "1"),
        ("8−4-2", "8 − 4 − 2", "2"),
        ("8-4+2", "8 − 4 + 2", "6"),
        ("8÷4×2", "8 ÷ 4 × 2", "4"),
        ("-√4", "-√4", "-2"),
        ("2×-3", "2 × -3", "-6"),
        ("2--3", "2 − -3", "5"),
        ("--5", "--5", "5"),
        ("+5", "5", "5"),
        ("-+-5", "--5", "5"),
        ("-(2+3)", "-(2 + 3)", "-5"),
        ("√√16", "√√16", "2"),
        ("√4×9", "√4 × 9", "18"),
        ("√(4×9)", "√(4 × 9)", "6"),
        ("sqrt(4)", "√(4)", "2"),
        ("SQRT ( 4 )", "√(4)", "2"),
        ("√-(-4)", "√-(-4)", "2"),
        ("((7))", "((7))", "7"),
        (" 1 000\u00a0000 + 1_000 ", "1000000 + 1000", "1001000"),
        ("1e5-1E-5", "100000 − 0.00001", "99999.99999"),
        ("2e-1", "0.2", "0.2"),
        ("-" * 999 + "1", "-" * 999 + "1", "-1"),
    ],
)
def test_an_entry_is_read_and_worked_out(text: str, reading: str, result: str) -> None:
    expression = parse(text)
    evaluation = evaluate(expression)
    assert (expression.reading, evaluation.result, evaluation.exact) == (reading, result, True)


@pytest.mark.parametrize(
    ("text", "reading", "result"),
    [
        ("12*3=", "12 × 3", "36"),
        ("=1+2", "1 + 2", "3"),
        ("≈ 0.25", "0.25", "0.25"),
        ("3x4", "3 × 4", "12"),
        ("(3)X4", "(3) × 4", "12"),
        ("5–3", "5 − 3", "2"),
        ("10:2", "10 ÷ 2", "5"),
        ("3∗4", "3 × 4", "12"),
        ("10∕2", "10 ÷ 2", "5"),
        ("$53,000/10", "53000 ÷ 10", "5300"),
        ("-€5 + 3 €", "-5 + 3", "-2"),
        ("１+１", "1 + 1", "2"),
        ("（１．５）×２", "(1.5) × 2", "3"),
        ("٣+٤", "3 + 4", "7"),
        ("۳٫۵", "3.5", "3.5"),
        ("½", "0.5", "0.5"),
        ("2½×2", "2.5 × 2", "5"),
        ("⅓×3", "(1 ÷ 3) × 3", "1"),
        ("sqrt 4", "√4", "2"),
        ("sqrt4", "√4", "2"),
        ("sqrt4×9", "√4 × 9", "18"),
        ("50%", "0.5", "0.5"),
        ("200×15 %", "200 × 0.15", "30"),
        ("200+15%", "200 + 200 × 15 ÷ 100", "230"),
        ("200−15%", "200 − 200 × 15 ÷ 100", "170"),
        ("-200+15%", "-200 + -200 × 15 ÷ 100", "-230"),
        ("2×(200+15%)+1", "2 × (200 + 200 × 15 ÷ 100) + 1", "461"),
        ("200+15%×3", "200 + 0.15 × 3", "200.45"),
        ("1×-5%", "1 × -0.05", "-0.05"),
    ],
)
def test_what_is_pasted_and_can_mean_only_one_thing_is_read_as_that(text: str, reading: str, result: str) -> None:
    expression = parse(text)
    evaluation = evaluate(expression)
    assert (expression.reading, evaluation.result, evaluation.exact) == (reading, result, True)
    assert parse(reading) == expression


@pytest.mark.parametrize(
    ("text", "fmt", "reading"),
    [
        ("1.234,56 + 0,5", GERMAN, "1234.56 + 0.5"),
        ("−1\u00a0000,5−−2", SWEDISH, "-1000.5 − -2"),
        ("١٬٢٣٤٫٥×\u061c-٣", ARABIC, "1234.5 × -3"),
        ("\u200e12,34,567\u200f − 1", NumberFormat(), "1234567 − 1"),
        ("1'000.5*2", NumberFormat(".", "'"), "1000.5 × 2"),
        ("1\u202f234,5/2", NumberFormat(",", "\u202f"), "1234.5 ÷ 2"),
    ],
)
def test_an_entry_is_read_in_the_persons_locale(text: str, fmt: NumberFormat, reading: str) -> None:
    assert parse(text, fmt).reading == reading


def test_each_operator_is_a_step_in_the_order_it_is_worked_out() -> None:
    expression = parse("√4 + 3 × (5 - -1) ÷ 8")
    add, subtract = OperationType.ADDITION, OperationType.SUBTRACTION
    multiply, divide = OperationType.MULTIPLICATION, OperationType.DIVISION
    steps = (
        Step(OperationType.SQUARE_ROOT, ("4",), "2"),
        Step(subtract, ("5", "-1"), "6"),
        Step(multiply, ("3", "6"), "18"),
        Step(divide, ("18", "8"), "2.25"),
        Step(add, ("2", "2.25"), "4.25"),
    )
    assert evaluate(expression).steps == steps
    assert expression.operations == tuple(step.operation for step in steps)


def test_an_entry_without_operators_is_free() -> None:
    assert parse("-(+(-5))").operations == ()
    assert evaluate(parse("-(+(-5))")).steps == ()


@pytest.mark.parametrize(
    ("text", "result", "exact", "last"),
    [
        ("1÷3×3", "1", True, "1/3 × 3"),
        ("√2×√2", "2", True, "√2 × √2"),
        ("√8÷√2", "2", True, "2×√2 ÷ (√2)"),
        ("√2-√2", "0", True, "√2 − √2"),
        ("√2+√8-√18", "0", True, "3×√2 − 3×√2"),
        ("1/(1/3)", "3", True, "1 ÷ (1/3)"),
        ("(5+1/3)/(4/3)", "4", True, "16/3 ÷ (4/3)"),
        ("1/(1/(1/0.2425-4)-8)-12", "0", True, "12 − 12"),
        ("√(1/3)", "0." + "5773502691896257645091487805019575", False, "√(1/3)"),
        ("2/3×-√5", "-1.490711984999859797606115779154184", False, "2/3 × -√5"),
        ("√2+√3", "3.14626436994197234232913506571557", False, "√2 + √3"),
        ("1/7+1/7", "0.2857142857142857142857142857142857", False, "1/7 + 1/7"),
        ("-1e999÷3", "-3." + "3" * 33 + "e998", False, "-1e999 ÷ 3"),
        ("1" + "0" * 40 + "2/2", "5" + "0" * 39 + "1", True, "1" + "0" * 40 + "2 ÷ 2"),
        ("2" + "3" * 40 + "/1", "2" + "3" * 40, True, "2" + "3" * 40 + " ÷ 1"),
        ("√√2-√√2+1e60", "1" + "0" * 60, False, "0±185e-51 + 1" + "0" * 60),
    ],
)
def test_values_are_carried_exactly_and_a_step_names_them(text: str, result: str, exact: bool, last: str) -> None:
    evaluation = evaluate(parse(text))
    step = evaluation.steps[-1]
    assert (evaluation.result, evaluation.exact) == (result, exact)
    assert operands_text(step.operation, step.operands) == last


def test_a_difference_that_vanishes_within_the_error_is_about_0() -> None:
    evaluation = evaluate(parse("√(8+2×√15)−(√5+√3)"))
    assert (evaluation.result, evaluation.exact) == ("0", False)
    with pytest.raises(DivisionByZero, match="cannot be told from zero"):
        evaluate(parse("1/(√(8+2×√15)−(√5+√3))"))


def test_no_more_digits_are_shown_than_are_certain() -> None:
    assert evaluate(parse("√√2×√√2×√√2×√√2-1")).result == "1"
    tiny = evaluate(parse("√√(2+1e-40)-√√2"))
    assert not tiny.exact
    assert tiny.result.startswith("0." + "0" * 40 + "1486508")
    assert len(Decimal(tiny.result).as_tuple().digits) <= 10


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 0, "nothing to work out"),
        (" \t", 0, "nothing to work out"),
        ("\u200f", 0, "nothing to work out"),
        ("1+", 2, "a number is missing after “+”"),
        ("√", 1, "a number is missing after “√”"),
        ("-", 1, "a number is missing after “-”"),
        ("(", 1, "a number is missing after “(”"),
        ("×2", 0, "missing before “×” at character 1"),
        ("1+*2", 2, "missing before “*” at character 3"),
        ("()", 1, "missing before “)”"),
        ("1+(2×3", 2, "at character 3 is not closed"),
        ("1+2)", 3, "closes no parenthesis"),
        ("2(3)", 1, "write ×"),
        ("(2)(3)", 3, "write ×"),
        ("(2)3", 3, "write ×"),
        ("2√4", 1, "write ×"),
        ("2 sqrt(4)", 2, "Between “2” and “sqrt”"),
        ("1  000", 3, "Between “1” and “000”"),
        ("2^3", 1, "“^” at character 2"),
        ("2**3", 2, "missing before “*”"),
        ("[1]", 0, "Write ( and )"),
        ("pi", 0, "“p” at character 1"),
        ("sqr(4)", 0, "“s”"),
        ("\u200e5!", 2, "at character 3"),
        ("1+1=2", 3, "Leave it out"),
        ("5—3", 1, "write −"),
        ("x3", 0, "write ×"),
        ("3xx4", 2, "write ×"),
        ("%5", 0, "sign behind it"),
        ("10%3", 3, "Between “10%” and “3”"),
        ("$5+€3", 3, "two currencies"),
        ("$", 0, "“$”"),
        ("2⅓", 1, "write ×"),
        ("5²", 1, "“²”"),
        ("100+50+10%", 7, "not clear what “10%”"),
        ("(100+50)+10%", 9, "not clear"),
        ("50%+10%", 4, "not clear"),
        ("200+-15%", 5, "not clear"),
        ("0x10", 1, "“x”"),
        ("1\x00", 1, "U+0000"),
        ("1+\ud800", 2, "U+D800"),
        ("1\u2003+2", 1, "em space"),
        ("1 + 1,5", 5, "Write 1.5 or 15."),
        ("2+1 2", 3, "operator between"),
        ("__import__('os')", 0, "“_”"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused_with_the_place_and_the_reason(
    text: str, position: int, says: str
) -> None:
    with pytest.raises(ExpressionError) as raised:
        parse(text)
    assert raised.value.position == position
    assert says in raised.value.message


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("5÷0", DivisionByZero),
        ("0÷0", DivisionByZero),
        ("1/(2-2)", DivisionByZero),
        ("√-4", NegativeSquareRoot),
        ("√(1-2)", NegativeSquareRoot),
        ("1e999×10", OutOfBounds),
        ("1e-999÷10", OutOfBounds),
        ("(1+1e-999)×" * 20 + "1", OutOfBounds),
    ],
)
def test_what_has_no_result_is_read_but_not_worked_out(text: str, error: type[AppError]) -> None:
    expression = parse(text)
    with pytest.raises(error):
        evaluate(expression)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1" * 1001, "1,001 characters"),
        (" " * 10_000_000, "10,000,000 characters"),
        ("(" * 1000, "nested too deeply"),
        ("(" * 450 + "1" + ")" * 450, "nested too deeply at character 101"),
        ("√(" * 101 + "1" + ")" * 101, "100"),
        ("1+" * 101 + "1", "more than 100 operators"),
        ("√" * 101 + "1", "more than 100 operators"),
        ("2+" + "9" * 101, "at character 3 has 101 digits"),
        ("2+1e1000", "at character 3 is too big"),
    ],
)
def test_an_entry_past_the_bounds_is_refused_at_once(text: str, says: str) -> None:
    def refused() -> None:
        with pytest.raises(OutOfBounds, match=says):
            parse(text)

    assert is_light(refused, 50)


@pytest.mark.parametrize(
    "text",
    [
        "1+" * 100 + "1",
        "(1)+" * 100 + "(1)",
        "(" * 100 + "1" + ")" * 100,
        "√(" * 100 + "1" + ")" * 100,
        " " * 999 + "1",
    ],
)
def test_an_entry_at_the_bounds_is_worked_out(text: str) -> None:
    assert evaluate(parse(text)).exact


def test_the_longest_products_are_worked_out_without_a_pause() -> None:
    longest = "×".join(["0." + "7" * 97] * 10)
    assert len(longest) <= MAX_LENGTH
    assert Fraction(evaluate(parse(longest)).result) == Fraction("0." + "7" * 97) ** 10
    assert is_light(lambda: evaluate(parse(longest)), 50)


NUMBERS = st.builds(
    lambda digits, places: f"{Decimal(digits).scaleb(-places):f}", st.integers(0, 10**12), st.integers(0, 12)
)


def _joined(inner: st.SearchStrategy[tuple[str, str]]) -> st.SearchStrategy[tuple[str, str]]:
    """Entries and the same in Python, where a number is a Fraction."""
    signs = st.sampled_from([("+", "+"), ("-", "-"), ("−", "-"), ("×", "*"), ("*", "*"), ("÷", "/"), ("/", "/")])
    return st.one_of(
        st.builds(lambda a, sign, b: (a[0] + sign[0] + b[0], a[1] + sign[1] + b[1]), inner, signs, inner),
        inner.map(lambda pair: (f"({pair[0]})", f"({pair[1]})")),
        inner.map(lambda pair: (f"-{pair[0]}", f"-{pair[1]}")),
    )


ENTRIES = st.recursive(NUMBERS.map(lambda text: (text, f"Fraction('{text}')")), _joined, max_leaves=12)


@given(ENTRIES)
def test_precedence_is_pythons_own(pair: tuple[str, str]) -> None:
    entry, python = pair
    try:
        evaluation = evaluate(parse(entry))
    except DivisionByZero:
        evaluation = None
    try:
        expected = eval(python, {"Fraction": Fraction})
    except ZeroDivisionError:
        expected = None
    if evaluation is None or expected is None:
        assert evaluation is None
        assert expected is None
    elif evaluation.exact:
        assert Fraction(evaluation.result) == expected
    else:
        shown = Fraction(evaluation.result)
        assert shown != expected
        assert abs(shown - expected) <= Fraction(10) ** (Decimal(evaluation.result).adjusted() - 33) / 2


TERMS = st.sampled_from(["√8", "√(1/3)", "√√2", "2/3", "1.25", "√(2+√3)", "1e200/7", "√5"])
ROOTED = st.lists(st.tuples(TERMS, st.sampled_from("+-×÷")), min_size=1, max_size=8).map(
    lambda terms: ("".join(term + sign for term, sign in terms) + "√5", "")
)


@given(ENTRIES | ROOTED)
def test_every_step_can_be_computed_again_from_its_record(pair: tuple[str, str]) -> None:
    try:
        evaluation = evaluate(parse(pair[0]))
    except AppError:
        assume(False)
    for step in evaluation.steps:
        text = operands_text(step.operation, step.operands)
        again = apply(step.operation, tuple(map(read, split_operands(step.operation, text))))
        assert (format_number(again.number), again.exact) == (step.response, step.exact)
        assert follows(step.operation, text, step.response, exact=step.exact)


PIECES = st.lists(
    st.sampled_from(
        [*"0123456789.,'_ +-−×÷*/·√()eE%x٣٫٬=≈$½⅓:–", "sqrt(", "1e9", "\u00a0", "\u202f", "\u061c", "10", "2.5"]
    ),
    max_size=14,
).map("".join)


@given(PIECES | ENTRIES.map(lambda pair: pair[0]), st.sampled_from(FORMATS))
def test_a_reading_reads_the_same_again(text: str, fmt: NumberFormat) -> None:
    try:
        expression = parse(text, fmt)
    except AppError:
        return
    assert parse(expression.reading) == expression
    assert parse(localise(expression.reading, fmt), fmt) == expression


@given(PIECES | st.text(max_size=20), st.sampled_from(FORMATS))
def test_no_text_raises_anything_but_a_sentence(text: str, fmt: NumberFormat) -> None:
    outcome: Evaluation | AppError
    try:
        outcome = evaluate(parse(text, fmt))
    except AppError as error:
        outcome = error
    if isinstance(outcome, AppError):
        assert outcome.message.endswith(".")
        assert all(char.isprintable() or char in "\u00a0\u202f\u2009" for char in outcome.message)
    if isinstance(outcome, ExpressionError):
        assert 0 <= outcome.position <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "+".join(f"1e-{4 * prime}/{prime}" for prime in PRIMES[:50]),
        "+".join(f"√{prime}" for prime in PRIMES[:50]),
        "√(1e999+1)" + "+√(1e999+1)" * 32,
        "√2e-999" + "+√2e-999" * 45,
        "×".join(["(1+1e-999)"] * 10) + "/7" * 70,
        "(" + "×".join(["(1+1e-999)"] * 10) + ")/(" + "×".join(["(1-1e-999)"] * 10) + ")",
        "√" * 60 + "(" + "×".join(["(1+1e-999)"] * 10) + ")",
    ],
)
def test_long_fractions_and_roots_are_worked_out_without_a_pause(text: str) -> None:
    expression = parse(text)
    assert is_light(lambda: evaluate(expression), 50)  # most take 10 to 50 ms
