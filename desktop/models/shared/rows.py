"""The server's rows as values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from desktop.language.sentences import say
from desktop.terms.charges import Entry
from desktop.terms.errors import StoreDamaged
from desktop.terms.kinds import OperationType, Source


def word(text: str) -> OperationType:
    """An operation by the word that the ledger keeps. Raises `StoreDamaged`."""
    try:
        return OperationType(text)
    except ValueError as error:
        raise StoreDamaged(
            say("The ledger has an operation that this program does not know ({word}).", word=text)
        ) from error


def entry_of(row: Sequence[Any]) -> Entry:
    """A row of the server's as a value."""
    (id, request_id, step, seq, operation, operands, response, exact, source, amount, balance, date, deleted, text,
     note) = row  # fmt: skip
    return Entry(
        id, request_id, step, seq, word(operation), operands, response, exact, Source(source), amount, balance, date,
        deleted, text, note,
    )  # fmt: skip
