"""How the command line tells a receipt: as JSON and as lines. It asks nothing of the ledger."""

from __future__ import annotations

from desktop.arithmetic.money import format_money, plain_money
from desktop.documents.exports import step_document
from desktop.language.sentences import say
from desktop.terms.charges import Entry, Receipt


def document(receipt: Receipt) -> dict[str, object]:
    """What a request came to, for JSON."""
    return {
        "request_id": receipt.request_id,
        "cost": plain_money(receipt.cost),
        "balance": plain_money(receipt.balance),
        "result": receipt.result,
        "exact": receipt.exact,
        "steps": [step_document(entry) for entry in receipt.entries],
    }


def lines(receipt: Receipt) -> list[str]:
    """The result on a line of its own, what it cost, and the steps where there are several."""
    steps = [_step(entry) for entry in receipt.entries] if len(receipt.entries) > 1 else []
    again = f" {say('(charged before, not again)')}" if receipt.repeated else ""
    cost = say("cost {amount}", amount=format_money(receipt.cost))
    return [
        result(receipt),
        f"{cost}   {_balance(receipt.balance)}{again}",
        *steps,
    ]


def _step(entry: Entry) -> str:
    sign = "=" if entry.exact else "≈"
    amount = format_money(-entry.amount, signed=True)
    return f"{entry.operands} {sign} {entry.response}   {amount}   {_balance(entry.user_balance)}"


def _balance(amount: int) -> str:
    return say("balance {amount}", amount=format_money(amount))


def result(receipt: Receipt) -> str:
    """What it came to, on a line of its own."""
    return receipt.result if receipt.exact else f"≈ {receipt.result}"
