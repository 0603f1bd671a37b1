"""Whoever makes a browse index can be killed at any point: answers stay the ledger's, and the index is made in the end.

The processes that make it, and the program that tells them, end by themselves at a chosen step (kill -9). One that is
stopped without ending is not waited for.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from desktop.models.embedded import accounts, charges, records
from desktop.models.embedded.browsing import builders, building, sorting
from desktop.models.embedded.browsing.bitmaps import Bitmaps
from desktop.models.embedded.browsing.index_file import IndexFile, file_of
from desktop.models.ledger import passwords
from desktop.system import team
from desktop.terms.kinds import Column
from desktop.terms.pages import Filters, PageRequest
from tests.faults.support.runs import figures
from tests.faults.test_the_index_does_not_lie import ASKED, SMALL, Answers
from tests.support.stores import ANN, PASSWORD, charge_for, cheap_hasher, make_store

KILL_AT, ROLE, COUNTED = "KILL_AT", "KILLED_ROLE", "STEPS_FOLDER"
STEPS: tuple[tuple[Any, str], ...] = (
    (Bitmaps, "drop"),
    (IndexFile, "put_part"),
    (IndexFile, "put_block"),
    (IndexFile, "put_chunk"),
    (IndexFile, "put_directory"),
    (IndexFile, "set_marks"),
    (sorting.Runs, "put"),
    (Connection, "send"),
    (Connection, "recv"),
)


def end_at_a_step(role: str) -> None:
    """Have this process kill itself before or behind a step, where the environment names its role and a step.

    Where no step is named it writes down how many there were.
    """
    for module, values in SMALL.items():
        for name, value in values.items():
            setattr(module, name, value)
    if os.environ.get(ROLE) != role:
        return
    at, so_far = int(os.environ.get(KILL_AT, "0")), 0
    counted = Path(os.environ[COUNTED], str(os.getpid()))

    def step() -> None:
        nonlocal so_far
        so_far += 1
        if so_far == at:
            os.kill(os.getpid(), signal.SIGKILL)
        if not at:
            with counted.open("ab") as file:
                file.write(b".")

    for owner, name in STEPS:
        setattr(owner, name, _between(step, getattr(owner, name)))


def _between(step: Callable[[], None], act: Callable[..., Any]) -> Callable[..., Any]:
    listens = act is Connection.recv  # how often a sign of life comes is chance: it is no step, nor is waiting for it

    def done(*given: Any, **named: Any) -> Any:
        if not listens:
            step()
        answer = act(*given, **named)
        if not (listens and answer is builders.STILL_AT_IT):
            step()
        return answer

    return done


def build_parts(given: builders.Given, connection: Connection) -> None:
    """What a process of the team does here: the shipped work, with chunks of a few records."""
    end_at_a_step("builder")
    builders.work(given, connection)


def lead(file: Path) -> None:
    """A program that brings its index up, with a team."""
    end_at_a_step("leader")
    _hire_two(pytest.MonkeyPatch())
    passwords._hasher = cheap_hasher()  # noqa: SLF001  # a process of its own
    store = make_store(file)
    session = accounts.sign_in(store, ANN, PASSWORD)
    records.catch_up(store, session)


def _hire_two(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(building, "WORTH_IT", 0)
    patch.setattr(building, "processors", lambda: 2)
    patch.setattr(building, "work", build_parts)


class Site:
    """A store with some hundred records and no index, and what it answers."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.store = make_store(file)
        accounts.register(self.store, ANN, PASSWORD, starting_balance=10_000_000_00)
        self.session = accounts.sign_in(self.store, ANN, PASSWORD)
        for number in range(300):
            charge = charge_for(f"{number % 37} + {number}")
            charges.charge(self.store, self.session, charge)
        mine = [entry.id for entry in records.page(self.store, self.session, PageRequest(size=100)).entries]
        records.delete(self.store, self.session, mine[5:40])
        self.index = file_of(file, self.session.user_id)
        self.answers = self.ask()

    def ask(self) -> Answers:
        """What a person asks for, with the index or without."""
        pages = [records.page(self.store, self.session, request) for request in ASKED]
        exported = tuple(records.stream(self.store, self.session, Filters(search=("1",)), Column.DATE, descending=True))
        return [*((page.entries, page.totals) for page in pages), (exported, None)]

    def begin_anew(self) -> None:
        """Throw the index away, and what is left of its making."""
        while self.store.beside:
            self.store.beside.popitem()[1].close()
        for file in self.index.parent.glob(f"{self.index.name}*"):
            file.unlink()

    def wrongs(self) -> list[str]:
        """What is wrong after a build that broke off: at once, and when it has been gone on with."""
        wrong = ["wrong answers at once"] if self.ask() != self.answers else []
        if not records.catch_up(self.store, self.session):
            wrong.append("not made")
        if self.ask() != self.answers:
            wrong.append("wrong answers in the end")
        if records.first_look(self.store, self.session, PageRequest())[1]:
            wrong.append("not whole in the end")
        return wrong


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(passwords, "_hasher", cheap_hasher())
    for module, values in SMALL.items():
        for name, value in values.items():
            monkeypatch.setattr(module, name, value)
    _hire_two(monkeypatch)
    made = Site(tmp_path / "store.db")
    yield made
    made.begin_anew()
    made.store.close()


def _led(file: Path) -> int | None:
    """Have another program make the index; how it ended."""
    process = multiprocessing.get_context("spawn").Process(target=lead, args=(file,))
    process.start()
    process.join()
    return process.exitcode


@figures("times", 1, 60)
@pytest.mark.parametrize("role", ["builder", "leader"])
def test_whoever_is_killed_the_index_is_made_in_the_end(
    site: Site, monkeypatch: pytest.MonkeyPatch, choose: random.Random, tmp_path: Path, role: str, times: int
) -> None:
    counted = tmp_path / "steps"
    counted.mkdir()
    monkeypatch.setenv(COUNTED, str(counted))
    monkeypatch.setenv(ROLE, role)
    assert _led(site.file) == 0
    steps = max(file.stat().st_size for file in counted.iterdir())
    assert steps > 20
    for at in choose.sample(range(1, steps + 1), min(times, steps)):
        site.begin_anew()
        monkeypatch.setenv(KILL_AT, str(at))
        ended = _led(site.file)
        assert ended == (-signal.SIGKILL if role == "leader" else 0), f"step {at} of {steps}"
        monkeypatch.delenv(ROLE)
        assert site.wrongs() == [], f"step {at} of {steps}"
        monkeypatch.setenv(ROLE, role)


def test_a_process_that_has_hung_is_not_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    hire, hired = team.hire, list[int]()

    def hire_and_stop(hands: team.Team, *given: Any) -> None:
        hire(hands, *given)
        pid = next(reversed(hands.values())).pid
        assert pid
        hired.append(pid)
        os.kill(pid, signal.SIGSTOP)

    monkeypatch.setattr(building, "hire", hire_and_stop)
    monkeypatch.setattr(building, "_PATIENCE_S", 0.2)
    monkeypatch.setattr(team, "_GRACE_S", 0.1)
    assert site.wrongs() == []
    assert len(hired) == 2
    for pid in hired:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
