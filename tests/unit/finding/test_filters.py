"""The filters as objects: none is forgotten, and each says in words what it lets through."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import pytest

from desktop.arithmetic.numbers import NumberFormat
from desktop.finding import filters
from desktop.finding.filters import FILTERS, described, more_of, plan_of, where, with_more
from desktop.models.embedded import records
from desktop.terms import days
from desktop.terms.kinds import OperationType
from desktop.terms.pages import Filters, PageRequest
from tests.support.stores import Books

DAY = date(2026, 11, 25)
GERMAN = NumberFormat(decimal_mark=",", group_marks=".")


def test_every_field_has_one_filter_that_knows_it() -> None:
    known = [field for one in FILTERS for field in one.fields]
    assert sorted([*known, "more"]) == sorted(field.name for field in fields(Filters))


@pytest.mark.parametrize("ask", [lambda found: where(1, found), plan_of, described])
def test_a_filter_that_nobody_knows_is_never_left_out_in_silence(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(LookupError, match="no such filter"):
        ask(with_more(Filters(), "no such filter", "yes"))


def test_what_the_index_does_not_know_is_asked_of_the_ledger(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    for entry in ("1 / 3", "1 / 4", "2 + 2"):
        books.charge(entry)
    assert records.catch_up(books.store, books.ann)
    rounded = filters.Filter("rounded", lambda _: ("r.exact = 0", []), lambda *_: "rounded")
    monkeypatch.setattr(filters, "FILTERS", (*FILTERS, rounded))
    wanted = with_more(Filters(operations=frozenset({OperationType.DIVISION})), "rounded", True)
    page = records.page(books.store, books.ann, PageRequest(wanted))
    assert ([entry.operands for entry in page.entries], page.counted.count) == (["1 ÷ 3"], 1)
    assert records.operation_counts(books.store, books.ann, wanted) == {OperationType.DIVISION: 1}


def test_a_filter_without_a_field_is_set_and_taken_off() -> None:
    found = with_more(with_more(Filters(), "b", 2), "a", 1)
    assert found == with_more(with_more(Filters(), "a", 1), "b", 2)
    assert (more_of(found, "a"), more_of(found, "c")) == (1, None)
    assert with_more(with_more(found, "a", None), "b", None) == Filters()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"search": ("2,5", "2.5")}, "“2,5”"),
        ({"operations": frozenset({OperationType.CREDIT, OperationType.ADDITION})}, "Addition or Credit"),
        ({"since": days.start_of(DAY)}, "from 2026-11-25"),
        ({"since": days.start_of(DAY), "until": days.end_of(DAY)}, "from 2026-11-25 up to 2026-11-25"),
        ({"least": 1_000_00}, "amounts of at least +1.000,00"),
        ({"most": -10_00}, "amounts of at most −10,00"),
        ({"least": -10_00, "most": -5}, "amounts of at least −10,00 and of at most −0,05"),
        ({"least": -10_00, "most": -10_00}, "amounts of −10,00"),
        (
            {"since": days.start_of(DAY) + 3600_000_000, "until": days.start_of(DAY) + 7260_000_000},
            "from 2026-11-25 01:00:00 up to 2026-11-25 02:00:59",
        ),
        ({"trash": True, "search": ("x",)}, "“x”, in the Trash"),
    ],
)
def test_filters_say_what_they_let_through(changes: dict[str, object], words: str) -> None:
    assert described(replace(Filters(), **changes), GERMAN) == words  # type: ignore[arg-type]  # the fields of Filters
