"""What a click of the calculator has the ledger do, on a lane. It knows no widget and no signal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import groupby
from operator import attrgetter

from desktop.arithmetic.expressions import Evaluation
from desktop.arithmetic.table import OPERATIONS
from desktop.controllers.store_access import StoreAccess
from desktop.finding import budgets
from desktop.random_org.stock import Drawn
from desktop.terms.charges import Charge, Entry, Receipt, Statement, Step
from desktop.terms.kinds import OperationType
from desktop.terms.pages import PageRequest
from desktop.terms.people import Session

_RECALLED = 100  # records, whose entries one can go back to


def statement(access: StoreAccess, session: Session) -> Statement:
    """The balance, and what everything costs."""
    return access.ledger.balance_and_prices(session)


def latest_entries(access: StoreAccess, session: Session) -> tuple[Entry, ...]:
    """The newest records, oldest first."""
    page, _ = access.ledger.first_look(session, PageRequest(size=_RECALLED), checked=False)
    return tuple(reversed(page.entries))


def receipts(entries: Iterable[Entry]) -> Iterator[Receipt]:
    """What was paid for, as it was answered then; an entry whose first steps are not there is left out."""
    for request_id, steps in groupby(entries, attrgetter("request_id")):
        of_entry = tuple(steps)
        last = of_entry[-1]
        if of_entry[0].step == 1 and OPERATIONS[last.operation].key is not None:
            cost = sum(entry.amount for entry in of_entry)
            exact = all(entry.exact for entry in of_entry)
            yield Receipt(request_id, cost, last.user_balance, last.response, exact, of_entry, repeated=True)


def charge(
    access: StoreAccess,
    session: Session,
    request_id: str,
    evaluated: Callable[[], Evaluation],
    reading: str,
    quoted: int,
) -> Receipt:
    """Compute first, charge second; `reading` is the entry as it was read, `quoted` its price in hundredths."""
    evaluation = evaluated()
    asked = Charge(
        request_id=request_id,
        steps=evaluation.steps,
        expression=reading,
        result=evaluation.result,
        exact=evaluation.exact,
        quoted=quoted,
        budget=budgets.kept_to(access.config.spending, date.today()),
    )
    return access.ledger.charge(session, asked)


def check_covered(access: StoreAccess, session: Session, cost: int) -> None:
    """Raises `BalanceTooLow` where the balance does not cover so many hundredths."""
    access.ledger.check_covered(session, cost)


def sell(access: StoreAccess, session: Session, request_id: str, drawn: Drawn, quoted: int) -> Receipt:
    """Charge for one random string that was drawn; `quoted` in hundredths."""
    step = Step(OperationType.RANDOM_STRING, (), drawn.text, source=drawn.source)
    budget = budgets.kept_to(access.config.spending, date.today())
    asked = Charge(request_id, (step,), "", drawn.text, quoted=quoted, budget=budget)
    return access.ledger.charge(session, asked)
