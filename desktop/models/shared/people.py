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
from desktop.models.shared import history, links, scram, sources, unreachable, urls
from desktop.models.shared.connections import Credentials
from desktop.models.shared.line import LONG_S, Line, Row, can_be_sent
from desktop.models.shared.links import Ask
from desktop.models.shared.remembered import Memories
from desktop.models.shared.sessions import Sessions, Signed, lasting, with_password
from desktop.terms.charges import Statement
from desktop.terms.errors import (
    BadInput,
    NotAllowed,
    NotSignedIn,
    ServerAway,
    SignInRefused,
    StoreDamaged,
    StoreForeign,
    StoreNewer,
)
from desktop.terms.kinds import OperationType, Role, Status
from desktop.terms.people import Account, Session

log = logging.getLogger(__name__)

SERVED = (sources.OLDEST_SERVED, sources.VERSION)

_VERSION = "SELECT metercalc.schema_version()"
_SERVED_BY = "SELECT metercalc.oldest_program()"
_SIGN_IN = "SELECT * FROM metercalc.sign_in()"
_ACCOUNT = "SELECT * FROM metercalc.account()"
_PULSE = "SELECT seq FROM metercalc.pulse()"
_USERS = "SELECT * FROM metercalc.users()"
_REGISTER = "SELECT * FROM metercalc.register(%s, %s, %s::bigint)"
_INVITE = "SELECT * FROM metercalc.invite(%s, %s, %s::bigint)"
_SET_STATUS = "SELECT * FROM metercalc.set_status(%s, %s)"
_CHANGE = "SELECT metercalc.change_verifier(%s)"

_PRESENT = mark("The present password is not right. It was not changed.")
_IS_IT_MADE = mark("Whether the account was made is not known: look before you try again.")
WHICH_HOLDS = mark("Whether the new password holds, or the old one is not known: look before you try again.")
_OTHER_LEDGER = mark(
    "The database has another ledger now than the one that you signed in to. Nothing was done in it: sign in again."
)
_ASK_ADMIN = mark(
    "On a server an administrator makes the accounts: ask for one, or sign in as an administrator first "
    "(metercalc register EMAIL --user ADMIN)."
)


def account_of(row: Row) -> Account:
    """A row of accounts as a value."""
    id, username, role, status, balance = row[:5]
    return Account(id, username, Role(role), Status(status), balance)


def check_new_password(password: str) -> None:
    """Raises `BadInput` for a password that could not be sent."""
    if not can_be_sent(password):
        raise BadInput(say("The password has a character in it that no server takes. Leave it out."))


