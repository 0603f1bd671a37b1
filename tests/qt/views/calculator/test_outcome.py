"""What a result is, as it is written and as it is seen."""

from __future__ import annotations

from desktop.arithmetic.numbers import NumberFormat
from desktop.views.calculator.outcome import Outcome

GERMAN = NumberFormat(decimal_mark=",", group_marks=".")


def test_a_number_is_written_without_groups_and_seen_with_them() -> None:
    outcome = Outcome("1234567.5", exact=False)
    assert outcome.written(GERMAN) == "1234567,5"
    assert outcome.seen(GERMAN) == "≈ 1.234.567,5"


def test_a_random_string_stays_as_it_was_drawn() -> None:
    outcome = Outcome("12345.b-c", is_number=False)
    assert outcome.written(GERMAN) == outcome.seen(GERMAN) == "12345.b-c"
