"""Exports: exact, readable by another reader, and no formula in any cell."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.arithmetic.money import plain_money
from desktop.documents import exports, json_rows
from desktop.terms.charges import Entry
from desktop.terms.kinds import OperationType, Source

ENTRY = Entry(
    id=7,
    request_id="01234567-89ab-cdef-0123-456789abcdef",
    step=1,
    seq=3,
    operation=OperationType.ADDITION,
    operands="-5 + 3",
    response="-2",
    exact=True,
    source=Source.COMPUTED,
    amount=1000,
    user_balance=99000,
    date=1_795_576_353_123_456,
    deleted_at=None,
    expression="-5 + 3",
)
CREDIT = ENTRY._replace(
    operation=OperationType.CREDIT, response="", amount=-100_000, expression="", source=Source.LEDGER
)
FORMULAS = ("=", "+", "-", "@", "\t", "\r")

cells = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    st.tuples(st.sampled_from([*FORMULAS, '"', ",", ";", "\n", "\ufeff"]), st.text("1a.,;\"'\n\r=e-")).map("".join),
)


def read_back(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def written(*entries: Entry, delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    assert exports.write_csv(entries, out, delimiter=delimiter) == len(entries)
    return out.getvalue()


def test_a_document_has_money_and_numbers_as_strings_and_dates_in_utc() -> None:
    assert exports.record_document(ENTRY) == {
        "record_id": 7,
        "operation": "addition",
        "operands": ["-5", "3"],
        "response": "-2",
        "exact": True,
        "source": "computed",
        "amount": "10.00",
        "user_balance": "990.00",
        "date": "2026-11-25T03:12:33.123456Z",
        "expression": "-5 + 3",
        "request_id": ENTRY.request_id,
        "step": 1,
        "seq": 3,
        "deleted_at": None,
        "note": "",
    }


def test_a_record_that_was_tampered_with_can_still_be_looked_at() -> None:
    assert exports.record_document(ENTRY._replace(operands="nonsense"))["operands"] == ["nonsense"]


@pytest.mark.parametrize("microseconds", [0, 1, 999_999, 2**53, -1])
def test_dates_are_exact_to_the_microsecond(microseconds: int) -> None:
    text = exports.utc_text(microseconds)
    assert len(text) == len("1970-01-01T00:00:00.000000Z")
    assert int(text[-7:-1]) == microseconds % 1_000_000


@given(st.lists(cells, max_size=5))
def test_csv_cells_come_back_and_none_is_a_formula(reasons: list[str]) -> None:
    rows = read_back(written(*(CREDIT._replace(operands=reason) for reason in reasons)))
    for reason, row in zip(reasons, rows, strict=True):
        cell = row["operands"]
        assert cell.replace("'", "") == reason.replace("'", "")
        for part in (cell, *re.split("[,;\t\r\n]", cell)):  # however the file is read
            assert not part.startswith(FORMULAS) or float(part.strip(' "')) is not None
        assert row["amount"] == "-1000.00"


@pytest.mark.parametrize(
    ("reason", "safe"),
    [
        ("gift;=1+1", "gift;'=1+1"),
        ('gift, "=1+1"', 'gift,\' "=1+1"'),
        ("a\t@b", "a\t'@b"),
        ("=1+1", "'=1+1"),
        ("1;-5", "1;-5"),
        ("a = b; c", "a = b; c"),
    ],
)
def test_what_follows_any_separator_offered_is_guarded_whatever_the_file_is_written_with(
    reason: str, safe: str
) -> None:
    for delimiter in (",", ";", "\t"):
        (row,) = csv.DictReader(
            io.StringIO(written(CREDIT._replace(operands=reason), delimiter=delimiter), newline=""), delimiter=delimiter
        )
        assert row["operands"] == safe


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_numbers_stay_the_numbers_they_are(number: object) -> None:
    text = str(number)
    assert exports.guarded(text) == text


def test_another_delimiter_and_the_header_alone() -> None:
    assert written() == ",".join(exports.CSV_FIELDS) + "\r\n"
    assert written(delimiter=";") == ";".join(exports.CSV_FIELDS) + "\r\n"


@pytest.mark.parametrize("count", [0, 1, 3])
def test_json_is_an_array_of_records(count: int) -> None:
    out = io.StringIO()
    assert json_rows.write_json_batches([[exports.raw_record(ENTRY)]] * count, out) == count
    assert json.loads(out.getvalue()) == [exports.record_document(ENTRY)] * count


STRING = ENTRY._replace(operation=OperationType.RANDOM_STRING, operands="", source=Source.RANDOM_ORG, expression="")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("00123456", "'00123456"),
        ("12345678901234567890", "'12345678901234567890"),
        ("12E45678", "'12E45678"),
        ("MAR1", "'MAR1"),
        ("1MAY", "'1MAY"),
        ("TRUE", "'TRUE"),
        ("(5)", "'(5)"),
        ("-5", "'-5"),
        ("50 %", "'50 %"),
        ("2026-11-25", "'2026-11-25"),
        ("١٢٣", "'١٢٣"),
        ("a1b2c3d", "a1b2c3d"),
        ("Truest", "Truest"),
        ("Top-up", "Top-up"),
        ("=1+1", "'=1+1"),
        ("", ""),
    ],
)
def test_words_of_digits_are_kept_as_text_where_that_is_asked_for(text: str, kept: str) -> None:
    out = io.StringIO(newline="")
    exports.write_csv([STRING._replace(response=text), CREDIT._replace(operands=text), ENTRY], out, keep_text=True)
    string, credit, computed = read_back(out.getvalue())
    assert (string["response"], credit["operands"]) == (kept, kept)
    assert (computed["response"], computed["amount"]) == ("-2", "10.00")


def test_words_of_digits_are_as_they_are_for_other_programs() -> None:
    assert read_back(written(STRING._replace(response="00123456")))[0]["response"] == "00123456"


_CELLS = st.sampled_from(
    ("-5", "=1", "a,-5", "a, -5", "a,=1", '"', '"=1', "+1", "-1.5 + 2", "-1e5", "x;=y", "a\tb", "", "1,000", "＝1", "-")
) | st.text(max_size=8)


@given(st.lists(st.tuples(_CELLS, _CELLS, _CELLS, _CELLS), max_size=40), st.sampled_from(",;\t"))
def test_cells_are_guarded_alike_alone_and_beside_others(
    cells: list[tuple[str, str, str, str]], delimiter: str
) -> None:
    rows = [
        exports.raw_record(ENTRY._replace(operands=operands, response=response, expression=expression, note=note))
        for operands, response, expression, note in cells
    ]
    together = io.StringIO()
    exports.write_csv_batches([rows], together, delimiter=delimiter)
    careful = io.StringIO()
    writer = csv.writer(careful, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(exports.CSV_FIELDS)
    for row in rows:
        entry = ENTRY._replace(operands=row[5], response=row[6], expression=row[13], note=row[14])
        texts = (entry.operation.value, entry.operands, entry.response, entry.source.value)
        guarded = [exports.guarded(text) for text in texts]
        writer.writerow(
            (
                entry.id, exports.utc_text(entry.date), *guarded[:3], "true" if entry.exact else "false", guarded[3],
                plain_money(entry.amount), plain_money(entry.user_balance), exports.guarded(entry.expression),
                exports.guarded(entry.request_id), entry.step, entry.seq, None,
                exports.guarded(entry.note),
            )
        )  # fmt: skip
    assert together.getvalue() == careful.getvalue()
