"""Promise 8: a disk that is full or can only be read loses nothing; what was acknowledged is stored, and nothing else.

The disk is full by a preload shim (ENOSPC from a chosen write on), by a limit on file sizes, or truly: a small tmpfs.
"""

from __future__ import annotations

import ctypes
import os
import random
import resource
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.models.embedded import accounts, charges, settling
from desktop.models.embedded.storage import sqlite
from desktop.models.embedded.storage.store import Store
from desktop.terms.charges import Receipt
from desktop.terms.errors import AppError
from desktop.terms.people import Session
from tests.faults.support.ledgers import audit, enter, make_ledger
from tests.faults.support.nursery import Channel, Nursery
from tests.faults.support.runs import figures, in_some_go
from tests.faults.support.shim import Calls, Shim
from tests.support.stores import ANN, charge_for, make_store

ENTRY = "1 + 2 × 3"
TMPFS = "4m"  # sixty rounds of charges must fit when there is room again
WHILE_FULL = 3


def make(channel: Channel, file: str) -> None:
    """Job: make the store."""
    make_ledger(Path(file))


class Disk:
    """The disk of one job: it can be filled up, and given room again."""

    def __init__(self, how: str, shim: Shim, store: Store, nth: int) -> None:
        self.how, self.shim, self.store, self.nth = how, shim, store, nth
        self.ballast = store.file.with_name("ballast")

    def fill(self) -> None:
        """From now on there is no room."""
        if self.how == "shim":
            self.shim.arm("ENOSPC", self.nth, Calls.WRITE, stays=True)
        elif self.how == "limit":
            files = (self.store.file, sqlite.side_file(self.store.file, "-wal"))
            largest = max(file.stat().st_size for file in files if file.exists())
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest + self.nth * 1000, resource.RLIM_INFINITY))
        else:
            _fill(self.ballast)

    def free(self) -> None:
        """There is room again."""
        self.shim.calm()
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        self.ballast.unlink(missing_ok=True)


def _fill(ballast: Path) -> None:
    with ballast.open("ab", buffering=0) as out:
        for size in (4096, 1):
            try:
                while out.write(bytes(size)):
                    pass
            except OSError:
                continue


def spend(channel: Channel, file: str, journal: str, how: str, nths: list[int], seed: int, *, planted: bool) -> None:
    """Job: charge while the disk is full, and again when it has room, all in one program; says each answer."""
    patch, choose = pytest.MonkeyPatch(), random.Random(seed)
    patch.setattr(sqlite, "wal_is_sound", lambda _: journal == "wal")
    if planted:
        patch.setattr(settling, "read_back", lambda *_, **__: Receipt("", 0, 0, "7", True, ()))
    shim = Shim(Path(file).parent)  # before anything is opened there
    store = make_store(Path(file))
    session = enter(store)
    for nth in nths:
        disk = Disk(how, shim, store, nth)
        disk.fill()
        for _ in range(WHILE_FULL if how == "shim" else 40):
            if _charge(channel, store, session, choose, "full")[0] == "refused":
                break
        accounts.current(store, session)  # what is there can still be read
        disk.free()
        _charge(channel, store, session, choose, "free")
    store.close()


def _charge(channel: Channel, store: Store, session: Session, choose: random.Random, when: str) -> list[Any]:
    request_id = str(uuid.UUID(int=choose.getrandbits(128)))
    try:
        receipt = charges.charge(store, session, charge_for(ENTRY, request_id))
        answer: list[Any] = ["charged", [entry.id for entry in receipt.entries]]
    except AppError as error:
        answer = ["refused", error.code, str(store.file) in error.message]
    channel.send([when, request_id, answer])
    return answer


