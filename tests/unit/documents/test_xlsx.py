"""Workbooks: read back by another reader, figures exact or text, no formula, no limit of rows."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from desktop import __version__
from desktop.documents.exports import raw_record
from desktop.documents.xlsx import FIELDS, excel_number, write_xlsx
from desktop.terms.charges import Entry
from desktop.terms.kinds import OperationType
from tests.unit.documents.test_exports import CREDIT, ENTRY, FORMULAS

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20) | st.sampled_from(
    ["<r>bold</r>", "_x0041_", "a\r\nb", " both ends ", "&amp;", "\x1f", "\ufffe", *(sign + "1+1" for sign in FORMULAS)]
)


def written(folder: Path, *entries: Entry, sheet_rows: int = 1_048_576) -> list[dict[str, Any]]:
    """Write a workbook and read all its sheets back."""
    file = folder / "records.xlsx"
    assert write_xlsx([[raw_record(entry)] for entry in entries], file, sheet_rows=sheet_rows) == len(entries)
    rows = []
    for sheet in load_workbook(file).worksheets:
        head, *body = sheet.iter_rows()
        assert tuple(cell.value for cell in head) == FIELDS
        assert all(cell.data_type != "f" for row in body for cell in row)
        rows += [dict(zip(FIELDS, (_unescaped(cell.value) for cell in row), strict=True)) for row in body]
    return rows


def _unescaped(value: Any) -> Any:
    """As Excel reads a text: _x001F_ is the sign of that number."""
    if not isinstance(value, str):
        return value
    return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), value)


def test_the_workbook_says_which_program_wrote_it(tmp_path: Path) -> None:
    written(tmp_path, ENTRY)
    with ZipFile(tmp_path / "records.xlsx") as book:
        assert f"<Application>Metercalc {__version__}</Application>" in book.read("docProps/app.xml").decode()
        assert "docProps/app.xml" in book.read("_rels/.rels").decode()


def test_figures_and_dates_are_numbers(tmp_path: Path) -> None:
    (row,) = written(tmp_path, ENTRY._replace(date=1_795_576_353_000_000))
    assert (row["response"], row["amount"], row["user_balance"], row["exact"]) == (-2, 10, 990, True)
    assert row["date"] == datetime(2026, 11, 25, 3, 12, 33, tzinfo=UTC).replace(tzinfo=None)
    assert row["date_exact"] == "2026-11-25T03:12:33.000000Z"
    assert row["deleted_at"] is None


@pytest.mark.parametrize(
    ("response", "found"),
    [
        ("123456789012345", 123456789012345),
        ("1234567890123456", "1234567890123456"),
        ("0.1", 0.1),
        ("0.3333333333333333333333333333333333", "0.3333333333333333333333333333333333"),
        ("-0.000001", -0.000001),
        ("1e400", "1e400"),
    ],
)
def test_a_number_that_excel_would_round_is_text(tmp_path: Path, response: str, found: object) -> None:
    (row,) = written(tmp_path, ENTRY._replace(response=response))
    assert row["response"] == found


def test_a_random_string_of_digits_stays_the_string_it_is(tmp_path: Path) -> None:
    (row,) = written(tmp_path, ENTRY._replace(operation=OperationType.RANDOM_STRING, response="00123456", operands=""))
    assert row["response"] == "00123456"


def test_money_beyond_excels_digits_is_text(tmp_path: Path) -> None:
    (row,) = written(tmp_path, ENTRY._replace(user_balance=10**15, amount=10**15 - 1))
    assert row["user_balance"] == "10000000000000.00"
    assert Decimal(repr(row["amount"])) == Decimal("9999999999999.99")


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_whatever_is_written_as_a_number_has_all_its_digits(number: Decimal) -> None:
    text = str(number)
    if excel_number(text):
        assert Decimal(f"{float(text):.15g}") == number


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(texts, min_size=1, max_size=4))
def test_every_text_comes_back_and_none_is_a_formula(tmp_path: Path, reasons: list[str]) -> None:
    rows = written(tmp_path, *(CREDIT._replace(operands=reason) for reason in reasons))
    assert [row["operands"] or "" for row in rows] == reasons


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7])
def test_what_is_beyond_a_sheet_goes_on_in_the_next(tmp_path: Path, count: int) -> None:
    rows = written(tmp_path, *(ENTRY._replace(id=number) for number in range(count)), sheet_rows=3)
    assert [row["record_id"] for row in rows] == list(range(count))
