"""One's own records, asked of the server's functions: pages, sums, exports, insights and statements. It holds no rule.

Whatever needs several answers asks them of one state of the ledger. A page takes two: what the filtered records come
to, which says where the last page is, and the rows, which the server reads from the nearer end.
"""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from desktop.finding.searching import folded, operations_named
from desktop.language.sentences import say
from desktop.models.ledger.notes import normal_note
from desktop.models.ledger.protocol import Cancel, Progress, never
from desktop.models.ledger.sums import totals_of
from desktop.models.shared import surveys
from desktop.models.shared.line import LONG_S
from desktop.models.shared.rows import entry_of, word
from desktop.models.shared.sessions import Sessions, Signed
from desktop.models.shared.surveys import BATCH, Question
from desktop.terms import days
from desktop.terms.charges import Entry, RawRecord, Reader
from desktop.terms.errors import BadInput
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters, Page, PageRequest, Totals
from desktop.terms.reports import Insights, StatementReport

LONGEST_SEARCH = 25_000  # bytes: above what any record holds
LARGEST_ID = 2**63 - 1
_LONG_AGO = 946_684_800 * days.SECOND  # 2000-01-01: no record of a server's is older

_RECORDS = "SELECT * FROM metercalc.records(%s::jsonb, %s, %s, %s, %s, %s)"
_SPENT = "SELECT metercalc.spent(%s::bigint)"
_SET_NOTE = "SELECT * FROM metercalc.set_note(%s::bigint, %s)"
_SUMS = "SELECT * FROM metercalc.sums(%s::jsonb)"


