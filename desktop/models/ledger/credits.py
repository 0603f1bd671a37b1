"""Credit that is to be put in: what is accepted, and what names an order of a file. It moves no money."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence

from desktop.arithmetic.money import said_money
from desktop.language.sentences import say
from desktop.models.ledger import emails
from desktop.models.ledger.receipts import MAX_MONEY
from desktop.terms.errors import AppError, BadInput, BalanceTooLow
from desktop.terms.people import CreditOrder

_SPACE = uuid.UUID("5b7c1f0e-8a52-4c0e-9d7a-2f6f0f3b9c41")  # of the names of orders; never changes


def check_amount(amount: int) -> None:
    """Raises `BadInput` for an amount that no credit can have."""
    if amount == 0 or abs(amount) > MAX_MONEY:
        raise BadInput(say("The amount must not be zero or beyond what the ledger can hold."))


def check_room(balance: int, amount: int) -> None:
    """Raises `BadInput` and `BalanceTooLow` for a credit after which the balance would be none that can be."""
    if balance + amount > MAX_MONEY:
        raise BadInput(say("The balance would be beyond what the ledger can hold."))
    if balance + amount < 0:
        raise BalanceTooLow(
            say(
                "The balance is {balance}: {amount} cannot be taken out of it.",
                balance=said_money(balance),
                amount=said_money(-amount),
            ),
            cost=-amount,
            balance=balance,
            shortfall=-amount - balance,
        )


def request_ids(orders: Sequence[CreditOrder]) -> tuple[str, ...]:
    """A request id for each order, made of what it says: the same orders, given again, are the same requests.

    Orders that say the same are told apart by how many of them stand before, wherever else the file was changed.
    """
    seen: Counter[tuple[str, int, str]] = Counter()
    found = []
    for order in orders:
        said = (emails.kept_form(order.email), order.amount, " ".join(order.reason.split()))
        seen[said] += 1
        found.append(str(uuid.uuid5(_SPACE, "\n".join((*map(str, said), str(seen[said]))))))
    return tuple(found)


def told_of(order: CreditOrder, error: AppError) -> str:
    """What went wrong with an order, with its line where orders have lines."""
    return say("Line {line}: {message}", line=order.line, message=error.message) if order.line else error.message
