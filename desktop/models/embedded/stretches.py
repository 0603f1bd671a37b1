"""One stretch of the records proved by itself: whether all is well in it, and how its chains begin and end.

It finds nothing and names nothing: where anything is amiss, `verify` goes through the records one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from peewee import SqliteDatabase

from desktop.models.embedded.storage import chain, forms
from desktop.terms.kinds import OperationType, Source

_STEPS = 1 << 16
_SOURCES = tuple(source.value.encode() for source in Source)
_PLACES = " ".join(f"WHEN '{source.value}' THEN {place}" for place, source in enumerate(Source))
# As bytes: what is hashed need not be made a text first, and is not one where somebody broke it. As few columns as can
# be, each of which takes a thirtieth of the pass: so many records of so many ids are all of them, and what has few
# values is one number, which no other values give within these bounds.
_RECORDS = f"""SELECT ((operation_id * {_STEPS} + step) * 2 + exact) * {len(_SOURCES)} + CASE source {_PLACES} END,
    user_id, seq, amount, user_balance, date, CAST(request_id AS BLOB), CAST(operands AS BLOB),
    CAST(operation_response AS BLOB), CAST(expression AS BLOB), hash
    FROM record WHERE id BETWEEN ? AND ? AND form = {forms.VERSION} AND exact BETWEEN 0 AND 1
    AND step BETWEEN 1 AND {_STEPS - 1} AND operation_id BETWEEN 1 AND {_STEPS} ORDER BY id"""
_BEFORE = "SELECT seq, user_balance, hash FROM record WHERE user_id = ? AND seq = ?"
# An id of a request, with a zero for each figure: compared so, it takes a third of the time of a pattern.
_REQUEST_ID = b"00000000-0000-0000-0000-000000000000"
_ZEROS = bytes.maketrans(b"0123456789abcdef", b"0" * 16)

_Few = tuple[int, int, bytes, int, bytes, int, int | None]
"""What has few values: the step, whether it is exact, the operation and the source, each with its length, the price."""

End = tuple[int, int, bytes]
"""Where a chain stands: its length, the balance, the last hash."""


class Price(NamedTuple):
    """What an operation costs from a record on; None for a credit, whose amount is its own."""

    from_record: int
    operation_id: int
    cost: int | None


@dataclass(frozen=True, slots=True)
class Rates:
    """The words of the operations by id, and what each costs, in the order in which prices begin to hold."""

    kinds: Mapping[int, bytes]
    prices: Sequence[Price]

    @classmethod
    def of(cls, kinds: Mapping[int, str], prices: Iterable[tuple[int, int, int]]) -> Rates:
        """Of a ledger with these kinds of operations and prices (from record, operation, cost).

        Of two that hold from the same record on, the later one is the one that was charged.
        """
        free = (Price(0, id, None) for id, kind in kinds.items() if kind == OperationType.CREDIT)
        set_later = (Price(*price) for price in sorted(prices, key=lambda price: price[0]))
        return cls({id: kind.encode() for id, kind in kinds.items()}, (*free, *set_later))


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


def prove(database: SqliteDatabase, key: bytes, stretch: Stretch, rates: Rates) -> Outcome | None:
    """Follow the chains through a stretch; None where anything in it is not as the program writes it.

    That the chains begin as they ended before, and which records are deleted, is the caller's to see.
    """
    outcome, costs = Outcome(stretch), dict[int, int | None]()
    coming = list(reversed(rates.prices))
    due = coming[-1].from_record if coming else stretch.last + 1
    known: dict[int, _Few] = {}
    ends, (inner, outer) = outcome.ends, chain.begun(key)
    pack, tag, length = forms.RECORD.head.pack, forms.RECORD.tag, len(_REQUEST_ID)
    id, stored = stretch.first - 1, b""
    for row in database.connection().execute(_RECORDS, (stretch.first, stretch.last)):
        few, user_id, seq, amount, balance, date, request, left, right, whole, stored = row
        id += 1
        while id >= due:
            price = coming.pop()
            costs[price.operation_id] = price.cost
            due = coming[-1].from_record if coming else stretch.last + 1
            known.clear()
        found = known.get(few)
        if found is None:
            found = known[few] = _meaning(few, rates.kinds, costs)
        step, exact, kind, kind_length, origin, origin_length, cost = found
        end = ends.get(user_id) or _begin(database, key, outcome, user_id, seq)
        if end is None:
            return None
        before_seq, before_balance, before = end
        # forms.RECORD.encode and chain.mac, written out: the calls alone cost a quarter of the pass.
        numbers = pack(
            tag, id, step, user_id, seq, amount, balance, exact, date,
            length, kind_length, origin_length, len(left), len(right), len(whole),
        )  # fmt: skip
        first, second = inner(), outer()
        first.update(b"".join((numbers, request, kind, origin, left, right, whole, before)))
        second.update(first.digest())
        if not (
            second.digest() == stored
            and seq == before_seq + 1
            and balance == before_balance - amount >= 0
            and (cost is None or (amount == cost and right))
            and request.translate(_ZEROS) == _REQUEST_ID
        ):
            return None
        ends[user_id] = (seq, balance, stored)
    outcome.last = stored
    return outcome if id == stretch.last else None


def _meaning(number: int, kinds: Mapping[int, bytes], costs: Mapping[int, int | None]) -> _Few:
    """What one number stands for in `_RECORDS`, and what follows from it.

    Raises `TypeError` where there is no number, as for a source that the program never writes.
    """
    rest, source = divmod(number, len(_SOURCES))
    rest, exact = divmod(rest, 2)
    operation_id, step = divmod(rest, _STEPS)
    kind, origin = kinds.get(operation_id, b""), _SOURCES[source]
    return step, exact, kind, len(kind), origin, len(origin), costs.get(operation_id, -1)


def _begin(database: SqliteDatabase, key: bytes, outcome: Outcome, user_id: int, seq: Any) -> End | None:
    """Where a user's chain stands before the first of his records in the stretch."""
    if seq == 1:
        found: End | None = (0, 0, chain.genesis(key, user_id))
    else:
        found = database.connection().execute(_BEFORE, (user_id, seq - 1)).fetchone()
    if found is not None:
        outcome.begins[user_id] = found
    return found
