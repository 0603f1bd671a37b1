"""Proofs that go on where the last one ended, through the protocol."""

from __future__ import annotations

from tests.contract.conftest import Desk


def test_what_came_since_is_proved_with_what_was_proved_before(desk: Desk) -> None:
    first = desk.ledger.prove_since()
    assert (first.problems, first.complete, first.records, first.users) == ((), True, 3, 3)
    desk.charge("1 + 2 × 3")
    made = desk.charge("2 × 2", desk.bob).entries[0]
    desk.ledger.delete(desk.bob, [made.id])
    again = desk.ledger.prove_since()
    assert (again.problems, again.complete, again.records) == ((), True, 6)
    assert desk.ledger.verify().records == 6


def test_a_proof_that_nobody_waits_for_is_not_taken_for_a_whole_one(desk: Desk) -> None:
    desk.charge("1 + 1")
    assert not desk.ledger.prove_since(cancelled=lambda: True).complete
    assert desk.ledger.prove_since().records == 4


def test_a_ledger_that_holds_is_walked_through_in_slices_without_a_word(desk: Desk) -> None:
    assert desk.ledger.prove_slice() is None
    desk.ledger.verify()
    for text in ("1 + 1", "2 × 2", "√16"):
        desk.charge(text)
        assert desk.ledger.prove_slice() is None
    assert desk.ledger.prove_slice(cancelled=lambda: True) is None
    assert not desk.ledger.can_only_be_read
