"""A demo account and what it has calculated over some weeks, written through the real ledger. It needs no network.

The same calculations come each time, so that pictures of them can be compared; only the dates move with today.
"""

from __future__ import annotations

import random
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from desktop.arithmetic.expressions import evaluate, parse
from desktop.models.embedded import accounts, charges
from desktop.models.embedded.storage.store import Store
from desktop.system.request_ids import new_request_id
from desktop.terms.charges import Charge, Step
from desktop.terms.kinds import OperationType, Source
from desktop.terms.people import Session

WEEKS = 6
STARTING_BALANCE = 1_000_00
TOP_UP = 500_00

_DAY = 24 * 3600 * 1_000_000
_SEED = 1899
_STRING_LENGTH = 8
_RANDOM_SHARE = 0.12
_REASONS = ("Monthly allowance", "Top-up", "Invoice 2207 paid", "Refund for a cancelled order", "Travel budget")


class Credentials(NamedTuple):
    """How to sign in to the demo store; no secret, as the store is thrown away."""

    email: str
    password: str


ACCOUNT = Credentials("demo@example.org", "only for show")


@dataclass(frozen=True, slots=True)
class _Planned:
    """One request to come: the steps of a charge, or a credit of `amount`."""

    charge: Charge | None
    amount: int = 0
    reason: str = ""

    @property
    def records(self) -> int:
        return len(self.charge.steps) if self.charge else 1


def open_account(store: Store) -> Session:
    """Register the demo account as it would have been some weeks ago, and sign in."""
    usual = store.clock
    since = usual() - WEEKS * 7 * _DAY
    store.clock = lambda: since
    try:
        accounts.register(store, *ACCOUNT, starting_balance=STARTING_BALANCE)
        return accounts.sign_in(store, *ACCOUNT)
    finally:
        store.clock = usual


def fill(store: Store, session: Session, count: int) -> None:
    """Write just `count` records, dated over the last weeks, in the order of their dates.

    The balance is topped up where it would not be enough: the session must be an administrator's.
    """
    chance = random.Random(_SEED)
    statement = charges.statement(store, session)
    plan = list(_plan(chance, count, statement.account.balance, statement.prices))
    usual = store.clock
    try:
        for moment, planned in zip(_moments(chance, len(plan), usual()), plan, strict=True):
            store.clock = lambda moment=moment: moment  # type: ignore[misc]  # the default binds this round's value
            _carry_out(store, session, planned)
    finally:
        store.clock = usual


def _carry_out(store: Store, session: Session, planned: _Planned) -> None:
    if planned.charge is not None:
        charges.charge(store, session, planned.charge)
    else:
        charges.credit(store, session, session.username, planned.amount, planned.reason, new_request_id())


def _plan(chance: random.Random, count: int, balance: int, prices: Mapping[OperationType, int]) -> Iterator[_Planned]:
    left = count
    while left:
        charge = _charge(chance, left)
        cost = sum(prices[step.operation] for step in charge.steps)
        planned = _Planned(charge)
        if cost > balance:
            amount = TOP_UP * -(-cost // TOP_UP)
            planned = _Planned(None, amount, chance.choice(_REASONS))
            cost = -amount
        balance -= cost
        left -= planned.records
        yield planned


def _charge(chance: random.Random, most: int) -> Charge:
    """A random string or an expression, of at most `most` steps."""
    if chance.random() < _RANDOM_SHARE:
        text = "".join(chance.choices(string.ascii_letters + string.digits, k=_STRING_LENGTH))
        step = Step(OperationType.RANDOM_STRING, (), text, source=Source.LOCAL)
        return Charge(new_request_id(), (step,), expression="", result=text)
    expression = parse(_expression(chance, most))
    outcome = evaluate(expression)
    return Charge(new_request_id(), outcome.steps, expression.reading, outcome.result, outcome.exact)


def _expression(chance: random.Random, most: int) -> str:
    def price() -> str:
        return f"{chance.randint(2, 189)}.{chance.choice((0, 50, 90, 95, 99)):02d}"

    def few() -> int:
        return chance.randint(2, 12)

    single = (
        f"{price()} + {price()}",
        f"{chance.randint(200, 1400)} − {price()}",
        f"{few()} × {price()}",
        f"{price()} ÷ {few()}",
        f"√{chance.randint(2, 400)}",
        f"{chance.randint(40, 900)}.00 × 0.19",
        f"{chance.randint(3, 99)} − {chance.randint(3, 99)}",
    )
    several = (
        f"{price()} + {price()} + {price()}",
        f"({price()} + {price()}) ÷ 2",
        f"{few()} × {price()} + {few()} × {price()}",
        f"√({few()} × {few()} + {few()} × {few()})",
        f"({chance.randint(200, 900)} − {price()}) ÷ {few()}",
        f"{price()} × 1.19 − {few()}",
    )
    if chance.random() < 0.6:
        return chance.choice(single)
    text = chance.choice(several)
    return text if len(parse(text).operations) <= most else chance.choice(single)


def _moments(chance: random.Random, count: int, now: int) -> Sequence[int]:
    """Moments of the last weeks in their order: mostly by day, none later than now."""
    found = []
    for _ in range(count):
        day = chance.randrange(WEEKS * 7)
        hour = min(23.0, max(6.0, chance.gauss(14, 3.5)))
        found.append(min(now, now - now % _DAY - day * _DAY + int(hour * 3600 * 1_000_000)))
    return sorted(found)
