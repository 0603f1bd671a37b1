"""Statements explain the balance: opening + credits − charges = closing, of any period, deleted records included."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.models.embedded import accounts, charges, records, statements
from desktop.models.embedded.statements import statement
from desktop.terms.charges import RawRecord
from desktop.terms.errors import Cancelled, NotSignedIn, StoreDamaged
from desktop.terms.kinds import OperationType
from desktop.terms.reports import OperationSum, StatementReport
from tests.support.stores import BALANCE, Books, new_id, tamper

HOUR = 3_600
END = 2**62


def made(books: Books, since: int = 0, until: int = END) -> tuple[StatementReport, list[RawRecord]]:
    with statement(books.store, books.ann, since, until) as (report, read):
        return report, [row for batch in read() for row in batch]


def fill(books: Books, *, back: bool = False) -> list[int]:
    """Charges and credits at different hours; returns the moments between them. With `back` the clock is set back."""
    moments = []
    for number, text in enumerate(("1 + 1", "2 × 3 + 1", "√4", "5 − 3")):
        books.clock.advance(-HOUR * 5 if back and number == 2 else HOUR)
        moments.append(books.clock.now)
        books.charge(text)
        charges.credit(books.store, books.admin, books.ann.username, (50_00, -7_00)[number % 2], "Correction", new_id())
    return moments


def test_it_tells_the_whole_account_when_asked_for_all_of_it(books: Books) -> None:
    fill(books)
    report, rows = made(books)
    assert (report.opening, report.closing) == (0, books.balance())
    assert report.credits == OperationSum(OperationType.CREDIT, 5, BALANCE + 2 * (50_00 - 7_00))
    assert report.charges == (
        OperationSum(OperationType.ADDITION, 2, 20_00),
        OperationSum(OperationType.SUBTRACTION, 1, 20_00),
        OperationSum(OperationType.MULTIPLICATION, 1, 30_00),
        OperationSum(OperationType.SQUARE_ROOT, 1, 50_00),
    )
    assert report.count == len(rows) == 10
    assert [row[3] for row in rows] == list(range(1, 11))


def test_one_period_closes_with_what_the_next_one_opens_with(books: Books) -> None:
    _, second, third, _ = fill(books)
    before, between, after = made(books, 0, second)[0], made(books, second, third)[0], made(books, third)[0]
    assert (before.closing, between.closing) == (between.opening, after.opening)
    assert before.count + between.count + after.count == 10


def test_deleted_records_are_in_it_for_they_moved_the_balance(books: Books) -> None:
    receipt = books.charge("1 + 1")
    before = made(books)[0]
    records.delete(books.store, books.ann, [receipt.entries[0].id])
    report, rows = made(books)
    assert (report.opening, report.closing, report.charges) == (before.opening, before.closing, before.charges)
    assert [row[12] is not None for row in rows] == [False, True]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(since=st.integers(-8, 8), hours=st.integers(0, 16), step=st.sampled_from([1, 3, 100_000]))
def test_the_equation_holds_for_any_period_even_where_the_clock_was_set_back(
    books: Books, since: int, hours: int, step: int
) -> None:
    if books.count() < 10:
        fill(books, back=True)
    begin = books.clock.now + since * HOUR * 1_000_000
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statements, "STEP", step)
        report, rows = made(books, begin, begin + hours * HOUR * 1_000_000)
    assert report.opening + report.credits.amount - report.charged == report.closing
    assert report.opening - sum(row[9] for row in rows) == report.closing
    assert report.count == len(rows)


def test_records_of_other_dates_between_those_of_the_period_are_told(books: Books) -> None:
    moments = fill(books, back=True)
    assert made(books)[0].contiguous  # all of it has no other dates
    assert not made(books, 0, moments[0])[0].contiguous
    report, rows = made(books, moments[1])
    assert not report.contiguous
    assert [row[3] for row in rows if row[3] > 1] == [4, 5, 6]  # the first is of the day the test is run


def test_a_period_without_records_closes_as_it_opened(books: Books) -> None:
    fill(books)
    report, rows = made(books, END - 1, END)
    assert (report.opening, report.closing, report.count, rows) == (books.balance(), books.balance(), 0, [])


def test_others_records_are_not_in_it(books: Books) -> None:
    books.charge("1 + 1", books.bob)
    report, rows = made(books)
    assert (report.username, report.count, len(rows)) == (books.ann.username, 1, 1)


def test_it_needs_a_session_that_is_running(books: Books) -> None:
    accounts.sign_out(books.store, books.ann)
    with pytest.raises(NotSignedIn):
        made(books)


def test_no_statement_is_made_of_records_that_do_not_explain_the_balance(open_books) -> None:  # type: ignore[no-untyped-def]
    books: Books = open_books()
    fill(books)
    tamper(books.store.file, "UPDATE record SET amount = amount + 1 WHERE seq = 2")
    with pytest.raises(StoreDamaged, match="do not explain the balance"):
        made(books)


def test_it_can_be_stopped_between_steps(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "STEP", 2)
    fill(books)
    told: list[tuple[int, int]] = []
    with (
        pytest.raises(Cancelled),
        statement(
            books.store,
            books.ann,
            0,
            END,
            progress=lambda done, total: told.append((done, total)),
            cancelled=lambda: len(told) == 2,
        ),
    ):
        pytest.fail("it was not stopped")
    assert told == [(2, 10), (4, 10)]


def test_leaving_off_in_the_middle_leaves_no_transaction_open(books: Books) -> None:
    fill(books)
    with statement(books.store, books.ann, 0, END) as (_, read):
        next(read())
    books.charge("1 + 1")
