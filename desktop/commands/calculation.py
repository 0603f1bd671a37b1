"""The commands that are paid for: `eval` and `random`. Prices, balances and idempotency are the ledger's."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from desktop.arithmetic.expressions import evaluate, parse
from desktop.arithmetic.money import format_money, plain_money
from desktop.commands import failures
from desktop.commands.failures import Asked
from desktop.commands.run import Command, Run
from desktop.documents.exports import step_document
from desktop.finding import budgets
from desktop.models.ledger.protocol import Ledger
from desktop.random_org.client import RandomOrg, draw_local
from desktop.settings.config import RandomSettings
from desktop.system import logs
from desktop.terms.errors import AppError, BadInput, NetworkError, RequestReused
from desktop.terms.values import Charge, Entry, OperationType, Receipt, Session, Source, Step

log = logging.getLogger(__name__)

FROM_STDIN = "-"


def receipt_document(receipt: Receipt) -> dict[str, object]:
    """What a request came to, for JSON."""
    return {
        "request_id": receipt.request_id,
        "cost": plain_money(receipt.cost),
        "balance": plain_money(receipt.balance),
        "result": receipt.result,
        "exact": receipt.exact,
        "steps": [step_document(entry) for entry in receipt.entries],
    }


def evaluate_command(run: Run) -> int:
    """`eval`: one expression, or those that stdin has."""
    with run.signed_in() as (ledger, session):
        if run.arguments.expression == FROM_STDIN:
            return _evaluate_lines(run, ledger, session)
        receipt = _charge(run, ledger, session, run.asked.request_id, run.arguments.expression)
    return run.answer(receipt_document(receipt), *_lines(receipt))


def random_command(run: Run) -> int:
    """`random`: a string that was paid for before is shown again; otherwise just one is drawn, and then paid for."""
    with run.signed_in() as (ledger, session):
        receipt = _bought(ledger, session, run.asked.request_id)
        if receipt is None:
            # Nothing is drawn that could not be paid for; the charge asks again.
            ledger.check_covered(session, _price_of_string(ledger, session))
            text, source = _draw(run.config.random, run.places.data_dir)
            step = Step(OperationType.RANDOM_STRING, (), text, source=source)
            budget = budgets.kept_to(run.config.spending, date.today())
            charge = Charge(run.asked.request_id, (step,), expression="", result=text, budget=budget)
            receipt = ledger.charge(session, charge)
    return run.answer(receipt_document(receipt), *_lines(receipt))


def _charge(run: Run, ledger: Ledger, session: Session, request_id: str, text: str) -> Receipt:
    expression = parse(text)
    outcome = evaluate(expression)
    return ledger.charge(
        session,
        Charge(
            request_id,
            outcome.steps,
            expression=expression.reading,
            result=outcome.result,
            exact=outcome.exact,
            max_cost=run.arguments.max_cost,
            budget=budgets.kept_to(run.config.spending, date.today()),
        ),
    )


def _evaluate_lines(run: Run, ledger: Ledger, session: Session) -> int:
    """Answer line by line, each after its commit; returns the last failure's status, 0 without one."""
    status = 0
    for number, line in enumerate(run.input.lines(), 1):
        if isinstance(line, str) and not line.strip():
            continue
        asked = replace(run.asked, request_id=_id_of_line(run, number))
        with logs.request(asked.reference):
            status = _evaluate_line(run, ledger, session, asked, number, line) or status
    return status


def _evaluate_line(run: Run, ledger: Ledger, session: Session, asked: Asked, number: int, line: str | BadInput) -> int:
    log.info("line %d of eval [%s]", number, run.asked.reference)
    try:
        if isinstance(line, BadInput):
            raise line
        receipt = _charge(run, ledger, session, asked.request_id, line)
    except AppError as error:
        log.info("line %d ended in %s", number, error.code)
        return failures.show(error, asked, run.output, where=f"line {number}: ")
    return run.answer(receipt_document(receipt), _result(receipt))


def _id_of_line(run: Run, number: int) -> str:
    """Each line its own request; with --request-id the same lines have the same ids each time."""
    given = run.arguments.request_id
    return str(uuid.uuid5(uuid.UUID(given), str(number)) if given else uuid.uuid4())


def _bought(ledger: Ledger, session: Session, request_id: str) -> Receipt | None:
    receipt = ledger.find(session, request_id)
    if receipt and [entry.operation for entry in receipt.entries] != [OperationType.RANDOM_STRING]:
        raise RequestReused("This request id was used for something else before.")
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


def _lines(receipt: Receipt) -> list[str]:
    """The result on a line of its own, what it cost, and the steps where there are several."""
    steps = [_step(entry) for entry in receipt.entries] if len(receipt.entries) > 1 else []
    again = " (charged before, not again)" if receipt.repeated else ""
    return [
        _result(receipt),
        f"cost {format_money(receipt.cost)}   balance {format_money(receipt.balance)}{again}",
        *steps,
    ]


def _step(entry: Entry) -> str:
    sign = "=" if entry.exact else "≈"
    amount, balance = format_money(-entry.amount, signed=True), format_money(entry.user_balance)
    return f"{entry.operands} {sign} {entry.response}   {amount}   balance {balance}"


def _result(receipt: Receipt) -> str:
    return receipt.result if receipt.exact else f"≈ {receipt.result}"


COMMANDS: Mapping[str, Command] = {"eval": evaluate_command, "random": random_command}
