"""`eval -`: one expression a line, each a request of its own, answered in their order after they are stored.

What has come by the time a commit begins shares it, within bounds; a line that comes alone waits for nothing.
"""

from __future__ import annotations

import logging
import secrets
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from desktop.arithmetic.expressions import evaluate, parse
from desktop.commands import failures, receipts
from desktop.commands.failures import Asked
from desktop.commands.run import Run
from desktop.finding import budgets
from desktop.language.sentences import say
from desktop.models.ledger.protocol import Ledger
from desktop.system import ending, logs
from desktop.system.request_ids import new_request_id, reference_of
from desktop.terms.charges import Budget, Charge, Receipt
from desktop.terms.errors import AppError, BadInput
from desktop.terms.people import Session

log = logging.getLogger(__name__)

TOGETHER_S = 0.02  # a transaction: others who want to write wait for no longer
READING_S = 0.02  # before it: nobody else waits
TOGETHER = 250  # lines


class _Line(NamedTuple):
    """A line by its number, the id of the request that it is, and what it says: a charge, or why it is none."""

    number: int
    request_id: str
    wanted: Charge | AppError


def charge_for(run: Run, text: str, request_id: str) -> Charge:
    """What an expression is to be charged as, worked out. Raises what `parse` and `evaluate` do."""
    return _worked_out(run, text, request_id, budgets.kept_to(run.config.spending, date.today()))


def _worked_out(run: Run, text: str, request_id: str, budget: Budget | None) -> Charge:
    expression = parse(text)
    outcome = evaluate(expression)
    return Charge(
        request_id,
        outcome.steps,
        expression=expression.reading,
        result=outcome.result,
        exact=outcome.exact,
        max_cost=run.arguments.max_cost,
        budget=budget,
    )


def evaluate_all(run: Run, ledger: Ledger, session: Session) -> int:
    """Answer all lines of stdin; returns the last failure's status, 0 without one."""
    status, number, id_of = 0, 0, _ids(run.arguments.request_id)
    for come in run.input.groups():
        wanted = [(number + place, text) for place, text in enumerate(come, 1) if not _is_blank(text)]
        number += len(come)
        while wanted:
            lines = list(_read(run, wanted, id_of))
            with ending.held(), run.output.gathered(), logs.gathered():
                carried_out = list(_carried_out(ledger, session, lines))
                told = [_tell(run, line, outcome) for line, outcome in carried_out]
                _note(run, carried_out)
            wanted = wanted[len(told) :]
            status = next(filter(None, reversed(told)), status)
    return status


def _is_blank(text: str | BadInput) -> bool:
    return isinstance(text, str) and not text.strip()


def _read(run: Run, wanted: Sequence[tuple[int, str | BadInput]], id_of: Callable[[int], str]) -> Iterator[_Line]:
    """The first of some lines, worked out: as many as one transaction may have."""
    deadline = time.monotonic() + READING_S
    budget = budgets.kept_to(run.config.spending, date.today())
    for number, text in wanted[:TOGETHER]:
        request_id = id_of(number)
        try:
            if isinstance(text, BadInput):
                raise text
            yield _Line(number, request_id, _worked_out(run, text, request_id, budget))
        except AppError as error:
            yield _Line(number, request_id, error)
        if time.monotonic() >= deadline:
            return


def _ids(given: str | None) -> Callable[[int], str]:
    """Each line's own request id, by its number; with --request-id the same lines have the same ids each time.

    Else the first eight digits count on from a random number, and the rest is random: ids that stand side by side in
    the ledger's index of requests are written together, where random ones cost a page of the disk each.
    """
    if given:
        whole = uuid.UUID(given)
        return lambda number: str(uuid.uuid5(whole, str(number)))
    start = secrets.randbits(32)
    return lambda number: f"{(start + number) % 2**32:08x}{new_request_id()[8:]}"


def _carried_out(
    ledger: Ledger, session: Session, lines: Sequence[_Line]
) -> Iterator[tuple[_Line, Receipt | AppError]]:
    """What the lines came to, in their order; ends before the first that is still to be carried out."""
    charges = [line.wanted for line in lines if isinstance(line.wanted, Charge)]
    outcomes = iter(_charged(ledger, session, charges))
    for line in lines:
        outcome = line.wanted if isinstance(line.wanted, AppError) else next(outcomes, None)
        if outcome is None:
            return
        yield line, outcome


def _charged(ledger: Ledger, session: Session, charges: Sequence[Charge]) -> Sequence[Receipt | AppError]:
    if len(charges) > 1:
        return ledger.charge_together(session, charges, seconds=TOGETHER_S)
    try:
        return [ledger.charge(session, charge) for charge in charges]
    except AppError as error:
        return [error]


def _tell(run: Run, line: _Line, outcome: Receipt | AppError) -> int:
    if isinstance(outcome, Receipt):
        return run.answer(receipts.document(outcome) if run.asked.json else {}, receipts.result(outcome))
    asked = Asked(run.asked.command, line.request_id, run.asked.json)
    with logs.request(asked.reference):
        log.info("line %d of eval [%s] ended in %s", line.number, run.asked.reference, outcome.code)
        where = say("line {number}", number=line.number)
        return failures.show(outcome, asked, run.output, where=f"{where}: ")


def _note(run: Run, carried_out: Sequence[tuple[_Line, Receipt | AppError]]) -> None:
    """Log what lines came to that were charged together, in one line with the id of each request.

    A line of the log for each would take as long as to store it.
    """
    paid = [(line, outcome) for line, outcome in carried_out if isinstance(outcome, Receipt)]
    if not paid:
        return
    (first, _), (last, _) = paid[0], paid[-1]
    with logs.request(reference_of(first.request_id)):
        log.info(
            "lines %d to %d of eval [%s]: %d charged, %d repeated, cost %d; requests %s",
            first.number,
            last.number,
            run.asked.reference,
            sum(not outcome.repeated for _, outcome in paid),
            sum(outcome.repeated for _, outcome in paid),
            sum(outcome.cost for _, outcome in paid),
            " ".join(line.request_id for line, _ in paid),
        )
