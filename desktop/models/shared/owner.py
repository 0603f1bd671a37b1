"""The owner's connection: what installs, upgrades and looks at a server, and what is said where that does not work.

Members never come this way. psycopg is imported here, late: it is an extra.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from desktop.language.sentences import mark, say
from desktop.settings.server_urls import ServerUrl
from desktop.terms.errors import AppError, BadInput, MachineError, ServerAway, SignInRefused, StoreError, StoreMissing

if TYPE_CHECKING:
    import psycopg

OLDEST_SERVER = 160_000
"""PostgreSQL 16: before it, a role that may make roles may do far more than that (its release notes, E.1.3.3)."""
MISSING = mark("Working with a server needs psycopg. Install it: pip install 'metercalc[postgres]'.")
_CONNECT_SECONDS = 10

_SENTENCES = {
    "28P01": mark("The server refuses this user or password."),
    "28000": mark("The server lets this user in under no line of its pg_hba.conf, or not over this connection."),
    "3D000": mark("There is no such database on the server."),
    "42501": mark("This user may not do that on the server. Use the one that owns the database and may make roles."),
    "53300": mark("The server has no connection left. Wait, or end some."),
    "53100": mark("The server's disk is full. Nothing was changed."),
    "25006": mark("This server only reads: it is a standby. Name the one that writes."),
    "57P03": mark("The server is starting, or shutting down. Try again in a moment."),
    "57P01": mark("The server ended the connection. What was not done to the end was undone; the same again is safe."),
    "57P02": mark("The server broke down. What was not done to the end is undone; the same again is safe."),
    "57014": mark("The server stopped this, as it was told to. What was not done to the end was undone."),
    "55P03": mark("Somebody holds what is to be changed. Nothing was changed; try again."),
    "42883": mark("The database has another metercalc schema than this program's: see metercalc server status."),
}
_AWAY = ("57P01", "57P02", "57P03")


def library() -> Any:
    """psycopg. Raises `MachineError` with how to install it."""
    try:
        import psycopg
    except ImportError as error:
        raise MachineError(say(MISSING)) from error
    return psycopg


@contextmanager
def connected(url: ServerUrl, password: str, *, database: str = "") -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection, autocommit; what goes wrong meanwhile is an `AppError`."""
    if not url.user:
        raise BadInput(say("The URL must name the server's owner, like postgresql://postgres@db.example.org/ledger."))
    psycopg = library()
    words = url.keywords() | ({"dbname": database} if database else {})
    with translated(url):
        connection = psycopg.connect(
            **words,
            user=url.user,
            password=password,
            autocommit=True,
            connect_timeout=_CONNECT_SECONDS,
            application_name="metercalc server",
        )
        with connection:
            yield connection


@contextmanager
def translated(url: ServerUrl) -> Iterator[None]:
    """PostgreSQL's errors as ours, each a sentence; those that are bugs of the schema stay what they are."""
    psycopg = library()
    try:
        yield
    except psycopg.Error as error:
        found = as_app_error(error, url)
        if found is None:
            raise
        raise found from error


def as_app_error(error: Any, url: ServerUrl) -> AppError | None:
    """The error in a sentence, or None where only a bug explains it."""
    psycopg = library()
    from desktop.models.shared import unreachable  # it imports psycopg

    if error.sqlstate is None and (unproved := unreachable.of_tls(str(error), url.shown())) is not None:
        return unproved
    code = error.sqlstate or _guessed(str(error))
    where = f"{url.shown()}: "
    if code == "3D000":
        return StoreMissing(where + say(_SENTENCES[code]))
    if code in ("28P01", "28000"):
        return SignInRefused(where + say(_SENTENCES[code]))
    if code in _AWAY:
        return ServerAway(where + say(_SENTENCES[code]))
    if code in _SENTENCES:
        return StoreError(where + say(_SENTENCES[code]))
    if code is not None and code.startswith("MC"):
        return BadInput(str(error.diag.message_primary))
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        first = str(error).strip().splitlines()
        why = first[-1] if first else say("no reason given")
        return ServerAway(say("{server}: the server cannot be reached ({why}).", server=url.shown(), why=why))
    return None


def _guessed(text: str) -> str | None:
    """libpq gives no code for what the server says while a connection is opened; its English words are all there is."""
    for words, code in (
        ("password authentication failed", "28P01"),
        ("no pg_hba.conf entry", "28000"),
        ("is not permitted to log in", "28000"),
        ("does not exist", "3D000" if "database" in text else "28P01"),
        ("starting up", "57P03"),
        ("shutting down", "57P03"),
        ("too many", "53300"),
        ("remaining connection slots", "53300"),
    ):
        if words in text:
            return code
    return None
