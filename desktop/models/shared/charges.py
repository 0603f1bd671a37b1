"""What costs something on a server, and what is put in: one statement a charge, settled where its answer is lost.

An error says nothing about what was stored, and neither does looking the id up on a new connection: the server's own
process may still hold the statement and commit it later. `settle` waits for the account's row, behind such an orphan,
and then either finds what it made or makes the id void for ever. Only then is it said that nothing was charged.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg

from desktop.language.sentences import say
from desktop.models.ledger.receipts import MAX_MONEY, checked_reason, receipt_of
from desktop.models.ledger.requests import normal_request_id
from desktop.models.shared import failures, links
from desktop.models.shared.line import Row, Stopped
from desktop.models.shared.remembered import Memory
from desktop.models.shared.rows import entry_of
from desktop.models.shared.sessions import Sessions, Signed
from desktop.models.shared.watch import Watch
from desktop.terms.charges import Charge, Entry, Receipt, Step
from desktop.terms.errors import AppError, BadInput, ChargeUnknown, NotSignedIn, ServerAway, StoreLocked
from desktop.terms.kinds import OperationType

log = logging.getLogger(__name__)

TRYING_S = 10.0
_LEAST_S = 2.0
_PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)

_CHARGE = "SELECT * FROM metercalc.charge(%s::uuid, %s::bigint, %s::bigint, %s, %s::jsonb)"
_FIND = "SELECT * FROM metercalc.find(%s::uuid)"
_SETTLE = "SELECT * FROM metercalc.settle(%s::uuid, %s)"
_CREDIT = "SELECT * FROM metercalc.credit(%s, %s::bigint, %s, %s::uuid)"
_SET_COST = "SELECT metercalc.set_cost(%s, %s::bigint)"
_ENTRY = (
    14  # columns of a receipt's row that are the record's; then balance, repeated, the chain's last number and link
)


class Charges:
    """The statements that write to an account, each safe to be sent again."""

    def __init__(
        self, sessions: Sessions, memory: Callable[[int], Memory], key: Callable[[], bytes], watch: Watch
    ) -> None:
        self._sessions = sessions
        self._memory = memory
        self._key = key
        self._watch = watch

    def charge(self, signed: Signed, charge: Charge) -> Receipt:
        """Pay for the steps of a request. Raises what the protocol says."""
        request_id = normal_request_id(charge.request_id)
        if not all(step.response for step in charge.steps):
            raise ValueError("a charge without a response")
        steps = json.dumps([_words(step) for step in charge.steps])
        values = (request_id, charge.quoted, charge.max_cost, charge.expression, steps)
        rows = self._write(signed, _CHARGE, values, (request_id, None))
        receipt = self._receipt(signed, rows, charge=charge)
        log.info("charged %d steps, cost %d, repeated %s", len(receipt.entries), receipt.cost, receipt.repeated)
        return receipt

    def find(self, signed: Signed, request_id: str) -> Receipt | None:
        """What a request came to; None where there is none now. It is not said that there never will be."""
        rows = self._sessions.ask(signed, _FIND, (normal_request_id(request_id),))
        return self._receipt(signed, rows) if rows else None

    def credit(self, signed: Signed, email: str, amount: int, reason: str, request_id: str) -> Receipt:
        """Put money into somebody's account, or take it out to correct something."""
        request_id = normal_request_id(request_id)
        reason = checked_reason(reason)
        if amount == 0 or abs(amount) > MAX_MONEY:
            raise BadInput(say("The amount must not be zero or beyond what the ledger can hold."))
        rows = self._write(signed, _CREDIT, (email, amount, reason, request_id), (request_id, email))
        return self._receipt(signed, rows, of_other=email != signed.username, changes=1)

    def set_cost(self, signed: Signed, operation: OperationType, cost: int) -> None:
        """What an operation costs from now on. Setting it twice is as good as once."""
        if operation is OperationType.CREDIT:
            raise BadInput(say("A credit has no cost."))
        if not 0 <= cost <= MAX_MONEY:
            raise BadInput(say("A cost must not be negative or beyond what the ledger can hold."))
        price = self._sessions.ask(signed, _SET_COST, (operation.value, cost))[0][0]
        self._watch.note_own(signed.user_id, price=price)

    def _write(self, signed: Signed, sql: str, values: tuple[Any, ...], known_by: tuple[str, str | None]) -> list[Row]:
        """Send a request until the server has answered it: with records, or that there are none and never will be."""
        connections, end = self._sessions.connections, time.monotonic() + TRYING_S
        pauses, upgraded = _pauses(), False
        while True:
            line = self._sessions.line(signed)  # nothing has been sent yet: what fails here charged nothing
            try:
                return line.execute(sql, values).fetchall()
            except psycopg.Error as error:
                if error.sqlstate in failures.AGAIN and time.monotonic() < end:
                    time.sleep(next(pauses))
                    continue
                if error.sqlstate in failures.CHANGED:
                    # The server undid it; the next connection looks whether this program is still served.
                    connections.forget(signed.credentials.role)
                    if upgraded:
                        raise failures.upgraded() from error
                    upgraded = True
                    continue
                if isinstance(error, Stopped) or failures.is_lost(error):
                    connections.forget(signed.credentials.role)
                    return self._settle(signed, known_by, error, end)
                with self._sessions.known(signed):
                    raise failures.of_statement(error, connections.server) from error

    def give_up(self, signed: Signed, request_id: str) -> None:
        """Have a request that is not stored never be. Raises `ChargeUnknown` for one that is, after all."""
        if self._sessions.ask(signed, _SETTLE, (request_id, None)):
            raise ChargeUnknown(say("An earlier try of this was stored, and is paid for: the records have it."))

    def _settle(self, signed: Signed, known_by: tuple[str, str | None], error: psycopg.Error, end: float) -> list[Row]:
        """After a connection was lost in the midst of a request: what the server makes of it, once it is back."""
        server = self._sessions.connections.server
        log.warning("the connection was lost during a charge (%s); settling it", type(error).__name__)
        if isinstance(error, Stopped):  # it has had its time
            raise ChargeUnknown(failures.stopped(server).message) from error
        pauses = _pauses()
        while True:
            try:
                left = max(_LEAST_S, end - time.monotonic())
                rows = self._sessions.ask(signed, _SETTLE, known_by, deadline_s=left)
            except (ServerAway, StoreLocked) as still:
                if time.monotonic() > end:
                    raise ChargeUnknown(
                        say("The connection to {server} was lost, and it has not come back.", server=server)
                    ) from still
                time.sleep(next(pauses))
                continue
            except NotSignedIn as gone:
                raise ChargeUnknown(f"{_lost(server)} {gone.message}") from gone
            except AppError as other:
                raise ChargeUnknown(f"{_lost(server)} {other.message}") from other
            if not rows:
                raise failures.cut_off(server) from error
            return rows

    def _remember(self, signed: Signed, found: tuple[Entry, ...], head_seq: int, head_hash: bytes) -> None:
        """Note the last link, and each of these where they follow the last one: worked out here, not believed."""
        memory = self._memory(signed.user_id)
        if found[0].seq == memory.seq + 1 and found[-1].seq == head_seq:
            worked_out = links.follow(self._key(), signed.user_id, memory.hash, found)
            if worked_out[-1] != head_hash:
                log.error("a record's link is not what it must be; the next sign-in names it")
                return
            for entry, link in zip(found, worked_out, strict=True):
                memory.add(entry.seq, link)
        memory.reach(head_seq, head_hash)

    def _receipt(
        self,
        signed: Signed,
        rows: list[Row],
        *,
        charge: Charge | None = None,
        of_other: bool = False,
        changes: int = 0,
    ) -> Receipt:
        """`changes`: entries of the account's journal that stand beside new records."""
        found = entries_of(rows)
        balance, repeated, head_seq, head_hash = rows[-1][_ENTRY:]
        if not of_other:
            self._remember(signed, found, head_seq, bytes(head_hash))
            if not repeated:
                self._watch.note_own(signed.user_id, records=len(found), changes=changes)
        if charge is None or repeated:
            return receipt_of(found, balance, repeated=repeated)
        return receipt_of(found, balance, result=charge.result)._replace(exact=charge.exact)


def entries_of(rows: Sequence[Row]) -> tuple[Entry, ...]:
    """The records of a receipt's rows: a new one has no note, and one that is found again shows none."""
    return tuple(entry_of((*row[:_ENTRY], "")) for row in rows)


def _words(step: Step) -> dict[str, object]:
    return {
        "operation": step.operation.value,
        "operands": list(step.operands),
        "response": step.response,
        "exact": step.exact,
        "source": step.source.value,
    }


def _pauses() -> Iterator[float]:
    yield from _PAUSES_S
    while True:
        yield _PAUSES_S[-1]


def _lost(server: str) -> str:
    return say("The connection to {server} was lost.", server=server)
