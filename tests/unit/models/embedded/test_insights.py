"""Insights agree with the records, added up one by one: by the person's days, exact, in any number of steps."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import product

import pytest

from desktop.models.embedded import charges, records
from desktop.models.embedded import insights as core
from desktop.models.embedded.insights import insights
from desktop.terms import days
from desktop.terms.errors import Cancelled
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters
from desktop.terms.reports import Insights
from desktop.wording.shown import shown_date
from tests.support.stores import Books, new_id

HOUR = 3_600
MICROSECOND = 1_000_000


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A place whose days can have 23 and 25 hours."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def look(books: Books, filters: Filters = Filters()) -> Insights:  # noqa: B008 - a frozen value
    return insights(books.store, books.ann, filters, progress=lambda done, total: None, cancelled=lambda: False)


def spend(books: Books, hours: int, count: int) -> None:
    """Charge now and then, top up when it is needed, and hide some."""
    for number in range(count):
        books.clock.advance(hours * HOUR)
        charges.credit(books.store, books.admin, books.ann.username, 50_00, "Top-up", new_id())
        receipt = books.charge(("1 + 1", "2 × 3", "√4 + 1")[number % 3])
        if number % 5 == 0:
            records.delete(books.store, books.ann, [receipt.entries[0].id])


def by_hand(books: Books, filters: Filters) -> Counter[tuple[int, OperationType, str]]:
    """The same sums from the records themselves."""
    sums: Counter[tuple[int, OperationType, str]] = Counter()
    for entry in records.stream(books.store, books.ann, filters, Column.DATE, descending=False):
        day = datetime.fromtimestamp(entry.date / MICROSECOND).date().toordinal() - datetime(1970, 1, 1).toordinal()
        sums[day, entry.operation, "count"] += 1
        put_in = entry.operation is OperationType.CREDIT
        sums[day, entry.operation, "spent"] += 0 if put_in else entry.amount
        sums[day, entry.operation, "credited"] += -entry.amount if put_in else 0
    return sums


@pytest.mark.usefixtures("berlin")
def test_sums_are_those_of_the_persons_days(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    spend(books, hours=31, count=130)  # over the change of the clocks in March
    for filters in (Filters(), Filters(operations=frozenset({OperationType.ADDITION})), Filters(trash=True)):
        sums = by_hand(books, filters)
        for step in (1, 7, 100_000):
            monkeypatch.setattr(core, "STEP", step)
            found = look(books, filters)
            assert {(d.day, d.operation): (d.count, d.spent, d.credited) for d in found.days} == {
                (day, kind): tuple(sums[day, kind, name] for name in ("count", "spent", "credited"))
                for day, kind, _ in sums
            }, (filters, step)
            assert found.totals == records.totals(books.store, books.ann, filters)


def test_the_balance_is_told_in_order_and_ends_with_the_last_record(books: Books) -> None:
    spend(books, hours=5, count=20)
    points = look(books).balance
    assert [point.date for point in points] == sorted(point.date for point in points)
    assert points[-1].balance == books.balance()


def test_few_points_still_bound_every_balance(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    spend(books, hours=1, count=30)
    balances = [balance for *_, balance in books.records()]
    shown = [
        entry.user_balance for entry in records.stream(books.store, books.ann, Filters(), Column.DATE, descending=False)
    ]
    for most, step in product((1, 3, 10, 1000), (1, 8, 100_000)):
        monkeypatch.setattr(core, "POINTS", most)
        monkeypatch.setattr(core, "STEP", step)
        points = look(books, Filters()).balance
        assert len(points) <= most, (most, step)
        assert (min(p.low for p in points), max(p.high for p in points)) == (min(shown), max(shown)), (most, step)
        assert {p.balance for p in points} <= set(balances), (most, step)


def test_points_are_kept_for_the_span_that_is_filtered(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    spend(books, hours=1, count=40)
    monkeypatch.setattr(core, "POINTS", 10)
    since = books.clock.now - 5 * HOUR * MICROSECOND
    assert len(look(books, Filters(since=since)).balance) >= 5


def test_no_record_is_no_point_and_no_day(books: Books) -> None:
    found = look(books, Filters(search=("no such thing",)))
    assert (found.balance, found.days, found.totals.count) == ((), (), 0)


def test_others_records_are_not_in_it(books: Books) -> None:
    books.charge("1 + 1", books.bob)
    assert look(books).totals.count == 1


def test_it_can_be_stopped_between_steps(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "STEP", 2)
    spend(books, hours=1, count=5)
    told: list[tuple[int, int]] = []
    with pytest.raises(Cancelled):
        insights(
            books.store,
            books.ann,
            Filters(),
            progress=lambda done, total: told.append((done, total)),
            cancelled=lambda: len(told) == 2,
        )
    assert len(told) == 2


def test_progress_comes_to_its_end(books: Books) -> None:
    spend(books, hours=1, count=5)
    told: list[tuple[int, int]] = []
    insights(
        books.store, books.ann, Filters(), progress=lambda done, total: told.append((done, total)),
        cancelled=lambda: False,
    )  # fmt: skip
    assert told[-1][0] == told[-1][1]


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize("wrong", [datetime(2025, 7, 1, 22, 30, tzinfo=UTC), datetime(2031, 7, 1, 22, 30, tzinfo=UTC)])
def test_a_record_of_a_wrong_clock_is_on_the_day_that_the_browser_shows(books: Books, wrong: datetime) -> None:
    for moment in (datetime(2026, 1, 10, tzinfo=UTC), wrong, datetime(2026, 1, 11, tzinfo=UTC)):
        books.clock.now = int(moment.timestamp()) * MICROSECOND
        receipt = books.charge("1 + 1")
        shown = date.fromisoformat(shown_date(receipt.entries[0].date)[:10])
        filters = Filters(since=days.start_of(shown), until=days.end_of(shown))
        found = look(books, filters).days
        assert [(day.day, day.count) for day in found] == [((shown - date(1970, 1, 1)).days, 1)]
        assert records.totals(books.store, books.ann, filters).count == 1


@pytest.mark.usefixtures("berlin")
def test_the_change_of_the_clocks_is_known_to_the_second() -> None:
    summer, winter = (datetime(2026, month, day, 1, tzinfo=UTC) for month, day in ((3, 29), (10, 25)))
    begin, end = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 12))
    _, spans = days.offsets(*(int(moment.timestamp()) * MICROSECOND for moment in (begin, end)))
    hour = HOUR * MICROSECOND
    assert [offset for _, offset in spans] == [hour, 2 * hour, hour]
    assert [until // MICROSECOND for until, _ in spans[:2]] == [int(summer.timestamp()), int(winter.timestamp())]
