"""A proof in words."""

from __future__ import annotations

from datetime import UTC, datetime

from desktop.documents import proofs
from desktop.terms.reports import Problem, Verification

MOMENT = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


def test_a_broken_rule_is_crossed_and_the_rest_are_ticked() -> None:
    found = Verification((Problem("L3", "ada@example.org", 7, "It is <off>."),), 100, 1, 0.1)
    assert [rule for rule, holds, _ in proofs.judged(found) if not holds] == ["L3"]
    page = proofs.page(found, store="/x/store.db", moment=MOMENT)
    assert (page.count("✓"), page.count("✗")) == (6, 1)
    assert "It is &lt;off&gt;." in page
    assert "2026-11-27 12:00:00 UTC" in page


def test_a_proof_that_was_stopped_ticks_nothing() -> None:
    assert proofs.judged(Verification((), 100, 1, 0.1, complete=False)) == []
