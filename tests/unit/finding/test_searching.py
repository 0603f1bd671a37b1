"""A search text means the same in the window and on the command line, and finds what is shown."""

from __future__ import annotations

import pytest

from desktop.arithmetic.numbers import NumberFormat
from desktop.finding.searching import readings
from desktop.models.embedded import charges, records
from desktop.models.embedded.browsing import plain
from desktop.terms.pages import Filters, PageRequest
from tests.support.stores import ANN, Books, new_id


@pytest.mark.parametrize(
    ("mark", "groups", "typed", "read"),
    [
        (",", ".", "1.234,56", ("1,234.56", "1234.56")),
        (",", ".", "12.410,00", ("12,410.00", "12410.00")),
        (",", ".", "1,000", ("1.000",)),
        (",", ".", "12,5 × 3", ("12,5 × 3", "12.5 × 3")),
        (",", ".", "√2,25", ("√2,25", "√2.25")),
        (",", ".", "−1.234,56", ("-1,234.56", "-1234.56", "−1,234.56", "−1234.56")),
        (".", ",", "1,000", ("1,000", "1000")),
        (".", ",", "2500", ("2500", "2,500")),
        (".", ",", "12", ("12",)),
        (".", ",", "20.00", ("20.00",)),
        (".", ",", "05", ("05",)),
        (".", ",", "2026-11-25", ("2026-11-25",)),
        (".", ",", "−5 − 3", ("−5 − 3", "-5 − 3")),
        (".", ",", "50%_'", ("50%_'",)),
        (".", ",", "  spaced  ", ("spaced",)),
        (".", ",", "   ", ()),
        (".", ",", "10.00", ("10.00",)),
        (".", ",", "2 - 5", ("2 - 5", "2 − 5")),
        (".", ",", "2-5", ("2-5", "2 − 5")),
        (".", ",", "2*3", ("2*3", "2 × 3")),
        (".", ",", "2 x 3", ("2 x 3", "2 × 3")),
        (".", ",", "1,000/8", ("1,000/8", "1000 ÷ 8")),
        (",", ".", "1.000:8", ("1.000:8", "1,000:8", "1000:8")),
        (".", ",", "sqrt 2", ("sqrt 2", "√2")),
        (".", ",", "SQRT(2)", ("SQRT(2)", "√(2)")),
        (".", ",", "* 3", ("* 3", "× 3")),
        (".", ",", "5--3", ("5--3", "5 − -3")),
        (".", ",", "-5 +", ("-5 +", "−5 +")),
        (".", ",", "2026-1", ("2026-1", "2026 − 1")),
        (".", ",", "2026-11", ("2026-11",)),
        (".", ",", "Box x 3", ("Box x 3",)),
        (".", ",", "≈ 0.333", ("0.333",)),
        (".", ",", "≈", ("≈",)),
    ],
)
def test_a_text_is_looked_for_as_the_ledger_writes_it(
    mark: str, groups: str, typed: str, read: tuple[str, ...]
) -> None:
    assert readings(typed, NumberFormat(decimal_mark=mark, group_marks=groups)) == read


@pytest.mark.parametrize(
    ("typed", "operands"),
    [
        ("2-5", ["2 − 5"]),
        ("2 − 5", ["2 − 5"]),
        ("2 - 5", ["2 − 5"]),
        ("2*3", ["2 × 3"]),
        ("2 x 3", ["2 × 3"]),
        ("1,000/8", ["1000 ÷ 8"]),
        ("sqrt 4", ["√4"]),
        ("-20.00", ["2 − 5"]),
        ("−20.00", ["2 − 5"]),
        ("20.00", ["2 − 5"]),
        ("125", ["1000 ÷ 8"]),
    ],
)
def test_what_was_paid_for_is_found_however_it_is_typed(books: Books, typed: str, operands: list[str]) -> None:
    for entry in ("2 - 5", "2 × 3", "1000 / 8", "√4"):
        books.charge(entry)
    page = records.page(books.store, books.ann, PageRequest(Filters(search=readings(typed))))
    assert [entry.operands for entry in page.entries] == operands


REASONS = (
    "отчёт", "Ὀδυσσεύς", "Hauptstraße 5", "Café crème", "le cafe\u0301 d’à côté", "Reise nach ÖSTERREICH",
)  # fmt: skip


@pytest.mark.parametrize("indexed", [False, True], ids=["ledger", "index"])
@pytest.mark.parametrize(
    ("typed", "reasons"),
    [
        ("österreich", ["Reise nach ÖSTERREICH"]),
        ("O\u0308sterreich", ["Reise nach ÖSTERREICH"]),
        ("CAFÉ", ["le cafe\u0301 d’à côté", "Café crème"]),
        ("cafe\u0301", ["le cafe\u0301 d’à côté", "Café crème"]),
        ("cafe", []),
        ("HAUPTSTRASSE", ["Hauptstraße 5"]),
        ("ОТЧЁТ", ["отчёт"]),
        ("ὈΔΥΣΣΕΎΣ", ["Ὀδυσσεύς"]),
        ("100%_", []),
    ],
)
def test_neither_case_nor_the_form_of_an_accent_hides_a_record(
    books: Books, typed: str, reasons: list[str], indexed: bool
) -> None:
    for reason in REASONS:
        charges.credit(books.store, books.admin, ANN, 100, reason, new_id())
    request = PageRequest(Filters(search=readings(typed)))
    if indexed:
        assert records.catch_up(books.store, books.ann)
        page = records.page(books.store, books.ann, request)
    else:
        page = plain.page(books.store.database, books.ann.user_id, request, exact=True)
    assert [entry.operands for entry in page.entries] == reasons
