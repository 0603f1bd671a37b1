"""One stretch of the records proved by itself: whether all is well in it, and how its chains begin and end.

It finds nothing and names nothing: where anything is amiss, `verify` goes through the records one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from peewee import SqliteDatabase

from desktop.models.embedded.storage import chain, forms
from desktop.terms.values import OperationType, Source

# As bytes: what is hashed need not be made a text first, and is not one where somebody broke it. As few columns as can
# be, each of which takes a thirtieth of the pass: so many records of so many ids are all of them, and what has few
# values is one number, which no other values give within these bounds.
_STEPS = 1 << 16
_RECORDS = f"""SELECT CAST(request_id AS BLOB), (operation_id * {_STEPS} + step) * 2 + exact, user_id, seq, amount,
    user_balance, CAST(operands AS BLOB), CAST(operation_response AS BLOB), CAST(expression AS BLOB), source, date, hash
    FROM record WHERE id BETWEEN ? AND ? AND form = {forms.VERSION} AND exact BETWEEN 0 AND 1
    AND step BETWEEN 1 AND {_STEPS - 1} AND operation_id BETWEEN 1 AND {_STEPS} ORDER BY id"""
_BEFORE = "SELECT seq, user_balance, hash FROM record WHERE user_id = ? AND seq = ?"
_SOURCES = {source.value: source.value.encode() for source in Source}
# An id of a request, with a zero for each figure: compared so, it takes a third of the time of a pattern.
_REQUEST_ID = b"00000000-0000-0000-0000-000000000000"
_ZEROS = bytes.maketrans(b"0123456789abcdef", b"0" * 16)

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
    """What a stretch came to: how each user's chain stood where it begins, and stands where it ends; the last hash."""

    stretch: Stretch
    begins: dict[int, End] = field(default_factory=dict)
    ends: dict[int, End] = field(default_factory=dict)
    last: bytes = b""


def prove(
    database: SqliteDatabase, key: bytes, stretch: Stretch, kinds: Mapping[int, bytes], prices: Sequence[Price]
) -> Outcome | None:
    """Follow the chains through a stretch; None where anything in it is not as the program writes it.

    `prices` come in the order in which they begin to hold. That the chains begin as they ended before, and which
    records are deleted, is the caller's to see.
    """
    outcome, costs = Outcome(stretch), dict[int, int | None]()
    coming = list(reversed(prices))
    due = coming[-1].from_record if coming else stretch.last + 1
    known: dict[int, tuple[int, int, bytes, int | None]] = {}  # what the number that stands for few values stands for
    ends, mac = outcome.ends, chain.mac(key)
    pack, tag = forms.RECORD.head.pack, forms.RECORD.tag
    id, stored = stretch.first - 1, b""
    for row in database.connection().execute(_RECORDS, (stretch.first, stretch.last)):
        request, few, user_id, seq, amount, balance, left, right, whole, source, date, stored = row
        id += 1
        while id >= due:
            price = coming.pop()
            costs[price.operation_id] = price.cost
            due = coming[-1].from_record if coming else stretch.last + 1
            known.clear()
        found = known.get(few)
        if found is None:
            operation_id, rest = divmod(few, 2 * _STEPS)
            found = known[few] = (*divmod(rest, 2), kinds.get(operation_id, b""), costs.get(operation_id, -1))
        step, exact, kind, cost = found
        end = ends.get(user_id) or _begin(database, key, outcome, user_id, seq)
        if end is None:
            return None
        before_seq, before_balance, before = end
        origin = _SOURCES.get(source, b"")
        # forms.RECORD.encode, written out: the calls alone cost a quarter of the pass.
        numbers = pack(
            tag, id, step, user_id, seq, amount, balance, exact, date,
            len(request), len(kind), len(origin), len(left), len(right), len(whole),
        )  # fmt: skip
        if not (
            mac(b"".join((numbers, request, kind, origin, left, right, whole, before))) == stored
            and seq == before_seq + 1
            and balance == before_balance - amount >= 0
            and (cost is None or (amount == cost and right))
            and origin
            and request.translate(_ZEROS) == _REQUEST_ID
        ):
            return None
        ends[user_id] = (seq, balance, stored)
    outcome.last = stored
    return outcome if id == stretch.last else None


def _begin(database: SqliteDatabase, key: bytes, outcome: Outcome, user_id: int, seq: Any) -> End | None:
    """Where a user's chain stands before the first of his records in the stretch."""
    if seq == 1:
        found: End | None = (0, 0, chain.genesis(key, user_id))
    else:
        found = database.connection().execute(_BEFORE, (user_id, seq - 1)).fetchone()
    if found is not None:
        outcome.begins[user_id] = found
    return found
