"""What administrators see and do on a server, as far as its functions go. What they do not tell is said to be so."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from desktop.language.sentences import mark, say, say_many
from desktop.models.ledger import credits, emails, receipts
from desktop.models.shared import scram
from desktop.models.shared.people import People, account_of, check_new_password
from desktop.models.shared.sessions import Sessions, Signed
from desktop.terms.errors import AppError, BadInput, BalanceTooLow
from desktop.terms.kinds import OperationType, Role
from desktop.terms.values import Account, CreditCheck, CreditOrder, Person, PriceSet, Receipt

log = logging.getLogger(__name__)

_SET_ROLE = "SELECT * FROM metercalc.set_role(%s, %s)"
_RESET = "SELECT metercalc.reset_verifier(%s, %s)"
_PRICES = "SELECT operation, cost, from_record, user_id, date FROM metercalc.prices()"

NOT_TOLD = mark("A ledger on a server does not tell this yet: its owner finds it in the server's tables.")
NO_NOTES = mark("A ledger on a server keeps no notes yet. The record is as it was.")
NO_CODES = mark("On a server there are no recovery codes: an administrator gives you a new password.")

Credit = Callable[[str, int, str, str], Receipt]


class Administration:
    """In the name of whoever is signed in; the server refuses who is no administrator."""

    def __init__(self, sessions: Sessions, people: People) -> None:
        self._sessions = sessions
        self._people = people

    def people(self, signed: Signed) -> tuple[Person, ...]:
        """Every account; a server does not tell when each was last used."""
        return tuple(Person(account, active_at=0, invited=False) for account in self._people.users(signed))

    def set_role(self, signed: Signed, email: str, role: Role) -> Account:
        """Make an account an administrator's, or a user's."""
        account = account_of(self._sessions.ask(signed, _SET_ROLE, (emails.kept_form(email), role.value))[0])
        log.info("account %d set %s", account.id, role.value)
        return account

    def reset_password(self, signed: Signed, email: str, password: str) -> Account:
        """Give somebody else another password; all their sessions are ended."""
        check_new_password(password)
        account = self._account(signed, email)
        if account.id == signed.user_id:
            raise BadInput(say("This is your own account: change its password instead."))
        self._sessions.ask(signed, _RESET, (account.username, scram.verifier(password)))
        self._sessions.end(account.id)
        log.info("account %d was given a password", account.id)
        return account

    def price_history(self, signed: Signed) -> tuple[PriceSet, ...]:
        """Every price that was set, the newest first."""
        names = {account.id: account.username for account in self._people.users(signed)}
        rows = self._sessions.ask(signed, _PRICES)
        return tuple(
            PriceSet(OperationType(kind), int(cost), int(date), names.get(user_id, ""), int(from_record))
            for kind, cost, from_record, user_id, date in reversed(rows)
        )

    def check_credits(self, signed: Signed, orders: Sequence[CreditOrder]) -> tuple[CreditCheck, ...]:
        """What orders would come to, each in turn; those that were carried out before are not told from new ones."""
        balances = {account.username: account.balance for account in self._people.users(signed)}
        ids = credits.request_ids(orders)
        return tuple(_check(order, id, balances) for order, id in zip(orders, ids, strict=True))

    def credit_all(self, signed: Signed, orders: Sequence[CreditOrder], credit: Credit) -> tuple[Receipt, ...]:
        """Look at all of them first, then carry out each, once however often the same orders are given."""
        balances = {account.username: account.balance for account in self._people.users(signed)}
        for order in orders:
            try:
                _take(order, balances)
            except (BadInput, BalanceTooLow) as error:
                message = f"{credits.told_of(order, error)} " + say("Nothing was credited.")
                raise type(error)(message, **error.details) from error
        found: list[Receipt] = []
        for order, request_id in zip(orders, credits.request_ids(orders), strict=True):
            try:
                found.append(credit(order.email, order.amount, order.reason, request_id))
            except AppError as error:
                message = credits.told_of(order, error)
                if found:
                    message += " " + _done(len(found))
                raise type(error)(message, **error.details) from error
        return tuple(found)

    def _account(self, signed: Signed, email: str) -> Account:
        name = emails.kept_form(email)
        found = next((account for account in self._people.users(signed) if account.username == name), None)
        if found is None:
            raise BadInput(say("There is no account with the e-mail {name}.", name=name))
        return found


def _done(count: int) -> str:
    return say_many(
        "The {count} before it were credited: the same orders are safe to be given again.",
        "The {count} before it were credited: the same orders are safe to be given again.",
        count,
        count=count,
    )


def _check(order: CreditOrder, request_id: str, balances: dict[str, int]) -> CreditCheck:
    """`balances` are those after the orders before, by e-mail."""
    name = emails.kept_form(order.email)
    try:
        _take(order, balances)
    except (BadInput, BalanceTooLow) as error:
        return CreditCheck(order, request_id, error.message, 0, balances.get(name, 0))
    return CreditCheck(order, request_id, "", 0, balances[name])


def _take(order: CreditOrder, balances: dict[str, int]) -> None:
    """Carry an order out in thought. Raises `BadInput` and `BalanceTooLow`."""
    name = emails.kept_form(order.email)
    credits.check_amount(order.amount)
    receipts.checked_reason(order.reason)
    if name not in balances:
        raise BadInput(say("There is no account with the e-mail {name}.", name=name))
    credits.check_room(balances[name], order.amount)
    balances[name] += order.amount
