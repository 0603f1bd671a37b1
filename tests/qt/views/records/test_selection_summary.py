"""What the chosen records come to, in exact decimals."""

from __future__ import annotations

import pytest

from desktop.arithmetic.numbers import NumberFormat
from desktop.views.records.selection_summary import summary
from tests.support.fake_controllers import entry

GERMAN = NumberFormat(decimal_mark=",", group_marks=".")


@pytest.mark.parametrize(
    ("amounts", "shown"),
    [
        ([], ""),
        ([1000], "1 record selected · sum −10.00 · average −10.00"),
        ([1000, -250_000], "2 records selected · sum +2,490.00 · average +1,245.00"),
        ([1, 1, 2], "3 records selected · sum −0.04 · average ≈ −0.01"),
        ([1, 2], "2 records selected · sum −0.03 · average ≈ −0.02"),  # half to even
        ([1, 4], "2 records selected · sum −0.05 · average ≈ −0.02"),
        ([500, -500], "2 records selected · sum 0.00 · average 0.00"),
        ([10**17 + 1], "1 record selected · sum −1,000,000,000,000,000.01 · average −1,000,000,000,000,000.01"),
    ],
)
def test_count_sum_and_average_are_exact_or_say_that_they_are_not(amounts: list[int], shown: str) -> None:
    chosen = [entry(number, amount=amount) for number, amount in enumerate(amounts, 1)]
    assert summary(chosen, NumberFormat()) == shown


def test_it_is_written_as_the_locale_does() -> None:
    assert summary([entry(1, amount=123_456)], GERMAN) == "1 record selected · sum −1.234,56 · average −1.234,56"
