"""What a server's errors mean to a person: SQLSTATEs and failed connections as the errors that every ledger raises.

It asks nothing and tries nothing again. A connection that is refused has no SQLSTATE: libpq gives the server's sentence
alone, which is read here; one in another language than English is passed on as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import psycopg

from desktop.language.sentences import mark, say
from desktop.models.ledger import passwords, receipts, recovery_codes
from desktop.models.shared.line import UNSENDABLE
from desktop.terms.errors import (
    AppError,
    BadInput,
    ChargeGivenUp,
    NotAllowed,
    NotSignedIn,
    PasswordDue,
    RequestReused,
    ServerAway,
    SignInRefused,
    StoreDamaged,
    StoreError,
    StoreForeign,
    StoreFull,
    StoreLocked,
    StoreMissing,
    StoreNewer,
    StoreReadOnly,
)

REFUSED = mark("The e-mail or the password is not right, or there is no such ledger at this address.")
DEACTIVATED = mark("This account has been deactivated. Ask the administrator.")
NO_RIGHTS = mark(
    "The server refuses this account what Metercalc needs: its rights have been taken away, or the ledger was not "
    "installed to the end. Ask the administrator to run metercalc server status."
)
NO_LEDGER = mark(
    "There is no Metercalc ledger in this database. Check the address; the server's owner makes one with metercalc "
    "server install."
)

CONTRADICTS = mark("The ledger contradicts itself. Nothing was stored: run metercalc verify.")

# The transaction was rolled back for others' sake: the same request may be sent again.
AGAIN = frozenset({"40001", "40P01"})
# The ledger's functions and tables are not those that the statement began with: an upgrade was committed meanwhile.
CHANGED = frozenset({"42883", "42P01", "42703", "42804", "0A000", "42P13"})
_AWAY = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03", "25P04"})

Words = Mapping[str, Any]


class Deactivated(NotAllowed):
    """The server lets nobody in by this account any more."""


class Upgraded(StoreLocked):
    """An upgrade of the ledger came between the beginning of a statement and its end."""


def is_lost(error: psycopg.Error) -> bool:
    """Whether the connection ended with it, so that nobody can tell what became of the statement."""
    state = error.sqlstate
    return state is None or state in _AWAY or state.startswith("08")


def of_connecting(error: psycopg.Error, server: str) -> AppError:
    """Why there is no connection: `SignInRefused`, `NotAllowed`, `ServerAway` or another `StoreError`."""
    said = str(error)
    unproved = of_tls(said, server)
    if unproved is not None:
        return unproved
    for pattern, meaning in _CONNECTING:
        if re.search(pattern, said):
            return meaning(server)
    if "FATAL" not in said:
        return away(server, _reason(said))
    return StoreError(say("The server {server} refused the connection: {why}.", server=server, why=_reason(said)))


def away(server: str, why: str = "") -> ServerAway:
    """The server cannot be reached."""
    if not why:
        return ServerAway(
            say("The server {server} cannot be reached. Nothing is lost: try again when it is back.", server=server)
        )
    return ServerAway(
        say(
            "The server {server} cannot be reached ({why}). Nothing is lost: try again when it is back.",
            server=server,
            why=why,
        )
    )


def cut_off(server: str) -> ChargeGivenUp:
    """A charge was lost with its connection, and the server has made sure that it never will be stored."""
    return ChargeGivenUp(
        say("The connection to {server} was lost in the middle of this. It is back: try again.", server=server)
    )


def upgraded() -> Upgraded:
    """A statement met the ledger's functions half before an upgrade and half after it, and was undone."""
    return Upgraded(
        say("The ledger was brought up to date in the middle of this, and nothing of it was stored. Try again.")
    )


def stopped(server: str) -> ServerAway:
    """The server took the question and gave no answer in time."""
    return ServerAway(
        say("The server {server} does not answer. Nothing is lost: try again when it does.", server=server)
    )


