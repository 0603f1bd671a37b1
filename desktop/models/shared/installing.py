"""Installing a ledger on a server, and bringing it up to date: for the server's owner. It keeps no password."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.models.ledger.registering import check_new
from desktop.models.shared import owner, rights, scram, sources
from desktop.models.shared.schema import (
    LOCK_SECONDS,
    again,
    check_server,
    end_members,
    lay_out,
    one_row,
    require_ledger,
    walk,
)
from desktop.settings.server_urls import ServerUrl
from desktop.terms.errors import StoreMissing
from desktop.terms.kinds import OperationType

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Installed:
    """What an installation came to. `made` are the versions that were installed now, `admin` the account made now."""

    ledger_name: str
    version: int
    made: tuple[int, ...]
    admin: str
    database_made: bool


def install(
    url: ServerUrl,
    password: str,
    email: str,
    admin_password: str,
    *,
    costs: Mapping[OperationType, int],
    starting_balance: int,
    minimum_length: int = 8,
    progress: Callable[[str], None] = lambda what: None,
) -> Installed:
    """Database, roles, schema, prices and the first administrator, each where it is missing.

    Raises `BadInput` for an e-mail or password that will not do and for a server that is too old, and what
    `owner.connected` raises. What was done up to then stays, and is found the next time.
    """
    username = check_new(email, admin_password, minimum_length=minimum_length)
    verifier = scram.verifier(admin_password)
    database_made = _have_database(url, password)
    with owner.connected(url, password) as connection:
        made = lay_out(connection, progress)
        admin = again(connection, lambda: _found(connection, url, username, verifier, costs, starting_balance))
        name = connection.execute("SELECT name FROM metercalc.ledger").fetchone()
    log.info("installed version %d, files run now: %s", sources.VERSION, made)
    return Installed(name[0] if name else "", sources.VERSION, made, admin, database_made)


def upgrade(url: ServerUrl, password: str, *, progress: Callable[[str], None] = lambda what: None) -> tuple[int, ...]:
    """Run the files that are missing; their numbers. Raises `StoreNewer`, and what `install` raises."""
    with owner.connected(url, password) as connection:
        check_server(connection)
        require_ledger(connection, url)
        made = walk(connection, progress)
        if made:  # programs that are running look at the version when they connect
            end_members(connection)
        return made


def _have_database(url: ServerUrl, password: str) -> bool:
    """Make the database where it is missing; whether it was."""
    try:
        with owner.connected(url, password):
            return False
    except StoreMissing:
        pass
    psycopg = owner.library()
    sql = psycopg.sql
    with owner.connected(url, password, database="postgres") as connection:
        check_server(connection)
        locale = "LOCALE 'C'"
        if connection.info.server_version >= 170_000:
            locale = "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
        statement = f"CREATE DATABASE {{}} TEMPLATE template0 ENCODING 'UTF8' {locale}"
        with _tolerated("42P04", "23505"):
            connection.execute(sql.SQL(statement).format(sql.Identifier(url.database)))
    return True


@contextmanager
def _tolerated(*codes: str) -> Iterator[None]:
    """Another was faster."""
    try:
        yield
    except owner.library().Error as error:
        if error.sqlstate not in codes:
            raise


def _found(
    connection: psycopg.Connection[Any],
    url: ServerUrl,
    username: str,
    verifier: str,
    costs: Mapping[OperationType, int],
    starting_balance: int,
) -> str:
    """The ledger's row, its prices and the first account; "" where there was one."""
    with connection.transaction():
        connection.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        connection.execute("LOCK TABLE metercalc.version IN SHARE ROW EXCLUSIVE MODE")
        connection.execute(f"SET LOCAL ROLE {rights.OWNER}")
        if not one_row(connection, "SELECT count(*) FROM metercalc.ledger")[0]:
            make_ledger(connection, url.ledger_name, secrets.token_bytes(32), starting_balance, costs)
        if one_row(connection, "SELECT count(*) FROM metercalc.account")[0]:
            return ""
        connection.execute("SELECT metercalc.found(%s, %s, %s)", [username, verifier, starting_balance])
        return username


def make_ledger(
    connection: psycopg.Connection[Any],
    name: str,
    key: bytes,
    starting_balance: int,
    costs: Mapping[OperationType, int],
) -> None:
    """The one row that says what this ledger is, and the first prices; the caller is metercalc_owner."""
    connection.execute(
        """INSERT INTO metercalc.ledger (id, name, key, inner_block, outer_block, made_at, starting_balance)
        SELECT gen_random_uuid(), %s, k, metercalc.key_block(k, 54), metercalc.key_block(k, 92), metercalc.now(), %s
        FROM (SELECT %s::bytea) AS given (k)""",
        [name, starting_balance, key],
    )
    for operation, cost in costs.items():
        connection.execute("SELECT metercalc.put_price(%s, %s, 0)", [operation.value, cost])
