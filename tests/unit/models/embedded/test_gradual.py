"""Proving in parts: what is new at a start, the whole by and by, each part as strict as the proof of all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.models.embedded import charges, gradual, proof_state
from desktop.models.embedded import verify as proving
from desktop.models.embedded.proof_state import ProofState
from desktop.models.embedded.storage.store import Store
from desktop.terms.charges import Step
from desktop.terms.kinds import OperationType
from desktop.terms.reports import Verification
from tests.support.stores import Books, make_store, tamper
from tests.unit.models.embedded import test_results, test_verify
from tests.unit.models.embedded.test_verify import CORRUPTIONS, Planted

made_once, ledger_file = test_verify.made_once, test_verify.ledger_file


@pytest.fixture
def books(open_books: Callable[[], Books], tmp_path: Path) -> Books:
    """A ledger whose program remembers how far it proved."""
    found = open_books()
    found.store.remembered = tmp_path / "remembered"
    for text in ("1 + 1", "2 × 3 + 1", "√2"):
        found.charge(text)
    return found


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> list[Verification]:
    """The proofs that went through all of the ledger."""
    made: list[Verification] = []
    verify = proving.verify

    def noted(store: Store, **more: object) -> Verification:
        made.append(verify(store, **more))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr(proving, "verify", noted)
    return made


def start(books: Books) -> Verification:
    return gradual.prove_since(books.store, progress=lambda _done, _total: None, cancelled=lambda: False)


def go_on(books: Books) -> Verification | None:
    return gradual.prove_slice(books.store, cancelled=lambda: False)


def test_the_first_start_proves_all_and_the_next_what_is_new(books: Books, whole: list[Verification]) -> None:
    first = start(books)
    assert (first.problems, len(whole)) == ((), 1)
    assert first.whole_at > 0
    books.charge("5 + 5", books.bob)
    charges.set_cost(books.store, books.admin, OperationType.ADDITION, 11_00)
    books.charge("7 + 7")
    again = start(books)
    assert (again.problems, again.whole_at, again.complete, len(whole)) == ((), first.whole_at, True, 1)
    assert again.records == first.records + 2


def test_slices_go_through_all_and_begin_anew(
    books: Books, whole: list[Verification], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gradual, "SMALLEST", 2)
    assert go_on(books) is None
    assert proof_state.read(books.store) is None  # nothing was proved yet that it could go on from
    first = start(books)
    walked = []
    for number in range(12):
        if number % 3 == 0:
            books.charge("1 + 1", books.bob)
        assert go_on(books) is None
        state = proof_state.read(books.store)
        assert state is not None
        walked.append(state.walked)
        if state.whole_at != first.whole_at:
            break
    assert walked[:2] == [2, 4]
    assert walked[-1] == 0
    assert state is not None
    assert state.whole_at > first.whole_at
    assert len(whole) == 1


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'["1", "2", "3", "4", "00"]', b"[" * 9_000])
def test_a_state_that_was_not_written_under_the_key_counts_for_nothing(
    books: Books, whole: list[Verification], content: bytes
) -> None:
    start(books)
    (file,) = (books.store.remembered or Path()).glob("*.proof")
    genuine = file.read_bytes()
    file.write_bytes(content)
    assert proof_state.read(books.store) is None
    file.write_bytes(genuine.replace(b'["', b'["1', 1))
    assert proof_state.read(books.store) is None
    start(books)
    assert len(whole) == 2


@pytest.mark.parametrize("what", CORRUPTIONS)
def test_a_corruption_is_named_by_a_start_or_by_the_slices(
    ledger_file: Path, what: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gradual, "SMALLEST", 3)
    store = make_store(ledger_file, remembered=tmp_path / "remembered")
    assert gradual.prove_since(store, progress=lambda _done, _total: None, cancelled=lambda: False).problems == ()
    store.close()
    tamper(ledger_file, *what.statements)
    store = make_store(ledger_file, remembered=tmp_path / "remembered")
    outcome = gradual.prove_since(store, progress=lambda _done, _total: None, cancelled=lambda: False)
    slices = 0
    while not outcome.problems:
        slices += 1
        assert slices < 10, "a whole round of slices found nothing"
        outcome = gradual.prove_slice(store, cancelled=lambda: False) or outcome
    assert outcome.problems == proving.verify(store, results=slices > 0).problems
    store.disconnect()


def test_a_response_that_does_not_follow_is_named_by_the_slices(
    books: Books, whole: list[Verification], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written with the right key and chain, as another program could have: only working it out shows it."""
    monkeypatch.setattr(gradual, "SMALLEST", 4)
    (wrong,) = test_results.written(books, "1 + 2", Step(OperationType.ADDITION, ("1", "2"), "4"))
    assert start(books).problems == ()
    found = None
    for _ in range(4):
        found = found or go_on(books)
    assert found is not None
    assert [(problem.rule, problem.record_id) for problem in found.problems] == [("L8", wrong)]
    assert len(whole) == 2


def test_a_chain_that_is_changed_between_two_slices_is_found_at_the_end(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by somebody with the key: each record follows from the one before, but not from the one that was proved."""
    monkeypatch.setattr(gradual, "SMALLEST", 4)
    start(books)
    assert go_on(books) is None
    state = proof_state.read(books.store)
    assert state is not None
    proof_state.write(books.store, ProofState(state.whole_at, state.proved, state.walked, state.heads ^ 1))
    looks: list[Store] = []
    monkeypatch.setattr(gradual, "prove_whole", lambda store, **_: looks.append(store))
    for _ in range(4):
        go_on(books)
    assert set(looks) == {books.store}