def of_statement(error: psycopg.Error, server: str) -> AppError:
    """What a statement ended in. Raises the error itself where it is a fault of the program."""
    state = error.sqlstate or ""
    if state.startswith("MC"):
        return _ours(state, error)
    if is_lost(error):
        return away(server)
    if state in _STATEMENTS:
        return _STATEMENTS[state](server)
    if state[:2] in ("53", "58", "XX"):
        return StoreError(
            say("The server {server} is in trouble: {why}. Ask its owner.", server=server, why=_reason(str(error)))
        )
    raise error


def _reason(said: str) -> str:
    """The last thing that libpq says, on one line and without its own introduction."""
    last = said.strip().splitlines()[0] if said.strip() else ""
    return last.rpartition("failed: ")[2].removeprefix("FATAL:").strip().rstrip(".")


def of_tls(said: str, server: str) -> AppError | None:
    """Why a server is not believed to be who it is; None where something else is the matter."""
    for pattern, sentence in _TLS:
        if re.search(pattern, said):
            kind = BadInput if "root certificate file" in said else StoreError
            return kind(say(sentence, server=server))
    return None


_TLS = (
    (
        r"root certificate file|root\.crt",
        mark(
            "The file that sslrootcert= in the address of {server} names is not there, or is no certificate. Nothing "
            "was sent to the server. Name the file that its owner gives you."
        ),
    ),
    (
        r"does not support SSL",
        mark(
            "The server {server} has no TLS, so that anybody between could read along. Nothing was sent to it. Ask its "
            "owner to switch it on (ssl = on, and a certificate)."
        ),
    ),
    (
        r"does not match host name",
        mark(
            "The server {server} does not prove who it is: its certificate is of another host. Nothing was sent to it. "
            "Check the host in the address, or ask its owner."
        ),
    ),
    (
        r"certificate|SSL error|tlsv1",
        mark(
            "The server {server} does not prove who it is: its certificate is of an unknown authority or out of date. "
            "Nothing was sent to it. Ask its owner; sslrootcert= in the address names the authority."
        ),
    ),
)


_CONNECTING: tuple[tuple[str, Callable[[str], AppError]], ...] = (
    (
        r"password authentication failed|no password supplied|role \"[^\"]*\" does not exist",
        lambda _: SignInRefused(say(REFUSED)),
    ),
    (r"is not permitted to log in", lambda _: Deactivated(say(DEACTIVATED))),
    (
        r"starting up|shutting down|recovery|not yet accepting",
        lambda server: away(server, say("it is starting or stopping")),
    ),
    (
        r"too many (clients|connections)|remaining connection slots|connection limit",
        lambda server: StoreLocked(
            say(
                "The server {server} has no connection left for this desk. Close other windows and programs of yours, "
                "or try again later.",
                server=server,
            )
        ),
    ),
    (
        r"database \"[^\"]*\" does not exist",
        lambda server: StoreMissing(say("There is no such database on {server}.", server=server)),
    ),
    (
        r"no pg_hba\.conf entry|pg_hba\.conf rejects",
        lambda server: NotAllowed(
            say(
                "The server {server} does not let this computer in. Its owner can (pg_hba.conf): metercalc server "
                "status.",
                server=server,
            )
        ),
    ),
    (r"permission denied for database", lambda _: NotAllowed(say(NO_RIGHTS))),
    (
        r"channel binding",
        lambda server: StoreError(
            say(
                "The server {server} cannot bind the password to the connection. Behind a pooler, add pooler=yes.",
                server=server,
            )
        ),
    ),
)

