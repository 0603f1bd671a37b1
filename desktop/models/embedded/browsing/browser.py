"""Pages, totals and streams of one user's records on one thread, out of the index. It writes nothing.

`None` for an answer means that the index cannot give it now: missing, behind or damaged. The caller then asks the
ledger itself.
"""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from pyroaring import BitMap

from desktop.finding.filters import Plan
from desktop.models.embedded.browsing import lines, reading
from desktop.models.embedded.browsing.found import Found
from desktop.models.embedded.browsing.index_file import IndexFile
from desktop.models.embedded.browsing.seals import IndexDamaged
from desktop.models.embedded.browsing.state import State
from desktop.models.embedded.browsing.walks import hits_of, ranked, taken
from desktop.models.embedded.storage import entries
from desktop.models.embedded.storage.store import Store
from desktop.terms.charges import Entry, RawRecord
from desktop.terms.kinds import Column
from desktop.terms.pages import Filters, Page, PageRequest

INLINE = 2_000  # records behind up to which a query takes them in itself: 30 µs each
SOON = 500  # records behind from which the index should be brought up in the background

_SEQ = entries.COLUMNS.split(", ").index("r.seq")
_REMEMBERED = 3  # what filters have found: the page's, the counts' and the Trash's
_AT_ONCE = 50  # candidates looked at together
_TOO_MANY = 300  # wrong ones among them, after which all of a chunk are looked into at once
_TOO_MANY_OF_ALL = 1_000  # the same for all chunks, and at least an eighth of all candidates
_FIRST_ROWS = 200  # records passed over up to which it is quicker to look at each


class _TooManyAreWrong(Exception):
    """Few of the candidates are what was looked for."""


