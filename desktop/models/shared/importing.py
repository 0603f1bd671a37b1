"""Bringing an embedded store's ledger to a server: every account, record, price and request id, all or nothing.

The store's key comes with it, so that each record keeps its id, its place and its hash: the chains that were proved
before are, byte for byte, those that are proved after. Passwords stay behind: the store keeps another scheme's hashes.
The store's journal comes too, but for its notes, which go into the journals of those who wrote them: administrators
read the common one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.language.sentences import say, say_many
from desktop.models.embedded.storage import chain, forms
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.verify import verify
from desktop.models.ledger.passwords import one_time
from desktop.models.shared import installing, owner, scram
from desktop.models.shared.urls import ServerUrl, role_name
from desktop.terms.errors import BadInput, StoreDamaged

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]

_BATCH = 2_000
_TABLES = ("record", "record_note", "journal", "price", "account", "voided")
_RECORDS = """SELECT r.user_id, r.seq, r.id, o.type, r.amount, r.user_balance, r.date, r.deleted_at,
    r.request_id, r.step, r.form, r.exact, r.source, r.operands, r.operation_response, r.expression, r.hash
    FROM record AS r JOIN operation AS o ON o.id = r.operation_id ORDER BY r.id"""


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


@dataclass(frozen=True, slots=True)
class _Person:
    """One account of the store, and the role that it has on the server."""

    id: int
    username: str
    status: str
    role: str
    generation: int
    balance: int
    role_name: str
    salt: str
    iterations: int
    verifier: str  # "" where the role is there already


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
        installing.check_server(connection)
        installing.require_ledger(connection, url)
        with connection.transaction(), store.reading() as database:
            admin, name = _claim(connection)
            passwords: dict[str, str] = {}
            people = _people(database, name, admin, passwords)
            connection.execute("UPDATE metercalc.ledger SET key = %s, inner_block = metercalc.key_block(%s, 54), "
                               "outer_block = metercalc.key_block(%s, 92)", [store.key] * 3)  # fmt: skip
            prices = _carry_prices(connection, database)
            records = _carry_records(connection, database, prices, progress)
            _carry_people(connection, database, store.key, people)
            if admin.username not in {person.username for person in people}:
                _add_admin(connection, admin)
            _finish(connection, records, len(people))
            (notes,) = database.execute_sql("SELECT count(*) FROM record WHERE note <> ''").fetchone()
        connection.execute("ANALYZE metercalc.record, metercalc.account")
    log.info("imported %d accounts, %d records", len(people), records)
    return Imported(len(people), records, len(prices), passwords, int(notes))


def _claim(connection: psycopg.Connection[Any]) -> tuple[_Admin, str]:
    """Hold the ledger for this transaction, emptied. Raises `BadInput` where it has been used."""
    connection.execute(f"SET LOCAL lock_timeout = '{installing.LOCK_SECONDS}s'")
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


def _people(database: Any, name: str, admin: _Admin, passwords: dict[str, str]) -> list[_Person]:
    """The store's accounts with their roles; one-time passwords are put into `passwords`."""
    people: dict[str, _Person] = {}
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
        people[role] = _Person(*facts)
    return list(people.values())


def _carry_prices(connection: psycopg.Connection[Any], database: Any) -> list[tuple[int, str, int]]:
    """The prices as they are; (first record, operation, id) in the order of setting."""
    known = {row[0] for row in connection.execute("SELECT type FROM metercalc.operation").fetchall()}
    rows = database.execute_sql(
        "SELECT p.id, o.type, p.cost, p.from_record, p.user_id, p.date FROM price AS p "
        "JOIN operation AS o ON o.id = p.operation_id ORDER BY p.id"
    ).fetchall()
    unknown = {row[1] for row in rows} - known
    if unknown:
        raise BadInput(
            say(
                "The server's ledger does not know {operations}. Nothing was imported: upgrade it.",
                operations=", ".join(sorted(unknown)),
            )
        )
    _copy(connection, "price (id, operation, cost, from_record, user_id, date)", iter(rows))
    connection.execute(
        """UPDATE metercalc.operation AS o SET cost = p.cost, price_id = p.id FROM metercalc.price AS p
        WHERE p.id = (SELECT max(id) FROM metercalc.price WHERE operation = o.type)"""
    )
    return [(row[3], row[1], row[0]) for row in rows]


