"""An operation is found by its name in the person's language, whatever was spoken when its record was indexed."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.finding.searching import readings
from desktop.models.embedded import records
from desktop.terms.kinds import Column
from desktop.terms.pages import Filters, PageRequest
from tests.support.speaking import spoken
from tests.support.stores import Books

NAMES = {"Square root": "Quadratwurzel", "Credit": "Gutschrift", "Addition": "Suma"}


@pytest.fixture
def charged(books: Books) -> Books:
    for entry in ("√4", "2 + 3", "√9"):
        books.charge(entry)
    return books


def found(books: Books, typed: str) -> list[str]:
    """What a search gives, newest first: of the page, whose totals and counts must tell of the same."""
    filters = Filters(search=readings(typed))
    page = records.page(books.store, books.ann, PageRequest(filters))
    counts = records.operation_counts(books.store, books.ann, filters)
    assert page.totals is not None
    assert page.totals.count == len(page.entries) == sum(counts.values())
    streamed = records.stream(books.store, books.ann, filters, Column.DATE, descending=True)
    assert [entry.operands for entry in streamed] == [entry.operands for entry in page.entries]
    return [entry.operands for entry in page.entries]


@pytest.mark.parametrize("indexed", [False, True], ids=["ledger", "index"])
def test_an_operation_is_found_by_its_name_in_the_language_that_is_spoken_now(
    charged: Books, tmp_path: Path, indexed: bool
) -> None:
    if indexed:
        assert records.catch_up(charged.store, charged.ann)
    assert found(charged, "square ROOT") == ["√9", "√4"]
    assert found(charged, "quadratwurzel") == []
    with spoken(tmp_path, "de", NAMES):
        assert found(charged, "QUADRATwurzel") == ["√9", "√4"]
        assert found(charged, "square root") == []
        assert found(charged, "um") == ["2 + 3"]  # short: its bitmaps are of what records say
    assert found(charged, "square root") == ["√9", "√4"]
    assert found(charged, "quadratwurzel") == []


def test_an_index_made_in_another_language_is_the_same(charged: Books, tmp_path: Path) -> None:
    with spoken(tmp_path, "de", NAMES):
        assert records.catch_up(charged.store, charged.ann)
        assert found(charged, "gutschrift") == ["Starting balance"]
    charged.charge("√16")
    assert found(charged, "square root") == ["√16", "√9", "√4"]
    assert found(charged, "gutschrift") == []
