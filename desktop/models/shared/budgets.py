"""The budget that a person keeps to, at a ledger on a server: it is their own, and no rule of the server's."""

from __future__ import annotations

from desktop.models.ledger import receipts
from desktop.models.shared.charges import Charges
from desktop.models.shared.people import People
from desktop.models.shared.records import Records
from desktop.models.shared.sessions import Signed
from desktop.terms.charges import Budget, Charge


class Budgets:
    """Looks at what was spent before a charge is sent."""

    def __init__(self, charges: Charges, people: People, records: Records) -> None:
        self._charges = charges
        self._people = people
        self._records = records

    def check(self, signed: Signed, charge: Charge, budget: Budget) -> None:
        """Raises `BeyondBudget` for what would go beyond it, and is then never charged; a repeated request is none."""
        if self._charges.find(signed, charge.request_id) is not None:
            return
        prices = self._people.statement(signed).prices
        cost = sum(prices[step.operation] for step in charge.steps)
        spent = self._records.spent(signed, budget.since) if cost else 0
        if cost and spent + cost > budget.most:
            self._charges.give_up(signed, charge.request_id)  # an earlier try may still come to be
            raise receipts.beyond_budget(cost, budget, spent)
