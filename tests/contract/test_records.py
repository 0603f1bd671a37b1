"""One's own records, through the protocol."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from desktop.finding.searching import readings
from desktop.models.ledger.protocol import Ledger
from desktop.terms.errors import Cancelled
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters, PageRequest, Totals
from desktop.terms.people import Session
from tests.contract.conftest import Desk
from tests.contract.ledgers import COPIED, LEDGERS, Factory
from tests.support.speaking import spoken
from tests.support.stores import ANN, BALANCE, new_id

ENTRIES = ("1 + 2", "9 − 4", "3 × 3", "12 ÷ 4", "√16", "100 + 200")
SHOWN = ["100 + 200", "√16", "12 ÷ 4", "3 × 3", "9 − 4", "1 + 2"]
SPENT = 10_00 + 20_00 + 30_00 + 40_00 + 50_00 + 10_00
START = "Starting balance"


@pytest.fixture(params=[*LEDGERS, pytest.param(COPIED, marks=pytest.mark.faults)], ids=lambda factory: factory.name)
def factory(request: pytest.FixtureRequest) -> Factory:
    """One kind of ledger after the other, and one that is looked at through a copy."""
    found: Factory = request.param
    return found


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """Ann has six charges, Bob one."""
    for text in ENTRIES:
        desk.charge(text)
    desk.charge("7 + 7", desk.bob)
    return desk


def texts(ledger: Ledger, session: Session, request: PageRequest) -> list[str]:
    """The operands on a page, without the starting balance, whose words are the ledger's."""
    return [e.operands for e in ledger.page(session, request).entries if e.operation is not OperationType.CREDIT]


def test_a_page_has_ones_own_records_newest_first(filled: Desk) -> None:
    page = filled.ledger.page(filled.ann, PageRequest())
    assert texts(filled.ledger, filled.ann, PageRequest()) == SHOWN
    assert (page.counted, page.number, page.pages) == (Totals(7, SPENT, BALANCE), 1, 1)
    assert texts(filled.ledger, filled.bob, PageRequest()) == ["7 + 7"]


def test_pages_cut_the_records_without_gap_or_overlap(filled: Desk) -> None:
    whole = [e.id for e in filled.ledger.page(filled.ann, PageRequest()).entries]
    pages = [filled.ledger.page(filled.ann, PageRequest(number=number, size=3)) for number in (1, 2, 3)]
    assert [e.id for page in pages for e in page.entries] == whole
    assert [page.pages for page in pages] == [3, 3, 3]


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("column", list(Column))
def test_every_order_is_an_order_of_the_same_records(filled: Desk, column: Column, descending: bool) -> None:
    request = PageRequest(sort=column, descending=descending)
    found = filled.ledger.page(filled.ann, request).entries
    assert sorted(e.seq for e in found) == list(range(1, 8))
    again = PageRequest(sort=column, descending=descending, number=2, size=4)
    assert [e.id for e in filled.ledger.page(filled.ann, again).entries] == [e.id for e in found[4:]]


def test_numbers_are_ordered_as_numbers(filled: Desk) -> None:
    request = PageRequest(Filters(operations=frozenset({OperationType.ADDITION})), Column.RESPONSE, descending=False)
    assert texts(filled.ledger, filled.ann, request) == ["1 + 2", "100 + 200"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(search=("√16",)), ["√16"]),
        (Filters(search=("300",)), ["100 + 200"]),
        (Filters(search=("nothing like it",)), []),
        (Filters(operations=frozenset({OperationType.DIVISION, OperationType.MULTIPLICATION})), ["12 ÷ 4", "3 × 3"]),
        (Filters(least=-50_00, most=-40_00), ["√16", "12 ÷ 4"]),
        (Filters(trash=True), []),
    ],
)
def test_a_filter_keeps_what_it_means(filled: Desk, filters: Filters, found: list[str]) -> None:
    assert texts(filled.ledger, filled.ann, PageRequest(filters)) == found
    assert filled.ledger.totals(filled.ann, filters).count == len(found)
    first, _ = filled.ledger.first_look(filled.ann, PageRequest(filters))
    assert [e.operands for e in first.entries] == found


def test_dates_bound_the_records_with_the_end_left_out(filled: Desk) -> None:
    dates = {e.operands: e.date for e in filled.ledger.page(filled.ann, PageRequest()).entries}
    filters = Filters(since=dates["9 − 4"], until=dates["√16"])
    assert texts(filled.ledger, filled.ann, PageRequest(filters)) == ["12 ÷ 4", "3 × 3", "9 − 4"]


