"""Fixtures for every test: real stores in folders of their own, whose transactions are proved to be closed."""

from __future__ import annotations

import gc
import os
import shutil
import time
from collections.abc import Callable, Generator, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings

from desktop.models.embedded import accounts
from desktop.models.embedded.storage.store import Store
from desktop.models.ledger import passwords
from desktop.models.shared import scram
from tests.support.days import DAY, stay_in_the_day, where_it_is_noon
from tests.support.stores import (
    ADMIN,
    ANN,
    BOB,
    NOON,
    PASSWORD,
    SECOND,
    Books,
    Clock,
    assert_no_transaction,
    cheap_hasher,
    join,
    make_store,
)
from tests.support.waiting import PatientBot

# Before anything of Qt begins: one test file by itself must not look for a screen either.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# The tests read English, whoever runs them; other languages have tests of their own.
os.environ["LANGUAGE"] = "en"
# Stores in memory where there is room: each commit waits for the disk, and there are tens of thousands. What the disk
# keeps has its own tests. METERCALC_TESTS_ON_DISK, or a folder that was asked for, leaves them where they would be.
MEMORY, ROOM = Path("/dev/shm"), 4 << 30
if MEMORY.is_dir() and "METERCALC_TESTS_ON_DISK" not in os.environ and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

# No deadline: a slow disk is not a wrong answer. The seed of a failure is printed, to be replayed.
# --hypothesis-profile=full tries Hypothesis' own hundred examples; every run some of them, others each time.
settings.register_profile("full", deadline=None, print_blob=True)
settings.register_profile("metercalc", settings.get_profile("full"), max_examples=30)
settings.load_profile("metercalc")


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_auto_num_workers() -> int:
    """Three for two processors: a quarter of the time a test waits, for a process, a server or a timer."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + cores // 2


def pytest_collection_finish() -> None:
    """What was imported and collected lasts to the end: the garbage collector need not go through it again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test logged may be no Unicode; a worker's report must be, to reach the process that prints it."""
    report = yield
    report.sections = [(name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.fixture(autouse=True, scope="session")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home of its own for each process that runs tests: none sees another's files, or those of who runs them."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> PatientBot:
    """The plugin's own, with patience."""
    return PatientBot(request)


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Password hashes that take no time; the strength of real ones has its own tests."""
    monkeypatch.setattr(passwords, "_hasher", cheap_hasher())
    monkeypatch.setattr(scram, "ITERATIONS", 1)


@pytest.fixture(scope="session")
def prepared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a closed store with three people, to be copied by each test that needs one."""
    folder = tmp_path_factory.mktemp("prepared") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", cheap_hasher())
        store = make_store(folder / "store.db")
        store.clock = Clock(NOON - 24 * 3600 * SECOND)  # before whatever a test does, whenever it runs
        for email in (ADMIN, ANN, BOB):
            join(store, email)
        store.close()
    return folder


@pytest.fixture
def store_file(prepared_folder: Path, tmp_path: Path) -> Path:
    """A closed store with three people."""
    folder = tmp_path / "data"
    shutil.copytree(prepared_folder, folder)
    return folder / "store.db"


@pytest.fixture
def opened(cheap_passwords: None) -> Iterator[Callable[[Path], Store]]:
    """Opens stores, closes them at the end, and proves that the test left no transaction open in any."""
    stores: list[Store] = []

    def open_one(file: Path) -> Store:
        stores.append(make_store(file))
        return stores[-1]

    yield open_one
    try:
        for store in stores:
            assert_no_transaction(store)
    finally:
        for store in stores:
            store.close()


@pytest.fixture
def open_books(opened: Callable[[Path], Store], store_file: Path) -> Callable[[], Books]:
    """Opens the prepared store with everybody signed in; nothing is proved about its content at the end."""

    def open_them() -> Books:
        store = opened(store_file)
        store.clock = clock = Clock()
        admin, ann, bob = (accounts.sign_in(store, email, PASSWORD) for email in (ADMIN, ANN, BOB))
        return Books(store, clock, admin, ann, bob)

    return open_them


@pytest.fixture
def books(open_books: Callable[[], Books]) -> Iterator[Books]:
    """An open store with everybody signed in, which must still hold L1 to L7 when the test is over."""
    kept = open_books()
    yield kept
    if not kept.store.database.is_closed():
        assert kept.problems() == ()


@pytest.fixture
def time_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Lets a test live elsewhere; afterwards the process is back where it was."""

    def move(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def noon(time_zone: Callable[[str], None]) -> str:
    """It is noon where the test is, so that today and this month do not end meanwhile; the zone, as TZ has it."""
    zone = where_it_is_noon()
    time_zone(zone)
    return zone


@pytest.fixture
def one_day(monkeypatch: pytest.MonkeyPatch) -> date:
    """The day that it stays for automatic backups."""
    stay_in_the_day(monkeypatch)
    return DAY
