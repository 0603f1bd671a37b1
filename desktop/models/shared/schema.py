"""The schema of a ledger on a server: its version, its roles and rights, and its numbered files.

Everything can be done twice, and by two at once: roles and rights are made where they are missing, and each numbered
file is one transaction that first takes a lock on the version table. What a member can hold is waited for briefly.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from desktop.language.sentences import say
from desktop.models.shared import owner, rights, sources
from desktop.settings.server_urls import ServerUrl
from desktop.terms.errors import BadInput, StoreError, StoreForeign, StoreMissing, StoreNewer

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger(__name__)

TRIES = 20
LOCK_SECONDS = 2
_PAUSE = 0.1  # seconds, before another try
# What two installations at once can meet, and a member who holds a lock: all of it goes away.
_AGAIN = ("55P03", "40P01", "40001", "23505", "42710", "42P04", "42P06", "42P07", "42723", "XX000", "55006")


def lay_out(connection: psycopg.Connection[Any], progress: Callable[[str], None]) -> tuple[int, ...]:
    """Roles, rights and the schema, without ledger or people; the numbers of the files that were run."""
    check_server(connection)
    _refuse_foreign(connection)
    progress(say("roles and rights"))
    again(connection, lambda: _prepare(connection))
    return walk(connection, progress)


def walk(connection: psycopg.Connection[Any], progress: Callable[[str], None]) -> tuple[int, ...]:
    """Run the missing files in their order, each in a transaction of its own that holds the version table.

    Returns their numbers. Raises `StoreNewer`.
    """
    if version_of(connection) > sources.VERSION:
        raise StoreNewer(
            say(
                "The schema's version is {version}, and this program knows {known}. Nothing was "
                "changed: install the newer program.",
                version=version_of(connection),
                known=sources.VERSION,
            )
        )
    made = []
    for number in range(1, sources.VERSION + 1):
        if version_of(connection) >= number:
            continue
        progress(sources.FILES[number - 1])
        if again(connection, lambda number=number: _run(connection, number), ends_members=True):  # type: ignore[misc]
            made.append(number)
    return tuple(made)


def _run(connection: psycopg.Connection[Any], number: int) -> bool:
    with connection.transaction():
        # An upgrade must not queue before every charge behind a member who holds a table for hours.
        connection.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        connection.execute("LOCK TABLE metercalc.version IN SHARE ROW EXCLUSIVE MODE")
        if version_of(connection) >= number:  # another was faster
            return False
        if number > 1:
            # Whoever writes has this table. Those who wait for it from now on have begun with the functions of before.
            connection.execute("LOCK TABLE metercalc.account IN EXCLUSIVE MODE")
        connection.execute("SET LOCAL search_path = metercalc, pg_temp")
        connection.execute(sources.sql(number))
        connection.execute("RESET ROLE")
        connection.execute("INSERT INTO metercalc.version (number) VALUES (%s)", [number])
        # Whoever connects from now on waits for the commit: a program first looks at the version.
        connection.execute("LOCK TABLE metercalc.version IN ACCESS EXCLUSIVE MODE")
        end_members(connection)  # who has looked before, before they can go on with those
    return True


def _refuse_foreign(connection: psycopg.Connection[Any]) -> None:
    has_schema, has_version = one_row(
        connection, "SELECT to_regnamespace('metercalc') IS NOT NULL, to_regclass('metercalc.version') IS NOT NULL"
    )
    objects = one_row(connection, "SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('metercalc')")[0]
    if has_schema and not has_version and objects:
        raise StoreForeign(
            say("The database has a schema metercalc that this program did not make. Use another database.")
        )


def _prepare(connection: psycopg.Connection[Any]) -> None:
    sql = owner.library().sql
    with connection.transaction():
        connection.execute(rights.ROLES)
    with connection.transaction():
        database = sql.Identifier(one_row(connection, "SELECT current_database()")[0])
        for statement in (
            "REVOKE ALL ON DATABASE {} FROM PUBLIC",
            f"GRANT CONNECT ON DATABASE {{}} TO {rights.MEMBER}",
            "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        ):
            connection.execute(sql.SQL(statement).format(database))
        if one_row(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")[0]:
            connection.execute(rights.LARGE_OBJECTS)
        connection.execute(rights.SCHEMA)


def version_of(connection: psycopg.Connection[Any]) -> int:
    """The schema's version; 0 where there is none of ours."""
    found = connection.execute("SELECT to_regclass('metercalc.version') IS NOT NULL").fetchone()
    if not found or not found[0]:
        return 0
    row = connection.execute("SELECT coalesce(max(number), 0) FROM metercalc.version").fetchone()
    return int(row[0]) if row else 0


def require_ledger(connection: psycopg.Connection[Any], url: ServerUrl) -> int:
    """The version of the ledger that must be there. Raises `StoreMissing`, `StoreNewer`."""
    found = version_of(connection)
    if not found:
        raise StoreMissing(
            say("{database} has no ledger. Make one with metercalc server install.", database=url.shown())
        )
    if found > sources.VERSION:
        raise StoreNewer(
            say(
                "{database} has version {version} of the schema, and this program knows {known}. "
                "Nothing was changed: install the newer program.",
                database=url.shown(),
                version=found,
                known=sources.VERSION,
            )
        )
    return found


def check_age(connection: psycopg.Connection[Any]) -> None:
    """Raises `BadInput` for a server that is too old."""
    if connection.info.server_version < owner.OLDEST_SERVER:
        raise BadInput(
            say(
                "This is PostgreSQL {version}; a ledger needs 16 or newer, where a "
                "role that makes roles is kept from all else.",
                version=connection.info.server_version // 10_000,
            )
        )


def check_server(connection: psycopg.Connection[Any]) -> None:
    """Raises `BadInput` or `StoreError` for a server on which a ledger cannot be."""
    check_age(connection)
    encoding, standby = one_row(
        connection,
        "SELECT pg_encoding_to_char(encoding), pg_is_in_recovery() FROM pg_database WHERE datname = current_database()",
    )
    if encoding != "UTF8":
        raise BadInput(
            say("The database's encoding is {encoding}; a ledger needs UTF8. Make another database.", encoding=encoding)
        )
    if standby:
        raise StoreError(say("This server only reads: it is a standby. Name the one that writes."))


def again(connection: psycopg.Connection[Any], work: Callable[[], Any], *, ends_members: bool = False) -> Any:
    """Try until nobody is in the way; members who are, are sent off: any of them can hold a shared lock for hours."""
    psycopg = owner.library()
    for attempt in range(1, TRIES + 1):
        try:
            return work()
        except psycopg.Error as error:
            if error.sqlstate not in _AGAIN or attempt == TRIES:
                raise
            log.info("try %d met %s", attempt, error.sqlstate)
        if ends_members:
            end_members(connection)
        time.sleep(_PAUSE)
    return None


def end_members(connection: psycopg.Connection[Any]) -> None:
    """End the connections of all who have an account in this database."""
    connection.execute(
        """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND usename ~ '^m[cr]_[0-9a-f]{24}$'"""
    )


def one_row(connection: psycopg.Connection[Any], statement: str) -> Any:
    """The row of a statement that has one always."""
    row = connection.execute(statement).fetchone()
    assert row is not None
    return row
