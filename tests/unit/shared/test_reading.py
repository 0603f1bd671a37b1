"""What a person sees of their records, compared with what an embedded ledger answers of the same ones."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from desktop.finding.searching import readings
from desktop.models.embedded import charges, records
from desktop.models.embedded.ledger import EmbeddedLedger
from desktop.models.ledger.sums import totals_of
from desktop.models.shared import importing, scram, urls
from desktop.terms import days
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters, PageRequest
from tests.support import postgres
from tests.support.postgres import Server
from tests.support.stores import ANN, Books, new_id, random_charge
from tests.unit.shared.conftest import json_of
from tests.unit.shared.test_charging import refused

ENTRIES = (
    "1 + 1", "2.5 × 4", "10 ÷ 4", "1 ÷ 3 × 3", "√2", "7 - 12", "0.001 + 1e-120", "1e150 × 10", "12345.67 + 0.1",
    "(1 + 2) × 4 ÷ 7",
)  # fmt: skip


@pytest.fixture
def both(books: Books, time_zone: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Books, Any]]:
    """Ann's records in an embedded ledger, and the same on a server."""
    time_zone("Europe/Berlin")
    monkeypatch.setattr(scram, "ITERATIONS", 1)
    charges.credit(books.store, books.admin, ANN, 10_000_00, "Für Größe — İ ß Ψ", new_id())
    for text in ENTRIES:
        books.charge(text)
        books.clock.advance(40_000)
    charges.charge(books.store, books.ann, random_charge("aB3×xyz"))
    charges.credit(books.store, books.admin, ANN, -5_00, "a slip", new_id())
    records.delete(books.store, books.ann, [7, 9, 12])
    records.set_note(books.store, books.ann, 8, "Größe, 40,000 ÉTÉ")
    records.set_note(books.store, books.ann, 9, "hidden × note")
    server = postgres.shared_server()
    name = server.ledger("owner@example.org")
    try:
        url = urls.parse(server.owner_url(name))
        brought = importing.bring_over(books.store, url, postgres.OWNER_PASSWORD)
        with server.connect(urls.role_name(name, ANN), brought.passwords[ANN], name) as ann:
            ann.execute("SELECT metercalc.change_verifier(%s)", [postgres.VERIFIER])
            yield books, ann
    finally:
        server.drop(name)


def _filters(found: Filters) -> Any:
    spans = days.offsets(1_700_000_000_000_000, 1_900_000_000_000_000)[1]
    return json_of(
        {
            "search": list(found.search),
            "operations": sorted(found.operations),
            "since": found.since,
            "until": found.until,
            "least": found.least,
            "most": found.most,
            "trash": found.trash,
            "more": [],
            "offsets": spans,
        }
    )


SEARCHES = (
    "", "1", "2.5", "×", "÷ 7", "√", "credit", "square", "addition", "für", "GRÖSSE", "größe", "i̇", "ψ", "slip", "ab3",
    "-10", "−30.00",
    "+10,000.00", "10,000", "1,000.00", "2026-11-2", "26-11-25 1", ":", "0.333", "%", "_", "'", "\\", "e150",
    "starting",
)  # fmt: skip


@pytest.mark.parametrize("trash", [False, True])
def test_searches_find_what_an_embedded_ledger_finds(both: tuple[Books, Any], trash: bool) -> None:
    books, ann = both
    for text in SEARCHES:
        filters = Filters(search=readings(text), trash=trash)
        wanted = [entry.id for entry in records.stream(books.store, books.ann, filters, Column.DATE, descending=False)]
        found = ann.execute(
            "SELECT id FROM metercalc.records(%s, 'date', false, 0, 99)", [_filters(filters)]
        ).fetchall()
        assert [row[0] for row in found] == wanted, text


