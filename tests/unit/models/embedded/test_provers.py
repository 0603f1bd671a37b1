"""Proving in several processes: the same findings as in one, whatever is planted and whatever becomes of them."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from desktop.models.embedded import in_order, provers
from desktop.models.embedded.provers import Given, Proof
from desktop.models.embedded.storage import chain, sqlite
from desktop.models.embedded.stretches import Rates, Stretch, prove
from desktop.models.embedded.verify import verify
from desktop.system.team import Team
from desktop.terms.reports import Verification
from tests.support.stores import make_store, tamper
from tests.unit.models.embedded import test_verify
from tests.unit.models.embedded.test_verify import CORRUPTIONS, Planted

made_once, ledger_file = test_verify.made_once, test_verify.ledger_file


@pytest.fixture
def worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provers, "WORTH_IT", 0)
    monkeypatch.setattr(provers, "_AT_A_TIME", 3)
    monkeypatch.setattr(provers, "processors", lambda: 2)


class _Nobody(dict[Connection, BaseProcess]):
    """A team of which nobody needs to be started or ended."""

    def __bool__(self) -> bool:
        return True


@pytest.fixture
def proofs(monkeypatch: pytest.MonkeyPatch, worth_it: None) -> list[Proof | None]:
    """What the processes answered, each of whose work is done here."""
    answers: list[Proof | None] = []
    given: list[Given] = []

    def hired(file: Path, key: bytes, records: int) -> Team:
        given.append(Given(file, key))
        return _Nobody() if records >= provers.WORTH_IT else {}

    def prove_here(team: object, rates: Rates, pieces: Sequence[Stretch], *_more: object) -> Proof | None:
        database = sqlite.make_database(given[-1].file, read_only=True)
        database.connect()
        try:
            found = [prove(database, given[-1].key, piece, rates) for piece in pieces]
            structure = sqlite.full_check(database)
        except (*sqlite.ERRORS, TypeError, AttributeError):  # where a process ends
            found, structure = [None], []
        finally:
            database.close()
        sound = [each for each in found if each is not None]
        answers.append(Proof(sound, structure) if len(sound) == len(pieces) else None)
        return answers[-1]

    monkeypatch.setattr(provers, "hired", hired)
    monkeypatch.setattr(provers, "prove_together", prove_here)
    return answers


def proved(file: Path) -> Verification:
    store = make_store(file)
    try:
        return verify(store)
    finally:
        store.disconnect()


def test_stretches_cover_all_records_and_end_where_an_anchor_does(worth_it: None) -> None:
    assert provers.stretches(10, [4, 10, 0, 99]) == [
        Stretch(1, 3),
        Stretch(4, 4),
        Stretch(5, 6),
        Stretch(7, 9),
        Stretch(10, 10),
    ]


def test_a_sound_ledger_is_proved_by_its_stretches(ledger_file: Path, proofs: list[Proof | None]) -> None:
    outcome = proved(ledger_file)
    assert (outcome.problems, outcome.records, outcome.users, outcome.complete) == ((), 10, 3, True)
    (answer,) = proofs
    assert answer is not None
    assert [each.stretch.last for each in answer.outcomes] == [3, 6, 9, 10]


@pytest.mark.parametrize("what", CORRUPTIONS)
def test_a_corruption_has_the_same_findings_in_the_same_order(
    ledger_file: Path, what: Planted, proofs: list[Proof | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    tamper(ledger_file, *what.statements)
    together = proved(ledger_file).problems
    monkeypatch.setattr(provers, "WORTH_IT", 1_000)
    assert together == proved(ledger_file).problems
    assert together != ()


@pytest.mark.parametrize("column", ["heads", "last", "records"])
def test_an_anchor_that_knows_better_is_believed(ledger_file: Path, proofs: list[Proof | None], column: str) -> None:
    key = chain.read_key(chain.key_file(ledger_file))
    assert key is not None
    known = chain.read_anchor(chain.anchor_file(ledger_file), key)
    assert isinstance(known, chain.Anchor)
    other = {"heads": known.heads ^ 1, "last": bytes(32), "records": known.records - 1}
    changed = chain.Anchor(**{name: getattr(known, name) for name in known.__slots__} | {column: other[column]})
    chain.write_anchor(chain.anchor_file(ledger_file), changed, key)
    assert proved(ledger_file).problems != ()
    assert proofs[-1] is not None  # each stretch is sound by itself


@pytest.fixture
def fallen_back(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was gone through in order after all."""
    rows: list[object] = []
    whole: Any = in_order.Pass.follow

    def one_by_one(self: object, *given: object) -> None:
        rows.append(given)
        whole(self, *given)

    monkeypatch.setattr(in_order.Pass, "follow", one_by_one)
    return rows


