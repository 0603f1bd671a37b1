"""Appending records to a user's chain, and reading them back as `Entry` values. It decides nothing about money.

The statements are plain SQL: a charge runs each of them once, and building them with peewee would cost more than the
commit does (measured: peewee written naively reaches about a third of SQLite's own rate).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple, TypeVar

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded.storage import chain, forms, sqlite
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.storage.turns import Run
from desktop.terms.charges import Entry
from desktop.terms.errors import StoreDamaged
from desktop.terms.kinds import OperationType, Source

Word = TypeVar("Word", bound=StrEnum)
Made = TypeVar("Made", bound=tuple[Any, ...])

COLUMNS = (
    "r.id, r.request_id, r.step, r.seq, o.type, r.operands, r.operation_response, r.exact, r.source, r.amount, "
    "r.user_balance, r.date, r.deleted_at, r.expression, r.note"
)
FROM = "record r JOIN operation o ON o.id = r.operation_id"
_IS_KNOWN = "SELECT 1 FROM record WHERE user_id = ? AND request_id = ? LIMIT 1"
_OF_REQUEST = f"SELECT {COLUMNS} FROM {FROM} WHERE r.user_id = ? AND r.request_id = ? ORDER BY r.step"

_INSERT = """INSERT INTO record (id, form, request_id, step, operation_id, user_id, seq, amount, user_balance, operands,
    operation_response, expression, exact, source, date, hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


class Refused(StoreDamaged):
    """The store does not take a record. Under the write lock its place was read as free: the store contradicts itself,
    unless it is a request's first `step` and the request was carried out before.
    """

    def __init__(self, why: object, step: int) -> None:
        super().__init__(say("The store refused it ({why}). Nothing was stored: run metercalc verify.", why=why))
        self.step = step


class Line(NamedTuple):
    """What one record is to say, before it has its place in the chain. `amount` is positive for a charge."""

    operation: OperationType
    operands: str
    response: str
    amount: int
    expression: str = ""
    exact: bool = True
    source: Source = Source.COMPUTED


Fields = tuple[OperationType, str, str, int, str, bool, Source]
"""A `Line`, or what stands in one."""


class Head(NamedTuple):
    """The end of a user's chain: the last record's sequence number, balance and hash."""

    user_id: int
    seq: int
    balance: int
    hash: bytes

    @classmethod
    def of_new_user(cls, store: Store, user_id: int) -> Head:
        """The head of a user without records."""
        return cls(user_id, 0, 0, chain.genesis(store.key, user_id))

    @classmethod
    def of(cls, database: SqliteDatabase, user_id: int) -> Head:
        """The head as the store has it. Raises `StoreDamaged` for a user whose first record is gone."""
        row = (
            database.connection()
            .execute(
                "SELECT seq, user_balance, hash FROM record WHERE user_id = ? ORDER BY seq DESC LIMIT 1", (user_id,)
            )
            .fetchone()
        )
        if row is None:
            raise StoreDamaged(say("The account has lost its records. Run metercalc verify, and restore a backup."))
        return cls(user_id, *row)


def maker(kind: type[Made]) -> Callable[[tuple[Any, ...]], Made]:
    """Makes named tuples of all their fields in order, as a tuple is made: in a third of the time of the usual way."""
    return partial(tuple.__new__, kind)


_head_of = maker(Head)
_entry_of = maker(Entry)


_pack, _tag = forms.RECORD.head.pack, forms.RECORD.tag


def _form(
    id: int, step: int, user_id: int, seq: int, amount: int, balance: int, exact: int, date: int,
    request_id: str, operation: str, source: str, operands: str, response: str, expression: str,
) -> bytes:  # fmt: skip
    """`forms.RECORD.encode`, written out for texts of as many bytes as letters: it takes half the time."""
    texts = f"{request_id}{operation}{source}{operands}{response}{expression}"
    if not texts.isascii():
        return forms.RECORD.encode(
            id, step, user_id, seq, amount, balance, exact, date,
            request_id, operation, source, operands, response, expression,
        )  # fmt: skip
    return _pack(
        _tag, id, step, user_id, seq, amount, balance, exact, date,
        len(request_id), len(operation), len(source), len(operands), len(response), len(expression),
    ) + texts.encode()  # fmt: skip


def append(
    store: Store,
    run: Run,
    head: Head,
    request_id: str,
    lines: Sequence[Fields],
    *,
    operations: Mapping[str, int] | None = None,
    last_id: int | None = None,
) -> tuple[tuple[Entry, ...], Head]:
    """Write the lines behind `head` as steps 1, 2, 3 … of one request, inside the caller's transaction.

    Returns the records and the chain's end after them. `operations` are their ids by name and `last_id` is the
    ledger's last record's, where the caller knows them. Raises `Refused`.
    """
    if operations is None:
        operations = dict(run("SELECT type, id FROM operation").fetchall())
    if last_id is None:
        last_id = run("SELECT max(id) FROM record").fetchone()[0] or 0
    mac, date = chain.mac(store.key), store.clock()
    user_id, seq, balance, last = head
    written = []
    for step, (kind, operands, response, amount, expression, exact, source) in enumerate(lines, start=1):
        seq, balance = seq + 1, balance - amount
        id, operation, origin, whole = last_id + step, kind._value_, source._value_, int(exact)
        last = mac(_form(
            id, step, user_id, seq, amount, balance, whole, date,
            request_id, operation, origin, operands, response, expression,
        ) + last)  # fmt: skip
        row = (
            id, forms.VERSION, request_id, step, operations.get(operation), user_id, seq, amount,
            balance, operands, response, expression, whole, origin, date, bytearray(last),
        )  # fmt: skip  # for bytes, pysqlite looks for an adapter, which takes longer than binding all the rest
        try:
            run(_INSERT, row)
        except sqlite.sqlite3.IntegrityError as error:
            raise Refused(error, step) from error
        entry = _entry_of((
            id, request_id, step, seq, kind, operands, response, exact,
            source, amount, balance, date, None, expression, "",
        ))  # fmt: skip
        written.append(entry)
    return tuple(written), _head_of((user_id, seq, balance, last))


def of_request(run: Run, user_id: int, request_id: str) -> tuple[Entry, ...]:
    """The records of one request of a user in their order. Ids are unique per user: nobody can probe another's."""
    # Most requests are new, which their index alone tells, in half the time.
    if run(_IS_KNOWN, (user_id, request_id)).fetchone() is None:
        return ()
    return entries_of(run(_OF_REQUEST, (user_id, request_id)).fetchall())


def word(kind: type[Word], text: str) -> Word:
    """A text of the store as the program's word for it. Raises `StoreDamaged` where it has none."""
    try:
        return kind(text)
    except ValueError as error:
        raise StoreDamaged(say("The store is damaged. Run metercalc verify, and restore a backup.")) from error


def entry_of(row: Sequence[Any]) -> Entry:
    """A row of `COLUMNS` as a value."""
    (id, request_id, step, seq, operation, operands, response, exact, source, amount, balance, date, deleted, text,
     note) = row  # fmt: skip
    return Entry(
        id=id,
        request_id=request_id,
        step=step,
        seq=seq,
        operation=word(OperationType, operation),
        operands=operands,
        response=response,
        exact=bool(exact),
        source=word(Source, source),
        amount=amount,
        user_balance=balance,
        date=date,
        deleted_at=deleted,
        expression=text,
        note=note,
    )


def entries_of(rows: Iterable[Sequence[Any]]) -> tuple[Entry, ...]:
    """Rows of `COLUMNS` as values."""
    return tuple(map(entry_of, rows))
