"""What a request came to that was carried out before: the same answer again, or the word that its id is another's."""

from __future__ import annotations

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded.storage import entries
from desktop.models.embedded.storage.entries import Line
from desktop.models.embedded.storage.turns import Run
from desktop.models.ledger.receipts import receipt_of
from desktop.terms.charges import Charge, Receipt
from desktop.terms.errors import RequestReused
from desktop.terms.people import Account


def find(run: Run, user_id: int, balance: int, request_id: str, charge: Charge | None = None) -> Receipt | None:
    """The receipt of a request of a user, None where there is none. Raises `RequestReused` where it was another one."""
    found = entries.of_request(run, user_id, request_id)
    if not found:
        return None
    if charge is not None:
        # Not by the operands of each step: another version may carry them otherwise, and the entry is the same.
        same = [entry.operation for entry in found] == [step.operation for step in charge.steps]
        if not same or found[-1].expression != charge.expression:
            raise RequestReused(say("This request id was used for something else before."))
    return receipt_of(found, balance, repeated=True)


def find_credit(database: SqliteDatabase, account: Account, request_id: str, line: Line) -> Receipt | None:
    """The same of a credit to an account."""
    found = entries.of_request(database.connection().execute, account.id, request_id)
    if not found:
        return None
    wanted = [(line.operation, line.operands, line.amount)]
    if [(entry.operation, entry.operands, entry.amount) for entry in found] != wanted:
        raise RequestReused(say("This request id was used for something else before. Nothing was credited."))
    return receipt_of(found, account.balance, repeated=True)
