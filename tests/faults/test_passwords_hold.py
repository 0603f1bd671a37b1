"""Promise 15: passwords are hashed as OWASP asks; waits after failures hold; nobody learns who has an account."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from desktop.models.embedded import accounts, attempts
from desktop.models.embedded.attempts import FREE_FAILURES, LONGEST_WAIT_S, wait_after
from desktop.models.embedded.storage.store import Store
from desktop.models.ledger import passwords
from desktop.terms.errors import NotAllowed, SignInRefused
from tests.support.stores import ANN, PASSWORD, SECOND, Clock, join, make_store, raw

# OWASP Password Storage Cheat Sheet, argon2id: any of these or more, memory in KiB, passes, lanes.
FLOOR = ((47_104, 1, 1), (19_456, 2, 1), (12_288, 3, 1), (9_216, 4, 1), (7_168, 5, 1))
UNKNOWN = "nobody@example.org"
HOUR = 3_600
CLOSE = 0.05
PAIRS = 120


# -- the floor ---------------------------------------------------------------------------------------------------------


def strong_enough(stored: str) -> bool:
    """Whether a stored hash was made with one of OWASP's sets of parameters, or more."""
    found = extract_parameters(stored)
    given = (found.memory_cost, found.time_cost, found.parallelism)
    reached = any(all(has >= least for has, least in zip(given, floor, strict=True)) for floor in FLOOR)
    return reached and found.type is Type.ID and found.salt_len >= 16 and found.hash_len >= 32


def _stored(file: Path) -> str:
    with raw(file) as connection:
        return str(connection.execute("SELECT password FROM user").fetchone()[0])


def test_what_stands_in_the_store_is_at_or_above_owasps_floor(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    store = make_store(file)
    join(store)
    store.close()
    assert strong_enough(_stored(file))
    assert PASSWORD not in _stored(file)


def test_a_weak_hash_is_found_and_made_strong_at_the_next_sign_in(tmp_path: Path, cheap_passwords: None) -> None:
    file = tmp_path / "store.db"
    store = make_store(file)
    join(store)
    assert not strong_enough(_stored(file)), "the harness takes a weak hash for a strong one"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1))
        accounts.sign_in(store, ANN, PASSWORD)
        accounts.sign_in(store, ANN, PASSWORD)
    store.close()
    assert strong_enough(_stored(file))


# -- the waits ---------------------------------------------------------------------------------------------------------


class Door:
    """A store that is opened anew at will, somebody who tries to get in, and the time."""

    def __init__(self, file: Path) -> None:
        self.clock = Clock()
        self._file = file
        self._store: Store | None = None
        self.open_anew()
        join(self.store)

    @property
    def store(self) -> Store:
        assert self._store is not None
        return self._store

    def open_anew(self) -> None:
        """The program was ended and started again."""
        self.close()
        self._store = make_store(self._file)
        self._store.clock = self.clock

    def close(self) -> None:
        if self._store is not None:
            self._store.close()

    def attempt(self, password: str, email: str = ANN) -> float | None:
        """Try to sign in; the seconds to wait, 0 when it was refused without a wait, None when it went well."""
        try:
            accounts.sign_in(self.store, email, password)
        except SignInRefused as error:
            wait = error.details.get("wait_seconds", 0)
            assert isinstance(wait, int)
            return float(wait)
        return None

    def fail_until_waiting(self) -> float:
        """Guess wrong until a wait begins; the wait."""
        for _ in range(FREE_FAILURES):
            assert self.attempt("wrong horse 7") == 0
        wait = self.attempt(PASSWORD)
        assert wait, "no wait after so many failures"
        return wait


@pytest.fixture
def door(tmp_path: Path, cheap_passwords: None) -> object:
    made = Door(tmp_path / "store.db")
    yield made
    made.close()


def survives(door: Door, what: Callable[[Door], object]) -> bool:
    """Whether a wait still holds, even against the right password, after something was done about it."""
    door.fail_until_waiting()
    what(door)
    return bool(door.attempt(PASSWORD))


def in_turn(*acts: Callable[[], object]) -> None:
    """Do one thing after the other."""
    for act in acts:
        act()


def repeatedly(act: Callable[[], object], times: int) -> None:
    """Do a thing some times."""
    in_turn(*[act] * times)


