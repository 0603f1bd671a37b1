"""What administrators look at: the people, the prices over time, what was used, what was done. It changes nothing.

Each raises `NotAllowed` for whoever is no administrator.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peewee import SqliteDatabase

from desktop.models.embedded import accounts
from desktop.models.embedded.storage import entries, journal
from desktop.models.embedded.storage.store import Store
from desktop.terms.kinds import DeedKind, OperationType, Role, Status
from desktop.terms.people import Account, Deed, Person, PriceSet, Session
from desktop.terms.reports import OperationSum

# The last record of an account that is no credit, and the last change that its owner made to it: each by an index.
_PEOPLE = """SELECT u.id, u.username, u.role, u.status, u.balance,
        coalesce((SELECT date FROM record WHERE user_id = u.id AND operation_id <> ? ORDER BY seq DESC LIMIT 1), 0),
        coalesce((SELECT date FROM journal WHERE user_id = u.id AND kind = 'account' AND actor_id = u.id
            ORDER BY number DESC LIMIT 1), 0)
    FROM user u ORDER BY u.username"""

# Not what people do to their own accounts, nor what came with the configuration or an upgrade.
_DEEDS = f"""SELECT j.number, j.date, j.actor_id, j.kind, j.user_id, j.subject, j.detail FROM journal j
    WHERE j.kind IN ('account', 'price', 'credit') AND j.actor_id <> 0 AND j.number < ?
        AND NOT (j.kind = 'account' AND j.actor_id = j.user_id
            AND j.detail IN ('{journal.REGISTERED}', '{journal.PASSWORD}', '{journal.REHASHED}', '{journal.RECOVERED}'))
    ORDER BY j.number DESC LIMIT ?"""

_ACCOUNT_DEEDS = {
    journal.INVITED: DeedKind.INVITED,
    journal.RESET: DeedKind.PASSWORD_GIVEN,
    Status.ACTIVE.value: DeedKind.ACTIVATED,
    Status.INACTIVE.value: DeedKind.DEACTIVATED,
    Role.ADMIN.value: DeedKind.MADE_ADMIN,
    Role.USER.value: DeedKind.MADE_USER,
}


def people(store: Store, session: Session) -> tuple[Person, ...]:
    """Every account, by e-mail."""
    with store.reading() as database:
        accounts.require(store, database, session, Role.ADMIN)
        credit = database.execute_sql(
            "SELECT id FROM operation WHERE type = ?", (OperationType.CREDIT.value,)
        ).fetchone()
        rows = database.execute_sql(_PEOPLE, (credit[0] if credit else 0,)).fetchall()
        return tuple(
            Person(_account(row[:5]), max(row[5], row[6]), accounts.is_one_time(database, row[0])) for row in rows
        )


def price_history(store: Store, session: Session) -> tuple[PriceSet, ...]:
    """Every price that was set, the newest first."""
    with store.reading() as database:
        accounts.require(store, database, session, Role.ADMIN)
        names = _names(database)
        rows = database.execute_sql(
            "SELECT o.type, p.cost, p.date, p.user_id, p.from_record FROM price p "
            "JOIN operation o ON o.id = p.operation_id ORDER BY p.id DESC"
        ).fetchall()
        return tuple(
            PriceSet(entries.word(OperationType, kind), cost, date, names.get(user_id, ""), from_record)
            for kind, cost, date, user_id, from_record in rows
        )


def usage(store: Store, session: Session, since: int, until: int) -> Mapping[OperationType, OperationSum]:
    """How often each operation was charged to anybody from `since` to `until` (exclusive), and what it came to."""
    with store.reading() as database:
        accounts.require(store, database, session, Role.ADMIN)
        rows = database.execute_sql(
            "SELECT o.type, count(*), sum(r.amount) FROM record r JOIN operation o ON o.id = r.operation_id "
            "WHERE r.date >= ? AND r.date < ? GROUP BY r.operation_id",
            (since, until),
        ).fetchall()
    sums = (OperationSum(entries.word(OperationType, kind), count, amount) for kind, count, amount in rows)
    return {found.operation: found for found in sums if found.operation is not OperationType.CREDIT}


def deeds(store: Store, session: Session, *, before: int, limit: int) -> tuple[Deed, ...]:
    """What administrators did, the newest first; only entries before `before`, 0 for all, and `limit` of them."""
    with store.reading() as database:
        accounts.require(store, database, session, Role.ADMIN)
        names = _names(database)
        rows = database.execute_sql(_DEEDS, (before or 2**63 - 1, limit)).fetchall()
        return tuple(_deed(database, names, row) for row in rows)


def _deed(database: SqliteDatabase, names: Mapping[int, str], row: Any) -> Deed:
    number, date, actor_id, kind, user_id, subject, detail = row
    deed_kind, operation, amount, previous = DeedKind.OTHER, None, 0, 0
    if kind == journal.CREDIT:
        deed_kind = DeedKind.CREDITED
        found = database.execute_sql("SELECT operands, -amount FROM record WHERE id = ?", (subject,)).fetchone()
        detail, amount = found or ("", 0)
    elif kind == journal.PRICE:
        deed_kind = DeedKind.PRICED
        found = database.execute_sql(
            "SELECT o.type, p.cost, coalesce((SELECT cost FROM price b WHERE b.operation_id = p.operation_id "
            "AND b.id < p.id ORDER BY b.id DESC LIMIT 1), 0) FROM price p "
            "JOIN operation o ON o.id = p.operation_id WHERE p.id = ?",
            (subject,),
        ).fetchone()
        if found is not None:
            operation, amount, previous = entries.word(OperationType, found[0]), found[1], found[2]
    else:
        deed_kind = _ACCOUNT_DEEDS.get(detail, DeedKind.OTHER)
    return Deed(
        number=number,
        date=date,
        actor=names.get(actor_id, ""),
        kind=deed_kind,
        whom=names.get(user_id, ""),
        detail=detail,
        operation=operation,
        amount=amount,
        before=previous,
    )


def _names(database: SqliteDatabase) -> Mapping[int, str]:
    return dict(database.execute_sql("SELECT id, username FROM user").fetchall())


def _account(row: Any) -> Account:
    user_id, username, role, status, balance = row
    return Account(user_id, username, entries.word(Role, role), entries.word(Status, status), balance)
