"""Signing in to a server, and who may: accounts, passwords, roles. The server decides; here is what a desk does for it.

A password never reaches the server: SCRAM proves it, and a new one goes there as its verifier.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from desktop.language.sentences import mark, say
from desktop.models.ledger import emails, passwords
from desktop.models.ledger.registering import check_new
from desktop.models.shared import failures, history, scram, sources, urls
from desktop.models.shared.line import LONG_S, Line, Row
from desktop.models.shared.links import Ask
from desktop.models.shared.remembered import Memories
from desktop.models.shared.sessions import Sessions, Signed, lasting, with_password
from desktop.terms.errors import BadInput, NotAllowed, ServerAway, SignInRefused, StoreForeign, StoreNewer
from desktop.terms.values import Account, OperationType, Role, Session, Statement, Status

log = logging.getLogger(__name__)

SERVED = (sources.OLDEST_SERVED, sources.VERSION)

_VERSION = "SELECT metercalc.schema_version()"
_ACCOUNT = "SELECT * FROM metercalc.account()"
_BOTH = "SELECT a.*, l.id::text, l.key FROM metercalc.account() AS a, metercalc.ledger() AS l"
_PULSE = "SELECT seq FROM metercalc.pulse()"
_USERS = "SELECT * FROM metercalc.users()"
_REGISTER = "SELECT * FROM metercalc.register(%s, %s, %s::bigint)"
_SET_STATUS = "SELECT * FROM metercalc.set_status(%s, %s)"
_CHANGE = "SELECT metercalc.change_verifier(%s)"

_PRESENT = mark("The present password is not right. It was not changed.")
_IS_IT_MADE = mark("Whether the account was made is not known: look before you try again.")
_WHICH_HOLDS = mark("Whether the new password holds, or the old one is not known: look before you try again.")
_ASK_ADMIN = mark(
    "On a server an administrator makes the accounts: ask for one, or sign in as an administrator first "
    "(metercalc register EMAIL --user ADMIN)."
)


def account_of(row: Row) -> Account:
    """A row of accounts as a value."""
    id, username, role, status, balance = row[:5]
    return Account(id, username, Role(role), Status(status), balance)


def _can_be_sent(password: str) -> bool:
    """Whether libpq can be given a password: no text ends in the midst, and all of it is UTF-8."""
    return "\0" not in password and not any("\ud800" <= letter <= "\udfff" for letter in password)


def check_new_password(password: str) -> None:
    """Raises `BadInput` for a password that could not be sent."""
    if not _can_be_sent(password):
        raise BadInput(say("The password has a character in it that no server takes. Leave it out."))


class People:
    """Accounts and sign-in. `ledger_name` is what the roles' names are made of."""

    def __init__(
        self,
        sessions: Sessions,
        ledger_name: str,
        memories: Callable[[str], Memories],
        served: tuple[int, int] = SERVED,
    ) -> None:
        self._sessions = sessions
        self._ledger_name = ledger_name
        self._memories = memories
        self._served = served
        self.ledger_id, self.key = "", b""  # known from the first sign-in on

    def sign_in(self, email: str, password: str) -> Session:
        """Open a session, once the records that this program knows of have been found on the server again.

        Raises `SignInRefused`, `NotAllowed`, `ServerAway`, `StoreDamaged` for records that are others or missing.
        """
        connections = self._sessions.connections
        role = urls.role_name(self._ledger_name, emails.kept_form(email))
        if not _can_be_sent(password):
            raise SignInRefused(say(failures.REFUSED))
        credentials = with_password(role, password)
        line = connections.open(credentials)
        try:
            with connections.translated(credentials):
                self._check_version(line)
                *row, ledger_id, key = line.execute(_BOTH).fetchall()[0]
        except BaseException:
            line.close()
            raise
        account, generation, salt, iterations = account_of(tuple(row)), row[5], row[11], row[12]
        signed = Signed(
            account.id, account.username, account.role, lasting(role, password, salt, iterations, generation)
        )
        connections.adopt(signed.credentials, line)
        self.ledger_id, self.key = ledger_id, bytes(key)
        try:
            self._look_back(signed, ledger_id, row[6])
        except BaseException:
            connections.forget(role)
            raise
        return self._sessions.begin(signed)

    def _check_version(self, line: Line) -> None:
        version = int(line.execute(_VERSION).fetchall()[0][0])
        oldest, newest = self._served
        if version > newest:
            raise StoreNewer(
                say(
                    "The ledger is a newer Metercalc's (version {version}). Nothing was touched: update the program.",
                    version=version,
                )
            )
        if version < oldest:
            raise StoreForeign(
                say(
                    "The ledger is an older Metercalc's (version {version}). Have its owner run metercalc server "
                    "upgrade.",
                    version=version,
                )
            )

    def _look_back(self, signed: Signed, ledger_id: str, seq: int) -> None:
        """Find again what this program was given of the records."""
        memories = self._memories(ledger_id)
        refuse = history.refuse(self._sessions.connections.server, memories.file(signed.user_id), signed.username)
        history.History(memories.of(signed.user_id), signed.user_id, self.key, self.ask(signed)).check(seq, refuse)
        memories.write()

    def ask(self, signed: Signed) -> Ask:
        """Questions in somebody's name."""
        return lambda sql, values: self._sessions.ask(signed, sql, values, deadline_s=LONG_S)

    def account(self, signed: Signed) -> Account:
        """The account as it is now."""
        return account_of(self._sessions.ask(signed, _ACCOUNT)[0])

    def length(self, signed: Signed) -> int:
        """How many records somebody has."""
        return int(self._sessions.ask(signed, _PULSE)[0][0])

    def statement(self, signed: Signed) -> Statement:
        """The account and the prices at one moment."""
        row = self._sessions.ask(signed, _ACCOUNT)[0]
        return Statement(account_of(row), {OperationType(kind): int(cost) for kind, cost in row[10].items()})

    def register(self, email: str, password: str, *, starting_balance: int, minimum_length: int) -> Account:
        """Make an account, in the name of an administrator who is signed in. Raises `NotAllowed` without one."""
        check_new_password(password)
        username = check_new(email, password, minimum_length=minimum_length)
        admin = self._sessions.administrator()
        if admin is None:
            raise NotAllowed(say(_ASK_ADMIN))
        values = (username, scram.verifier(password), starting_balance)
        return account_of(self._once(admin, _REGISTER, values, say(_IS_IT_MADE))[0])

    def _once(self, signed: Signed, sql: str, values: Sequence[object], doubt: str) -> list[Row]:
        """The rows of a statement that is not sent twice. Where its answer is lost, that and the `doubt` are said."""
        try:
            return self._sessions.ask(signed, sql, values, again=False)
        except ServerAway as away:
            raise ServerAway(f"{away.message} {doubt}") from away

    def change_password(self, session: Session, signed: Signed, old: str, new: str, *, minimum_length: int) -> None:
        """Set a new password; every other session of the account ends."""
        check_new_password(new)
        passwords.check_new(new, email=signed.username, minimum_length=minimum_length)
        connections, role = self._sessions.connections, signed.credentials.role
        try:
            connections.open(with_password(role, old)).close()
        except SignInRefused as error:
            raise SignInRefused(say(_PRESENT)) from error
        verifier = scram.verifier(new)
        generation = int(self._once(signed, _CHANGE, (verifier,), say(_WHICH_HOLDS))[0][0])
        iterations, salt = verifier.split("$")[1].split(":")
        signed.credentials = lasting(role, new, salt, int(iterations), generation)
        connections.renew(signed.credentials)
        self._sessions.end(signed.user_id, but=session.token)
        log.info("account %d changed its password", signed.user_id)

    def users(self, signed: Signed) -> tuple[Account, ...]:
        """Every account, for administrators."""
        return tuple(map(account_of, self._sessions.ask(signed, _USERS)))

    def set_status(self, signed: Signed, email: str, status: Status) -> Account:
        """Activate or deactivate an account, for administrators."""
        row: Any = self._sessions.ask(signed, _SET_STATUS, (emails.kept_form(email), status.value))[0]
        account = account_of(row)
        if status is Status.INACTIVE:
            self._sessions.end(account.id)
        log.info("account %d set %s", account.id, status.value)
        return replace(account, status=status)
