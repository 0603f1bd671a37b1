"""The commands for looking at one's own records, deleting and restoring them. Whose they are is the core's to check."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

from desktop.arithmetic.money import format_money, plain_money
from desktop.commands.run import Command, Run
from desktop.commands.tables import aligned, shortened
from desktop.documents.exports import record_document, write_csv
from desktop.finding.filters import from_words
from desktop.terms.errors import BadInput
from desktop.terms.values import Column, Entry, Filters, Page, PageRequest
from desktop.wording.cut import cut_number
from desktop.wording.shown import OPERATION_NAMES, counted, shown_moment

MOST_PER_PAGE = 1000
_CELL = 48
_HEAD = ("id", "date", "operation", "operands", "response", "amount", "balance")


def show(run: Run) -> int:
    """`records`: a page as a table or JSON, or CSV."""
    arguments = run.arguments
    form = arguments.format or ("json" if arguments.json else "table")
    if arguments.json and form != "json":
        raise BadInput(f"--json and --format {form} cannot both be had.")
    if arguments.keep_text and form != "csv":
        raise BadInput("--keep-text is about CSV: add --format csv, or leave it out.")
    request = _request(run)
    with run.signed_in() as (ledger, session):
        if form == "csv" and arguments.page is None and arguments.per_page is None:
            # Closed here: what a reader that has gone leaves unread would hold its transaction, and the store, open.
            with closing(ledger.stream(session, request.filters, request.sort, descending=request.descending)) as found:
                write_csv(found, run.output, keep_text=arguments.keep_text)
            run.output.flush()
            return 0
        page = _asked_for(ledger.page(session, request))
    if form == "csv":
        write_csv(page.entries, run.output, keep_text=arguments.keep_text)
        run.output.flush()
    elif form == "json":
        run.output.document(_document(page))
    else:
        run.output.lines(*_table(page))
    return 0


def delete(run: Run) -> int:
    """`delete`: into the Trash."""
    with run.signed_in() as (ledger, session):
        changed = ledger.delete(session, run.arguments.ids)
    return _changed(run, "deleted", changed)


def restore(run: Run) -> int:
    """`restore`: out of the Trash."""
    with run.signed_in() as (ledger, session):
        changed = ledger.restore(session, run.arguments.ids)
    return _changed(run, "restored", changed)


def _changed(run: Run, done: str, changed: tuple[int, ...]) -> int:
    unknown = [number for number in dict.fromkeys(run.arguments.ids) if number not in changed]
    left = f"Unknown, or {done} already: {_listed(unknown)}."
    if not changed:
        raise BadInput(f"{left} Nothing was {done}.", unknown=unknown)
    lines = [f"{done.capitalize()}: {_listed(changed)}.", *([left] if unknown else [])]
    return run.answer({done: list(changed), "unknown": unknown}, *lines)


def _listed(ids: list[int] | tuple[int, ...]) -> str:
    return ", ".join(map(str, ids))


def _request(run: Run) -> PageRequest:
    arguments = run.arguments
    size = arguments.per_page or run.config.records.page_size
    if size > MOST_PER_PAGE:
        raise BadInput(f"A page can have {MOST_PER_PAGE:,} records at most.")
    sort, descending = arguments.sort or (Column.DATE, True)
    filters = from_words(vars(arguments), Filters())
    return PageRequest(filters, sort, descending, arguments.page or 1, size)


def _asked_for(page: Page) -> Page:
    """The page that was asked for, empty where it is past the end: a script that counts up must come to one."""
    wanted = page.request.number
    return replace(page, entries=(), number=wanted) if page.number < wanted else page


def _document(page: Page) -> dict[str, object]:
    return {
        "page": page.number,
        "pages": page.pages,
        "total": page.counted.count,
        "spent": plain_money(page.counted.spent),
        "credited": plain_money(page.counted.credited),
        "records": [record_document(entry) for entry in page.entries],
    }


def _table(page: Page) -> list[str]:
    totals = page.counted
    if not totals.count:
        return [_emptiness(page.request.filters)]
    foot = (
        f"Page {page.number:,} of {page.pages:,}   {counted(totals.count, 'record')}   "
        f"spent {format_money(totals.spent)}   credited {format_money(totals.credited)}"
    )
    if not page.entries:
        return ["There is nothing on this page.", "", foot]
    return [*aligned(_HEAD, [_row(entry) for entry in page.entries], right={0, 5, 6}), "", foot]


def _emptiness(filters: Filters) -> str:
    if filters not in (Filters(), Filters(trash=True)):
        return "No record matches."
    return "The Trash is empty." if filters.trash else "There are no records."


def _row(entry: Entry) -> tuple[str, ...]:
    response = entry.response if entry.exact else f"≈ {entry.response}"
    return (
        str(entry.id),
        shown_moment(entry.date),
        OPERATION_NAMES[entry.operation],
        shortened(entry.operands, _CELL),
        cut_number(response, lambda cut: len(cut) <= _CELL),
        format_money(-entry.amount, signed=True),
        format_money(entry.user_balance),
    )


def note(run: Run) -> int:
    """`note`: a note beside a record."""
    with run.signed_in() as (ledger, session):
        entry = ledger.set_note(session, run.arguments.id, run.arguments.text)
    return run.answer(
        record_document(entry),
        f"Record {entry.id}: {entry.note}" if entry.note else f"Record {entry.id} has no note.",
    )


COMMANDS: Mapping[str, Command] = {"records": show, "note": note, "delete": delete, "restore": restore}
