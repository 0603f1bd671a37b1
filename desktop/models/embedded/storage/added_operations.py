"""Whether the store has the operations that the program knows: those it lacks are added when it is opened."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded.storage import journal, operations
from desktop.models.embedded.storage.operations import Operations
from desktop.models.embedded.storage.store import Store
from desktop.terms.errors import StoreDamaged, StoreNewer
from desktop.terms.kinds import OperationType

_GUARD = "operation_complete"  # the trigger that keeps every other hand from adding one


def complete(store: Store, costs: Mapping[OperationType, int]) -> None:
    """Give the store the operations it lacks, each at the cost of the configuration, in hundredths, on record.

    One that was there and is gone is not added again: that is for the proof to name.
    """
    with store.reading() as database:
        if not operations.missing(database):
            return
    with store.writing() as database:
        missing = operations.missing(database)  # another program may have been faster
        if missing and _prices_are_whole(database):
            _add(store, database, {kind: costs.get(kind, 0) for kind in missing})


def check_known(store: Store, database: SqliteDatabase) -> None:
    """Raises `StoreNewer` for an operation that a newer program has added: its price is on record, under the key.

    One that nobody's record vouches for was made by another hand: that is for the proof to name.
    """
    sql = """SELECT j.number, j.state, p.id, o.type, p.cost, p.from_record, p.user_id, p.date
        FROM operation o JOIN price p ON p.operation_id = o.id JOIN journal j ON j.kind = 'price' AND j.subject = p.id
        WHERE o.type = ?"""
    for word in operations.unknown(database):
        for number, state, *price in database.execute_sql(sql, (word,)).fetchall():
            made = hmac.compare_digest(journal.price_state(store.key, *price), bytes(state))
            if made and journal.is_genuine(store.key, database, number):
                raise StoreNewer(
                    say(
                        "A newer Metercalc has given this store the operation “{operation}” ({file}). Nothing was "
                        "charged. Update the program.",
                        operation=word,
                        file=store.file,
                    )
                )


def sound(store: Store, database: SqliteDatabase) -> Operations:
    """The operations to charge by. Raises `StoreDamaged` where they are not those that the program made."""
    found = operations.read(database)
    if found.trouble:
        check_known(store, database)
        raise StoreDamaged(
            say("The store is damaged: {why} Run metercalc verify, and restore a backup.", why=found.trouble)
        )
    return found


def _prices_are_whole(database: SqliteDatabase) -> bool:
    """Whether each price that ever was set is there, and its operation too."""
    sql = """SELECT (SELECT count(*) FROM journal WHERE kind = 'price') = (SELECT coalesce(max(id), 0) FROM price)
        AND NOT EXISTS (SELECT 1 FROM price WHERE operation_id NOT IN (SELECT id FROM operation))"""
    return bool(database.execute_sql(sql).fetchone()[0])


def _add(store: Store, database: SqliteDatabase, costs: Mapping[OperationType, int]) -> None:
    run = database.execute_sql
    guard = run("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?", (_GUARD,)).fetchone()
    run(f"DROP TRIGGER IF EXISTS {_GUARD}")
    (from_record,) = run("SELECT coalesce(max(id), 0) + 1 FROM record").fetchone()
    for kind, cost in costs.items():
        (id,) = run("SELECT coalesce(max(id), 0) + 1 FROM operation").fetchone()
        (price_id,) = run("SELECT coalesce(max(id), 0) + 1 FROM price").fetchone()
        date = store.clock()
        run("INSERT INTO operation (id, type, cost) VALUES (?, ?, ?)", (id, kind.value, cost))
        run("INSERT INTO price VALUES (?, ?, ?, ?, 0, ?)", (price_id, id, cost, from_record, date))
        state = journal.price_state(store.key, price_id, kind.value, cost, from_record, 0, date)
        journal.write(store, database, journal.PRICE, date=date, subject=price_id, state=state)
    if guard is not None:
        run(guard[0])
