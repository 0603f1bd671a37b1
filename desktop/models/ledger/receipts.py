"""What a request came to, made of its records, and the sentences of its denials: the same whatever keeps the ledger."""

from __future__ import annotations

from desktop.arithmetic.expressions import parse, result_of
from desktop.arithmetic.money import said_money
from desktop.language.sentences import say, say_many
from desktop.terms.charges import Budget, Entry, Receipt
from desktop.terms.errors import BadInput, BalanceTooLow, BeyondBudget, PriceChanged

MAX_MONEY = 10**15  # hundredths: far inside 64 bits, so that no sum of two can overflow
MAX_REASON = 200


def receipt_of(
    written: tuple[Entry, ...], balance: int, *, result: str | None = None, repeated: bool = False
) -> Receipt:
    """What was written, or found. `result` spares working it out again where it is at hand."""
    last = written[-1]
    return Receipt(
        request_id=last.request_id,
        cost=sum(entry.amount for entry in written),
        balance=balance,
        result=_result(last) if result is None else result,
        exact=_is_exact(written),
        entries=written,
        repeated=repeated,
    )


def _is_exact(written: tuple[Entry, ...]) -> bool:
    """Whether the result of a request is all of it.

    A step says so of its own result. Before fractions were carried it said so of itself alone, and went on with what
    was shown of the steps before: where a rounded response is an operand, all that follows is rounded.
    """
    rounded: set[str] = set()
    for entry in written:
        if not rounded.isdisjoint(entry.operands.replace("√", " ").replace("-", " ").split()):
            return False
        if not entry.exact:
            rounded.add(entry.response.removeprefix("-"))
    return written[-1].exact


def _result(last: Entry) -> str:
    """What the whole entry came to, as it was written then: versions differ in how they round."""
    return result_of(parse(last.expression), last.response) if last.expression else last.response


def too_low(cost: int, balance: int) -> BalanceTooLow:
    """A cost that the balance does not cover, in hundredths of a credit."""
    return BalanceTooLow(
        say(
            "This costs {cost} and the balance is {balance}: {shortfall} too little.",
            cost=said_money(cost),
            balance=said_money(balance),
            shortfall=said_money(cost - balance),
        ),
        cost=cost,
        balance=balance,
        shortfall=cost - balance,
    )


def price_changed(cost: int, quoted: int) -> PriceChanged:
    """A quoted price that does not hold any more."""
    return PriceChanged(
        say(
            "The price has changed: this costs {cost} now, not {quoted}.",
            cost=said_money(cost),
            quoted=said_money(quoted),
        ),
        cost=cost,
        quoted=quoted,
    )


def above_limit(cost: int, most: int) -> PriceChanged:
    """A cost above the most that may be charged."""
    return PriceChanged(
        say("This costs {cost}, more than the {most} allowed.", cost=said_money(cost), most=said_money(most)),
        cost=cost,
        quoted=most,
    )


def beyond_budget(cost: int, budget: Budget, spent: int) -> BeyondBudget:
    """A cost that goes beyond what a person wants to spend in a month, in hundredths of a credit."""
    left = max(0, budget.most - spent)
    return BeyondBudget(
        say(
            "This costs {cost}, and {left} of this month's budget of "
            "{budget} is left. The budget is yours: it is set in the settings.",
            cost=said_money(cost),
            left=said_money(left),
            budget=said_money(budget.most),
        ),
        cost=cost,
        budget=budget.most,
        spent=spent,
    )


def checked_reason(text: str) -> str:
    """A credit's reason as it is kept. Raises `BadInput`."""
    reason = " ".join(text.split())
    if not reason:
        raise BadInput(say("A credit needs a reason: it stands in the record."))
    if len(reason) > MAX_REASON:
        raise BadInput(
            say_many(
                "The reason has {count} character; it can have {most}.",
                "The reason has {count} characters; it can have {most}.",
                len(reason),
                most=MAX_REASON,
            )
        )
    unseen = next((letter for letter in reason if not letter.isprintable()), "")
    if unseen:
        raise BadInput(
            say(
                "The reason has a character in it that cannot be seen (U+{code}). Leave it out.",
                code=f"{ord(unseen):04X}",
            )
        )
    return reason
