"""How much is left, and whom to ask for more, in words. It adds nothing up."""

from __future__ import annotations

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import PLAIN, NumberFormat
from desktop.terms.values import Spending


def budget_text(spending: Spending, fmt: NumberFormat = PLAIN) -> str:
    """ "750.00 left of this month’s 1,000.00"; "" without a budget."""
    if not spending.budget:
        return ""
    left, budget = spending.budget - spending.spent, format_money(spending.budget, fmt)
    if left < 0:
        return f"{format_money(-left, fmt)} beyond this month’s {budget}"
    return f"{format_money(left, fmt)} left of this month’s {budget}"


def warning_text(balance: int, spending: Spending, fmt: NumberFormat = PLAIN) -> str:
    """What there is to warn of: a balance below the level that the person set; "" for nothing."""
    if not spending.warning_level or balance >= spending.warning_level:
        return ""
    return f"Below the {format_money(spending.warning_level, fmt)} of your warning."


def request_text(username: str, spending: Spending) -> str:
    """One line for whoever may put credit in; it can be copied and sent as it is."""
    asked = next(iter(spending.administrators), "ADMIN")
    return (
        f"Please give credit to {username}: metercalc credit {username} AMOUNT --reason TEXT --user {asked}, "
        "or Account, Administration, Credits in the window."
    )


def whom_to_ask(spending: Spending) -> str:
    """ "ada@example.org and bob@example.org may put credit in."."""
    names = spending.administrators
    if not names:
        return ""
    some = names if len(names) <= 3 else (*names[:2], f"{len(names) - 2} more")
    told = some[0] if len(some) == 1 else f"{', '.join(some[:-1])} and {some[-1]}"
    return f"{told} may put credit in."
