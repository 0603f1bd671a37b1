"""Proving a store: L1 to L7, each broken record named with the reason. It reads only, and repairs nothing.

    L1  user.balance = user_balance of the user's last record      L2  seq is 1..n without a gap
    L3  user_balance(k) = user_balance(k-1) − amount(k) ≥ 0        L4  every charge has a response and its time's price
    L5  (request_id, step) at most once                            L6  the keyed chain holds, and the anchor lies on it
    L7  the file is sound, foreign keys too, and the schema is the expected one

One pass over the records in the order they were written, with the head of every user's chain in memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peewee import SqliteDatabase

from desktop.errors import StoreDamaged, StoreError
from desktop.models import chain, migrations, sqlite
from desktop.models.store import Store
from desktop.values import OperationType, Problem, Verification

Row = tuple[Any, ...]  # of `_RECORDS`, as SQLite has it

BATCH = 500
MISSING = (
    "The anchor file is missing: a cut tail could not be seen. Put it back; where it is lost, back up and restore that "
    "backup, which begins a new one"
)
MAX_PROBLEMS = 1_000  # a store that breaks more often is not read any better by a longer list

_RECORDS = """SELECT id, request_id, step, operation_id, user_id, seq, amount, user_balance, operands,
    operation_response, expression, exact, source, date, hash, deleted_at, deleted_hash FROM record ORDER BY id"""


@dataclass(slots=True)
class _Head:
    """Where a user's chain stands in the pass. `anchored` is the length that the anchor knows, 0 for none."""

    seq: int
    balance: int
    hash: bytes
    anchored: int = 0


