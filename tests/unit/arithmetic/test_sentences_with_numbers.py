"""The numbers in a sentence of the core are written as the person writes them; the command line's stay as they were."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desktop.arithmetic.expressions import evaluate, parse
from desktop.arithmetic.money import said_money, write_numbers
from desktop.arithmetic.numbers import PLAIN, NumberFormat, parse_number
from desktop.language.directions import bare, isolated
from desktop.models.ledger import receipts
from desktop.terms.errors import AppError

_ARABIC = NumberFormat("٫", "٬", "-", "٠", isolates=True)
_GERMAN = NumberFormat(",", ".", "-")
_LATIN = frozenset("0123456789")


@pytest.fixture(autouse=True)
def _afterwards() -> Iterator[None]:
    yield
    write_numbers(PLAIN)


def refusal(text: str, fmt: NumberFormat) -> str:
    write_numbers(fmt)
    with pytest.raises(AppError) as refused:
        evaluate(parse(text, fmt))
    return refused.value.message


ENTRIES = (
    "٧ ÷ ٠",
    "√(٣ − ٧)",
    "١ ÷ (√٢ × √٢ − ٢)",
    "٣ #",
    "١٢ ٣٤",
    "٩e٩٩٩ × ٩e٩٩٩",
    "٩e٩٩٩٩",
    "(" * 300 + "١",
    "١" * 1100,
    "١" * 120,
    "+".join(["١"] * 200),
)


@pytest.mark.parametrize("text", ENTRIES, ids=range(len(ENTRIES)))
def test_no_refusal_has_other_digits_than_the_persons(text: str) -> None:
    assert _LATIN.isdisjoint(refusal(text, _ARABIC))


def test_an_expression_in_a_sentence_keeps_its_order() -> None:
    assert isolated("٧ ÷ ٠") in refusal("٧ ÷ ٠", _ARABIC)
    assert isolated("√−٤") in refusal("√(٣ − ٧)", _ARABIC)


def test_a_decimal_mark_in_a_sentence_is_the_persons() -> None:
    assert refusal("1,5 ÷ 0", _GERMAN) == "1,5 ÷ 0 has no result: nothing can be divided by zero."
    assert "1.100 characters" in refusal("1" * 1100, _GERMAN)


def test_a_denial_counts_money_as_the_person_does() -> None:
    write_numbers(_ARABIC)
    assert bare(said_money(123456)) == "١٬٢٣٤٫٥٦"
    assert _LATIN.isdisjoint(receipts.too_low(5000, 1000).message)
    assert receipts.too_low(5000, 1000).details == {"cost": 5000, "balance": 1000, "shortfall": 4000}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("7 ÷ 0", "7 ÷ 0 has no result: nothing can be divided by zero."),
        ("√(3 − 7)", "√−4 has no result: the root of a negative number is not a number here."),
        ("12 34", "Write 1234, or put an operator between the numbers."),
        ("1" * 1100, "The entry is too long: it has 1,100 characters, and 1,000 are allowed. Work it out in parts."),
    ],
)
def test_the_command_line_says_what_it_said(text: str, told: str) -> None:
    assert refusal(text, PLAIN).endswith(told)


def test_a_number_alone_is_refused_in_the_persons_digits() -> None:
    write_numbers(_ARABIC)
    with pytest.raises(AppError) as refused:
        parse_number("٣" * 1001, _ARABIC)
    assert "١٬٠٠١" in bare(refused.value.message)
    assert _LATIN.isdisjoint(refused.value.message)