ESCAPES: dict[str, Callable[[Door], object]] = {
    "a restart": lambda door: door.open_anew(),
    "ten restarts": lambda door: repeatedly(door.open_anew, 10),
    "a clock set back an hour": lambda door: door.clock.advance(-HOUR),
    "a clock set back ten years": lambda door: door.clock.advance(-10 * 365 * 24 * HOUR),
    "a clock set back and a restart": lambda door: in_turn(lambda: door.clock.advance(-HOUR), door.open_anew),
    "a clock set back, looked at, and put right": lambda door: in_turn(
        lambda: door.clock.advance(-HOUR), lambda: door.attempt(PASSWORD), lambda: door.clock.advance(2)
    ),
    "an e-mail in capitals": lambda door: door.attempt(PASSWORD, ANN.upper()),
}


@pytest.mark.parametrize("escape", list(ESCAPES))
def test_a_wait_survives(door: Door, escape: str) -> None:
    assert survives(door, ESCAPES[escape])


def test_the_harness_finds_waits_that_are_kept_in_memory_alone(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    failures: dict[int, int] = {}

    def count(store: Store, _name: bytes) -> None:
        failures[id(store)] = failures.get(id(store), 0) + 1

    def wait(store: Store, _name: bytes) -> None:
        if failures.get(id(store), 0) >= FREE_FAILURES:
            raise SignInRefused("Too many attempts.", wait_seconds=5)

    monkeypatch.setattr(attempts, "_count", count)
    monkeypatch.setattr(attempts, "_check_wait", wait)
    assert not survives(door, ESCAPES["a restart"])


def test_the_harness_finds_waits_that_end_when_the_clock_is_set_back(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = attempts._check_wait  # noqa: SLF001  # the check itself is what is switched off

    def trusting(store: Store, name: bytes) -> None:
        with store.reading() as database:
            last = database.execute_sql("SELECT max(last) FROM sign_in_failure").fetchone()[0]
        if last is None or store.clock() >= last:
            real(store, name)

    monkeypatch.setattr(attempts, "_check_wait", trusting)
    assert not survives(door, ESCAPES["a clock set back an hour"])


def test_waits_grow_to_a_bound_and_end(door: Door) -> None:
    waits = [wait_after(failures) for failures in range(FREE_FAILURES, 30)]
    assert waits == sorted(waits)
    assert (waits[0], waits[1], waits[-1]) == (5, 10, LONGEST_WAIT_S)
    wait = door.fail_until_waiting()
    door.clock.advance(wait - 1)
    assert door.attempt(PASSWORD)
    door.clock.advance(1)
    assert door.attempt(PASSWORD) is None
    assert door.attempt("wrong horse 7") == 0, "a success did not end the count"


# -- nobody learns who has an account ----------------------------------------------------------------------------------


def test_unknown_and_known_are_refused_by_the_same_words_and_waits(door: Door) -> None:
    told: dict[str, list[str]] = {ANN: [], UNKNOWN: []}
    for email, said in told.items():
        for _ in range(8):
            with pytest.raises(NotAllowed) as refused:
                accounts.sign_in(door.store, email, "wrong horse 7")
            said.append(refused.value.message)
            door.clock.advance(4)
    assert told[ANN] == told[UNKNOWN]


def difference(store: Store, clock: Clock, choose: random.Random, pairs: int) -> float:
    """How far the medians of the time to refuse an unknown and a known e-mail are apart, as a share; interleaved."""
    taken: dict[str, list[float]] = {ANN: [], UNKNOWN: []}
    for _ in range(pairs):
        for email in choose.sample([ANN, UNKNOWN], 2):
            clock.now += (LONGEST_WAIT_S + 1) * SECOND
            started = time.perf_counter()
            with pytest.raises(SignInRefused) as refused:
                accounts.sign_in(store, email, "wrong horse 7")
            taken[email].append(time.perf_counter() - started)
            assert "wait_seconds" not in refused.value.details
    known, unknown = (statistics.median(taken[email]) for email in (ANN, UNKNOWN))
    return abs(unknown / known - 1)


@pytest.mark.faults
def test_unknown_and_known_take_the_same_time(tmp_path: Path, choose: random.Random) -> None:
    store = make_store(tmp_path / "store.db")
    store.clock = clock = Clock()
    join(store)
    try:
        apart = difference(store, clock, choose, PAIRS)
        print(f"unknown and known are {apart:.1%} apart")  # noqa: T201  # the figure
        assert apart < CLOSE
        with pytest.MonkeyPatch.context() as planted:
            planted.setattr(passwords, "decoy", lambda: "")
            assert difference(store, clock, choose, 5) > CLOSE, "the harness does not see a missing decoy"
    finally:
        store.close()
