"""Which records are meant, a page of them, and what all of them come to. Nothing here acts.

Money is an integer number of hundredths of a credit. Dates are UTC microseconds since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from desktop.terms.charges import Entry
from desktop.terms.kinds import Column, OperationType


@dataclass(frozen=True, slots=True)
class Filters:
    """Which records are meant. All None or empty: every record of the user that is not deleted.

    `search` holds readings of one search text, of which any may match (see `searching.readings`). `since` and `until`
    are UTC microseconds, `until` exclusive. `least` and `most` bound the amount as it is shown, both inclusive:
    hundredths, below zero for a charge. `trash` means deleted records only. `more` are filters without a field here
    (see `desktop.finding.filters`): their names and what they are set to, in the order of the names.
    """

    search: tuple[str, ...] = ()
    operations: frozenset[OperationType] = frozenset()
    since: int | None = None
    until: int | None = None
    least: int | None = None
    most: int | None = None
    trash: bool = False
    more: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Page `number` (from 1) of `size` records under `filters`, in the order of `sort`, ties by sequence."""

    filters: Filters = Filters()
    sort: Column = Column.DATE
    descending: bool = True
    number: int = 1
    size: int = 25


@dataclass(frozen=True, slots=True)
class Totals:
    """What the filtered records come to: their count, what was spent and what was credited, in hundredths.

    Spent is what charges took. Credited is below zero where corrections downwards took more than was put in.
    """

    count: int
    spent: int
    credited: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page as asked for. `number` is the page that was found: asking past the end gives the last one.

    `totals` are None while they are still being counted.
    """

    request: PageRequest
    entries: tuple[Entry, ...]
    number: int
    totals: Totals | None

    @property
    def counted(self) -> Totals:
        """The totals of a page that was asked for with them."""
        if self.totals is None:
            raise ValueError("the totals of this page are not known yet")
        return self.totals

    @property
    def pages(self) -> int:
        """How many pages there are, of a page with its totals; an empty set has one."""
        return max(1, -(-self.counted.count // self.request.size))
