"""The records browser's engine: any page, order, filter, search and total over millions of records of one user.

The idea. A set of records is a bitmap over their sequence numbers, in chunks of a quarter million: which are deleted,
which are additions, which took 10.00, which have a "7" at a place of their date, which have "12." in what is shown of
them. A filter is `&` and `|` of bitmaps, a count is counting bits, a sum is the amounts times their counts, and page n
of any filter in the order of the ledger is the n-th bit. The other orders are kept as blocks of sequence numbers with
their counts (`orders`), so that page n is found by adding up some thousand counts, and the first rows of a search by
walking from one end: over blocks side by side at once where a bitmap says that nothing of it is in them. Few records
are sorted instead.

What it costs, at nine million live records: a page in any order without a filter reads one bitmap or one block
(about 1 ms); a search reads one bitmap or a few of up to 32 kB from each of 35 chunks, and looks at some of the records
found. The index takes somewhat less than the records themselves, and some minutes to make once, in the background.

It lies in a file beside the store, follows behind, and is derived: a charge never touches it, a query first takes in
what is new (`state`), and whatever is wrong with it (missing, damaged, of another store or time zone), the ledger
itself answers (`plain`) while it is made anew (`upkeep`); so it does for a filter that the index has no plan for.
Deletions reach it by the ledger's journal. Notes are in no index: a search that stands in one is asked of the ledger.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from desktop.finding.filters import plan_of
from desktop.language.sentences import say
from desktop.models.embedded.browsing import index_file, plain, upkeep
from desktop.models.embedded.browsing.browser import Browser, rows
from desktop.models.embedded.browsing.found import Found, Progress
from desktop.models.embedded.browsing.index_file import IndexFile, IndexTrouble, apart
from desktop.models.embedded.storage.store import Store
from desktop.terms.charges import RawRecord
from desktop.terms.errors import BadInput, StoreDamaged
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters, Page, PageRequest, Totals

log = logging.getLogger(__name__)

catch_up = upkeep.catch_up

T = TypeVar("T")

LONGEST_SEARCH = 25_000  # bytes: above what any record holds


def _nobody_waits() -> bool:
    return False


def _unseen(_done: int, _total: int) -> None:
    return None


def page(
    store: Store,
    user_id: int,
    request: PageRequest,
    *,
    exact: bool,
    cancelled: Callable[[], bool] = _nobody_waits,
) -> Page:
    """One page, in the caller's transaction. Without `exact` its totals may be missing: they would take longer."""
    check(request.filters)
    found = _ask(
        store, user_id, request.filters, lambda browser, found: browser.page(request, found, exact=exact), cancelled
    )
    return found or plain.page(store.database, user_id, request, exact=exact)


def totals(
    store: Store,
    user_id: int,
    filters: Filters,
    *,
    progress: Progress = _unseen,
    cancelled: Callable[[], bool] = _nobody_waits,
) -> Totals:
    """What the records under the filters come to, exactly, in the caller's transaction."""
    check(filters)
    found = _ask(store, user_id, filters, lambda _, found: found.totals(progress), cancelled)
    return found or plain.totals(store.database, user_id, filters)


def operation_counts(
    store: Store, user_id: int, filters: Filters, *, cancelled: Callable[[], bool] = _nobody_waits
) -> dict[OperationType, int]:
    """How many records each operation has under the filters, whichever operations are chosen."""
    check(filters)
    filters = replace(filters, operations=frozenset())
    counts = _ask(store, user_id, filters, lambda _, found: found.kinds(), cancelled)
    if counts is None:
        return plain.operation_counts(store.database, user_id, filters)
    return counts


def batches(
    store: Store, user_id: int, filters: Filters, sort: Column, *, descending: bool
) -> Iterator[list[RawRecord]]:
    """Every record under the filters in order, as rows of `entries.COLUMNS`, in the caller's transaction."""
    check(filters)
    if sort is Column.DATE and not filters.search:
        follow = _ask(store, user_id, filters, lambda _, found: found.dates_follow_numbers, _nobody_waits)
        if follow:  # the ledger's own order: nothing is faster
            return plain.batches(store.database, user_id, filters, None, descending=descending)
    request = PageRequest(filters, sort, descending)
    seqs = _ask(store, user_id, filters, lambda browser, found: browser.all(request, found), _nobody_waits)
    if seqs is None:
        return plain.batches(store.database, user_id, filters, sort, descending=descending)
    some = (seqs[start : start + plain.BATCH] for start in range(0, len(seqs), plain.BATCH))
    return (_whole(store, user_id, batch) for batch in some)


def _whole(store: Store, user_id: int, seqs: Sequence[int]) -> list[RawRecord]:
    """Records that must be there. Raises `StoreDamaged`."""
    found = rows(store, user_id, seqs)
    if len(found) != len(seqs):
        raise StoreDamaged(say("Records that were there are missing. Run metercalc verify, and restore a backup."))
    return found


def needs_upkeep(store: Store, user_id: int, *, checked: bool) -> bool:
    """Whether `catch_up` is due, as the last query on this thread found it; one that is not `checked` is to be."""
    if not store.key_is_own:
        return False
    browser = store.beside.get(("browser", user_id))
    if not isinstance(browser, Browser):
        return True
    return browser.is_behind or not (checked or browser.file.in_memory)


def check(filters: Filters) -> None:
    """Raises `BadInput` for a text that no record can hold."""
    if any(len(text.encode(errors="replace")) > LONGEST_SEARCH for text in filters.search):
        raise BadInput(say("The search text is too long: no record is that long."))


def _ask(
    store: Store,
    user_id: int,
    filters: Filters,
    question: Callable[[Browser, Found], T],
    cancelled: Callable[[], bool],
) -> T | None:
    """The index's answer, or None where it has none now; a damaged one is thrown away."""
    plan = plan_of(filters)
    if plan is None or not store.key_is_own:  # the index cannot answer, or nothing could be proved
        return None
    if filters.search and plain.stands_in_a_note(store.database, user_id, filters.search):
        return None  # notes change, and are in no index
    try:
        with apart():
            browser = _browser(store, user_id)
            with browser.file.transaction("DEFERRED"):
                found = browser.find(filters, plan, cancelled)
                return None if found is None else question(browser, found)
    except IndexTrouble as trouble:
        _leave(store, user_id)
        if not trouble.busy:
            log.warning("an index is thrown away: %s", trouble, exc_info=trouble)
            index_file.discard(store.file, user_id)
        return None


def _browser(store: Store, user_id: int) -> Browser:
    browser = store.beside.get(("browser", user_id))
    if isinstance(browser, Browser) and browser.file.is_current:
        return browser
    _leave(store, user_id)
    file = IndexFile(store, user_id, make=False)
    try:
        browser = Browser(store, user_id, file)
    except BaseException:
        file.close()
        raise
    store.beside["browser", user_id] = browser
    return browser


def _leave(store: Store, user_id: int) -> None:
    browser = store.beside.pop(("browser", user_id), None)
    if browser is not None:
        browser.close()
