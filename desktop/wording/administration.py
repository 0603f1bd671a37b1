"""What administrators did, and what prices come to, in words. It asks nothing."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import PLAIN, NumberFormat
from desktop.terms.values import Deed, DeedKind, OperationSum, OperationType
from desktop.wording.shown import OPERATION_NAMES, counted

_DONE = {
    DeedKind.REGISTERED: "registered",
    DeedKind.INVITED: "invited",
    DeedKind.PASSWORD_GIVEN: "given a one-time password",
    DeedKind.ACTIVATED: "activated",
    DeedKind.DEACTIVATED: "deactivated",
    DeedKind.MADE_ADMIN: "made an administrator",
    DeedKind.MADE_USER: "no administrator any more",
}


def deed_text(deed: Deed, fmt: NumberFormat = PLAIN) -> str:
    """What was done, without when and by whom: "+100.00 for ann@example.org: Allowance"."""
    if deed.kind is DeedKind.CREDITED:
        return f"{format_money(deed.amount, fmt, signed=True)} for {deed.whom}: {deed.detail}"
    if deed.kind is DeedKind.PRICED and deed.operation is not None:
        name = OPERATION_NAMES[deed.operation]
        return f"{name}: {format_money(deed.before, fmt)} → {format_money(deed.amount, fmt)}"
    return f"{deed.whom}: {_DONE.get(deed.kind, deed.detail)}"


def forecast_text(used: OperationSum | None, cost: int, fmt: NumberFormat = PLAIN) -> str:
    """What the use of an operation came to, and what it would have come to at another price, in hundredths."""
    if used is None or not used.count:
        return "It was not used last month."
    would = used.count * cost
    times = "once" if used.count == 1 else f"{used.count:,} times"
    return (
        f"Last month it was used {times} for {format_money(used.amount, fmt)}; at this price that would have been "
        f"{format_money(would, fmt)} ({format_money(would - used.amount, fmt, signed=True)})."
    )


def forecast_total(usage: Mapping[OperationType, OperationSum], prices: Mapping[OperationType, int]) -> tuple[int, int]:
    """What everything came to, and what it would have come to at some prices: hundredths."""
    spent = sum(used.amount for used in usage.values())
    return spent, sum(used.count * prices.get(kind, 0) for kind, used in usage.items())


def orders_text(count: int, amount: int, fmt: NumberFormat = PLAIN) -> str:
    """ "3 credits, +250.00 in all"."""
    return f"{counted(count, 'credit')}, {format_money(amount, fmt, signed=True)} in all"
