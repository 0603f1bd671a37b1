"""How much is left, and whom to ask for more, in words. It adds nothing up."""

from __future__ import annotations

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import PLAIN, NumberFormat
from desktop.language.sentences import say, say_many
from desktop.terms.charges import Spending


def budget_text(spending: Spending, fmt: NumberFormat = PLAIN) -> str:
    """ "750.00 left of this month’s 1,000.00"; "" without a budget."""
    if not spending.budget:
        return ""
    left, budget = spending.budget - spending.spent, format_money(spending.budget, fmt)
    if left < 0:
        return say("{amount} beyond this month’s {budget}", amount=format_money(-left, fmt), budget=budget)
    return say("{amount} left of this month’s {budget}", amount=format_money(left, fmt), budget=budget)


def warning_text(balance: int, spending: Spending, fmt: NumberFormat = PLAIN) -> str:
    """What there is to warn of: a balance below the level that the person set; "" for nothing."""
    if not spending.warning_level or balance >= spending.warning_level:
        return ""
    return say("Below the {amount} of your warning.", amount=format_money(spending.warning_level, fmt))


def request_text(username: str, spending: Spending) -> str:
    """One line for whoever may put credit in; it can be copied and sent as it is."""
    asked = next(iter(spending.administrators), "ADMIN")
    return say(
        "Please give credit to {person}: metercalc credit {person} AMOUNT --reason TEXT --user {administrator}, "
        "or Account, Administration, Credits in the window.",
        person=username,
        administrator=asked,
    )


def whom_to_ask(spending: Spending) -> str:
    """ "ada@example.org and bob@example.org may put credit in."."""
    names = spending.administrators
    if not names:
        return ""
    some = names if len(names) <= 3 else (*names[:2], say_many("{count} more", "{count} more", len(names) - 2))
    if len(some) == 1:
        return say("{person} may put credit in.", person=some[0])
    return say("{people} and {last} may put credit in.", people=", ".join(some[:-1]), last=some[-1])
