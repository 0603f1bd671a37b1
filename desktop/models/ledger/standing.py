"""How a person stands with their budget, asked of whatever ledger there is, for window and command line alike."""

from __future__ import annotations

from datetime import date

from desktop.finding import budgets
from desktop.models.ledger.protocol import Ledger
from desktop.settings.config import SpendingSection
from desktop.terms.charges import Spending
from desktop.terms.people import Session


def standing(ledger: Ledger, session: Session, wanted: SpendingSection, today: date) -> Spending:
    """What was spent in the month of `today`, where there is a budget, and who may put credit in."""
    return Spending(
        spent=ledger.spent(session, budgets.month_begins(today)) if wanted.monthly_budget else 0,
        budget=wanted.monthly_budget,
        refuses=wanted.refuses,
        warning_level=wanted.warning_level,
        administrators=ledger.administrators(session),
    )
