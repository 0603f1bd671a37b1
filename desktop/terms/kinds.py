"""What an operation, a role, a status, a source or a column can be: the words that the ledger keeps, nothing that acts.

They stand apart from the values made of them because many rooms need these alone, and the values take 8 ms to import.
"""

from __future__ import annotations

from enum import StrEnum

from desktop.terms.operation_type import OperationType

__all__ = [
    "STARTING_BALANCE",
    "Column",
    "DeedKind",
    "Detail",
    "OperationType",
    "Role",
    "Source",
    "Status",
]


STARTING_BALANCE = "Starting balance"
"""The reason of an account's first credit, as every ledger keeps it; it is shown in the reader's language."""


class Role(StrEnum):
    """What an account may do: the first account of a store is its admin."""

    USER = "user"
    ADMIN = "admin"


class Status(StrEnum):
    """An inactive account cannot sign in, and loses a running session at the next call."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class Source(StrEnum):
    """Where a response came from."""

    COMPUTED = "computed"
    RANDOM_ORG = "random.org"
    LOCAL = "local"
    LEDGER = "ledger"


class Column(StrEnum):
    """The columns of the records browser, by which it can be sorted."""

    DATE = "date"
    OPERATION = "operation"
    OPERANDS = "operands"
    RESPONSE = "response"
    AMOUNT = "amount"
    BALANCE = "balance"


class Detail(StrEnum):
    """Further columns that can be shown; nothing is sorted by them."""

    NUMBER = "number"
    EXPRESSION = "expression"
    SOURCE = "source"
    REQUEST = "request"
    NOTE = "note"


class DeedKind(StrEnum):
    """What an administrator can do to others. OTHER is what a newer program has done."""

    REGISTERED = "registered"
    INVITED = "invited"
    PASSWORD_GIVEN = "password_given"
    ACTIVATED = "activated"
    DEACTIVATED = "deactivated"
    MADE_ADMIN = "made_admin"
    MADE_USER = "made_user"
    CREDITED = "credited"
    PRICED = "priced"
    OTHER = "other"
