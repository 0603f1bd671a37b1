"""The proof of a store as versions 1 to 3 kept it, asked once: before its records are chained anew (see `fourth`).

It is what `verify` was then, and one thing more: each value must be one that the program can have written. In the
forms of that time a text that held a separator could be cut into other fields under the same hash; where the request
id is a UUID and the source a known word, there is one way to cut them.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterator
from typing import Any

from peewee import SqliteDatabase

from desktop.language.sentences import say, say_count, say_many
from desktop.models.embedded.storage import sqlite
from desktop.models.embedded.storage.migrations import first
from desktop.models.embedded.storage.migrations.schema import schema_after, schema_of
from desktop.terms.errors import StoreDamaged

_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BATCH = 1_000

RECORDS = """SELECT id, request_id, step, operation_id, user_id, seq, amount, user_balance, operands,
    operation_response, expression, exact, source, date, hash, deleted_at, deleted_hash FROM record ORDER BY id"""


def check(database: SqliteDatabase, key: bytes, anchor: bytes | None) -> None:
    """Prove a store of version 3, in the caller's transaction. Raises `StoreDamaged` naming the first that is wrong."""
    anchored = _anchored(key, anchor)
    steps = (first.create, first.note_visibility, first.mark_accounts)
    if schema_of(database) != schema_after(steps):
        raise _broken("L7", say("its tables, indexes and triggers are not as the program made them"))
    for finding in sqlite.full_check(database):
        raise _broken("L7", say("SQLite finds {finding}", finding=finding))
    kinds = dict(database.execute_sql("SELECT id, type FROM operation").fetchall())
    _check_operations(kinds)
    _check_accounts(database, key)
    prices = _check_prices(database, key, kinds, anchored)
    _check_records(database, key, kinds, prices, anchored)


def records(database: SqliteDatabase, sql: str = RECORDS) -> Iterator[Any]:
    """The records in the order in which they were written."""
    cursor = database.execute_sql(sql)
    while rows := cursor.fetchmany(_BATCH):
        yield from rows


def _broken(rule: str, what: str) -> StoreDamaged:
    return StoreDamaged(
        say(
            "The ledger does not prove and was not upgraded ({rule}: {what}). No record was changed.",
            rule=rule,
            what=what,
        ),
        rule=rule,
    )


