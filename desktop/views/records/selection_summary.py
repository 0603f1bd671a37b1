"""What the selected records come to: count, sum and average of their amounts, exact. It selects nothing."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.arithmetic.money import format_count, format_money
from desktop.arithmetic.numbers import NumberFormat
from desktop.language.sentences import say_many
from desktop.terms.charges import Entry


def summary(entries: Sequence[Entry], number_format: NumberFormat) -> str:
    """The line for the status bar; "" for none selected. An average that ends in no cent is marked ≈."""
    if not entries:
        return ""
    total = -sum(entry.amount for entry in entries)
    count = len(entries)
    return say_many(
        "{count} record selected · sum {total} · average {average}",
        "{count} records selected · sum {total} · average {average}",
        count,
        count=format_count(count, number_format),
        total=format_money(total, number_format, signed=True),
        average=_average(total, count, number_format),
    )


def _average(total: int, count: int, number_format: NumberFormat) -> str:
    cents, rest = divmod(abs(total), count)
    # Half to even, as all rounding of this program.
    if 2 * rest > count or (2 * rest == count and cents % 2):
        cents += 1
    signed = -cents if total < 0 else cents
    return ("≈ " if rest else "") + format_money(signed, number_format, signed=True)
