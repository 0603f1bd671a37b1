"""Notes beside one's own records, through the protocol."""

from __future__ import annotations

import io
from contextlib import closing

import pytest

from desktop.documents.exports import write_csv
from desktop.terms.charges import Entry
from desktop.terms.errors import BadInput
from desktop.terms.kinds import Column
from desktop.terms.pages import Filters, PageRequest
from tests.contract.conftest import Desk
from tests.support.stores import BALANCE

TEXTS = ("1 + 2", "9 − 4", "3 × 3")


@pytest.fixture
def noted(desk: Desk) -> tuple[Desk, list[Entry]]:
    """Ann has three charges; the second one has a note."""
    entries = [desk.charge(text).entries[0] for text in TEXTS]
    desk.ledger.set_note(desk.ann, entries[1].id, "  Invoice  2207,\tMüller ")
    return desk, entries


def found(desk: Desk, *search: str, sort: Column = Column.DATE) -> list[str]:
    filters = Filters(search=search)
    page = desk.ledger.page(desk.ann, PageRequest(filters, sort))
    assert page.counted.count == len(page.entries) == desk.ledger.totals(desk.ann, filters).count
    first, _ = desk.ledger.first_look(desk.ann, PageRequest(filters, sort))
    assert first.entries == page.entries
    return [entry.operands for entry in page.entries]


def test_a_note_stands_beside_its_record_and_changes_nothing_of_it(noted: tuple[Desk, list[Entry]]) -> None:
    desk, entries = noted
    shown = {entry.id: entry for entry in desk.ledger.page(desk.ann, PageRequest()).entries}
    assert [shown[entry.id].note for entry in entries] == ["", "Invoice 2207, Müller", ""]
    assert [shown[entry.id].amount for entry in entries] == [entry.amount for entry in entries]
    assert desk.balance() == BALANCE - 60_00
    assert desk.ledger.verify(results=True).problems == ()


def test_a_note_is_found_by_the_search_like_anything_else_that_is_shown(noted: tuple[Desk, list[Entry]]) -> None:
    desk, entries = noted
    for caught_up in (False, True):
        assert found(desk, "müller") == found(desk, "vo") == ["9 − 4"]  # no figures: a time may have them
        assert found(desk, "MÜLLER", sort=Column.AMOUNT) == ["9 − 4"]
        assert found(desk, "nothing like it") == []
        assert found(desk, "3 × 3") == ["3 × 3"]
        if not caught_up:
            assert desk.ledger.catch_up(desk.ann, check=True)
    desk.ledger.set_note(desk.ann, entries[0].id, "3 × 3 was meant")
    assert found(desk, "3 × 3") == ["3 × 3", "1 + 2"]
    desk.ledger.set_note(desk.ann, entries[0].id, "")
    assert found(desk, "3 × 3") == ["3 × 3"]


def test_a_new_note_takes_the_place_of_the_old_one_in_sight(noted: tuple[Desk, list[Entry]]) -> None:
    desk, entries = noted
    assert desk.ledger.set_note(desk.ann, entries[1].id, "Paid").note == "Paid"
    assert desk.ledger.set_note(desk.ann, entries[1].id, "Paid").note == "Paid"
    assert found(desk, "Invoice") == []
    assert found(desk, "paid") == ["9 − 4"]
    assert desk.ledger.verify().problems == ()


def test_notes_go_into_exports(noted: tuple[Desk, list[Entry]]) -> None:
    desk, entries = noted
    desk.ledger.set_note(desk.ann, entries[0].id, "=1+1")
    out = io.StringIO()
    with closing(desk.ledger.stream(desk.ann, Filters(), Column.DATE, descending=False)) as stream:
        write_csv(stream, out)
    head, *lines = out.getvalue().splitlines()
    assert head.endswith(",deleted_at,note")
    assert [line.rpartition(",")[2] for line in (lines[1], lines[3])] == ["'=1+1", ""]
    assert lines[2].endswith('"Invoice 2207, Müller"')


@pytest.mark.parametrize("text", ["x" * 201, "a\u200bb", "a\x00b"])
def test_a_note_that_will_not_do_changes_nothing(noted: tuple[Desk, list[Entry]], text: str) -> None:
    desk, entries = noted
    with pytest.raises(BadInput):
        desk.ledger.set_note(desk.ann, entries[1].id, text)
    assert found(desk, "Invoice") == ["9 − 4"]


def test_nobody_writes_beside_anothers_record(noted: tuple[Desk, list[Entry]]) -> None:
    desk, entries = noted
    for record_id in (entries[1].id, 10**12, 10**30, 0, -1):
        with pytest.raises(BadInput, match="You have no record"):
            desk.ledger.set_note(desk.bob, record_id, "mine")
    assert found(desk, "Invoice") == ["9 − 4"]
    assert desk.ledger.verify().problems == ()
