"""What is charged: what is asked for, the records that it becomes, and what is left. Nothing here acts.

Money is an integer number of hundredths of a credit. Dates are UTC microseconds since 1970. What every charge and every
line of a page makes is a named tuple, made in a fifth of the time of a frozen dataclass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from desktop.terms.kinds import OperationType, Source
from desktop.terms.people import Account


@dataclass(frozen=True, slots=True)
class Step:
    """One operation that was carried out: what a record is made of."""

    operation: OperationType
    operands: tuple[str, ...]
    response: str
    exact: bool = True
    source: Source = Source.COMPUTED


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent at `most`, in hundredths, from the moment `since` on."""

    since: int
    most: int


class Charge(NamedTuple):
    """A request to pay for `steps`, all or nothing.

    `request_id` is a UUID made before the click was handled. `quoted` is the price the person saw, `max_cost` the
    most the caller will pay, `budget` what the person will not go beyond; None leaves the check out. `expression` is
    the entry as it was read.
    """

    request_id: str
    steps: tuple[Step, ...]
    expression: str
    result: str
    exact: bool = True
    quoted: int | None = None
    max_cost: int | None = None
    budget: Budget | None = None


class Entry(NamedTuple):
    """One record of the ledger.

    `amount` is what it took from the balance: positive for a charge, negative for a credit. `operands` is the text
    as stored and shown ("0.1 + 0.2", "√2.25"; a credit's reason), `expression` the whole entry on its last step.
    `note` is what the person wrote beside it, and no part of what was charged.
    """

    id: int
    request_id: str
    step: int
    seq: int
    operation: OperationType
    operands: str
    response: str
    exact: bool
    source: Source
    amount: int
    user_balance: int
    date: int
    deleted_at: int | None
    expression: str
    note: str = ""


RawRecord = tuple[Any, ...]
"""A record as the store gives it, for what reads millions of them: (id, request_id, step, seq, operation, operands,
response, exact, source, amount, user_balance, date, deleted_at, expression, note)."""

Reader = Callable[[], Iterator[Sequence[RawRecord]]]
"""Records in batches; each call reads them again, from the first one on."""


class Receipt(NamedTuple):
    """What a request came to. `repeated`: it had been carried out before, and nothing was charged now."""

    request_id: str
    cost: int
    balance: int
    result: str
    exact: bool
    entries: tuple[Entry, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of an entry before it is paid for, and the balance after. `reading` is the entry as it was read."""

    reading: str
    operations: tuple[OperationType, ...]
    cost: int
    balance: int

    @property
    def balance_after(self) -> int:
        """The balance once paid, in hundredths of a credit; negative when it is not covered."""
        return self.balance - self.cost


@dataclass(frozen=True, slots=True)
class Statement:
    """The account, its balance and the prices at one moment."""

    account: Account
    prices: Mapping[OperationType, int]


@dataclass(frozen=True, slots=True)
class Spending:
    """How a person stands: `spent` this month, the month's `budget`, and the balance below which they are warned.

    Hundredths, 0 for no budget and no warning. `refuses`: what goes beyond the budget is. `administrators` may put
    credit in: their e-mails.
    """

    spent: int
    budget: int
    refuses: bool
    warning_level: int
    administrators: tuple[str, ...]
