"""The frozen values that cross rooms: what a session, a price, a record or a page is, and nothing that acts.

Money is an integer number of hundredths of a credit. Dates are UTC microseconds since 1970. What every charge and every
line of a page makes is a named tuple, made in a fifth of the time of a frozen dataclass.
Of the program it imports only the kinds that they are made of, which are had from here too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from desktop.terms.kinds import Column as Column
from desktop.terms.kinds import DeedKind as DeedKind
from desktop.terms.kinds import Detail as Detail
from desktop.terms.kinds import OperationType as OperationType
from desktop.terms.kinds import Role as Role
from desktop.terms.kinds import Source as Source
from desktop.terms.kinds import Status as Status


@dataclass(frozen=True, slots=True)
class Account:
    """A user as other rooms see one; never the password."""

    id: int
    username: str
    role: Role
    status: Status
    balance: int


@dataclass(frozen=True, slots=True)
class Session:
    """Proof of a sign-in, valid in this process until it is signed out. `token` is secret.

    `one_time`: the password was given by an administrator, and nothing is answered before another one is chosen.
    """

    token: str = field(repr=False)
    user_id: int
    username: str
    one_time: bool = False


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


@dataclass(frozen=True, slots=True)
class Person:
    """An account as administrators see it. `active_at` is when it last charged or changed something, 0 for never.

    `invited`: the one-time password it was given has not been changed yet.
    """

    account: Account
    active_at: int
    invited: bool


@dataclass(frozen=True, slots=True)
class CreditOrder:
    """Credit that is to be put in, as a file has it: `line` is the file's, 0 without one; `amount` in hundredths."""

    email: str
    amount: int
    reason: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class CreditCheck:
    """What an order would come to. `trouble` says why it cannot be carried out; `done_at` when it was, 0 for not yet.

    `balance_after` is the account's once it, and those before it, are carried out.
    """

    order: CreditOrder
    request_id: str
    trouble: str
    done_at: int
    balance_after: int


@dataclass(frozen=True, slots=True)
class PriceSet:
    """A price of an operation in hundredths, since when, and who set it: "" for the configuration.

    It holds from the record `from_record` on; 0 where the records name their price themselves.
    """

    operation: OperationType
    cost: int
    date: int
    username: str
    from_record: int


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that an administrator did: entry `number` of the journal.

    `whom` is the account concerned, "" for a price. `amount` in hundredths is a credit's or a price's, `before` the
    price that it took the place of; `detail` is a credit's reason, or what became of an account.
    """

    number: int
    date: int
    actor: str
    kind: DeedKind
    whom: str
    detail: str
    operation: OperationType | None
    amount: int
    before: int


@dataclass(frozen=True, slots=True)
class Filters:
    """Which records are meant. All None or empty: every record of the user that is not deleted.

    `search` holds readings of one search text, of which any may match (see `searching.readings`). `since` and `until`
    are UTC microseconds, `until` exclusive. `least` and `most` bound the amount as it is shown, both inclusive:
    hundredths, below zero for a charge. `trash` means deleted records only. `more` are filters without a field here
    (see `desktop.finding.filters`): their names and what they are set to, in the order of the names.
    """

    search: tuple[str, ...] = ()
    operations: frozenset[OperationType] = frozenset()
    since: int | None = None
    until: int | None = None
    least: int | None = None
    most: int | None = None
    trash: bool = False
    more: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Page `number` (from 1) of `size` records under `filters`, in the order of `sort`, ties by sequence."""

    filters: Filters = Filters()
    sort: Column = Column.DATE
    descending: bool = True
    number: int = 1
    size: int = 25


@dataclass(frozen=True, slots=True)
class Totals:
    """What the filtered records come to: their count, what was spent and what was credited, in hundredths.

    Spent is what charges took. Credited is below zero where corrections downwards took more than was put in.
    """

    count: int
    spent: int
    credited: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page as asked for. `number` is the page that was found: asking past the end gives the last one.

    `totals` are None while they are still being counted.
    """

    request: PageRequest
    entries: tuple[Entry, ...]
    number: int
    totals: Totals | None

    @property
    def counted(self) -> Totals:
        """The totals of a page that was asked for with them."""
        if self.totals is None:
            raise ValueError("the totals of this page are not known yet")
        return self.totals

    @property
    def pages(self) -> int:
        """How many pages there are, of a page with its totals; an empty set has one."""
        return max(1, -(-self.counted.count // self.request.size))


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