class Browser:
    """One user's records on the thread that made it."""

    def __init__(self, store: Store, user_id: int, file: IndexFile) -> None:
        self.store = store
        self.user_id = user_id
        self.file = file
        self.state = State(store, user_id, file)
        self._found: dict[Filters, Found] = {}

    def close(self) -> None:
        """Close the index."""
        self.file.close()

    @property
    def is_behind(self) -> bool:
        """Whether the index on the disk should be brought up."""
        state = self.state
        return state.is_far_behind or state.upto - state.marks.applied >= SOON or len(state.toggled) >= SOON

    def find(self, filters: Filters, plan: Plan, cancelled: Callable[[], bool]) -> Found | None:
        """What is meant by filters, which come to a plan, as the ledger is now; in the caller's transactions."""
        if not self.state.sync(INLINE):
            return None
        found = self._found.pop(filters, None)
        if found is not None and found.plan.named != plan.named:  # the language was changed
            found = None
        if found is None or found.revision != self.state.revision:
            found = Found(self.state, plan, cancelled, found)
        found.cancelled = cancelled
        self._found[filters] = found
        while len(self._found) > _REMEMBERED:
            del self._found[next(iter(self._found))]
        return found

    def page(self, request: PageRequest, found: Found, *, exact: bool) -> Page:
        """A page; its totals too where they are `exact`ly wanted, or at hand."""
        number = max(1, request.number)
        if found.by_tally or exact:
            number = min(number, _pages(found.totals().count, request.size))
        seqs, total = self._seqs(request, found, (number - 1) * request.size)
        if not seqs and number > 1:
            number = _pages(total, request.size)
            seqs, _ = self._seqs(request, found, (number - 1) * request.size)
        page = self._entries(seqs)
        if not all(lines.matches(lines.line_of(entry), found.plan) for entry in page):
            raise IndexDamaged("it found what is not meant")
        return Page(request, page, number, found.totals() if exact else found.totals_known())

    def _seqs(self, request: PageRequest, found: Found, skip: int) -> tuple[list[int], int]:
        by_number, filters = self._is_by_number(request, found), request.filters
        if not by_number and filters == Filters(trash=filters.trash):
            order = self.state.order(request.sort)
            return ranked(order, found, skip, request.size, descending=request.descending)
        if not found.is_certain and skip <= _FIRST_ROWS:
            wrong = BitMap() if request.sort is Column.DATE else self._strays(found)
            hits = hits_of(found, request, lambda number: BitMap.union(*found.candidates(number)) - wrong)
            many = _TOO_MANY if request.sort is Column.DATE else max(_TOO_MANY_OF_ALL, self._to_be_checked(found) // 8)
            with contextlib.suppress(_TooManyAreWrong):
                return taken(self._checked(hits, found.plan, many), skip, request.size)
        if by_number:
            return found.by_number(skip, request.size, descending=request.descending)
        return taken(hits_of(found, request, found.exact), skip, request.size)

    def _is_by_number(self, request: PageRequest, found: Found) -> bool:
        return request.sort is Column.DATE and found.dates_follow_numbers

    def _strays(self, found: Found) -> BitMap:
        """Some wrong candidates beside many that are certain: whoever walks would look for them in every block."""
        both = [found.candidates(number) for number in range(len(self.state.chunks))]
        maybe = BitMap().union(*(some for _, some in both))
        if not 0 < len(maybe) <= _TOO_MANY or sum(len(sure) for sure, _ in both) < _FIRST_ROWS:
            return BitMap()
        some = reading.read_some(self.store, self.user_id, list(maybe))
        return maybe - BitMap([line.seq for line in some if lines.matches(line, found.plan)])

    def _to_be_checked(self, found: Found) -> int:
        return sum(len(found.candidates(number)[1]) for number in range(len(self.state.chunks)))

    def _checked(self, hits: Iterator[list[int]], plan: Plan, many: int) -> Iterator[list[int]]:
        wrong = 0
        for some in (block[at : at + _AT_ONCE] for block in hits for at in range(0, len(block), _AT_ONCE)):
            meant = {
                line.seq for line in reading.read_some(self.store, self.user_id, some) if lines.matches(line, plan)
            }
            wrong += len(some) - len(meant)
            if wrong > many:
                raise _TooManyAreWrong
            yield [seq for seq in some if seq in meant]

    def _entries(self, seqs: list[int]) -> tuple[Entry, ...]:
        found = entries.entries_of(rows(self.store, self.user_id, seqs))
        if [entry.seq for entry in found] != seqs:
            raise IndexDamaged("it found what is not there")
        return found

    def all(self, request: PageRequest, found: Found) -> array[int]:
        """All that is meant, in order, by sequence number."""
        self._agree()
        if self._is_by_number(request, found):
            seqs = found.all_by_number()
            return seqs[::-1] if request.descending else seqs
        return array("I", chain.from_iterable(hits_of(found, request, found.exact)))

    def _agree(self) -> None:
        """Raises `IndexDamaged` where the ledger counts other records, or other deleted ones, than the index."""
        sql = "SELECT count(*) FROM record WHERE user_id = ?"
        for condition, mine in (("", self.state.upto), (" AND deleted_at IS NOT NULL", len(self.state.deleted()))):
            if self.store.database.execute_sql(sql + condition, (self.user_id,)).fetchone()[0] != mine:
                raise IndexDamaged("it has not as many records as the ledger")


def rows(store: Store, user_id: int, seqs: Sequence[int]) -> list[RawRecord]:
    """Records by sequence number, in the order asked for, as rows of `entries.COLUMNS`."""
    sql = (
        f"SELECT {entries.COLUMNS} FROM {entries.FROM} WHERE r.user_id = ? AND r.seq IN ({', '.join('?' * len(seqs))})"
    )
    found = {row[_SEQ]: row for row in store.database.execute_sql(sql, (user_id, *seqs)).fetchall()}
    return [found[seq] for seq in seqs if seq in found]


def _pages(count: int, size: int) -> int:
    return max(1, -(-count // size))
