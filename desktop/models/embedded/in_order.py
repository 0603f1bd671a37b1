"""The one pass through all records in the order they were written, which names each rule that a record breaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded import findings
from desktop.models.embedded.problems import Problems
from desktop.models.embedded.replay import States
from desktop.models.embedded.storage import chain, forms
from desktop.models.embedded.storage.witnesses import Remembers
from desktop.models.embedded.stretches import End
from desktop.models.embedded.witnesses import Anchors
from desktop.terms.kinds import OperationType, Source

Row = tuple[Any, ...]  # of `_RECORDS`, as SQLite has it
Costs = dict[int, int | None]
"""What an operation costs at the moment; None for a credit, whose amount is its own."""

BATCH = 500

_RECORDS = """SELECT id, request_id, step, operation_id, user_id, seq, amount, user_balance, operands,
    operation_response, expression, exact, source, date, hash, deleted_at, form FROM record ORDER BY id"""
_SOURCES = {source.value: source.value.encode() for source in Source}
_is_request_id = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch


@dataclass(slots=True)
class Head:
    """Where a user's chain stands in the pass. `anchored` is the next length that an anchor knows, 0 for none."""

    seq: int
    balance: int
    hash: bytes
    anchored: int = 0


class Pass:
    """One pass: `heads` are the ends of all chains so far, `hidden` (of `states`) the deletions not met yet."""

    def __init__(
        self,
        key: bytes,
        kinds: Mapping[int, str],
        *,
        heads: dict[int, Head],
        states: States,
        anchors: Anchors,
        problems: Problems,
    ) -> None:
        self.heads = heads
        self.done = 0  # records
        self.last_id = 0
        self._last = b""  # the hash of that record
        self._mac = chain.mac(key)
        self._kinds = kinds
        self._states = states
        self._anchors = anchors
        self._problems = problems

    def go_through(
        self, database: SqliteDatabase, prices: Iterable[tuple[int, int, int]], told: Callable[[int], None]
    ) -> None:
        """Look at every record; `prices` as (first record, operation's id, cost), in the order of setting.

        `told` of how many, now and then. It ends where the problems do, or nobody waits any more.
        """
        costs: Costs = {id: None for id, kind in self._kinds.items() if kind == OperationType.CREDIT}
        coming = self._events(costs, prices)
        cursor = database.execute_sql(_RECORDS)
        while rows := cursor.fetchmany(BATCH):
            if self._problems.is_over():
                return
            first = 0
            while coming and coming[-1][0] <= rows[-1][0]:  # a price begins to hold among these rows, an anchor ends
                from_record, happen = coming.pop()
                split = next(n for n, row in enumerate(rows) if row[0] >= from_record)
                self.follow(rows[first:split], costs)
                happen()
                first = split
            self.follow(rows[first:], costs)
            self.done += len(rows)
            told(self.done)
        for whose, anchor in self._anchors.made:
            if anchor.records > self.last_id:
                self._problems.found("L6", 0, 0, findings.shorter_ledger(anchor.records, self.last_id, whose))
            elif anchor.records == self.last_id:
                self._meet(whose, anchor)

    def _events(self, costs: Costs, prices: Iterable[tuple[int, int, int]]) -> list[tuple[int, Callable[[], None]]]:
        """What happens before which record, the next at the end."""
        # Stable: of two prices that hold from the same record on, the later one is the one that was charged.
        coming: list[tuple[int, Callable[[], None]]] = [
            (from_record, partial(costs.__setitem__, operation_id, cost)) for from_record, operation_id, cost in prices
        ]
        coming += [(anchor.records + 1, partial(self._meet, whose, anchor)) for whose, anchor in self._anchors.made]
        coming.sort(key=lambda event: event[0])
        coming.reverse()
        return coming

    def _meet(self, whose: Remembers, anchor: chain.Anchor) -> None:
        ends: dict[int, End] = {id: (head.seq, head.balance, head.hash) for id, head in self.heads.items()}
        self._anchors.meet(whose, anchor, self.last_id, self._last, ends)

    def follow(self, rows: list[Row], costs: Mapping[int, int | None]) -> None:
        """Follow the chains through some rows at constant prices: one comparison where all is well."""
        heads, mac, last_id = self.heads, self._mac, self.last_id
        kinds = {id: kind.encode() for id, kind in self._kinds.items()}
        pack, tag = forms.RECORD.head.pack, forms.RECORD.tag
        for row in rows:
            (id, request_id, step, operation_id, user_id, seq, amount, balance, operands, response, text, exact, source,
             date, stored, deleted_at, form) = row  # fmt: skip
            head = heads.get(user_id) or self._unknown_user(row)
            # forms.RECORD.encode, written out: the calls alone cost a quarter of the pass.
            request, kind, origin = request_id.encode(), kinds.get(operation_id, b""), _SOURCES.get(source, b"")
            left, right, whole = operands.encode(), response.encode(), text.encode()
            numbers = pack(
                tag, id, step, user_id, seq, amount, balance, exact, date,
                len(request), len(kind), len(origin), len(left), len(right), len(whole),
            )  # fmt: skip
            genuine = mac(b"".join((numbers, request, kind, origin, left, right, whole, head.hash))) == stored
            cost = costs.get(operation_id, -1)
            last_id += 1
            if not (
                genuine
                and id == last_id
                and seq == head.seq + 1
                and balance == head.balance - amount >= 0
                and (cost is None or (amount == cost and response))
                and deleted_at is None
                and seq != head.anchored
                and form == forms.VERSION
                and 0 <= exact <= 1
                and origin
                and _is_request_id(request_id)
            ):
                self._examine(row, head, cost, last_id, genuine=genuine)
                last_id = id
            head.seq, head.balance, head.hash = seq, balance, stored
        self.last_id = last_id
        self._last = rows[-1][14] if rows else self._last

    def _unknown_user(self, row: Row) -> Head:
        record_id, user_id, seq, amount, balance = row[0], row[4], row[5], row[6], row[7]
        self._problems.found(
            "L7", user_id, record_id, say("It belongs to user {user}, who does not exist.", user=user_id)
        )
        return self.heads.setdefault(user_id, Head(seq - 1, balance + amount, b""))

    def _examine(self, row: Row, head: Head, cost: int | None, expected_id: int, *, genuine: bool) -> None:
        """Name each rule that a row breaks; it may break none, being deleted or where an anchor stands."""
        id, request_id, user_id, seq, amount, balance, response = row[0], row[1], *row[4:8], row[9]
        exact, source, stored, deleted_at, form = *row[11:13], *row[14:17]

        def found(rule: str, message: str) -> None:
            self._problems.found(rule, user_id, id, message)

        if form != forms.VERSION or exact not in (0, 1) or source not in _SOURCES or not _is_request_id(request_id):
            found("L6", say("It holds a value that the program never writes."))
        if not genuine:
            found("L6", say("Its content or place is not what was written (hash)."))
        if id != expected_id:
            found("L2", say("Records are missing before it: {first} to {last}.", first=expected_id, last=id - 1))
        if seq != head.seq + 1:
            found("L2", say("Its sequence number is {number} after {before}.", number=seq, before=head.seq))
        if balance != head.balance - amount or balance < 0:
            found("L3", say("Its balance does not follow from the one before it ({balance}).", balance=head.balance))
        if cost is not None and (amount != cost or not response):
            found("L4", say("It has no response, or did not cost what the operation cost then."))
        if deleted_at is not None and self._states.hidden.pop(id, None) != (user_id, deleted_at):
            found("L6", say("It was deleted by something else than the program."))
        if seq == head.anchored:
            self._anchors.compare(user_id, seq, stored, id)
            head.anchored = self._anchors.next_point(user_id, seq)
