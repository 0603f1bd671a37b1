"""What administrators see and do on a server, in the name of whoever is signed in; it decides nothing.

The server refuses who is no administrator.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence

from desktop.language.sentences import mark, say
from desktop.models.embedded.storage import journal
from desktop.models.ledger import credits, emails, receipts
from desktop.models.shared import scram
from desktop.models.shared.charges import entries_of
from desktop.models.shared.line import LONG_S, Row
from desktop.models.shared.people import People, account_of, check_new_password
from desktop.models.shared.rows import word
from desktop.models.shared.sessions import Sessions, Signed
from desktop.terms.charges import Receipt
from desktop.terms.errors import AppError, BadInput, BalanceTooLow, RequestReused, ServerAway
from desktop.terms.kinds import DeedKind, OperationType, Role, Status
from desktop.terms.people import Account, CreditCheck, CreditOrder, Deed, Person, PriceSet
from desktop.terms.reports import OperationSum

log = logging.getLogger(__name__)

_PEOPLE = "SELECT * FROM metercalc.people()"
_ADMINISTRATORS = "SELECT * FROM metercalc.administrators()"
_SET_ROLE = "SELECT * FROM metercalc.set_role(%s, %s)"
_RESET = "SELECT metercalc.reset_verifier(%s, %s)"
_PRICES = "SELECT operation, cost, from_record, user_id, date FROM metercalc.prices()"
_USAGE = "SELECT * FROM metercalc.usage(%s, %s)"
_DEEDS = "SELECT * FROM metercalc.deeds(%s, %s)"
_CREDITED = "SELECT * FROM metercalc.credited(%s::jsonb)"
_CREDIT_ALL = "SELECT * FROM metercalc.credit_all(%s::jsonb)"

FILE_S = 60.0  # a file of credits: a third of a millisecond an order, on the lane that writes
_LARGEST = 2**63 - 1
_REUSED = mark("This request id was used for something else before. Nothing was credited.")
_ACCOUNT_DEEDS = {
    journal.REGISTERED: DeedKind.REGISTERED,
    journal.INVITED: DeedKind.INVITED,
    journal.RESET: DeedKind.PASSWORD_GIVEN,
    Status.ACTIVE.value: DeedKind.ACTIVATED,
    Status.INACTIVE.value: DeedKind.DEACTIVATED,
    Role.ADMIN.value: DeedKind.MADE_ADMIN,
    Role.USER.value: DeedKind.MADE_USER,
}


class Administration:
    """The questions and orders of administrators."""

    def __init__(self, sessions: Sessions, people: People) -> None:
        self._sessions = sessions
        self._people = people

    def people(self, signed: Signed) -> tuple[Person, ...]:
        """Every account, and when it was last used."""
        rows = self._sessions.ask(signed, _PEOPLE)
        return tuple(Person(account_of(row), active_at=row[5], invited=row[6]) for row in rows)

    def administrators(self, signed: Signed) -> tuple[str, ...]:
        """The e-mails of those who may put credit in, for anybody."""
        return tuple(email for (email,) in self._sessions.ask(signed, _ADMINISTRATORS))

    def set_role(self, signed: Signed, email: str, role: Role) -> Account:
        """Make an account an administrator's, or a user's."""
        account = account_of(self._sessions.ask(signed, _SET_ROLE, (emails.kept_form(email), role.value))[0])
        log.info("account %d set %s", account.id, role.value)
        return account

    def reset_password(self, signed: Signed, email: str, password: str) -> Account:
        """Give somebody else a one-time password; all their sessions are ended."""
        check_new_password(password)
        account = self._account(signed, email)
        if account.id == signed.user_id:
            raise BadInput(say("This is your own account: change its password instead."))
        self._sessions.ask(signed, _RESET, (account.username, scram.verifier(password)))
        self._sessions.end(account.id)
        log.info("account %d was given a one-time password", account.id)
        return account

    def price_history(self, signed: Signed) -> tuple[PriceSet, ...]:
        """Every price that was set, the newest first."""
        names = {account.id: account.username for account in self._people.users(signed)}
        rows = self._sessions.ask(signed, _PRICES)
        return tuple(
            PriceSet(word(kind), int(cost), int(date), names.get(user_id, ""), int(from_record))
            for kind, cost, from_record, user_id, date in reversed(rows)
        )

    def usage(self, signed: Signed, since: int, until: int) -> Mapping[OperationType, OperationSum]:
        """How often each operation was charged to anybody, and what that came to: read from all records."""
        rows = self._sessions.ask(signed, _USAGE, (since, until), deadline_s=LONG_S)
        sums = (OperationSum(word(kind), count, amount) for kind, count, amount in rows)
        return {found.operation: found for found in sums}

    def deeds(self, signed: Signed, *, before: int, limit: int) -> tuple[Deed, ...]:
        """What administrators did, the newest first."""
        rows = self._sessions.ask(signed, _DEEDS, (min(before, _LARGEST), limit))
        return tuple(map(_deed, rows))

    def check_credits(self, signed: Signed, orders: Sequence[CreditOrder]) -> tuple[CreditCheck, ...]:
        """What orders would come to, each in turn."""
        balances = {account.username: account.balance for account in self._people.users(signed)}
        ids = credits.request_ids(orders)
        done = {
            place: (date, same)
            for place, date, same in self._sessions.ask(signed, _CREDITED, (_words(orders, ids),), deadline_s=FILE_S)
        }
        return tuple(
            _check(order, id, balances, *done.get(place, ()))
            for place, (order, id) in enumerate(zip(orders, ids, strict=True), start=1)
        )

    def credit_all(self, signed: Signed, orders: Sequence[CreditOrder]) -> tuple[Receipt, ...]:
        """Carry out all orders or none, in one transaction, each once however often the same are given."""
        for order in orders:
            try:
                credits.check_amount(order.amount)
                receipts.checked_reason(order.reason)
            except BadInput as error:
                raise _at_line(error, order) from error
        words = _words(orders, credits.request_ids(orders))
        try:
            rows = self._sessions.ask(signed, _CREDIT_ALL, (words,), deadline_s=FILE_S, again=False)
        except (BadInput, BalanceTooLow, RequestReused) as error:
            if "order" not in error.details:  # what could not even be sent
                raise
            raise _at_line(error, orders[int(str(error.details.pop("order"))) - 1]) from error
        except ServerAway as away:
            again = say("Give the same orders again: each is carried out once.")
            raise ServerAway(f"{away.message} {again}") from away
        log.info("credited %d of %d orders", sum(not row[15] for row in rows), len(orders))
        return tuple(receipts.receipt_of(entries_of([row]), row[14], repeated=row[15]) for row in rows)

    def _account(self, signed: Signed, email: str) -> Account:
        name = emails.kept_form(email)
        found = next((account for account in self._people.users(signed) if account.username == name), None)
        if found is None:
            raise BadInput(say("There is no account with the e-mail {name}.", name=name))
        return found


def _deed(row: Row) -> Deed:
    number, date, actor, kind, whom, detail, operation, amount, before = row
    if kind == journal.ACCOUNT:
        deed = _ACCOUNT_DEEDS.get(detail, DeedKind.OTHER)
    else:
        deed = DeedKind.CREDITED if kind == journal.CREDIT else DeedKind.PRICED
    return Deed(number, date, actor, deed, whom, detail, word(operation) if operation else None, amount, before)


def _words(orders: Sequence[CreditOrder], ids: Sequence[str]) -> str:
    return json.dumps(
        [
            {
                "email": emails.kept_form(order.email),
                "amount": order.amount,
                "reason": " ".join(order.reason.split()),
                "request_id": request_id,
            }
            for order, request_id in zip(orders, ids, strict=True)
        ]
    )


def _check(
    order: CreditOrder, request_id: str, balances: dict[str, int], done_at: int = 0, same: bool = True
) -> CreditCheck:
    """`balances` are those after the orders before, by e-mail."""
    name = emails.kept_form(order.email)
    try:
        if not same:
            raise RequestReused(say(_REUSED))
        _take(order, balances, is_done=bool(done_at))
    except (BadInput, BalanceTooLow) as error:
        return CreditCheck(order, request_id, error.message, 0, balances.get(name, 0))
    return CreditCheck(order, request_id, "", done_at, balances[name])


def _take(order: CreditOrder, balances: dict[str, int], *, is_done: bool) -> None:
    """Carry an order out in thought. Raises `BadInput` and `BalanceTooLow`."""
    name = emails.kept_form(order.email)
    credits.check_amount(order.amount)
    receipts.checked_reason(order.reason)
    if name not in balances:
        raise BadInput(say("There is no account with the e-mail {name}.", name=name))
    if not is_done:
        credits.check_room(balances[name], order.amount)
        balances[name] += order.amount


def _at_line(error: AppError, order: CreditOrder) -> AppError:
    """The same error with the order's line, and that nothing was done."""
    if isinstance(error, BalanceTooLow):
        error = _not_there(error, order)
    message = f"{credits.told_of(order, error)} {say('Nothing was credited.')}"
    return type(error)(message, **error.details)


def _not_there(error: BalanceTooLow, order: CreditOrder) -> BalanceTooLow:
    """In the words of somebody who takes out, and charges nothing."""
    try:
        credits.check_room(int(str(error.details["balance"])), order.amount)
    except BalanceTooLow as told:
        return told
    return error
