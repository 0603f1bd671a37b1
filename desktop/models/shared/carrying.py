"""Carrying a store's prices, records, accounts and journals into the tables of a ledger on a server, as they are.

It begins no transaction, and proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.language.sentences import say
from desktop.models.embedded.storage import chain, forms
from desktop.terms.errors import BadInput

if TYPE_CHECKING:
    import psycopg

Progress = Callable[[int, int], None]
Prices = list[tuple[int, str, int]]
"""From which record on a price holds, of which operation, and its id; in the order of setting."""

_BATCH = 2_000
_RECORDS = """SELECT r.user_id, r.seq, r.id, o.type, r.amount, r.user_balance, r.date, r.deleted_at,
    r.request_id, r.step, r.form, r.exact, r.source, r.operands, r.operation_response, r.expression, r.hash
    FROM record AS r JOIN operation AS o ON o.id = r.operation_id ORDER BY r.id"""


@dataclass(frozen=True, slots=True)
class Person:
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


def carry_prices(connection: psycopg.Connection[Any], database: Any) -> Prices:
    """The prices as they are. Raises `BadInput` where the server does not know an operation."""
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


def carry_records(connection: psycopg.Connection[Any], database: Any, prices: Prices, progress: Progress) -> int:
    total = database.execute_sql("SELECT count(*) FROM record").fetchone()[0]
    columns = (
        "account_id, seq, id, operation, amount, user_balance, date, deleted_at, request_id, step, form, exact, "
        "source, operands, response, expression, hash, price_id"
    )
    _copy(connection, f"record ({columns})", _records(database, prices, total, progress))
    return int(total)


def _records(database: Any, prices: Prices, total: int, progress: Progress) -> Iterator[Sequence[Any]]:
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


def carry_people(connection: psycopg.Connection[Any], database: Any, key: bytes, people: list[Person]) -> None:
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


def _own_journal(database: Any, key: bytes, person: Person) -> list[Sequence[Any]]:
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


def _copy(connection: psycopg.Connection[Any], target: str, rows: Iterator[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY metercalc.{target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
