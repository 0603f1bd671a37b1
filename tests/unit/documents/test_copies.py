"""Copies of records: what the eye sees for eyes, exact values for programs, and nothing that breaks out of its cell."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.documents import copies
from desktop.terms.kinds import Column, Detail, OperationType
from tests.unit.documents.test_exports import CREDIT, ENTRY

COLUMNS = (Column.AMOUNT, Column.OPERANDS, Column.RESPONSE)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def test_csv_has_the_columns_shown_with_the_names_and_values_of_an_export() -> None:
    text = copies.as_csv([ENTRY, ENTRY._replace(response="0.333", exact=False)], COLUMNS)
    assert text == "amount,operands,response,exact\r\n10.00,'-5 + 3,-2,true\r\n10.00,'-5 + 3,0.333,false\r\n"


def test_json_is_an_array_of_the_columns_shown() -> None:
    assert json.loads(copies.as_json([ENTRY], COLUMNS)) == [
        {"amount": "10.00", "operands": ["-5", "3"], "response": "-2", "exact": True}
    ]
    assert json.loads(copies.as_json([], COLUMNS)) == []


@given(st.lists(texts, max_size=4))
def test_no_copied_csv_cell_is_a_formula_and_all_come_back(reasons: list[str]) -> None:
    entries = [CREDIT._replace(operation=OperationType.CREDIT, operands=reason) for reason in reasons]
    rows = list(csv.reader(io.StringIO(copies.as_csv(entries, [Column.OPERANDS]), newline=""), strict=True))
    for reason, row in zip(reasons, rows[1:], strict=True):
        assert (row or [""])[0].replace("'", "") == reason.replace("'", "")


def test_markdown_is_aligned_and_figures_stand_to_the_right() -> None:
    text = copies.as_markdown(["Operands", "Amount"], [["1 + 2", "−10.00"], ["2 × 3 | 4", "−1,000.00"]], [False, True])
    assert text.splitlines() == [
        "| Operands   |    Amount |",
        "| ---------- | --------: |",
        "| 1 + 2      |    −10.00 |",
        "| 2 × 3 \\| 4 | −1,000.00 |",
    ]


@given(st.lists(st.lists(texts, min_size=2, max_size=2), max_size=4))
def test_no_markdown_cell_breaks_out_of_its_cell(cells: list[list[str]]) -> None:
    lines = copies.as_markdown(["a", "b"], cells, [False, True]).split("\n")
    assert len(lines) == len(cells) + 2
    for line in lines:
        assert line.replace("\\\\", "").replace("\\|", "").count("|") == 3


@given(st.lists(st.lists(texts, min_size=3, max_size=3), min_size=1, max_size=4))
def test_text_stays_one_line_a_record_and_one_tab_a_gap(cells: list[list[str]]) -> None:
    lines = copies.as_shown(cells).split("\n")
    assert [line.count("\t") for line in lines] == [2] * len(cells)


def test_every_column_that_can_be_shown_can_be_copied() -> None:
    columns = (*Column, *Detail)
    (document,) = json.loads(copies.as_json([ENTRY], columns))
    (names, _row) = csv.reader(io.StringIO(copies.as_csv([ENTRY], columns), newline=""), strict=True)
    assert list(document) == names
    assert len(names) == len(set(names)) == len(columns) + 1  # a response says whether it is exact


@pytest.mark.parametrize(
    ("cell", "pasted"),
    [
        ("=1+1", "'=1+1"),
        ("-2+3", "'-2+3"),
        ("gift\t=1+1", "gift =1+1"),
        ("gift;=1+1", "gift;'=1+1"),
        ("+1,000.00", "+1,000.00"),
        ("−10,00", "-10,00"),
        ("+1’000.00", "+1’000.00"),
        ("-5", "-5"),
    ],
)
def test_text_that_a_spreadsheet_is_given_is_no_formula_and_figures_stay_as_shown(cell: str, pasted: str) -> None:
    assert copies.as_shown([["a", cell]]) == f"a\t{pasted}"
