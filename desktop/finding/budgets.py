"""The budget of the month that a day lies in, and what there is to say about it. It asks no ledger."""

from __future__ import annotations

from datetime import date

from desktop.settings.config import SpendingSection
from desktop.terms import days
from desktop.terms.charges import Budget


def month_begins(today: date) -> int:
    """The first moment of a day's month."""
    return days.start_of(today.replace(day=1))


def kept_to(spending: SpendingSection, today: date) -> Budget | None:
    """What a charge may not go beyond; None where there is no budget, or the person only wants to be told."""
    if not spending.monthly_budget or not spending.refuses:
        return None
    return Budget(month_begins(today), spending.monthly_budget)