def _carry_records(
    connection: psycopg.Connection[Any], database: Any, prices: list[tuple[int, str, int]], progress: Progress
) -> int:
    total = database.execute_sql("SELECT count(*) FROM record").fetchone()[0]
    columns = (
        "account_id, seq, id, operation, amount, user_balance, date, deleted_at, request_id, step, form, exact, "
        "source, operands, response, expression, hash, price_id"
    )
    _copy(connection, f"record ({columns})", _records(database, prices, total, progress))
    return int(total)


def _records(
    database: Any, prices: list[tuple[int, str, int]], total: int, progress: Progress
) -> Iterator[Sequence[Any]]:
    """The records in the order of their ids, each with the price that held for it."""
    coming = sorted(prices, key=lambda price: price[0])  # stable: of two for one record, the later was charged
    coming.reverse()
    holding: dict[str, int] = {}
    cursor, done = database.execute_sql(_RECORDS), 0
    while rows := cursor.fetchmany(_BATCH):
        for row in rows:
            while coming and coming[-1][0] <= row[2]:
                _, operation, price_id = coming.pop()
                holding[operation] = price_id
            exact = "t" if row[11] else "f"
            yield (*row[:11], exact, *row[12:], holding.get(row[3]))
        done += len(rows)
        progress(done, total)


def _carry_people(connection: psycopg.Connection[Any], database: Any, key: bytes, people: list[_Person]) -> None:
    heads = {
        row[0]: row[1:]
        for row in database.execute_sql(
            "SELECT user_id, seq, hash, date FROM record AS r "
            "WHERE seq = (SELECT max(seq) FROM record WHERE user_id = r.user_id)"
        )
    }
    entries: list[Sequence[Any]] = [
        (0, *row) for row in database.execute_sql(
            "SELECT number, user_id, subject, actor_id, date, kind, detail, state, hash FROM journal ORDER BY number"
        )
    ]  # fmt: skip
    accounts = []
    for person in people:
        own = _own_journal(database, key, person)
        entries += own
        seq, head, date = heads[person.id]
        accounts.append((
            person.id, person.role_name, person.username, person.status, person.role, person.generation, person.balance,
            seq, head, date, len(own), own[-1][-1], person.salt, person.iterations, bool(person.verifier),
        ))  # fmt: skip
        if person.verifier:
            connection.execute("SELECT metercalc.make_role(%s, %s)", [person.role_name, person.verifier])
        if person.status != "active":
            connection.execute("SELECT metercalc.let_in(%s, false)", [person.role_name])
    _copy(
        connection,
        "journal (chain, number, user_id, subject, actor_id, date, kind, detail, state, hash)",
        iter(entries),
    )
    columns = (
        "id, role_name, username, status, role, generation, balance, seq, hash, date, journal_number, journal_hash, "
        "salt, iterations, one_time"
    )
    _copy(connection, f"account ({columns})", iter(accounts))


def _own_journal(database: Any, key: bytes, person: _Person) -> list[Sequence[Any]]:
    """What the account is now and which of its records are hidden, as the first entries of its own journal."""
    mark = "due" if person.verifier else ""  # as the server's account_state has it
    state = chain.digest(
        key, forms.ACCOUNT.encode(person.id, person.generation, person.username, mark, person.status, person.role)
    )
    now = database.execute_sql("SELECT max(date) FROM record WHERE user_id = ?", (person.id,)).fetchone()[0]
    hidden = database.execute_sql(
        "SELECT id, deleted_at FROM record WHERE user_id = ? AND deleted_at IS NOT NULL ORDER BY seq", (person.id,)
    ).fetchall()
    facts = [(person.id, person.id, person.id, now, "account", "imported", state)]
    facts += [(person.id, record_id, person.id, date, "deleted", "", b"") for record_id, date in hidden]
    last, found = chain.genesis(key, -person.id), list[Sequence[Any]]()
    for number, fact in enumerate(facts, start=1):
        last = chain.link(key, last, forms.ENTRY.encode(number, *fact))
        found.append((-person.id, number, *fact, last))
    return found


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


def _copy(connection: psycopg.Connection[Any], target: str, rows: Iterator[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY metercalc.{target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
