"""What one cell of the records offers to look for: its operation, its day, its amount, its text. It filters nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import NumberFormat, digits_of, in_order
from desktop.language.sentences import say
from desktop.terms.charges import Entry
from desktop.terms.days import local
from desktop.terms.kinds import Column
from desktop.views.records.columns import SEARCHED, Shown
from desktop.wording.shown import operation_name

_LONGEST = 30  # characters of a cell's text in a menu


@dataclass(frozen=True, slots=True)
class Offer:
    """A menu's words, and the filter of `FilterBar` that they set, with its state."""

    text: str
    filter: str
    state: Any


def offers(entry: Entry, column: Shown, shown: str, number_format: NumberFormat) -> list[Offer]:
    """The filters by one cell of a record; `shown` is the cell's text. The likeliest comes first."""
    if column is Column.OPERATION:
        operation = operation_name(entry.operation)
        return [Offer(say("Only {operation}", operation=operation), "operations", [entry.operation.value])]
    if column is Column.DATE:
        return _of_day(entry, number_format)
    if column is Column.AMOUNT:
        amount = -entry.amount  # as it is shown
        money = format_money(amount, number_format, signed=True)
        beyond = Offer(say("At least {amount}", amount=money), "amount", {"least": amount, "most": None})
        if amount < 0:  # that much was paid, or more
            beyond = Offer(say("At most {amount}", amount=money), "amount", {"least": None, "most": amount})
        return [
            Offer(say("Only amounts of {amount}", amount=money), "amount", {"least": amount, "most": amount}),
            beyond,
        ]
    text = shown.removeprefix("≈ ")
    if not text or column not in SEARCHED:
        return []
    brief = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return [Offer(say("Search for “{text}”", text=in_order(brief.replace("&", "&&"), number_format)), "search", text)]


def _of_day(entry: Entry, number_format: NumberFormat) -> list[Offer]:
    try:
        day = local(entry.date).date().isoformat()
    except (ValueError, OverflowError, OSError):  # a date that a damaged store has
        return []
    return [
        Offer(
            say("Only this day, {day}", day=in_order(digits_of(day, number_format), number_format)),
            "period",
            [day, day],
        ),
        Offer(say("From this day on"), "period", [day, None]),
        Offer(say("Up to this day"), "period", [None, day]),
    ]
