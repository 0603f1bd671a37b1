"""JSON that is written row by row is letter for letter what the record's document comes to."""

from __future__ import annotations

import io
import json

from hypothesis import given
from hypothesis import strategies as st

from desktop.documents import exports
from desktop.documents.json_rows import json_text, write_json_batches
from desktop.terms.charges import Entry
from desktop.terms.kinds import OperationType
from tests.unit.documents.test_exports import ENTRY

OPERANDS = st.sampled_from(
    ("1 + 2", "-1.5 × 3", "√2.25", "", "1 ÷ (1/3)", "1 + 2 + 3", " + ", "a + b", "Top-up", '"', "5 − -3", "1.5 − ٣")
) | st.text(max_size=20)


@given(st.sampled_from(list(OperationType)), OPERANDS, st.text(max_size=20), st.integers(-(10**17), 10**17))
def test_a_row_is_what_its_document_comes_to(kind: OperationType, operands: str, text: str, money: int) -> None:
    entry = ENTRY._replace(operation=kind, operands=operands, response=text, expression=text, amount=money)
    for one in (entry, entry._replace(deleted_at=entry.date + 1, exact=not entry.exact)):
        wanted = json.dumps(exports.record_document(one), ensure_ascii=False)
        assert json_text(exports.raw_record(one)) == wanted


def test_batches_make_one_array() -> None:
    entries: list[Entry] = [ENTRY._replace(id=number) for number in range(5)]
    rows, out = [exports.raw_record(entry) for entry in entries], io.StringIO()
    assert write_json_batches([rows[:2], [], rows[2:]], out) == 5
    assert json.loads(out.getvalue()) == [exports.record_document(entry) for entry in entries]