def losses(
    nursery: Nursery, file: Path, choose: random.Random, journal: str, how: str, nths: list[int], *, planted: bool
) -> list[str]:
    """Where an answer and the store differ, a message does not name the disk, or room again does not help."""
    if not file.exists():
        nursery.run(make, file=str(file))
    seed = choose.getrandbits(32)
    common = {"journal": journal, "how": how, "nths": nths, "planted": planted}
    child = nursery.start(spend, file=str(file), seed=seed, **common)
    answers, _, lived = child.outcome()
    assert lived, f"killed by signal {-child.wait()}"
    found = audit(file)
    wrong = list(found.problems)
    for when, request_id, answer in answers:
        stored = found.requests.get(request_id)
        if answer[0] == "charged" and answer[1] != stored:
            wrong.append(f"{when}: told {answer[1]}, stored {stored}")
        if answer[0] == "refused" and (stored or not answer[2] or when == "free"):
            wrong.append(f"{when}: {answer}, stored {stored}")
    refusals = [answer[1] for when, _, answer in answers if answer[0] == "refused"]
    if how != "limit" and set(refusals) - {"store_full"}:  # SQLite takes the limit for a failed disk
        wrong.append(f"refused with {refusals}")
    if not planted and len(refusals) < len(nths) / 2:
        wrong.append(f"the disk was full {len(nths)} times and refused {len(refusals)} charges")
    return wrong


@figures("count", 16, 300)
@pytest.mark.parametrize("journal", ["wal", "truncate"])
@pytest.mark.parametrize("how", ["shim", "limit"])
def test_a_full_disk_loses_nothing_and_works_again_with_room(
    nursery: Nursery, folder: Path, choose: random.Random, count: int, journal: str, how: str
) -> None:
    nths = [1 + number % 16 for number in range(count)]  # every write of a charge, in turn

    def shown(go: int) -> bool:
        planted = losses(nursery, folder / f"planted {go}.db", choose, journal, how, nths[:4], planted=True)
        return any("told" in what for what in planted)

    assert in_some_go(shown), "the harness missed charges that were shown and not stored"

    assert losses(nursery, folder / "store.db", choose, journal, how, nths, planted=False) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for little more than a store."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS},mode=0700", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@figures("count", 2, 60)
@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_a_truly_full_disk_loses_nothing_and_works_again_with_room(
    nursery: Nursery, small_disk: Path, choose: random.Random, count: int, journal: str
) -> None:
    file = small_disk / "store.db"
    assert losses(nursery, file, choose, journal, "tmpfs", [1] * count, planted=False) == []


def look(channel: Channel, file: str, *, bound: bool) -> list[object]:
    """Job: bound by the modes of files, as root is not by itself, look at the balance and try to charge."""
    if bound:
        _drop_capabilities()
    store = make_store(Path(file))
    session = enter(store)
    balance = charges.statement(store, session).account.balance
    try:
        charges.charge(store, session, charge_for(ENTRY))
        refusal = "charged"
    except AppError as error:
        refusal = error.code
    store.close()
    return [balance, refusal, store.read_only_reason or ""]


def _drop_capabilities() -> None:
    """See capset(2): with none left, root is an owner like any other."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this process
    assert ctypes.CDLL(None).capset(header, (ctypes.c_uint32 * 6)()) == 0


@pytest.mark.parametrize("modes", [(0o700, 0o400), (0o500, 0o600), (0o500, 0o400)], ids=["file", "folder", "both"])
def test_a_read_only_disk_shows_the_balance_and_refuses_the_charge(
    nursery: Nursery, folder: Path, modes: tuple[int, int]
) -> None:
    data = folder / "data"
    file = data / "store.db"
    nursery.run(make, file=str(file))
    before, content = audit(file).balances[ANN], file.read_bytes()
    for path in (*data.iterdir(), data):
        path.chmod(modes[0] if path == data else modes[1])

    balance, refusal, reason = nursery.run(look, file=str(file), bound=True)
    assert (balance, refusal) == (before, "store_read_only")
    assert str(file) in reason
    assert file.read_bytes() == content

    data.chmod(0o700)
    for path in data.iterdir():
        path.chmod(0o600)
    assert nursery.run(look, file=str(file), bound=True)[1] == "charged"
