"""What the selected records come to: count, sum and average of their amounts, exact. It selects nothing."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.arithmetic.money import format_count, format_money
from desktop.arithmetic.numbers import NumberFormat
from desktop.terms.values import Entry


def summary(entries: Sequence[Entry], number_format: NumberFormat) -> str:
    """The line for the status bar; "" for none selected. An average that ends in no cent is marked ≈."""
    if not entries:
        return ""
    total = -sum(entry.amount for entry in entries)
    count = len(entries)
    noun = "record" if count == 1 else "records"
    return (
        f"{format_count(count, number_format)} {noun} selected · sum {format_money(total, number_format, signed=True)}"
        f" · average {_average(total, count, number_format)}"
    )


def _average(total: int, count: int, number_format: NumberFormat) -> str:
    cents, rest = divmod(abs(total), count)
    # Half to even, as all rounding of this program.
    if 2 * rest > count or (2 * rest == count and cents % 2):
        cents += 1
    signed = -cents if total < 0 else cents
    return ("≈ " if rest else "") + format_money(signed, number_format, signed=True)