class People:
    """Accounts and sign-in. `ledger_name` is what the roles' names are made of.

    `doubted` is who was refused last because the records are not those that were given: they may prove, and no more.
    """

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
        sessions.connections.greet = self._look_again
        self.doubted: Signed | None = None

    def sign_in(self, email: str, password: str) -> Session:
        """Open a session, once the records that this program knows of have been found on the server again.

        Raises `SignInRefused`, `NotAllowed`, `ServerAway`, `StoreDamaged` for records that are others or missing.
        """
        role = urls.role_name(self._ledger_name, emails.kept_form(email))
        if not can_be_sent(password):
            raise SignInRefused(say(unreachable.REFUSED))

        def credentials(generation: int, salt: str, iterations: int) -> Credentials:
            return lasting(role, password, generation, lambda: scram.keys(password, salt, iterations))

        return self._enter(with_password(role, password), credentials)

    def _enter(self, first: Credentials, lasting_of: Callable[[int, str, int], Credentials]) -> Session:
        """`lasting_of` makes of generation, salt and iterations what opens further connections."""
        connections = self._sessions.connections
        line = connections.open(first)
        try:
            with connections.translated(first):
                self.check_version(line)
                row = line.execute(_SIGN_IN).fetchall()[0]
        except BaseException:
            line.close()
            raise
        account, (generation, seq, *made_of, one_time, ledger_id, key) = account_of(row), row[5:]
        signed = Signed(account.id, account.username, account.role, lasting_of(generation, *made_of), one_time)
        connections.adopt(signed.credentials, line)
        if not one_time:
            try:
                self._look_back(signed, ledger_id, bytes(key), seq)
            except BaseException:
                connections.forget(first.role)
                raise
        return self._sessions.begin(signed)

    def check_version(self, line: Line) -> None:
        """Raises `StoreNewer` and `StoreForeign` for a schema that this program does not serve."""
        version = int(line.execute(_VERSION).fetchall()[0][0])
        oldest, newest = self._served
        if version > newest and int(line.execute(_SERVED_BY).fetchall()[0][0]) > newest:
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

    def _look_again(self, line: Line, credentials: Credentials) -> None:
        """Whether a connection that is opened in mid-session leads to what the session began with.

        The schema may have been upgraded meanwhile, an older copy put back, another ledger made in its place.
        """
        self.check_version(line)
        signed = self._sessions.by_role(credentials.role)
        if signed is None:
            return
        memories = self._memories(self.ledger_id)
        memory = memories.of(signed.user_id)
        given, known = memory.seq, memory.known  # before the server is asked: another lane may be charging
        row = line.execute(_SIGN_IN).fetchall()[0]
        id, seq, one_time, ledger_id = row[0], row[6], row[9], row[10]
        if (id, ledger_id) != (signed.user_id, self.ledger_id):
            raise NotSignedIn(say(_OTHER_LEDGER))
        if one_time:  # given by an administrator meanwhile: the server answers nothing else
            return
        refuse = history.refuse(self._sessions.connections.server, memories.file(id), signed.username)
        if given > seq:
            refuse(0, seq + 1, history.missing(seq, given))
        if known:
            found = line.execute(links.CHAIN_OF, (id, known, known)).fetchall()[0]
            if bytes(found[links.HASH])[: len(memory.mark(known))] != memory.mark(known):
                refuse(found[links.ID], known, say(history.REWRITTEN))

    def _look_back(self, signed: Signed, ledger_id: str, key: bytes, seq: int) -> None:
        """Find again what this program was given of the records."""
        self.ledger_id, self.key, self.doubted = ledger_id, key, None
        memories = self._memories(ledger_id)
        refuse = history.refuse(self._sessions.connections.server, memories.file(signed.user_id), signed.username)
        try:
            history.History(memories.of(signed.user_id), signed.user_id, self.key, self.ask(signed)).check(seq, refuse)
        except StoreDamaged:
            self.doubted = signed
            raise
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
        return self._register(email, password, starting_balance, minimum_length)[0]

    def register_and_sign_in(
        self, email: str, password: str, *, starting_balance: int, minimum_length: int
    ) -> tuple[Account, Session]:
        """Both, with the password worked out once."""
        account, made = self._register(email, password, starting_balance, minimum_length)
        role = urls.role_name(self._ledger_name, account.username)
        credentials = lasting(role, password, 1, lambda: (made.client_key, made.server_key))
        return account, self._enter(credentials, lambda *_: credentials)

    def _register(
        self, email: str, password: str, starting_balance: int, minimum_length: int
    ) -> tuple[Account, scram.Made]:
        check_new_password(password)
        username = check_new(email, password, minimum_length=minimum_length)
        admin = self._sessions.administrator()
        if admin is None:
            raise NotAllowed(say(_ASK_ADMIN))
        made = scram.make(password)
        values = (username, made.verifier, starting_balance)
        return account_of(self.once(admin, _REGISTER, values, say(_IS_IT_MADE))[0]), made

    def invite(self, signed: Signed, email: str, password: str, *, starting_balance: int) -> Account:
        """Make an account whose password is changed before anything else, for administrators."""
        check_new_password(password)
        values = (check_new(email, password, minimum_length=len(password)), scram.verifier(password), starting_balance)
        return account_of(self.once(signed, _INVITE, values, say(_IS_IT_MADE))[0])

    def once(self, signed: Signed, sql: str, values: Sequence[object], doubt: str) -> list[Row]:
        """The rows of a statement that is not sent twice. Where its answer is lost, that and the `doubt` are said."""
        try:
            return self._sessions.ask(signed, sql, values, again=False)
        except ServerAway as away:
            raise ServerAway(f"{away.message} {doubt}") from away

    def change_password(self, session: Session, signed: Signed, old: str, new: str, *, minimum_length: int) -> None:
        """Set a new password; every other session of the account ends."""
        check_new_password(new)
        passwords.check_new(new, email=signed.username, minimum_length=minimum_length)
        self.check_password(signed, old, say(_PRESENT))
        made = scram.make(new)
        generation = int(self.once(signed, _CHANGE, (made.verifier,), say(WHICH_HOLDS))[0][0])
        role = signed.credentials.role
        signed.credentials = lasting(role, new, generation, lambda: (made.client_key, made.server_key))
        self._sessions.connections.renew(signed.credentials)
        self._sessions.end(signed.user_id, but=session.token)
        log.info("account %d changed its password", signed.user_id)
        if signed.one_time:
            self._begin(signed)

    def _begin(self, signed: Signed) -> None:
        """What the sign-in could not do while the password was due. Raises `StoreDamaged`, and ends the session."""
        try:
            row = self._sessions.ask(signed, _SIGN_IN)[0]
            self._look_back(signed, row[10], bytes(row[11]), row[6])
        except BaseException:
            self._sessions.end(signed.user_id)
            raise
        signed.one_time = False

    def check_password(self, signed: Signed, password: str, refusal: str) -> None:
        """Raises `SignInRefused` with those words for a password that is not the account's."""
        try:
            if not can_be_sent(password):
                raise SignInRefused(refusal)
            self._sessions.connections.open(with_password(signed.credentials.role, password)).close()
        except SignInRefused as error:
            raise SignInRefused(refusal) from error

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
