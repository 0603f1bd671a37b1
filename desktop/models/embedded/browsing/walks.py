"""Going through an order for what is found, from one end: only as far as somebody wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pyroaring import BitMap

from desktop.language.sentences import say
from desktop.models.embedded.browsing import lines
from desktop.models.embedded.browsing.by_date import by_date
from desktop.models.embedded.browsing.found import Found
from desktop.models.embedded.browsing.keys import KIND
from desktop.models.embedded.browsing.orders import Order
from desktop.models.embedded.browsing.seals import IndexDamaged
from desktop.models.embedded.browsing.state import State
from desktop.terms.errors import Cancelled
from desktop.terms.kinds import Column
from desktop.terms.pages import PageRequest

_FEW = 200  # records that are sooner sorted by their keys than stretches are gone through
_FEW_IN_ONE = 64  # of a stretch that are sooner sorted by their keys than its blocks are gone through
_AT_LENGTH = 4  # stretches looked into after which it pays to know which operations are among what is found
_SMALL = 10_000  # members up to which they are better asked one by one


def hits_of(found: Found, request: PageRequest, members_of: Callable[[int], BitMap]) -> Iterator[list[int]]:
    """What is found, in the order that is asked for, some at a time.

    The orders other than by date have all chunks in every stretch: all are asked at once.
    """
    if request.sort is Column.DATE:
        yield from by_date(found.state, members_of, descending=request.descending)
    else:
        members = BitMap().union(*map(members_of, range(len(found.state.chunks))))
        yield from _sorted(found.state.order(request.sort), found, members, descending=request.descending)


def _sorted(order: Order, found: Found, members: BitMap, *, descending: bool) -> Iterator[list[int]]:
    """Members in an order, some at a time: few by their keys, many stretch by stretch.

    Stretches in which none can be are passed over.
    """
    if len(members) <= _FEW:
        yield _by_keys(order, members, descending=descending)
        return
    numbers = range(len(found.state.chunks))
    present = sum(1 << number for number in numbers if members.intersect(found.state.chunks[number].all))
    kinds, looked = sum(1 << kind for kind in found.search.kinds or ()) or -1, 0
    for stretch in reversed(order.stretches) if descending else order.stretches:
        occurring, chunks = order.occurring(stretch)
        if not occurring & kinds or not chunks & present:
            continue
        if found.cancelled():
            raise Cancelled(say("A newer request took the place of this one."))
        looked += 1
        if looked == _AT_LENGTH:
            kinds &= _kinds_among(found.state, members)
        those = members & order.members(stretch)
        if len(those) > _FEW_IN_ONE:
            yield from _by_blocks(order, those, stretch, descending=descending)
        elif those:
            yield _by_keys(order, those, descending=descending)


def _by_keys(order: Order, members: BitMap, *, descending: bool) -> list[int]:
    seqs = members.to_array().tolist()
    order.fetch(seqs)
    return sorted(seqs, key=order.key, reverse=descending)


def _by_blocks(order: Order, members: BitMap, stretch: range, *, descending: bool) -> Iterator[list[int]]:
    asked = set(members) if len(members) <= _SMALL else members
    for place in reversed(stretch) if descending else stretch:
        seqs = list(filter(asked.__contains__, order.load(place)))
        yield seqs[::-1] if descending else seqs


def _kinds_among(state: State, members: BitMap) -> int:
    """Which operations occur among some records."""
    numbers = [number for number, chunk in enumerate(state.chunks) if members.intersect(chunk.all)]
    return sum(
        1 << kind
        for kind in lines.KINDS
        if any(members.intersect(state.bits(number, KIND + kind)) for number in numbers)
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
