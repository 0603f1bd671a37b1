"""Spent and credited mean the same wherever they are shown: it goes by the kind of record, not by a sign."""

from __future__ import annotations

from desktop.models.embedded import charges, records
from desktop.models.embedded.insights import insights
from desktop.models.embedded.statements import statement
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters, PageRequest, Totals
from tests.support.stores import BALANCE, Books, new_id

CORRECTION = 30_00
DAY = 86_400


def correct(books: Books) -> None:
    charges.credit(books.store, books.admin, books.ann.username, -CORRECTION, "Typing error", new_id())


def everywhere(books: Books, filters: Filters) -> list[Totals]:
    """What the ledger itself, the index (under a filter, and under a search) and the insights say."""
    ask = records.totals
    plain = ask(books.store, books.ann, filters)
    assert records.catch_up(books.store, books.ann)
    indexed = ask(books.store, books.ann, filters)
    everything = Filters(filters.search or ("e", "+"), filters.operations)
    searched = ask(books.store, books.ann, everything)
    shown = records.page(books.store, books.ann, PageRequest(filters, Column.AMOUNT)).counted
    found = insights(books.store, books.ann, filters, progress=lambda *_: None, cancelled=lambda: False)
    return [plain, indexed, searched, shown, found.totals]


def test_a_correction_downwards_is_credit_taken_back_and_no_charge(books: Books) -> None:
    books.charge("1 + 1")
    books.clock.advance(DAY)
    correct(books)
    found = everywhere(books, Filters())
    assert found == [Totals(3, 10_00, BALANCE - CORRECTION)] * len(found)
    days = insights(books.store, books.ann, Filters(), progress=lambda *_: None, cancelled=lambda: False).days
    sums = {(day.operation, day.spent, day.credited, day.charges) for day in days}
    assert sums == {
        (OperationType.CREDIT, 0, BALANCE, 0),
        (OperationType.ADDITION, 10_00, 0, 1),
        (OperationType.CREDIT, 0, -CORRECTION, 0),
    }
    with statement(books.store, books.ann, 0, 2**62) as (report, _):
        assert (report.charged, report.credits.amount) == (10_00, BALANCE - CORRECTION)


def test_corrections_alone_are_a_negative_credit(books: Books) -> None:
    correct(books)
    found = everywhere(books, Filters(search=("typing",)))
    assert found == [Totals(1, 0, -CORRECTION)] * len(found)


def test_a_free_operation_is_a_charge_of_nothing(books: Books) -> None:
    charges.set_cost(books.store, books.admin, OperationType.ADDITION, 0)
    books.charge("1 + 1")
    days = insights(books.store, books.ann, Filters(), progress=lambda *_: None, cancelled=lambda: False).days
    assert [(day.spent, day.charges) for day in days if day.operation is OperationType.ADDITION] == [(0, 1)]