_STATEMENTS: Mapping[str, Callable[[str], AppError]] = {
    "53100": lambda server: StoreFull(
        say("The disk of the server {server} is full. Its owner has to make room.", server=server)
    ),
    "53300": lambda server: StoreLocked(
        say("The server {server} has no connection left. Try again later.", server=server)
    ),
    "55P03": lambda server: StoreLocked(say("Another program kept the account busy for too long. Try again.")),
    "40001": lambda server: StoreLocked(say("Other programs kept the account busy for too long. Try again.")),
    "40P01": lambda server: StoreLocked(say("Other programs kept the account busy for too long. Try again.")),
    "57014": lambda server: StoreLocked(
        say("The server {server} took too long and was stopped. Try again.", server=server)
    ),
    "25006": lambda server: StoreReadOnly(
        say(
            "The server {server} can only be read: it is a copy that follows another one. Use the address of that one.",
            server=server,
        ),
        reason="standby",
    ),
    # Half a character, or a NUL, inside of JSON.
    "22P02": lambda _: BadInput(say(UNSENDABLE)),
    "22P05": lambda _: BadInput(say(UNSENDABLE)),
    "42501": lambda _: NotAllowed(say(NO_RIGHTS)),
    # A record's place or an entry's number is taken: the account's row is not the one that its records left.
    "23505": lambda _: StoreDamaged(say(CONTRADICTS)),
    "3F000": lambda _: StoreForeign(say(NO_LEDGER)),
    "42883": lambda _: StoreForeign(say(NO_LEDGER)),
    "42P01": lambda _: StoreForeign(say(NO_LEDGER)),
}


def _ours(state: str, error: psycopg.Error) -> AppError:
    """An error that the ledger's own functions raise; its numbers come as JSON."""
    words = _words(error)
    meaning = _RULES.get(state)
    if meaning is None:
        return StoreNewer(
            say("The ledger answers with something that this program does not know ({state}). Update it.", state=state)
        )
    found = meaning(words, error.diag.message_primary or "")
    if "order" in words:  # which of several that were sent together, from 1
        found.details["order"] = words["order"]
    return found


def _words(error: psycopg.Error) -> Words:
    try:
        found = json.loads(error.diag.message_detail or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _too_low(words: Words, _said: str) -> AppError:
    return receipts.too_low(int(words["cost"]), int(words["balance"]))


def _price_changed(words: Words, _said: str) -> AppError:
    of = receipts.above_limit if words.get("limit") == "max_cost" else receipts.price_changed
    return of(int(words["cost"]), int(words["quoted"]))


def _said_so(kind: type[AppError], sentence: str = "") -> Callable[[Words, str], AppError]:
    return lambda _, said: kind(say(sentence) if sentence else said)


_RULES: Mapping[str, Callable[[Words, str], AppError]] = {
    "MC001": _too_low,
    "MC002": _price_changed,
    "MC003": _said_so(RequestReused, mark("This request id was used for something else before.")),
    "MC004": _said_so(NotAllowed, mark("This role has no account in this ledger. Ask the administrator.")),
    "MC005": _said_so(NotSignedIn, DEACTIVATED),
    "MC006": _said_so(NotAllowed, mark("Only an administrator may do that.")),
    "MC007": _said_so(
        RequestReused,
        mark(
            "This request was given up when the server was away: nothing was charged under its id, and nothing ever "
            "will be. Send it again under another one."
        ),
    ),
    "MC008": _said_so(StoreError, mark("The server works this out to something else, so that it cannot be stored.")),
    "MC009": _said_so(BadInput),
    "MC010": lambda words, _: BadInput(
        say("There is no account with the e-mail {email}.", email=words.get("email", ""))
    ),
    "MC011": _said_so(BadInput, mark("There is an account with this e-mail already. Sign in instead.")),
    "MC012": _said_so(
        BadInput, mark("This is the last active administrator, and stays one. Make somebody else one first.")
    ),
    "MC013": _said_so(BadInput),
    "MC014": _said_so(
        StoreError, mark("A charge was sent inside another transaction, as a pooler does it. Nothing was stored.")
    ),
    "MC015": _said_so(StoreDamaged, CONTRADICTS),
    "MC016": _said_so(BadInput, mark("The balance would be beyond what the ledger can hold.")),
    "MC017": _said_so(BadInput),
    "MC019": _said_so(PasswordDue, passwords.DUE),
    "MC020": _said_so(SignInRefused, recovery_codes.REFUSED),
    "MC021": _said_so(
        StoreError,
        mark(
            "The server has no role for this account any more. Nothing was changed: ask its owner to look with "
            "metercalc server status."
        ),
    ),
    "MC018": _said_so(StoreError, mark("The server has another role of this account's name. Ask its owner.")),
}