def _anchored(key: bytes, anchor: bytes | None) -> dict[int, tuple[int, bytes]]:
    """The anchor's chains; none where there is no anchor: it stays missing, and `verify` says so."""
    if anchor is None:
        return {}
    try:
        document = json.loads(anchor)
        body = b"anchor|" + json.dumps(document["chains"], separators=(",", ":")).encode()
        genuine = hmac.compare_digest(bytes.fromhex(document["mac"]), hmac.digest(key, body, "sha256"))
        found = {int(user): (int(n), bytes.fromhex(last)) for user, (n, last) in document["chains"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise _broken("L6", say("the anchor file beside it is not readable as one")) from error
    if not genuine:
        raise _broken("L6", say("the anchor file beside it was not written with its key"))
    return found


def _check_operations(kinds: dict[int, str]) -> None:
    if kinds != dict(enumerate(first.OPERATIONS, start=1)):
        raise _broken("L7", say("its operations are not those that the program made"))


def _check_accounts(database: SqliteDatabase, key: bytes) -> None:
    for row in database.execute_sql("SELECT id, username, password, status, role, mark FROM user").fetchall():
        if first.account_mark(key, *row[:-1]) != row[-1]:
            raise _broken("L6", say("the account of {owner} was changed by something else", owner=row[1]))


def _check_prices(
    database: SqliteDatabase, key: bytes, kinds: dict[int, str], anchored: dict[int, tuple[int, bytes]]
) -> list[tuple[int, int, int]]:
    last, count, found = first.genesis(key, first.PRICES), 0, []
    sql = "SELECT id, operation_id, cost, from_record, user_id, date, hash FROM price ORDER BY id"
    latest = dict.fromkeys(kinds, 0)
    for id, operation_id, cost, from_record, user_id, date, stored in database.execute_sql(sql).fetchall():
        count += 1
        form = first.price_form(id, kinds[operation_id], cost, from_record, user_id, date)
        if id != count or first.link(key, last, form) != stored:
            raise _broken("L6", say("price {price} is not the one that was written", price=id))
        last = stored
        latest[operation_id] = cost
        found.append((from_record, operation_id, cost))
        if _differs(anchored, first.PRICES, count, stored):
            raise _broken(
                "L6",
                say("the anchor beside the store says that something else stood where price {price} stands", price=id),
            )
    if before := _length_before(anchored, first.PRICES, count):
        message = say_many(
            "the end is missing: the prices had {count} entry and now {now}",
            "the end is missing: the prices had {count} entries and now {now}",
            before,
            now=say_count(count),
        )
        raise _broken("L6", message)
    for operation_id, cost in database.execute_sql("SELECT id, cost FROM operation").fetchall():
        if latest[operation_id] != cost:
            raise _broken(
                "L4", say("the cost of {operation} is not its last recorded price", operation=kinds[operation_id])
            )
    return found


def _check_records(
    database: SqliteDatabase,
    key: bytes,
    kinds: dict[int, str],
    prices: list[tuple[int, int, int]],
    anchored: dict[int, tuple[int, bytes]],
) -> None:
    names = dict(database.execute_sql("SELECT id, username FROM user").fetchall())
    heads = {user_id: (0, 0, first.genesis(key, user_id)) for user_id in names}
    coming = sorted(prices, key=lambda price: price[0], reverse=True)
    costs: dict[int, int] = {}
    for seen, row in enumerate(records(database), start=1):
        id, user_id, seq, balance, stored = row[0], row[4], row[5], row[7], row[14]
        while coming and coming[-1][0] <= id:
            _, priced, cost = coming.pop()
            costs[priced] = cost
        owner = names.get(user_id, user_id)
        if id != seen:
            raise _broken("L2", say("records are missing before record {record} of {owner}", record=id, owner=owner))
        _check_record(row, key, kinds, costs, heads[user_id], owner)
        heads[user_id] = (seq, balance, stored)
        if _differs(anchored, user_id, seq, stored):
            message = say(
                "the anchor beside the store says that something else stood where record {record} of {owner} stands",
                record=id,
                owner=owner,
            )
            raise _broken("L6", message)
    for user_id, balance in database.execute_sql("SELECT id, balance FROM user").fetchall():
        if heads[user_id][1] != balance or not heads[user_id][0]:
            raise _broken("L1", say("the balance of {owner} is not that of the last record", owner=names[user_id]))
        if before := _length_before(anchored, user_id, heads[user_id][0]):
            message = say_many(
                "the end is missing: {owner} had {count} record and now {now}",
                "the end is missing: {owner} had {count} records and now {now}",
                before,
                owner=names[user_id],
                now=say_count(heads[user_id][0]),
            )
            raise _broken("L6", message)
    for user_id in anchored.keys() - heads.keys() - {first.PRICES}:
        raise _broken("L6", say("user {user} is missing with all records", user=user_id))


def _check_record(
    row: Any, key: bytes, kinds: dict[int, str], costs: dict[int, int], head: tuple[int, int, bytes], owner: object
) -> None:
    request_id, operation_id, seq, amount, balance, response = row[1], row[3], row[5], row[6], row[7], row[9]
    exact, source, stored, deleted_at, deleted_hash = row[11], row[12], row[14], row[15], row[16]
    last_seq, last_balance, last = head
    what: dict[str, object] = {"record": row[0], "owner": owner}
    if not (_UUID.fullmatch(request_id) and source in first.SOURCES and exact in (0, 1)):
        raise _broken("L6", say("record {record} of {owner} holds a value that the program never writes", **what))
    if first.link(key, last, _form(row, kinds)) != stored:
        raise _broken("L6", say("record {record} of {owner} is not what was written", **what))
    if seq != last_seq + 1:
        raise _broken(
            "L2",
            say(
                "record {record} of {owner} has the sequence number {number} after {before}",
                number=seq,
                before=last_seq,
                **what,
            ),
        )
    if balance != last_balance - amount or balance < 0:
        raise _broken(
            "L3", say("the balance of record {record} of {owner} does not follow from the one before it", **what)
        )
    if kinds[operation_id] != first.CREDIT and (amount != costs.get(operation_id) or not response):
        raise _broken(
            "L4",
            say("record {record} of {owner} has no response, or did not cost what the operation cost then", **what),
        )
    if (deleted_at, deleted_hash) != (None, None) and deleted_hash != first.visibility_mark(key, stored, deleted_at):
        raise _broken(
            "L6", say("record {record} of {owner} was deleted or restored by something else than the program", **what)
        )


def _form(row: Any, kinds: dict[int, str]) -> bytes:
    id, request_id, step, operation_id, user_id, seq, amount, balance, operands, response, text, exact, source, date = (
        row[:14]
    )
    return first.record_form(
        id, request_id, step, kinds[operation_id], user_id, seq, amount, balance, operands, response, text, exact,
        source, date,
    )  # fmt: skip


def _differs(anchored: dict[int, tuple[int, bytes]], user_id: int, length: int, stored: bytes) -> bool:
    """Whether the anchor knows another link at just this length of a chain."""
    point = anchored.get(user_id)
    return point is not None and point[0] == length and point[1] != stored


def _length_before(anchored: dict[int, tuple[int, bytes]], user_id: int, length: int) -> int:
    """How long a chain was that has become shorter; 0 where it has not."""
    point = anchored.get(user_id)
    return point[0] if point is not None and length < point[0] else 0
