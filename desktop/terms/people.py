"""Who has an account, who is signed in, and what administrators see of people and do for them. Nothing here acts.

Money is an integer number of hundredths of a credit. Dates are UTC microseconds since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop.terms.kinds import DeedKind, OperationType, Role, Status


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
