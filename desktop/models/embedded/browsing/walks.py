"""Going through an order for what is found, from one end: only as far as somebody wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import or_

from pyroaring import BitMap

from desktop.language.sentences import say
from desktop.models.embedded.browsing import lines
from desktop.models.embedded.browsing.found import Found
from desktop.models.embedded.browsing.keys import KIND
from desktop.models.embedded.browsing.orders import Order
from desktop.models.embedded.browsing.seals import IndexDamaged
from desktop.models.embedded.browsing.state import State
from desktop.terms.errors import Cancelled
from desktop.terms.values import Column, PageRequest

_STRETCH = 64  # blocks that are looked at together
_PAGE = 25  # rows that are mostly wanted
_KEYS = 16  # of records that are read as soon as a block is gone through
_AT_LENGTH = 8  # blocks walked after which it pays to know which operations are among what is found
_SMALL = 10_000  # members up to which they are better asked one by one

Sets = Mapping[int, BitMap]
"""Records that are found, under the numbers of their chunks."""


def hits_of(found: Found, request: PageRequest, members_of: Callable[[int], BitMap]) -> Iterator[list[int]]:
    """What is found, in the order that is asked for, some at a time.

    By date, chunks are asked for their members as they come: the first rows are mostly all in one. The other orders
    have all chunks in every stretch.
    """
    state, descending = found.state, request.descending
    numbers = range(len(state.chunks))
    if request.sort is not Column.DATE:
        sets = {number: members_of(number) for number in numbers}
        yield from _sorted(state.order(request.sort), found, sets, descending=descending)
    elif found.dates_follow_numbers:
        for number in reversed(numbers) if descending else numbers:
            seqs = members_of(number).to_array().tolist()
            yield seqs[::-1] if descending else seqs
    else:
        yield from _by_date(state.order(request.sort), found, members_of, descending=descending)


def _by_date(
    order: Order, found: Found, members_of: Callable[[int], BitMap], *, descending: bool
) -> Iterator[list[int]]:
    """The members in the order of the dates, where a clock was set back: stretch by stretch of that order.

    Few chunks have records in one. Where few of those are found, they are sorted by their dates.
    """
    starts = range(0, len(order.blocks), _STRETCH)
    for start in reversed(starts) if descending else starts:
        places = range(start, min(start + _STRETCH, len(order.blocks)))
        chunks = reduce(or_, (order.blocks[place].chunks for place in places))
        sets = {number: members_of(number) for number in range(chunks.bit_length()) if chunks >> number & 1}
        members = BitMap().union(*sets.values())
        if len(members) > _KEYS // 2 * len(places):
            yield from _walked(order, found, sets, members, places, descending=descending)
        elif members:
            low = order.key(order.blocks[start].first) if start else None
            high = order.key(order.blocks[places.stop].first) if places.stop < len(order.blocks) else None
            order.fetch(seqs := members.to_array())
            some = [seq for seq in seqs if not (low and order.key(seq) < low) and not (high and order.key(seq) >= high)]
            yield sorted(some, key=order.key, reverse=descending)


def _sorted(order: Order, found: Found, sets: Sets, *, descending: bool) -> Iterator[list[int]]:
    """The members of sets in an order, some at a time.

    Many are met soon by who walks along the blocks; few are sooner sorted by their keys, and so are those that the walk
    has not met when it has taken as long.
    """
    left = BitMap().union(*sets.values())
    enough = len(left) // _KEYS
    if enough * len(left) > _PAGE * len(order.blocks):  # where they lie evenly, the first page comes before that
        places = range(len(order.blocks))
        for walked, seqs in enumerate(_walked(order, found, sets, left, places, descending=descending)):
            yield seqs
            left -= BitMap(seqs)
            if walked >= enough:
                break
        else:
            return
    seqs = left.to_array().tolist()
    order.fetch(seqs)
    yield sorted(seqs, key=order.key, reverse=descending)


def _walked(
    order: Order, found: Found, sets: Sets, members: BitMap, places: range, *, descending: bool
) -> Iterator[list[int]]:
    """The members block by block; those in which none can be are passed over."""
    asked = set(members) if len(members) <= _SMALL else None
    chunks = sum(1 << number for number, bits in sets.items() if bits)
    kinds = sum(1 << kind for kind in found.search.kinds or ()) or -1
    walked = 0
    for place in reversed(places) if descending else places:
        if order.blocks[place].chunks & chunks and order.blocks[place].kinds & kinds:
            walked += 1
            if walked == _AT_LENGTH and kinds == -1:
                kinds = _kinds_among(found.state, sets)
            if found.cancelled():
                raise Cancelled(say("A newer request took the place of this one."))
            seqs = order.load(place)
            those = set(members & BitMap(seqs)) if asked is None else asked
            some = list(filter(those.__contains__, seqs)) if those else []
            yield some[::-1] if descending else some


def _kinds_among(state: State, sets: Sets) -> int:
    """Which operations occur in sets."""
    chunks = [number for number, bits in sets.items() if bits]
    return sum(
        1 << kind
        for kind in lines.KINDS
        if any(sets[number].intersect(state.bits(number, KIND + kind)) for number in chunks)
    )


def taken(hits: Iterator[list[int]], skip: int, size: int) -> tuple[list[int], int]:
    """Of what is found, some at a time, those after `skip`, and how many were passed."""
    passed, seqs = 0, list[int]()
    for some in hits:
        if passed + len(some) > skip:
            start = max(0, skip - passed)
            seqs.extend(some[start : start + size - len(seqs)])
        passed += len(some)
        if len(seqs) == size:
            break
    return seqs, passed


def ranked(order: Order, found: Found, skip: int, size: int, *, descending: bool) -> tuple[list[int], int]:
    """Of all that are live, or deleted, those after `skip` in an order: the directory says in which block they are."""
    deleted, gone = found.plan.trash, found.state.deleted()
    passed, seqs = 0, list[int]()
    places = range(len(order.blocks))
    for place in reversed(places) if descending else places:
        count = order.blocks[place].count(deleted=deleted)
        if passed + count > skip and count:
            some = [seq for seq in order.load(place) if (seq in gone) == deleted]
            if len(some) != count:
                raise IndexDamaged("an order and the chunks disagree")
            start = max(0, skip - passed)
            some = some[::-1] if descending else some
            seqs.extend(some[start : start + size - len(seqs)])
            if len(seqs) == size:
                break
        passed += count
    return seqs, passed
