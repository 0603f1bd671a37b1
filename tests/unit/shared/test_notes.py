"""Notes on a server: their texts are nobody else's, and what an owner does to one is found."""

from __future__ import annotations

import pytest

from tests.unit.shared.conftest import Desk
from tests.unit.shared.test_charging import refused

NOTE = "for Ann's eyes alone"


def test_an_administrator_is_given_no_note_by_any_door(desk: Desk) -> None:
    (made,) = desk.charge("1 + 1")
    desk.all("SELECT * FROM metercalc.set_note(%s, %s)", made[0], NOTE)
    assert desk.all("SELECT note FROM metercalc.record WHERE id = %s", made[0]) == [(NOTE,)]
    doors = (
        "metercalc.chain_of(2, 1, 99)", "metercalc.journal_of(-2, 1, 99)", "metercalc.journal_of(0, 1, 99)",
        "metercalc.record", "metercalc.record_note", "metercalc.journal", "metercalc.deeds(0, 99)",
        "metercalc.people()", "metercalc.changes_since(0)", "metercalc.records('{}', 'date', true, 0, 99, NULL)",
    )  # fmt: skip
    for door in doors:
        assert NOTE not in str(desk.all(f"SELECT * FROM {door}", who=desk.admin)), door
    assert NOTE in str(desk.all("SELECT * FROM metercalc.chain_of(2, 1, 99)"))


def test_the_same_note_twice_has_two_digests(desk: Desk) -> None:
    ids = [desk.charge("1 + 1")[0][0] for _ in range(2)]
    for record_id in ids:
        desk.all("SELECT * FROM metercalc.set_note(%s, %s)", record_id, NOTE)
    states = desk.all("SELECT state FROM metercalc.journal_of(-2, 1, 99) WHERE kind = 'note'")
    assert len(set(states)) == len(states) == 2


def test_every_note_stays_and_the_same_again_is_none(desk: Desk) -> None:
    (made,) = desk.charge("1 + 1")
    for text in ("one", "two", "two", ""):
        assert desk.all("SELECT note FROM metercalc.set_note(%s, %s)", made[0], text) == [(text,)]
    assert desk.all("SELECT note FROM metercalc.changes_since(0)") == [("one",), ("two",), ("",)]


@pytest.mark.parametrize("text", ["x" * 201, " x", "x\ny", None])
def test_what_is_no_note_is_refused(desk: Desk, text: str | None) -> None:
    (made,) = desk.charge("1 + 1")
    with refused("MC009"):
        desk.all("SELECT * FROM metercalc.set_note(%s, %s)", made[0], text)


def test_nobody_notes_anothers_record(desk: Desk) -> None:
    (made,) = desk.charge("1 + 1")
    for who in (desk.bob, desk.admin):
        with refused("MC009"):
            desk.all("SELECT * FROM metercalc.set_note(%s, 'mine')", made[0], who=who)