def verify(
    store: Store,
    *,
    anchored: bool = True,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Verification:
    """Check everything; `progress(done, total)` is called every few hundred records.

    Not `anchored`, the anchor is left out of account, as for a backup, which begins a new one where it is restored.

    Raises `StoreReadOnly` when the key is missing: then nothing can be proved.
    """
    started = time.monotonic()
    key = store.key
    run = _Run(store.database, key, chain.anchor_file(store.file) if anchored else None, progress, cancelled)
    try:
        with store.reading():
            run.all()
    except StoreDamaged:  # SQLite ends the transaction by itself where it meets a damaged page; that is found already
        if not run.problems:
            raise
    return Verification(
        problems=tuple(run.problems[:MAX_PROBLEMS]),
        records=run.records,
        users=len(run.usernames),
        seconds=time.monotonic() - started,
        complete=not run.stopped,
    )


class _Run:
    """One verification: what it has found so far."""

    def __init__(
        self,
        database: SqliteDatabase,
        key: bytes,
        anchor_file: Path | None,
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self.database = database
        self.key = key
        self.anchor_file = anchor_file
        self.progress = progress
        self.cancelled = cancelled
        self.problems: list[Problem] = []
        self.records = 0
        self.stopped = False
        self.heads: dict[int, _Head] = {}
        self.usernames: dict[int, str] = {}
        self.balances: dict[int, int] = {}
        self.operations: dict[int, str] = {}
        self.prices: list[tuple[int, int, int]] = []
        self.anchored: dict[int, tuple[int, bytes]] = {}
        self.schema_is_ours = False

    def all(self) -> None:
        """Every check in turn; a part of the file that cannot be read is a finding, not an end."""
        for check in (
            self._anchor,  # first, before the snapshot begins: a program that ends meanwhile moves the anchor on
            self._schema,
            self._users,
            self._prices,
            self._records,
            self._ends,
            self._structure,
        ):
            if self.stopped or self.cancelled():
                self.stopped = True
                return
            with self._unreadable(check.__name__.strip("_")):
                check()

    @contextmanager
    def _unreadable(self, part: str) -> Iterator[None]:
        try:
            yield
        except sqlite.ERRORS as error:
            if sqlite.as_app_error(error, Path()) is None and self.schema_is_ours:
                raise
            self._found("L7", 0, 0, f"The {part} cannot be read to the end: {error}.")
        except TypeError as error:  # a value of a kind that its STRICT column cannot hold; else a bug of ours
            if not sqlite.quick_check(self.database):
                raise
            self._found("L7", 0, 0, f"The {part} hold a value of the wrong kind: {error}.")

    def _found(self, rule: str, user_id: int, record_id: int, message: str) -> None:
        self.problems.append(Problem(rule, self.usernames.get(user_id, ""), record_id, message))
        if len(self.problems) >= MAX_PROBLEMS:
            self.stopped = True

    def _schema(self) -> None:
        found = migrations.version(self.database)
        if found != migrations.SCHEMA_VERSION:
            self._found("L7", 0, 0, f"The schema version is {found}, not {migrations.SCHEMA_VERSION}.")
        present = migrations.schema_of(self.database)
        self.schema_is_ours = present == migrations.expected_schema()
        for name, sql in migrations.expected_schema().items():
            if present.get(name) != sql:
                self._found("L7", 0, 0, f"{name} is missing or not as the program made it.")
        for name in present.keys() - migrations.expected_schema().keys():
            self._found("L7", 0, 0, f"{name} was not made by the program.")

    def _anchor(self) -> None:
        if self.anchor_file is None:
            return
        try:
            anchor = chain.read_anchor(self.anchor_file, self.key)
        except StoreError as error:
            self._found("L6", 0, 0, error.message)
            return
        if anchor is None:
            self._found("L6", 0, 0, f"{MISSING} ({self.anchor_file}).")
            return
        self.anchored = dict(anchor.chains)

    def _users(self) -> None:
        sql = "SELECT id, username, password, status, role, balance, mark FROM user"
        for user_id, username, password, status, role, balance, mark in self.database.execute_sql(sql):
            self.usernames[user_id] = username
            if chain.account_mark(self.key, user_id, username, password, status, role) != mark:
                self._found("L6", user_id, 0, "The e-mail, password, status or role is not the one that was written.")
            self.balances[user_id] = balance
            anchored, _ = self.anchored.get(user_id, (0, b""))
            self.heads[user_id] = _Head(0, 0, chain.genesis(self.key, user_id), anchored)

    def _prices(self) -> None:
        rows = self.database.execute_sql("SELECT id, type, cost FROM operation").fetchall()
        self.operations = {operation_id: kind for operation_id, kind, _ in rows}
        present = {operation_id: cost for operation_id, _, cost in rows}
        last = chain.genesis(self.key, chain.NO_USER)
        latest: dict[int, int] = {}
        count = 0
        sql = "SELECT id, operation_id, cost, from_record, user_id, date, hash FROM price ORDER BY id"
        for price_id, operation_id, cost, from_record, user_id, date, stored in self.database.execute_sql(sql):
            count += 1
            kind = self.operations.get(operation_id, "")
            form = chain.price_form(price_id, kind, cost, from_record, user_id, date)
            if price_id != count or chain.link(self.key, last, form) != stored:
                self._found("L6", 0, 0, f"Price {price_id} ({kind}) is not the one that was written.")
            last = stored
            latest[operation_id] = cost
            self.prices.append((from_record, operation_id, cost))
            self._compare_anchor(chain.NO_USER, count, stored, 0)
        self._compare_length(chain.NO_USER, count, "the prices")
        for operation_id, cost in present.items():
            if cost != latest.get(operation_id, 0):
                self._found("L4", 0, 0, f"The cost of {self.operations[operation_id]} is not its last recorded price.")

    def _records(self) -> None:
        total = self.database.execute_sql("SELECT count(*) FROM record").fetchone()[0]
        cursor = self.database.execute_sql(_RECORDS)
        credits = [operation_id for operation_id, kind in self.operations.items() if kind == OperationType.CREDIT]
        costs: dict[int, int | None] = dict.fromkeys(credits)
        # Stable: of two prices that hold from the same record on, the later one is the one that was charged.
        coming = sorted(self.prices, key=lambda price: price[0])
        coming.reverse()
        while rows := cursor.fetchmany(BATCH):
            if self.stopped or self.cancelled():
                self.stopped = True
                return
            first = 0
            while coming and coming[-1][0] <= rows[-1][0]:  # a price begins to hold among these rows
                from_record, operation_id, cost = coming.pop()
                split = next(n for n, row in enumerate(rows) if row[0] >= from_record)
                self._pass(rows[first:split], costs)
                costs[operation_id] = cost
                first = split
            self._pass(rows[first:], costs)
            self.records += len(rows)
            self.progress(self.records, total)

    def _pass(self, rows: list[Row], costs: Mapping[int, int | None]) -> None:
        """Follow the chains through some rows at constant prices: one comparison where all is well."""
        heads, kinds, mac = self.heads, self.operations, chain.mac(self.key)
        for row in rows:
            (id, request_id, step, operation_id, user_id, seq, amount, balance, operands, response, text, exact, source,
             date, stored, deleted_at, deleted_hash) = row  # fmt: skip
            head = heads.get(user_id) or self._unknown_user(row)
            # chain.record_form, written out: the call alone costs a tenth of the pass.
            form = (
                f"record|{id}|{request_id}|{step}|{kinds.get(operation_id, '')}|{user_id}|{seq}|{amount}|{balance}"
                f"|{exact}|{source}|{date}|{len(operands)}:{operands}|{len(response)}:{response}|{len(text)}:{text}"
            ).encode()
            genuine = mac(head.hash + form) == stored
            cost = costs.get(operation_id, -1)
            if not (
                genuine
                and seq == head.seq + 1
                and balance == head.balance - amount >= 0
                and (cost is None or (amount == cost and response))
                and deleted_at is deleted_hash is None
                and seq != head.anchored
            ):
                self._examine(row, head, cost, genuine=genuine)
            head.seq, head.balance, head.hash = seq, balance, stored

    def _unknown_user(self, row: Row) -> _Head:
        record_id, user_id, seq, amount, balance = row[0], row[4], row[5], row[6], row[7]
        self._found("L7", user_id, record_id, f"It belongs to user {user_id}, who does not exist.")
        return self.heads.setdefault(user_id, _Head(seq - 1, balance + amount, b""))

    def _examine(self, row: Row, head: _Head, cost: int | None, *, genuine: bool) -> None:
        """Name each rule that a row breaks; it may break none, being deleted or where the anchor stands."""
        id, user_id, seq, amount, balance, response = row[0], row[4], row[5], row[6], row[7], row[9]
        stored, deleted_at, deleted_hash = row[14], row[15], row[16]
        if not genuine:
            self._found("L6", user_id, id, "Its content or place is not what was written (hash).")
        if seq != head.seq + 1:
            self._found("L2", user_id, id, f"Its sequence number is {seq} after {head.seq}.")
        if balance != head.balance - amount or balance < 0:
            self._found("L3", user_id, id, f"Its balance does not follow from the one before it ({head.balance}).")
        if cost is not None and (amount != cost or not response):
            self._found("L4", user_id, id, "It has no response, or did not cost what the operation cost then.")
        if deleted_hash is not None or deleted_at is not None:
            self._deletion(user_id, id, stored, deleted_at, deleted_hash)
        self._compare_anchor(user_id, seq, stored, id)

    def _deletion(self, user_id: int, record_id: int, stored: bytes, at: int | None, mark: bytes | None) -> None:
        if mark != chain.visibility_mark(self.key, stored, at):
            self._found("L6", user_id, record_id, "It was deleted or restored by something else than the program.")

    def _compare_anchor(self, user_id: int, length: int, stored: bytes, record_id: int) -> None:
        anchored = self.anchored.get(user_id)
        if anchored is not None and anchored[0] == length and anchored[1] != stored:
            self._found("L6", user_id, record_id, "The anchor beside the store says that something else stood here.")

    def _compare_length(self, user_id: int, length: int, whose: str) -> None:
        anchored = self.anchored.get(user_id)
        if anchored is not None and length < anchored[0]:
            self._found("L6", user_id, 0, f"The end is missing: {whose} had {anchored[0]} entries and now {length}.")

    def _ends(self) -> None:
        for user_id, head in self.heads.items():
            name = self.usernames.get(user_id, f"user {user_id}")
            if self.balances.get(user_id) != head.balance:
                self._found("L1", user_id, 0, f"The balance of {name} is not that of the last record.")
            if head.seq == 0:
                self._found("L2", user_id, 0, f"{name} has no records, not even the starting balance.")
            self._compare_length(user_id, head.seq, name)
        for user_id in self.anchored.keys() - self.heads.keys() - {chain.NO_USER}:
            self._found("L6", user_id, 0, f"User {user_id} is missing with all records.")

    def _structure(self) -> None:
        findings = sqlite.full_check(self.database)
        for finding in findings:
            self._found("L7", 0, 0, f"SQLite finds: {finding}.")
        # Where the schema's unique index stands and is sound, no request can be in the table twice.
        if self.schema_is_ours and not findings:
            return
        twice = (
            "SELECT request_id, step, max(id), max(user_id) FROM record NOT INDEXED GROUP BY 1, 2 HAVING count(*) > 1"
        )
        for request_id, step, record_id, user_id in self.database.execute_sql(twice):
            self._found("L5", user_id, record_id, f"Step {step} of request {request_id} stands more than once.")