class Records:
    """The questions about records, each in the name of somebody who is signed in."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._offsets: tuple[int, list[list[int]]] = (0, [])

    def page(self, signed: Signed, request: PageRequest) -> Page:
        """One page and its totals, from one state. Past the end: the last page."""
        filters = self._words(request.filters)
        with self._state(signed) as ask:
            totals = _totals(ask(_SUMS, (filters,)))
            last = max(1, -(-totals.count // request.size))
            number = min(max(1, request.number), last)
            rows = ask(_RECORDS, (filters, *_order(request), (number - 1) * request.size, request.size, totals.count))
        return Page(request, tuple(map(entry_of, rows)), number, totals)

    def first_look(self, signed: Signed, request: PageRequest, cancelled: Cancel) -> Page:
        """A page without totals; where it is past the end, the last one with them."""
        number = max(1, request.number)
        values = (self._words(request.filters), *_order(request), (number - 1) * request.size, request.size, None)
        rows = self._ask(signed, _RECORDS, values, cancelled)
        if not rows and number > 1:
            return self.page(signed, request)
        return Page(request, tuple(map(entry_of, rows)), number, None)

    def totals(self, signed: Signed, filters: Filters, cancelled: Cancel = never) -> Totals:
        """What the filtered records come to."""
        return _totals(self._ask(signed, _SUMS, (self._words(filters),), cancelled))

    def operation_counts(self, signed: Signed, filters: Filters, cancelled: Cancel) -> dict[OperationType, int]:
        """How many records each operation has under the other filters."""
        rows = self._ask(signed, _SUMS, (self._words(filters, operations=False),), cancelled)
        return {word(kind): count for kind, count, _ in rows}

    def spent(self, signed: Signed, since: int) -> int:
        """What was charged since a moment: it stands before a charge, so it is given no longer than one."""
        return int(self._sessions.ask(signed, _SPENT, (since,))[0][0])

    def trash_count(self, signed: Signed) -> int:
        """How many deleted records there are."""
        return int(self._ask(signed, "SELECT metercalc.trash_count()", (), never)[0][0])

    def batches(
        self, signed: Signed, filters: Filters, sort: Column, *, descending: bool
    ) -> Generator[list[RawRecord], None, None]:
        """Every filtered record in order, from one state, in batches that the server keeps ready behind a cursor."""
        words = self._words(filters)
        with (
            self._sessions.known(signed),
            self._sessions.connections.rows(
                signed.credentials, _RECORDS, (words, sort.value, descending, 0, None, None), BATCH
            ) as rows,
        ):
            yield from rows

    def mark(self, signed: Signed, ids: Sequence[int], *, deleted: bool) -> tuple[int, ...]:
        """Hide or show records; those that were changed now."""
        function = "delete_records" if deleted else "restore_records"
        own = list(dict.fromkeys(number for number in ids if 0 < number <= LARGEST_ID))
        rows = self._sessions.ask(signed, f"SELECT metercalc.{function}(%s::bigint[])", (own,), again=False)
        return tuple(number for (number,) in rows)

    def set_note(self, signed: Signed, record_id: int, text: str) -> Entry:
        """Write a note beside a record. Written twice, it is written once."""
        note = normal_note(text)
        return entry_of(self._sessions.ask(signed, _SET_NOTE, (min(max(record_id, 0), LARGEST_ID), note))[0])

    def insights(self, signed: Signed, filters: Filters, progress: Progress, cancelled: Cancel) -> Insights:
        """What the filtered records tell over time, from one state."""
        words = self._words(filters)
        with self._state(signed, cancelled) as ask:
            last = surveys.length_of(ask)
            days_found, span = surveys.days_of(ask, words, last, progress)
            balance = surveys.balance_of(ask, words, span, last, progress) if span else ()
        totals = Totals(
            sum(d.count for d in days_found), sum(d.spent for d in days_found), sum(d.credited for d in days_found)
        )
        return Insights(filters, totals, balance, days_found)

    @contextmanager
    def statement(
        self, signed: Signed, since: int, until: int, progress: Progress, cancelled: Cancel
    ) -> Iterator[tuple[StatementReport, Reader]]:
        """The report of a period and a reader of its records, from one state, which is held until the context ends."""
        with self._state(signed, cancelled) as ask:
            report = surveys.report_of(ask, since, until, progress)
            last = surveys.length_of(ask)
            words = json.dumps({"since": since, "until": until, "hidden": "both"})
            yield report, lambda: surveys.following(ask, words, last)

    def _state(self, signed: Signed, cancelled: Cancel | None = None) -> Any:
        return _known_state(self._sessions, signed, cancelled)

    def _ask(self, signed: Signed, sql: str, values: Sequence[object], cancelled: Cancel) -> list[Any]:
        return self._sessions.ask(signed, sql, values, deadline_s=LONG_S, cancelled=cancelled)

    def _words(self, filters: Filters, *, operations: bool = True) -> str:
        """Filters as the server's functions read them. Raises `BadInput` for what it cannot tell apart."""
        if filters.more:
            raise BadInput(say("A server does not know one of these filters. Leave it out."))
        if any(len(text.encode(errors="replace")) > LONGEST_SEARCH for text in filters.search):
            raise BadInput(say("The search text is too long: no record is that long."))
        words: dict[str, object] = {"trash": filters.trash, "offsets": self._local_offsets()}
        if any(filters.search):
            words["search"] = _texts(filters.search)
        if operations and filters.operations:
            words["operations"] = sorted(kind.value for kind in filters.operations)
        bounds = {"since": filters.since, "until": filters.until, "least": filters.least, "most": filters.most}
        return json.dumps(words | {name: bound for name, bound in bounds.items() if bound is not None})

    def _local_offsets(self) -> list[list[int]]:
        """The person's clock against UTC, up to tomorrow; worked out once a day."""
        now = time.time_ns() // 1000
        if self._offsets[0] < now:
            _, spans = days.offsets(_LONG_AGO, now + days.DAY)
            self._offsets = (now + days.DAY // 2, [list(span) for span in spans])
        return self._offsets[1]


def _texts(search: Sequence[str]) -> list[str]:
    """Search texts as the server compares them. It knows operations by their English words alone, so those whose names
    in the person's language have a text are added as such: a little more may be found, never less.
    """
    # What no server can be sent stands in no record: U+001F is found nowhere.
    texts = [folded(text).encode(errors="replace").decode().replace("\0", "\x1f") for text in search]
    named = {kind.value.replace("_", " ") for text in search if text for kind in operations_named(text)}
    return texts + sorted(word for word in named if not any(text and text in word for text in texts))


@contextmanager
def _known_state(sessions: Sessions, signed: Signed, cancelled: Cancel | None) -> Iterator[Question]:
    with sessions.known(signed), sessions.connections.one_state(signed.credentials, cancelled) as ask:
        yield ask


def _order(request: PageRequest) -> tuple[str, bool]:
    return request.sort.value, request.descending


def _totals(rows: list[Any]) -> Totals:
    return totals_of((word(kind), count, int(taken)) for kind, count, taken in rows)
