"""Promise 12: a backup that has its name restores, whatever happened while it was made; a hurt one is refused whole."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import mmap
import os
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from desktop.models.embedded import accounts, backups, charges, restoring
from desktop.models.embedded.storage import backup_files
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.verify import verify
from desktop.terms.errors import AppError
from tests.faults.support.nursery import Channel, Nursery
from tests.support.stores import ANN, COSTS, PASSWORD, charge_for, make_store

WRITERS = 2
PACE_S = 0.002  # between two charges of a writer: the load, and how fast the store grows
USUAL_S = 0.008  # what a backup takes in memory where nothing else runs: a first guess
RICH = 10**12


@pytest.fixture(scope="module")
def children() -> Iterator[Nursery]:
    """Processes to be killed."""
    if not hasattr(os, "fork"):
        pytest.skip("there is no fork on this system")
    started = Nursery(None)
    yield started
    started.close()


@pytest.fixture
def store_file(folder: Path, cheap_passwords: None) -> Path:
    """A closed store with somebody who can pay for long, and some records."""
    file = folder / "data" / "store.db"
    store = make_store(file)
    accounts.register(store, ANN, PASSWORD, starting_balance=RICH)
    session = accounts.sign_in(store, ANN, PASSWORD)
    for _ in range(20):
        charges.charge(store, session, charge_for("+".join("1" * 11)))
    store.close()
    return file


# -- what the children do ----------------------------------------------------------------------------------------------


def keep_charging(channel: Channel, *, file: str, told: str, place: int) -> None:
    """Charge until killed; the number of the last acknowledged record stands in a shared page."""
    store = make_store(Path(file))
    session = accounts.sign_in(store, ANN, PASSWORD)
    with Path(told).open("r+b") as page:
        shared = ctypes.c_int64.from_buffer(mmap.mmap(page.fileno(), mmap.PAGESIZE), 8 * place)
    channel.send("charging")
    while True:
        shared.value = charges.charge(store, session, charge_for("1 + 1")).entries[-1].seq
        time.sleep(PACE_S)  # the load's measure; nothing waits for it


def keep_backing_up(channel: Channel, *, file: str, into: str, first: int, planted: bool) -> None:
    """Make one backup after the other until killed, saying before each which it is."""
    if planted:
        backup_files.replacing = _in_place  # type: ignore[attr-defined]
    store = make_store(Path(file))
    for number in itertools.count(first):
        channel.send(["about to", number])
        channel.receive()  # whoever notes what is acknowledged by now has noted it
        backups.back_up(store, Path(into) / f"{number}{backup_files.SUFFIX}")
        channel.send(["done", number])


@contextlib.contextmanager
def _in_place(file: Path) -> Iterator[Path]:
    """What `replacing` must not be: the work goes on under the final name."""
    file.touch(mode=0o600)
    yield file


# -- the harness -------------------------------------------------------------------------------------------------------


class Load:
    """Other processes that charge all the while."""

    def __init__(self, children: Nursery, file: Path) -> None:
        page = file.parent / "told"
        page.write_bytes(bytes(mmap.PAGESIZE))
        with page.open("r+b") as content:
            self._told = mmap.mmap(content.fileno(), mmap.PAGESIZE)
        self._writers = [
            children.start(keep_charging, file=str(file), told=str(page), place=place) for place in range(WRITERS)
        ]
        for writer in self._writers:
            assert writer.channel.receive() == "charging"

    @property
    def acknowledged(self) -> int:
        """The number of Ann's newest record that was acknowledged to anybody."""
        return max(int.from_bytes(self._told[8 * place : 8 * place + 8], "little") for place in range(WRITERS))

    def end(self) -> None:
        for writer in self._writers:
            writer.kill()
            writer.wait()


def make_backups(
    children: Nursery, file: Path, into: Path, choose: random.Random, wanted: int, *, planted: bool = False
) -> tuple[dict[Path, int], int]:
    """Back up under load, killing the process at random points, until `wanted` backups have their name.

    Returns each with the number of the last record that had been acknowledged before it was begun, and how many kills
    there were. A kill falls anywhere in the time that a backup is seen to take: on a busy machine, a time that was
    fixed beforehand is over before the process has so much as begun.
    """
    into.mkdir()
    load = Load(children, file)
    least: dict[int, int] = {}
    kills, number = 0, 0
    taken = [USUAL_S]  # seconds, by those that ended
    try:
        while len(_named(into)) < wanted:
            child = children.start(keep_backing_up, file=str(file), into=str(into), first=number, planted=planted)
            fuse = choose.randrange(1, 6)  # killed while it makes its n-th
            begun = 0.0
            while True:
                what, which = child.channel.receive()
                if what == "done":
                    taken.append(time.perf_counter() - begun)
                    continue
                least[which] = load.acknowledged
                begun = time.perf_counter()
                child.channel.send("go")
                if which - number == fuse:
                    break
            child.channel.heard_within(choose.uniform(0, choose.choice(taken)))  # without taking the processor from it
            child.kill()
            child.wait()
            kills += 1
            number = which + 1
    finally:
        load.end()
    return {backup: least[int(backup.name.partition(".")[0])] for backup in _named(into)}, kills


