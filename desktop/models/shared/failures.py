"""What a server's errors mean to a person: SQLSTATEs as the errors that every ledger raises.

It asks nothing and tries nothing again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import psycopg

from desktop.language.sentences import mark, say
from desktop.models.shared.line import UNSENDABLE
from desktop.models.shared.refusals import CONTRADICTS, OURS, of_function
from desktop.models.shared.unreachable import NO_RIGHTS, away, reason
from desktop.terms.errors import (
    AppError,
    BadInput,
    ChargeGivenUp,
    NotAllowed,
    ServerAway,
    StoreDamaged,
    StoreError,
    StoreForeign,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
)

NO_LEDGER = mark(
    "There is no Metercalc ledger in this database. Check the address; the server's owner makes one with metercalc "
    "server install."
)

# The transaction was rolled back for others' sake: the same request may be sent again.
AGAIN = frozenset({"40001", "40P01"})
# The ledger's functions and tables are not those that the statement began with: an upgrade was committed meanwhile.
CHANGED = frozenset({"42883", "42P01", "42703", "42804", "0A000", "42P13"})
_AWAY = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03", "25P04"})


class Upgraded(StoreLocked):
    """An upgrade of the ledger came between the beginning of a statement and its end."""


def is_lost(error: psycopg.Error) -> bool:
    """Whether the connection ended with it, so that nobody can tell what became of the statement."""
    state = error.sqlstate
    return state is None or state in _AWAY or state.startswith("08")


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
    if state.startswith(OURS):
        return of_function(state, error)
    if is_lost(error):
        return away(server)
    if state in _STATEMENTS:
        return _STATEMENTS[state](server)
    if state[:2] in ("53", "58", "XX"):
        return StoreError(
            say("The server {server} is in trouble: {why}. Ask its owner.", server=server, why=reason(str(error)))
        )
    raise error


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
