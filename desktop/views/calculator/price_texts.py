"""The sentences about a price: before it is paid, once it is, where the balance is too low, and how an entry was read.

It computes no price.
"""

from __future__ import annotations

import re

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import NumberFormat, in_order, localise
from desktop.arithmetic.table import COMPUTED
from desktop.language.directions import bare
from desktop.language.sentences import say
from desktop.terms.charges import Quote, Receipt
from desktop.terms.kinds import Role
from desktop.terms.people import Account

_SAME = tuple((typed, row.symbol) for row in COMPUTED for typed in row.typed)


def price_text(cost: int, balance: int, fmt: NumberFormat) -> str:
    """ "Costs 30.00 · balance after 970.00", or how much the balance is short."""
    price = say("Costs {price}", price=format_money(cost, fmt)) if cost else say("Free of charge")
    if cost > balance:
        return say("{costs} · {amount} more than the balance", costs=price, amount=format_money(cost - balance, fmt))
    return say("{costs} · balance after {balance}", costs=price, balance=format_money(balance - cost, fmt))


def quote_text(quote: Quote, typed: str, fmt: NumberFormat) -> str:
    """The price of an entry, below how it was read where that differs from what was typed."""
    price = price_text(quote.cost, quote.balance, fmt)
    reading = localise(quote.reading, fmt)
    if _squeezed(reading, fmt) == _squeezed(bare(typed), fmt):
        return price
    return "\n".join((say("Read as {expression}", expression=in_order(reading, fmt)), price))


def paid_text(receipt: Receipt, fmt: NumberFormat) -> str:
    """ "Charged 30.00 · balance 970.00"."""
    paid = say("Charged {price}", price=format_money(receipt.cost, fmt)) if receipt.cost else say("Free of charge")
    return say("{charged} · balance {balance}", charged=paid, balance=format_money(receipt.balance, fmt))


def way_out(account: Account) -> str:
    """What to do where the balance does not suffice, and who can."""
    command = f"metercalc credit {account.username} AMOUNT --reason TEXT"
    if account.role is Role.ADMIN:
        return say(
            "You are an administrator: put credit in under Account, Administration, or with “{command}”.",
            command=command,
        )
    return say("Ask an administrator for credit: “{command}” in a terminal puts it in.", command=command)


def _squeezed(text: str, fmt: NumberFormat) -> str:
    """An entry without what makes no difference: two that differ after this were read as something else."""
    for typed, read in _SAME:
        text = text.replace(typed, read)
    mark = re.escape(fmt.decimal_mark)
    text = re.sub(rf"({mark}\d*?)0+(?!\d)", r"\1", "".join(text.split()))
    return re.sub(rf"{mark}(?!\d)", "", text)
