"""One stretch of the records proved by itself: whether all is well in it, and how its chains begin and end.

It finds nothing and names nothing: where anything is amiss, `verify` goes through the records one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from peewee import SqliteDatabase

from desktop.models.embedded.storage import chain, forms
from desktop.terms.values import OperationType, Source

# As bytes: what is hashed need not be made a text first, and is not one where somebody broke it.
_RECORDS = """SELECT id, CAST(request_id AS BLOB), step, operation_id, user_id, seq, amount, user_balance,
    CAST(operands AS BLOB), CAST(operation_response AS BLOB), CAST(expression AS BLOB), exact, source, date, hash,
    deleted_at IS NOT NULL, form FROM record WHERE id BETWEEN ? AND ? ORDER BY id"""
_BEFORE = "SELECT seq, user_balance, hash FROM record WHERE user_id = ? AND seq = ?"
_SOURCES = {source.value: source.value.encode() for source in Source}
_is_request_id = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch

End = tuple[int, int, bytes]
"""Where a chain stands: its length, the balance, the last hash."""


class Price(NamedTuple):
    """What an operation costs from a record on; None for a credit, whose amount is its own."""

    from_record: int
    operation_id: int
    cost: int | None


def in_order(kinds: Mapping[int, str], prices: Iterable[tuple[int, int, int]]) -> list[Price]:
    """What each kind of operation costs, in the order in which prices (from record, operation, cost) begin to hold.

    Of two that hold from the same record on, the later one is the one that was charged.
    """
    free = [Price(0, id, None) for id, kind in kinds.items() if kind == OperationType.CREDIT]
    return free + [Price(*price) for price in sorted(prices, key=lambda price: price[0])]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The records from one id to another."""

    first: int
    last: int


@dataclass(slots=True)
class Outcome:
    """What a stretch came to: how each user's chain stood where it begins, and stands where it ends.

    `hidden` are the ids of deleted records, `last` is the last record's hash.
    """

    stretch: Stretch
    begins: dict[int, End] = field(default_factory=dict)
    ends: dict[int, End] = field(default_factory=dict)
    hidden: list[int] = field(default_factory=list)
    last: bytes = b""


def prove(
    database: SqliteDatabase, key: bytes, stretch: Stretch, kinds: Mapping[int, bytes], prices: Sequence[Price]
) -> Outcome | None:
    """Follow the chains through a stretch; None where anything in it is not as the program writes it.

    `prices` come in the order in which they begin to hold. That the chains begin as they ended before is the caller's
    to see.
    """
    outcome, costs = Outcome(stretch), {}
    coming = list(reversed(prices))
    due = coming[-1].from_record if coming else stretch.last + 1
    ends, hidden, mac = outcome.ends, outcome.hidden, chain.mac(key)
    pack, tag, version = forms.RECORD.head.pack, forms.RECORD.tag, forms.VERSION
    expected, stored = stretch.first, b""
    for row in database.connection().execute(_RECORDS, (stretch.first, stretch.last)):
        (id, request, step, operation_id, user_id, seq, amount, balance, left, right, whole, exact, source, date,
         stored, deleted, form) = row  # fmt: skip
        while id >= due:
            price = coming.pop()
            costs[price.operation_id] = price.cost
            due = coming[-1].from_record if coming else stretch.last + 1
        end = ends.get(user_id) or _begin(database, key, outcome, user_id, seq)
        if end is None:
            return None
        before_seq, before_balance, before = end
        kind, origin, cost = kinds.get(operation_id, b""), _SOURCES.get(source, b""), costs.get(operation_id, -1)
        # forms.RECORD.encode, written out: the calls alone cost a quarter of the pass.
        numbers = pack(
            tag, id, step, user_id, seq, amount, balance, exact, date,
            len(request), len(kind), len(origin), len(left), len(right), len(whole),
        )  # fmt: skip
        if not (
            mac(b"".join((numbers, request, kind, origin, left, right, whole, before))) == stored
            and id == expected
            and seq == before_seq + 1
            and balance == before_balance - amount >= 0
            and (cost is None or (amount == cost and right))
            and form == version
            and 0 <= exact <= 1
            and origin
            and _is_request_id(request)
        ):
            return None
        expected += 1
        ends[user_id] = (seq, balance, stored)
        if deleted:
            hidden.append(id)
    outcome.last = stored
    return outcome if expected == stretch.last + 1 else None


def _begin(database: SqliteDatabase, key: bytes, outcome: Outcome, user_id: int, seq: Any) -> End | None:
    """Where a user's chain stands before the first of his records in the stretch."""
    if seq == 1:
        found: End | None = (0, 0, chain.genesis(key, user_id))
    else:
        found = database.connection().execute(_BEFORE, (user_id, seq - 1)).fetchone()
    if found is not None:
        outcome.begins[user_id] = found
    return found
