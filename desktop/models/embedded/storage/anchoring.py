"""What an anchor is to say of an open store: worked out whole once, and from then on from what has moved since.

An anchor is never brought up to date from what contradicts it: the difference stays in the sum of the chains' heads,
where the proof of the whole ledger meets it.
"""

from __future__ import annotations

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded.storage import chain
from desktop.models.embedded.storage.chain import Anchor, OldAnchor
from desktop.terms.errors import StoreDamaged

_HEADS = (
    "SELECT user.id, record.seq, record.hash FROM user JOIN record ON record.user_id = user.id AND record.seq = "
    "(SELECT MAX(seq) FROM record WHERE user_id = user.id)"
)
# By the table: for the grouping SQLite would read the whole index of places, at the end of every command.
_MOVED = "SELECT user_id, min(seq), max(seq) FROM record NOT INDEXED WHERE id > ? GROUP BY user_id"
_LINK = "SELECT seq, hash FROM record WHERE user_id = ? AND seq = ?"
_RECORD = "SELECT id, hash FROM record WHERE id = ?"
_CHANGE = "SELECT number, hash FROM journal WHERE number = ?"


def whole(database: SqliteDatabase, key: bytes, date: int) -> Anchor:
    """The anchor of a store as it is now, from every chain's head."""
    mac = chain.mac(key)
    heads = database.connection().execute(_HEADS)  # not one query an account
    marks = (chain.head_mark(mac, user_id, length, bytes(last or b"")) for user_id, length, last in heads)
    return _at_the_end(database, chain.sum_of(marks), date)


def moved_on(database: SqliteDatabase, key: bytes, before: Anchor, date: int) -> Anchor:
    """The anchor of a store as it is now, by what was written behind an earlier one that lies on it.

    Raises `StoreDamaged` where that does not carry on from it.
    """
    mac, marks = chain.mac(key), [before.heads]
    for user_id, first, last in database.connection().execute(_MOVED, (before.records,)).fetchall():
        if first > 1:
            marks.append(-_mark(database, mac, user_id, first - 1))
        marks.append(_mark(database, mac, user_id, last))
    return _at_the_end(database, chain.sum_of(marks), date)


def lies_on(database: SqliteDatabase, anchor: Anchor | OldAnchor) -> bool:
    """Whether the links that an anchor names stand where it has them."""
    if not journal_lies_on(database, anchor):
        return False
    if isinstance(anchor, Anchor):
        return not anchor.records or _link(database, _RECORD, anchor.records) == (anchor.records, anchor.last)
    users = ((user_id, point) for user_id, point in anchor.chains.items() if user_id != chain.NO_USER)
    return all(_link(database, _LINK, user_id, point[0]) == point for user_id, point in users)


def journal_lies_on(database: SqliteDatabase, anchor: Anchor | OldAnchor) -> bool:
    """Whether the journal has what an anchor knows of it."""
    known = anchor.journal
    return known is None or _link(database, _CHANGE, known[0]) == known


def _at_the_end(database: SqliteDatabase, heads: int, date: int) -> Anchor:
    records, last = _link(database, "SELECT id, hash FROM record ORDER BY id DESC LIMIT 1") or (0, b"")
    changes, change = _link(database, "SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1") or (0, b"")
    return Anchor(records, last, changes, change, heads, date)


def _mark(database: SqliteDatabase, mac: chain.Mac, user_id: int, length: int) -> int:
    found = _link(database, _LINK, user_id, length)
    if found is None:
        raise StoreDamaged(say("The records do not carry on from the anchor. Run metercalc verify."))
    return chain.head_mark(mac, user_id, *found)


def _link(database: SqliteDatabase, sql: str, *values: int) -> tuple[int, bytes] | None:
    """The place and the hash of the link that a query finds."""
    row = database.connection().execute(sql, values).fetchone()
    return (int(row[0]), bytes(row[1] or b"")) if row else None
