"""What is told of a whole ledger or account: whether it is proved, over time, and as a statement. Nothing here acts.

Money is an integer number of hundredths of a credit. Dates are UTC microseconds since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass

from desktop.terms.kinds import OperationType
from desktop.terms.pages import Filters, Totals


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing `verify` found: which rule (L1 to L8), which record (0 where none), and why, in a sentence."""

    rule: str
    username: str
    record_id: int
    message: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` came to. `complete` is False when it was cancelled.

    `changes` are the entries of the journal; `anchored_at` is when the anchor was written, 0 without one; `whole_at` is
    when all of the ledger was last proved, 0 where that is not known.
    """

    problems: tuple[Problem, ...]
    records: int
    users: int
    seconds: float
    complete: bool = True
    changes: int = 0
    anchored_at: int = 0
    whole_at: int = 0


@dataclass(frozen=True, slots=True)
class BalancePoint:
    """The balance after a record, and the lowest and highest since the point before; `date` in UTC microseconds."""

    date: int
    balance: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class DaySum:
    """What the records of one kind come to on one of the person's days, counted from 1970-01-01.

    A day of charges has `spent` and as many `charges` as records; one of credits has what was `credited`, which is
    below zero where corrections downwards took more than was put in.
    """

    day: int
    operation: OperationType
    count: int
    spent: int
    credited: int
    charges: int


@dataclass(frozen=True, slots=True)
class Insights:
    """What the filtered records tell: the balance over time, oldest first, and the sums by day and operation."""

    filters: Filters
    totals: Totals
    balance: tuple[BalancePoint, ...]
    days: tuple[DaySum, ...]


@dataclass(frozen=True, slots=True)
class OperationSum:
    """How many records of a kind there are, and their sum in hundredths: spent on a charge, credited by a credit."""

    operation: OperationType
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class StatementReport:
    """An account over a period from `since` to `until` (UTC microseconds, exclusive), made at `made`.

    `opening` + `credits` − all `charges` = `closing`, always. A correction downwards is a negative credit. Not
    `contiguous`: a clock was set back, and the balances beside the records count some that are of other dates.
    """

    username: str
    since: int
    until: int
    opening: int
    closing: int
    charges: tuple[OperationSum, ...]
    credits: OperationSum
    made: int
    contiguous: bool = True

    @property
    def charged(self) -> int:
        """The sum of all charges."""
        return sum(found.amount for found in self.charges)

    @property
    def count(self) -> int:
        """How many records the period has."""
        return sum(found.count for found in self.charges) + self.credits.count
