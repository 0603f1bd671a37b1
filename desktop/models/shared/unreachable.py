"""Why there is no connection to a server: it is away, does not prove who it is, or lets this person or computer not in.

A connection that is refused has no SQLSTATE: libpq gives the server's sentence alone, which is read here; one in
another language than English is passed on as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg

from desktop.language.sentences import mark, say
from desktop.terms.errors import (
    AppError,
    BadInput,
    NotAllowed,
    ServerAway,
    SignInRefused,
    StoreError,
    StoreLocked,
    StoreMissing,
)

REFUSED = mark("The e-mail or the password is not right, or there is no such ledger at this address.")
DEACTIVATED = mark("This account has been deactivated. Ask the administrator.")
NO_RIGHTS = mark(
    "The server refuses this account what Metercalc needs: its rights have been taken away, or the ledger was not "
    "installed to the end. Ask the administrator to run metercalc server status."
)


class Deactivated(NotAllowed):
    """The server lets nobody in by this account any more."""


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
        return away(server, reason(said))
    return StoreError(say("The server {server} refused the connection: {why}.", server=server, why=reason(said)))


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


def reason(said: str) -> str:
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
