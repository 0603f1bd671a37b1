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
from desktop.language.sentences import mark, say, say_many
from desktop.terms.charges import Entry
from desktop.terms.errors import BadInput
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters, Page, PageRequest
from desktop.wording.cut import cut_number
from desktop.wording.shown import operation_name, shown_moment, shown_reason

MOST_PER_PAGE = 1000
_CELL = 48
_HEAD = (
    mark("id"),
    mark("date"),
    mark("operation"),
    mark("operands"),
    mark("response"),
    mark("amount"),
    mark("balance"),
)


def show(run: Run) -> int:
    """`records`: a page as a table or JSON, or CSV."""
    arguments = run.arguments
    form = arguments.format or ("json" if arguments.json else "table")
    if arguments.json and form != "json":
        raise BadInput(say("--json and --format {form} cannot both be had.", form=form))
    if arguments.keep_text and form != "csv":
        raise BadInput(say("--keep-text is about CSV: add --format csv, or leave it out."))
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
    left = _left(run, changed)
    told = (
        say("Deleted: {ids}.", ids=_listed(changed)),
        say("Unknown, or deleted already: {ids}.", ids=_listed(left)),
        say("Nothing was deleted."),
    )
    return _changed(run, "deleted", changed, left, told)


def restore(run: Run) -> int:
    """`restore`: out of the Trash."""
    with run.signed_in() as (ledger, session):
        changed = ledger.restore(session, run.arguments.ids)
    left = _left(run, changed)
    told = (
        say("Restored: {ids}.", ids=_listed(changed)),
        say("Unknown, or restored already: {ids}.", ids=_listed(left)),
        say("Nothing was restored."),
    )
    return _changed(run, "restored", changed, left, told)


def _left(run: Run, changed: tuple[int, ...]) -> list[int]:
    return [number for number in dict.fromkeys(run.arguments.ids) if number not in changed]


def _changed(run: Run, key: str, changed: tuple[int, ...], left: list[int], told: tuple[str, str, str]) -> int:
    """Tell what was done, what was not, and of nothing at all."""
    done, unknown, nothing = told
    if not changed:
        raise BadInput(f"{unknown} {nothing}", unknown=left)
    return run.answer({key: list(changed), "unknown": left}, done, *([unknown] if left else []))


def _listed(ids: list[int] | tuple[int, ...]) -> str:
    return ", ".join(map(str, ids))


def _request(run: Run) -> PageRequest:
    arguments = run.arguments
    size = arguments.per_page or run.config.records.page_size
    if size > MOST_PER_PAGE:
        raise BadInput(say("A page can have {most} records at most.", most=f"{MOST_PER_PAGE:,}"))
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
    foot = "   ".join(
        (
            say("Page {number} of {pages}", number=f"{page.number:,}", pages=f"{page.pages:,}"),
            say_many("{count} record", "{count} records", totals.count),
            say("spent {amount}", amount=format_money(totals.spent)),
            say("credited {amount}", amount=format_money(totals.credited)),
        )
    )
    if not page.entries:
        return [say("There is nothing on this page."), "", foot]
    return [*aligned(tuple(map(say, _HEAD)), [_row(entry) for entry in page.entries], right={0, 5, 6}), "", foot]


def _emptiness(filters: Filters) -> str:
    if filters not in (Filters(), Filters(trash=True)):
        return say("No record matches.")
    return say("The Trash is empty.") if filters.trash else say("There are no records.")


def _row(entry: Entry) -> tuple[str, ...]:
    response = entry.response if entry.exact else f"≈ {entry.response}"
    return (
        str(entry.id),
        shown_moment(entry.date),
        operation_name(entry.operation),
        shortened(_operands(entry), _CELL),
        cut_number(response, lambda cut: len(cut) <= _CELL),
        format_money(-entry.amount, signed=True),
        format_money(entry.user_balance),
    )


def _operands(entry: Entry) -> str:
    return shown_reason(entry.operands) if entry.operation is OperationType.CREDIT else entry.operands


def note(run: Run) -> int:
    """`note`: a note beside a record."""
    with run.signed_in() as (ledger, session):
        entry = ledger.set_note(session, run.arguments.id, run.arguments.text)
    return run.answer(
        record_document(entry),
        say("Record {id}: {note}", id=entry.id, note=entry.note)
        if entry.note
        else say("Record {id} has no note.", id=entry.id),
    )


COMMANDS: Mapping[str, Command] = {"records": show, "note": note, "delete": delete, "restore": restore}
