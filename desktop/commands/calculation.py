"""The commands that are paid for: `eval` and `random`. Prices, balances and idempotency are the ledger's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from desktop.commands import line_by_line, receipts
from desktop.commands.line_by_line import charge_for
from desktop.commands.run import Command, Run
from desktop.finding import budgets
from desktop.language.sentences import say
from desktop.models.ledger.protocol import Ledger
from desktop.random_org.client import RandomOrg
from desktop.random_org.strings import draw_local
from desktop.settings.config import RandomSettings
from desktop.system import ending
from desktop.terms.charges import Charge, Receipt, Step
from desktop.terms.errors import NetworkError, RequestReused
from desktop.terms.kinds import OperationType, Source
from desktop.terms.people import Session

FROM_STDIN = "-"


def evaluate_command(run: Run) -> int:
    """`eval`: one expression, or those that stdin has."""
    with run.signed_in() as (ledger, session):
        if run.arguments.expression == FROM_STDIN:
            return line_by_line.evaluate_all(run, ledger, session)
        charge = charge_for(run, run.arguments.expression, run.asked.request_id)
        with ending.held():
            return _answer(run, ledger.charge(session, charge))


def random_command(run: Run) -> int:
    """`random`: a string that was paid for before is shown again; otherwise just one is drawn, and then paid for."""
    with run.signed_in() as (ledger, session):
        receipt = _bought(ledger, session, run.asked.request_id)
        if receipt is not None:
            return _answer(run, receipt)
        # Nothing is drawn that could not be paid for; the charge asks again.
        ledger.check_covered(session, _price_of_string(ledger, session))
        text, source = _draw(run.config.random, run.places.data_dir)
        step = Step(OperationType.RANDOM_STRING, (), text, source=source)
        budget = budgets.kept_to(run.config.spending, date.today())
        charge = Charge(run.asked.request_id, (step,), expression="", result=text, budget=budget)
        with ending.held():
            return _answer(run, ledger.charge(session, charge))


def _answer(run: Run, receipt: Receipt) -> int:
    return run.answer(receipts.document(receipt), *receipts.lines(receipt))


def _bought(ledger: Ledger, session: Session, request_id: str) -> Receipt | None:
    receipt = ledger.find(session, request_id)
    if receipt and [entry.operation for entry in receipt.entries] != [OperationType.RANDOM_STRING]:
        raise RequestReused(say("This request id was used for something else before."))
    return receipt


def _price_of_string(ledger: Ledger, session: Session) -> int:
    return ledger.balance_and_prices(session).prices[OperationType.RANDOM_STRING]


def _draw(settings: RandomSettings, folder: Path) -> tuple[str, Source]:
    try:
        return RandomOrg(settings, folder=folder).draw(1, cancelled=lambda: False)[0], Source.RANDOM_ORG
    except NetworkError:
        if settings.fallback != "local":
            raise
        return draw_local(settings, 1)[0], Source.LOCAL


COMMANDS: Mapping[str, Command] = {"eval": evaluate_command, "random": random_command}
