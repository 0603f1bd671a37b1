"""What administrators did, and what prices come to, in words. It asks nothing."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.arithmetic.money import format_count, format_money
from desktop.arithmetic.numbers import PLAIN, NumberFormat
from desktop.language.sentences import mark, say, say_many
from desktop.terms.kinds import DeedKind, OperationType
from desktop.terms.people import Deed
from desktop.terms.reports import OperationSum
from desktop.wording.shown import operation_name

_DONE = {
    DeedKind.REGISTERED: mark("{whom}: registered"),
    DeedKind.INVITED: mark("{whom}: invited"),
    DeedKind.PASSWORD_GIVEN: mark("{whom}: given a one-time password"),
    DeedKind.ACTIVATED: mark("{whom}: activated"),
    DeedKind.DEACTIVATED: mark("{whom}: deactivated"),
    DeedKind.MADE_ADMIN: mark("{whom}: made an administrator"),
    DeedKind.MADE_USER: mark("{whom}: no administrator any more"),
}


def deed_text(deed: Deed, fmt: NumberFormat = PLAIN) -> str:
    """What was done, without when and by whom: "+100.00 for ann@example.org: Allowance"."""
    if deed.kind is DeedKind.CREDITED:
        amount = format_money(deed.amount, fmt, signed=True)
        return say("{amount} for {whom}: {reason}", amount=amount, whom=deed.whom, reason=deed.detail)
    if deed.kind is DeedKind.PRICED and deed.operation is not None:
        name = operation_name(deed.operation)
        return f"{name}: {format_money(deed.before, fmt)} → {format_money(deed.amount, fmt)}"
    done = _DONE.get(deed.kind)
    return say(done, whom=deed.whom) if done else f"{deed.whom}: {deed.detail}"


def forecast_text(used: OperationSum | None, cost: int, fmt: NumberFormat = PLAIN) -> str:
    """What the use of an operation came to, and what it would have come to at another price, in hundredths."""
    if used is None or not used.count:
        return say("It was not used last month.")
    would = used.count * cost
    return say_many(
        "Last month it was used once for {amount}; at this price that would have been {would} ({more}).",
        "Last month it was used {count} times for {amount}; at this price that would have been {would} ({more}).",
        used.count,
        amount=format_money(used.amount, fmt),
        would=format_money(would, fmt),
        more=format_money(would - used.amount, fmt, signed=True),
    )


def forecast_total(usage: Mapping[OperationType, OperationSum], prices: Mapping[OperationType, int]) -> tuple[int, int]:
    """What everything came to, and what it would have come to at some prices: hundredths."""
    spent = sum(used.amount for used in usage.values())
    return spent, sum(used.count * prices.get(kind, 0) for kind, used in usage.items())


def orders_text(count: int, amount: int, fmt: NumberFormat = PLAIN) -> str:
    """ "3 credits, +250.00 in all"."""
    amount_text = format_money(amount, fmt, signed=True)
    shown = format_count(count, fmt)
    return say_many(
        "{count} credit, {amount} in all", "{count} credits, {amount} in all", count, count=shown, amount=amount_text
    )