def test_every_page_in_every_order_is_an_embedded_ledger_s(both: tuple[Books, Any]) -> None:
    books, ann = both
    some = Filters(operations=frozenset({OperationType.ADDITION, OperationType.CREDIT, OperationType.DIVISION}))
    for sort, descending, filters in itertools.product(Column, (False, True), (Filters(), some)):
        total = records.totals(books.store, books.ann, filters).count
        for number in range(1, total // 7 + 2):
            request = PageRequest(filters, sort, descending, number, 7)
            wanted = [] if (number - 1) * 7 >= total else records.page(books.store, books.ann, request).entries
            for known in (None, total):
                found = ann.execute(
                    "SELECT * FROM metercalc.records(%s, %s, %s, %s, 7, %s::bigint)",
                    [_filters(filters), sort.value, descending, (number - 1) * 7, known],
                ).fetchall()
                assert [row[0] for row in found] == [entry.id for entry in wanted], request
                assert [row[3:8] for row in found] == [
                    (e.seq, e.operation.value, e.operands, e.response, e.exact) for e in wanted
                ]


def test_sums_are_an_embedded_ledger_s(both: tuple[Books, Any]) -> None:
    books, ann = both
    dates = [entry.date for entry in records.stream(books.store, books.ann, Filters(), Column.DATE, descending=False)]
    for filters in (Filters(), Filters(trash=True), Filters(since=dates[3], until=dates[9]), Filters(most=-40_00)):
        rows = ann.execute("SELECT * FROM metercalc.sums(%s)", [_filters(filters)]).fetchall()
        assert totals_of((OperationType(k), n, taken) for k, n, taken in rows) == records.totals(
            books.store, books.ann, filters
        )
    assert ann.execute("SELECT metercalc.trash_count()").fetchone() == (3,)


def test_days_and_balances_are_an_embedded_ledger_s(both: tuple[Books, Any]) -> None:
    books, ann = both
    wanted = EmbeddedLedger(books.store).insights(books.ann, Filters())
    rows = ann.execute("SELECT * FROM metercalc.days(%s, 0, 999)", [_filters(Filters())]).fetchall()
    assert [(row[0], row[1], row[2]) for row in rows] == [(d.day, d.operation.value, d.count) for d in wanted.days]
    first, last = min(row[4] for row in rows), max(row[5] for row in rows)
    points = ann.execute(
        "SELECT * FROM metercalc.balance_points(%s, %s::bigint, 1, %s::bigint, %s::bigint)",
        [_filters(Filters()), first, first - 1, last],
    ).fetchall()
    assert [(row[3], row[4], row[1], row[2]) for row in points] == [
        (p.date, p.balance, p.low, p.high) for p in wanted.balance
    ]


def test_a_period_is_summed_with_what_was_deleted(both: tuple[Books, Any]) -> None:
    books, ann = both
    rows = ann.execute("SELECT * FROM metercalc.period_sums(0, 9000000000000000, 0, 999)").fetchall()
    assert {row[0] for row in rows} == {1}
    taken = sum(row[3] for row in rows)
    assert -taken == books.balance()
    both_kinds = ann.execute(
        'SELECT count(*) FROM metercalc.records_slice(\'{"hidden": "both"}\', 0, 999, NULL)'
    ).fetchone()
    assert both_kinds == (sum(row[2] for row in rows),)


@pytest.mark.parametrize(
    "filters", [{"more": [["tag", 1]]}, {"colour": "red"}, {"hidden": "neither"}, {"more": {"tag": 1}}]
)
def test_a_filter_that_the_server_does_not_know_is_not_left_out(desk: Any, filters: dict[str, Any]) -> None:
    for sql in ("records(%s, 'date', true, 0, 9)", "sums(%s)", "records_slice(%s, 0, 9, 9)"):
        with refused("MC017"):
            desk.all(f"SELECT * FROM metercalc.{sql}", json_of(filters))
    with refused("MC017"):
        desk.all("SELECT * FROM metercalc.records('{}', 'colour', true, 0, 9)")


def test_streams_are_of_one_state(desk: Any, server: Server) -> None:
    for number in range(6):
        desk.charge(f"{number} + 1")
    with server.member(desk.database, ANN, autocommit=False) as reader:
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        first = reader.execute("SELECT seq FROM metercalc.records_slice('{}', 0, 99, 3)").fetchall()
        desk.charge("9 + 9")
        rest = reader.execute("SELECT seq FROM metercalc.records_slice('{}', 3, 99, NULL)").fetchall()
        assert first + rest == [(number,) for number in range(1, 8)]


def test_a_charge_leaves_nothing_to_read_before_it_is_committed(desk: Any, server: Server) -> None:
    with server.member(desk.database, ANN, autocommit=False) as writer:
        desk.charge("1 + 1", writer)
        assert desk.all("SELECT count(*) FROM metercalc.records('{}', 'date', true, 0, 9)") == [(1,)]
        writer.rollback()
    assert desk.all("SELECT seq FROM metercalc.account()") == [(1,)]
