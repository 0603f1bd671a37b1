"""Bringing an embedded store's ledger to a server: every account, record, price and request id, all or nothing.

The store's key comes with it, so that each record keeps its id, its place and its hash: the chains that were proved
before are, byte for byte, those that are proved after. Passwords stay behind: the store keeps another scheme's hashes.
The store's journal comes too, but for its notes, which go into the journals of those who wrote them: administrators
read the common one.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.language.sentences import say, say_many
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.verify import verify
from desktop.models.ledger.passwords import one_time
from desktop.models.shared import owner, schema, scram
from desktop.models.shared.carrying import Person, Progress, carry_people, carry_prices, carry_records
from desktop.models.shared.urls import ServerUrl, role_name
from desktop.terms.errors import BadInput, StoreDamaged

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger(__name__)

_TABLES = ("record", "record_note", "journal", "price", "account", "voided")


@dataclass(frozen=True, slots=True)
class Imported:
    """What was brought over. `passwords` are one-time passwords by e-mail, of those who had none on the server."""

    accounts: int
    records: int
    prices: int
    passwords: Mapping[str, str]
    notes: int = 0


@dataclass(frozen=True, slots=True)
class _Admin:
    """The account that the installation made; whoever has it keeps role and password."""

    username: str
    role_name: str
    salt: str
    iterations: int


def bring_over(
    store: Store, url: ServerUrl, password: str, *, progress: Progress = lambda done, total: None
) -> Imported:
    """Prove the store, carry it over in one transaction, prove what arrived, and commit.

    Raises `StoreDamaged` for a store that does not prove, `BadInput` for a ledger that has been used, and what
    `owner.connected` raises: then nothing was brought.
    """
    problems = verify(store, progress=progress).problems
    if problems:
        raise StoreDamaged(
            say_many(
                "The store fails {count} check ({rule}: {message}) Nothing was imported: run metercalc verify, and "
                "restore a backup.",
                "The store fails {count} checks ({rule}: {message}) Nothing was imported: run metercalc verify, and "
                "restore a backup.",
                len(problems),
                count=len(problems),
                rule=problems[0].rule,
                message=problems[0].message,
            )
        )
    with owner.connected(url, password) as connection:
        schema.check_server(connection)
        schema.require_ledger(connection, url)
        with connection.transaction(), store.reading() as database:
            admin, name = _claim(connection)
            passwords: dict[str, str] = {}
            people = _people(database, name, admin, passwords)
            connection.execute("UPDATE metercalc.ledger SET key = %s, inner_block = metercalc.key_block(%s, 54), "
                               "outer_block = metercalc.key_block(%s, 92)", [store.key] * 3)  # fmt: skip
            prices = carry_prices(connection, database)
            records = carry_records(connection, database, prices, progress)
            carry_people(connection, database, store.key, people)
            if admin.username not in {person.username for person in people}:
                _add_admin(connection, admin)
            _finish(connection, records, len(people))
            (notes,) = database.execute_sql("SELECT count(*) FROM record WHERE note <> ''").fetchone()
        connection.execute("ANALYZE metercalc.record, metercalc.account")
    log.info("imported %d accounts, %d records", len(people), records)
    return Imported(len(people), records, len(prices), passwords, int(notes))


def _claim(connection: psycopg.Connection[Any]) -> tuple[_Admin, str]:
    """Hold the ledger for this transaction, emptied. Raises `BadInput` where it has been used."""
    connection.execute(f"SET LOCAL lock_timeout = '{schema.LOCK_SECONDS}s'")
    connection.execute("LOCK TABLE metercalc.version IN SHARE ROW EXCLUSIVE MODE")
    connection.execute("SET LOCAL ROLE metercalc_owner")
    connection.execute(f"LOCK TABLE {', '.join(f'metercalc.{table}' for table in _TABLES)} IN ACCESS EXCLUSIVE MODE")
    connection.execute("SET LOCAL lock_timeout = 0")
    row = connection.execute(
        """SELECT (SELECT count(*) FROM metercalc.account), (SELECT count(*) FROM metercalc.record),
        (SELECT count(*) FROM metercalc.voided), (SELECT name FROM metercalc.ledger)"""
    ).fetchone()
    if row is None or row[:3] != (1, 1, 0):
        raise BadInput(
            say(
                "This ledger has been used: there is more in it than its first account. Nothing was imported. "
                "Install a new one, in a database of its own, and import into that."
            )
        )
    found = connection.execute("SELECT username, role_name::text, salt, iterations FROM metercalc.account").fetchone()
    assert found is not None
    for table in _TABLES:
        connection.execute(f"ALTER TABLE metercalc.{table} DISABLE TRIGGER USER")
        connection.execute(f"ALTER TABLE metercalc.{table} NO FORCE ROW LEVEL SECURITY")  # COPY takes no policy
    connection.execute("UPDATE metercalc.operation SET price_id = NULL")
    for table in _TABLES:
        connection.execute(f"DELETE FROM metercalc.{table}")
    return _Admin(*found), str(row[3])


def _people(database: Any, name: str, admin: _Admin, passwords: dict[str, str]) -> list[Person]:
    """The store's accounts with their roles; one-time passwords are put into `passwords`."""
    people: dict[str, Person] = {}
    rows = database.execute_sql(
        "SELECT id, username, status, role, generation, balance FROM user ORDER BY id"
    ).fetchall()
    for row in rows:
        username = row[1]
        role = role_name(name, username)
        if role in people:
            raise BadInput(
                say(
                    "{first} and {second} are one e-mail on a server. Nothing was imported.",
                    first=people[role].username,
                    second=username,
                )
            )
        if role == admin.role_name:
            kept = (admin.salt, admin.iterations, "")
        else:
            passwords[username] = one_time()
            verifier = scram.verifier(passwords[username])
            iterations, salt = verifier.split("$")[1].split(":")
            kept = (salt, int(iterations), verifier)
        facts: tuple[Any, ...] = (*row, role, *kept)
        people[role] = Person(*facts)
    return list(people.values())


