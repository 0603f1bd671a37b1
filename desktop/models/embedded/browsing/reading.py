"""Reading a user's records out of the ledger: what an index is made of, and what candidates are compared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from desktop.models.embedded.browsing.lines import NUMBERS, Columns, RecordLine
from desktop.models.embedded.browsing.seals import IndexDamaged
from desktop.models.embedded.storage import entries
from desktop.models.embedded.storage.store import Store
from desktop.terms.kinds import OperationType

AT_ONCE = 8_192  # records taken in together, between two looks at whether to go on

_COLUMNS = (
    "r.seq, o.type, r.amount, r.user_balance, r.date, r.operands, r.operation_response, r.expression, "
    "r.deleted_at IS NOT NULL, r.hash"
)


_IN_COLUMNS = (
    "SELECT operation_id, amount, user_balance, date, operands, operation_response, "
    "CASE WHEN instr(operands, expression) THEN '' ELSE expression END "
    "FROM record WHERE user_id = ? AND seq >= ? AND seq < ? ORDER BY seq"
)
_DELETED = "SELECT seq FROM record WHERE user_id = ? AND seq >= ? AND seq < ? AND deleted_at IS NOT NULL"


def read_columns(store: Store, user_id: int, records: range) -> Iterator[Columns]:
    """All records of a user from one sequence number to another in their order, `AT_ONCE` at a time.

    Raises `IndexDamaged` where one is missing: the proof says so; the index has no place for it.
    """
    run = store.database.connection().execute
    known = {}
    for id, word in run("SELECT id, type FROM operation"):
        known[id] = NUMBERS[entries.word(OperationType, word)]
    span = user_id, records.start, records.stop
    deleted = bytearray(len(records))
    for (seq,) in run(_DELETED, span):
        deleted[seq - records.start] = 1
    cursor, done = run(_IN_COLUMNS, span), 0
    while rows := cursor.fetchmany(AT_ONCE):
        operations, *facts = zip(*rows, strict=True)
        some = slice(done, done + len(rows))
        try:
            kinds = [known[operation] for operation in operations]
        except KeyError:  # the proof names it
            raise IndexDamaged("a record is of no operation") from None
        columns: list[Sequence[Any]] = [records[some], kinds, *facts, deleted[some]]
        yield Columns(*columns)
        done += len(rows)
    if done != len(records):  # a number is given once: where none is missing, there are as many
        raise IndexDamaged("a record is missing")


def hash_of(store: Store, user_id: int, seq: int) -> bytes:
    """A record's link in the chain. Raises `IndexDamaged` where it is missing."""
    sql = "SELECT hash FROM record WHERE user_id = ? AND seq = ?"
    row = store.database.connection().execute(sql, (user_id, seq)).fetchone()
    if row is None:
        raise IndexDamaged("a record is missing")
    return bytes(row[0])


def read(store: Store, user_id: int, after: int, count: int) -> Iterator[RecordLine]:
    """At most `count` records of a user behind a sequence number, in their order."""
    return _lines(
        store,
        f"SELECT {_COLUMNS} FROM {entries.FROM} WHERE r.user_id = ? AND r.seq > ? ORDER BY r.seq LIMIT ?",
        (user_id, after, count),
    )


def read_some(store: Store, user_id: int, seqs: list[int]) -> Iterator[RecordLine]:
    """These records of a user, in no order."""
    for start in range(0, len(seqs), 500):
        some = seqs[start : start + 500]
        marks = ", ".join("?" * len(some))
        sql = f"SELECT {_COLUMNS} FROM {entries.FROM} WHERE r.user_id = ? AND r.seq IN ({marks})"
        yield from _lines(store, sql, (user_id, *some))


def _lines(store: Store, sql: str, values: tuple[Any, ...]) -> Iterator[RecordLine]:
    numbers: dict[str, int] = {kind.value: number for kind, number in NUMBERS.items()}
    for seq, kind, *row in store.database.execute_sql(sql, values):
        if kind not in numbers:
            entries.word(OperationType, kind)
        yield RecordLine(seq, numbers[kind], *row)