def test_where_sqlite_finds_anything_each_record_is_looked_at(
    ledger_file: Path, proofs: list[Proof | None], fallen_back: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index by which deleted records are found may then miss one."""
    finding = "row 6 missing from index record_deleted"
    monkeypatch.setattr(sqlite, "full_check", lambda *_given, **_more: [finding])
    assert finding in " ".join(problem.message for problem in proved(ledger_file).problems)
    assert proofs[-1] is not None  # each stretch is sound by itself
    assert fallen_back


def test_stretches_that_do_not_follow_from_each_other_prove_nothing(
    ledger_file: Path, proofs: list[Proof | None], fallen_back: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the file had changed between two looks: then it is gone through by one, here with nothing amiss."""
    proof = provers.prove_together

    def torn(*given: Any) -> Proof | None:
        found = proof(*given)
        assert found is not None
        user_id, (length, balance, _) = next(iter(found.outcomes[-1].begins.items()))
        found.outcomes[-1].begins[user_id] = (length, balance, bytes(32))
        return found

    assert proved(ledger_file).problems == ()
    assert fallen_back == []
    monkeypatch.setattr(provers, "prove_together", torn)
    assert proved(ledger_file).problems == ()
    assert fallen_back


def _team(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the processes that are started."""
    pids: list[int] = []
    hire = provers._hire  # noqa: SLF001 - to know whom

    def noted(team: dict[Connection, BaseProcess], given: Given) -> None:
        hire(team, given)
        pids.append(next(reversed(team.values())).pid or 0)

    monkeypatch.setattr(provers, "_hire", noted)
    return pids


def _answers(monkeypatch: pytest.MonkeyPatch) -> list[Proof | None]:
    """What processes come to."""
    answers, together = list[Proof | None](), provers.prove_together

    def noted(*given: Any) -> Proof | None:
        answers.append(together(*given))
        return answers[-1]

    monkeypatch.setattr(provers, "prove_together", noted)
    return answers


def test_processes_prove_a_sound_ledger_and_are_gone(
    ledger_file: Path, worth_it: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids, answers = _team(monkeypatch), _answers(monkeypatch)
    seen: list[tuple[int, int]] = []
    store = make_store(ledger_file)
    outcome = verify(store, progress=lambda done, total: seen.append((done, total)))
    store.disconnect()
    assert (outcome.problems, outcome.records) == ((), 10)
    assert isinstance(answers[0], Proof)
    assert answers[0].structure == []
    assert seen[-1] == (10, 10)
    assert len(pids) == 2
    assert not any(map(_lives, pids))


def test_processes_that_were_hired_for_nothing_are_gone(
    ledger_file: Path, worth_it: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is found before the records are looked at is named by the one pass through them."""
    pids = _team(monkeypatch)
    tamper(ledger_file, "UPDATE journal SET detail = 'another' WHERE number = 2")
    assert {problem.rule for problem in proved(ledger_file).problems} == {"L6"}
    assert len(pids) == 2
    assert not any(map(_lives, pids))


def test_a_terminals_interrupt_ends_the_command_and_not_each_process_with_a_word_of_its_own(
    ledger_file: Path, worth_it: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    hire = provers._hire  # noqa: SLF001 - a fault is planted there

    def interrupted(team: dict[Connection, BaseProcess], given: Given) -> None:
        hire(team, given)
        os.kill(next(reversed(team.values())).pid or 0, signal.SIGINT)

    monkeypatch.setattr(provers, "_hire", interrupted)
    answers = _answers(monkeypatch)
    assert proved(ledger_file).problems == ()
    assert isinstance(answers[0], Proof), "a process was ended"
    assert capfd.readouterr().err == ""


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("how", ["killed", "none to be had"])
def test_without_processes_one_does_it(
    ledger_file: Path, worth_it: None, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    hire = provers._hire  # noqa: SLF001 - a fault is planted there

    def broken(team: dict[Connection, BaseProcess], given: Given) -> None:
        if how == "none to be had":
            raise OSError("no more processes")
        hire(team, given)
        os.kill(next(reversed(team.values())).pid or 0, signal.SIGKILL)

    monkeypatch.setattr(provers, "_hire", broken)
    outcome = proved(ledger_file)
    assert (outcome.problems, outcome.records, outcome.complete) == ((), 10, True)


def test_a_signal_while_processes_are_hired_leaves_none_behind(
    ledger_file: Path, worth_it: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids, noted = _team(monkeypatch), provers._hire  # noqa: SLF001 - a fault is planted there

    def interrupted(team: Team, given: Given) -> None:
        noted(team, given)
        raise KeyboardInterrupt

    monkeypatch.setattr(provers, "_hire", interrupted)
    with pytest.raises(KeyboardInterrupt):
        proved(ledger_file)
    assert len(pids) == 1
    assert not any(map(_lives, pids))


def test_a_proof_in_processes_can_be_stopped(
    ledger_file: Path, worth_it: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = _team(monkeypatch)
    store = make_store(ledger_file)
    outcome = verify(store, cancelled=lambda: bool(pids))
    store.disconnect()
    assert (outcome.complete, outcome.problems) == (False, ())
    assert not any(map(_lives, pids))