def _named(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"[0-9]*{backup_files.SUFFIX}"))


def bad(backup: Path, least: int, folder: Path) -> str:
    """Why a backup is none, or "": it restores, its ledger is proved, and it has what was acknowledged before it."""
    shutil.rmtree(folder, ignore_errors=True)
    target = folder / "store.db"
    try:
        restoring.restore(backup, target, costs=COSTS)
    except AppError as error:
        return f"{backup.name} does not restore: {error.message}"
    store = make_store(target)
    try:
        problems = verify(store).problems
        newest = store.database.execute_sql("SELECT max(seq) FROM record").fetchone()[0]
    finally:
        store.close()
    if problems:
        return f"{backup.name}: {problems[0].message}"
    return "" if newest >= least else f"{backup.name} has {newest} records, {least} were acknowledged before"


def under_load(children: Nursery, file: Path, choose: random.Random, wanted: int) -> None:
    """The promise for so many backups."""
    folder = file.parent.parent
    made, kills = make_backups(children, file, folder / "copies", choose, wanted)
    found = [trouble for backup, least in made.items() if (trouble := bad(backup, least, folder / "restored"))]
    print(f"{len(made)} backups, {kills} kills, {len(found)} bad accepted")  # noqa: T201  # the figure
    assert found == []
    store = make_store(file)
    assert verify(store).problems == ()
    store.close()


def test_backups_made_under_load_restore_though_their_process_is_killed(
    children: Nursery, store_file: Path, choose: random.Random
) -> None:
    under_load(children, store_file, choose, 12)


@pytest.mark.faults
def test_200_backups_made_under_load_restore_though_their_process_is_killed(
    children: Nursery, store_file: Path, choose: random.Random
) -> None:
    under_load(children, store_file, choose, 200)


def test_the_harness_finds_backups_that_are_half_there_under_their_name(
    children: Nursery, store_file: Path, choose: random.Random
) -> None:
    folder = store_file.parent.parent
    for attempt in range(20):
        made, _ = make_backups(children, store_file, folder / f"copies-{attempt}", choose, 3, planted=True)
        if any(bad(backup, least, folder / "restored") for backup, least in made.items()):
            return
    pytest.fail("backups that are written in place were all found whole")


# -- hurt backups ------------------------------------------------------------------------------------------------------


def _state(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def _hurt(content: bytes, choose: random.Random) -> tuple[str, bytes]:
    """A truncated or flipped copy, and how it was made."""
    place = choose.randrange(len(content))
    match choose.randrange(3):
        case 0:
            return f"cut at {place}", content[:place]
        case 1:
            return f"grown by {place % 9 + 1}", content + bytes(place % 9 + 1)
        case _:
            changed = bytearray(content)
            changed[place] ^= 1 << choose.randrange(8)
            return f"flipped at {place}", bytes(changed)


def accepted(store: Store, file: Path, choose: random.Random, rounds: int) -> list[str]:
    """Hurt one backup in so many ways: which were restored all the same, or changed something in being refused."""
    backup = file.parent.parent / f"good{backup_files.SUFFIX}"
    backups.back_up(store, backup)
    store.close()
    good, hurt = backup.read_bytes(), backup.with_name(f"hurt{backup_files.SUFFIX}")
    before, found = _state(file.parent), []
    for _ in range(rounds):
        how, content = _hurt(good, choose)
        hurt.write_bytes(content)
        try:
            restoring.restore(hurt, file, costs=COSTS)
            found.append(f"{how}: restored")
        except AppError:
            if _state(file.parent) != before:
                found.append(f"{how}: refused, and something changed")
    return found


@pytest.mark.parametrize("rounds", [24, pytest.param(3_000, marks=pytest.mark.faults)])
def test_a_truncated_or_flipped_backup_is_refused_and_nothing_changes(
    store_file: Path, choose: random.Random, rounds: int
) -> None:
    found = accepted(make_store(store_file), store_file, choose, rounds)
    print(f"{rounds} hurt backups, {len(found)} accepted")  # noqa: T201  # the figure
    assert found == []
    store = make_store(store_file)
    assert verify(store).problems == ()
    store.close()


def test_the_harness_finds_a_restoration_that_does_not_look_at_the_digest(
    store_file: Path, choose: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blind(content: BinaryIO, size: int, *_more: object) -> bytes:
        content.seek(max(size, 0))
        return bytes(32)

    monkeypatch.setattr(backup_files, "_digest", blind)
    for _ in range(10):  # most of what is hurt is found by the ledger's own proof
        if any(how.endswith("restored") for how in accepted(make_store(store_file), store_file, choose, 100)):
            return
    pytest.fail("the harness missed a restoration that does not look at the digest")