def test_every_operation_is_counted(filled: Desk) -> None:
    kind = OperationType
    assert dict(filled.ledger.operation_counts(filled.ann, Filters())) == {
        kind.ADDITION: 2, kind.SUBTRACTION: 1, kind.MULTIPLICATION: 1, kind.DIVISION: 1, kind.SQUARE_ROOT: 1,
        kind.CREDIT: 1,
    }  # fmt: skip


def test_a_deleted_record_is_in_the_trash_until_it_is_restored_and_its_price_stays(filled: Desk) -> None:
    ledger, ann = filled.ledger, filled.ann
    ids = [e.id for e in ledger.page(ann, PageRequest(Filters(search=("√",)))).entries]
    assert ledger.delete(ann, ids) == tuple(ids)
    assert ledger.delete(ann, ids) == ()
    assert ledger.trash_count(ann) == 1
    assert "√16" not in texts(ledger, ann, PageRequest())
    assert texts(ledger, ann, PageRequest(Filters(trash=True))) == ["√16"]
    assert filled.balance() == BALANCE - SPENT
    assert ledger.restore(ann, ids) == tuple(ids)
    assert ledger.restore(ann, ids) == ()
    assert texts(ledger, ann, PageRequest()) == SHOWN
    assert ledger.verify().problems == ()


def test_nobody_hides_what_is_anothers(filled: Desk) -> None:
    ids = [e.id for e in filled.ledger.page(filled.ann, PageRequest()).entries]
    assert filled.ledger.delete(filled.bob, [*ids, 10**9]) == ()
    assert filled.ledger.trash_count(filled.ann) == 0


def test_what_is_streamed_is_what_pages_show(filled: Desk) -> None:
    request = PageRequest(sort=Column.AMOUNT, descending=False)
    page = filled.ledger.page(filled.ann, request)
    arguments = (filled.ann, Filters(), Column.AMOUNT)
    with closing(filled.ledger.stream(*arguments, descending=False)) as entries:
        assert tuple(entries) == page.entries
    with closing(filled.ledger.batches(*arguments, descending=False)) as batches:
        assert [row[0] for batch in batches for row in batch] == [e.id for e in page.entries]


def test_catching_up_changes_no_answer(filled: Desk) -> None:
    before = filled.ledger.page(filled.ann, PageRequest(Filters(search=("4",)), Column.AMOUNT))
    assert filled.ledger.catch_up(filled.ann)
    assert filled.ledger.catch_up(filled.ann, check=True)
    assert filled.ledger.page(filled.ann, PageRequest(Filters(search=("4",)), Column.AMOUNT)) == before


def test_insights_come_to_what_the_page_says(filled: Desk) -> None:
    found = filled.ledger.insights(filled.ann, Filters())
    assert found.totals == filled.ledger.totals(filled.ann, Filters()) == Totals(7, SPENT, BALANCE)
    assert found.balance[-1].balance == filled.balance()
    assert sum(day.spent for day in found.days) == SPENT


def test_a_statement_explains_the_balance(filled: Desk) -> None:
    filled.ledger.credit(filled.admin, ANN, -5_00, "Counted twice", new_id())
    with filled.ledger.statement(filled.ann, 0, 2**62) as (report, read):
        rows = [row for batch in read() for row in batch]
        assert [row for batch in read() for row in batch] == rows, "read again, from the first one on"
    assert (report.opening, report.charged, report.credits.amount) == (0, SPENT, BALANCE - 5_00)
    assert report.closing == filled.balance() == BALANCE - SPENT - 5_00
    assert [row[3] for row in rows] == list(range(1, 9))


def test_what_nobody_waits_for_any_more_is_given_up(filled: Desk) -> None:
    with pytest.raises(Cancelled):
        filled.ledger.insights(filled.ann, Filters(), cancelled=lambda: True)
    assert not filled.ledger.verify(cancelled=lambda: True).complete
    assert texts(filled.ledger, filled.ann, PageRequest()) == SHOWN


def test_a_proof_covers_everything_that_was_done(filled: Desk) -> None:
    proof = filled.ledger.verify()
    assert (proof.problems, proof.complete, proof.records, proof.users) == ((), True, 10, 3)
    assert filled.ledger.trouble() == ""
    assert not filled.ledger.can_only_be_read


def test_an_operation_is_found_by_its_name_in_the_language_that_is_spoken(filled: Desk, tmp_path: Path) -> None:
    request = PageRequest(Filters(search=readings("QUADRATwurzel")))
    with spoken(tmp_path, "de", {"Square root": "Quadratwurzel"}):
        page = filled.ledger.page(filled.ann, request)
        assert [entry.operands for entry in page.entries] == ["√16"]
        assert page.counted.count == filled.ledger.totals(filled.ann, request.filters).count == 1
        assert set(filled.ledger.operation_counts(filled.ann, request.filters)) == {OperationType.SQUARE_ROOT}
    assert filled.ledger.page(filled.ann, request).entries == ()