def _add_admin(connection: psycopg.Connection[Any], admin: _Admin) -> None:
    """Who installed the ledger and is not in the store stays its administrator, behind everybody."""
    _restart(connection)
    connection.execute(
        "SELECT metercalc.add_account(%s, %s, %s, %s, 'admin', 0, 0)",
        [admin.username, admin.role_name, admin.salt, admin.iterations],
    )


def _restart(connection: psycopg.Connection[Any]) -> None:
    row = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM metercalc.record").fetchone()
    assert row is not None
    connection.execute(f"ALTER SEQUENCE metercalc.record_number RESTART WITH {int(row[0])}")


def _finish(connection: psycopg.Connection[Any], records: int, people: int) -> None:
    """Put the guards back, and prove what arrived. Raises `StoreDamaged`."""
    _restart(connection)
    connection.execute("SELECT metercalc.move_notes()")  # out of the store's journal, which administrators read
    connection.execute(
        """UPDATE metercalc.account AS a SET set_back = EXISTS (SELECT FROM (
            SELECT date, lag(date) OVER (ORDER BY seq) AS before FROM metercalc.record WHERE account_id = a.id) AS r
            WHERE date < before)"""
    )
    for table in _TABLES:
        connection.execute(f"ALTER TABLE metercalc.{table} ENABLE TRIGGER USER")
        connection.execute(f"ALTER TABLE metercalc.{table} FORCE ROW LEVEL SECURITY")
    row = connection.execute(
        """SELECT metercalc.broken_links(), count(*) FILTER (WHERE r.hash IS DISTINCT FROM a.hash
            OR r.user_balance IS DISTINCT FROM a.balance OR r.date IS DISTINCT FROM a.date), sum(a.seq), count(*)
        FROM metercalc.account AS a LEFT JOIN metercalc.record AS r ON r.account_id = a.id AND r.seq = a.seq"""
    ).fetchone()
    added = 0 if row is None else row[3] - people
    if row is None or row[0] or row[1] or row[2] != records + added:
        raise StoreDamaged(say("What arrived does not prove ({found}). Nothing was imported.", found=row))
