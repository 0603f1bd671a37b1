"""The records browser on a big store, beside bare SQL on the same store.

The store is made once, by `python -m tests.benchmarks.build_store DIR --records 10000000`, and named by
METERCALC_BIG_STORE. Its index is brought up to date first; that takes minutes for ten million records, once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median

import pytest

from desktop.models.embedded import accounts, records
from desktop.models.embedded import charges as ledger
from desktop.models.embedded.storage import sqlite
from desktop.models.embedded.storage.opening import open_store
from desktop.terms.charges import Charge, Step
from desktop.terms.kinds import OperationType
from desktop.terms.pages import PageRequest
from tests.benchmarks.build_store import ANN, COSTS, PASSWORD, build
from tests.benchmarks.support import ROOT, memory, report, said, seconds

BIG_STORE = "METERCALC_BIG_STORE"
OPENINGS = 9
CHARGES = 1_200  # the index is brought up after 500
BETWEEN_S = 0.02  # a person is never quicker
A_MILLION = 1_000_000
REACH = {
    "exact totals": "<= 600 ms",
    "search": "<= 16 ms, worst <= 100 ms",
}
BARE = {
    "a page in the middle by OFFSET": "SELECT * FROM record WHERE user_id = 1 AND deleted_at IS NULL "
    "ORDER BY seq LIMIT 25 OFFSET 4500000",
    "counting": "SELECT count(*) FROM record WHERE user_id = 1 AND deleted_at IS NULL",
    "searching with LIKE": "SELECT count(*) FROM record WHERE user_id = 1 AND deleted_at IS NULL "
    "AND operation_response LIKE '%777%'",
}


@pytest.mark.benchmark
def test_the_browser_on_a_big_store_beside_bare_sql() -> None:
    folder = big_store()
    command = [sys.executable, "-m", "tests.benchmarks.browsing_door", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name, times in json.loads(done.stdout.splitlines()[-1]).items():
        reach = next((value for part, value in REACH.items() if part in name), "<= 16 ms")
        report(name, f"p95 {p95(times):.1f} ms, worst {max(times):.1f} ms of {len(times)}", reach)
    for name, work in bare(folder / "metercalc.db").items():
        report(f"bare SQL, {name}", f"{seconds(work) * 1000:.0f} ms", "beside it")
    store, index = size_of(folder / "metercalc.db"), size_of(folder / "metercalc.browse")
    report("size of the store and its index against the records alone", f"{(store + index) / store:.2f} x", "<= 3 x")


@pytest.mark.benchmark
def test_the_window_on_a_big_store_after_many_jumps(tmp_path: Path) -> None:
    compiled = tmp_path / "compiled"
    window = (compiled, "-m", "tests.benchmarks.window_session", str(big_store()))
    said(*window, "memory")  # compiles
    found = json.loads(said(*window, "jumps"))
    bare_window = said(compiled, str(ROOT / "tests" / "benchmarks" / "bare_window.py")).split()
    assert found.pop("finished")
    for name, mine, other in zip(("USS", "RSS"), found.pop("memory"), map(int, bare_window), strict=True):
        report(f"memory after 500 jumps, {name}", f"+{(mine - other) / 1024:.1f} MB", "<= +60 MB")
    for scene, stall in found.items():
        report(f"longest stall, {scene}", f"{stall:.0f} ms", "<= 50 ms")


@pytest.mark.benchmark
def test_opening_a_big_store_beside_an_empty_one(tmp_path: Path) -> None:
    build(tmp_path / "empty", 100)
    compiled = tmp_path / "compiled"

    def seconds_to_page(folder: Path) -> float:
        asked = time.monotonic()
        return float(said(compiled, "-m", "tests.benchmarks.window_session", str(folder), "opening")) - asked

    for folder in (big_store(), tmp_path / "empty"):
        seconds_to_page(folder)  # compiles, and warms the files
    pairs = [(seconds_to_page(big_store()), seconds_to_page(tmp_path / "empty")) for _ in range(OPENINGS)]
    big, empty = (median(times) for times in zip(*pairs, strict=True))
    figures = f"{big / empty:.2f} x ({big:.2f} s, empty {empty:.2f} s, medians of {OPENINGS})"
    report("from the start to the first page after sign-in", figures, "<= 1.6 x that of an empty store")


@pytest.mark.benchmark
def test_charges_beside_the_upkeep_of_the_index(tmp_path: Path) -> None:
    """As in the window: after a charge its page is looked at, and the index follows in a thread of its own."""
    build(tmp_path, 100_000)
    with closing(open_store(tmp_path / "metercalc.db", costs=COSTS)) as store:
        session = accounts.sign_in(store, ANN, PASSWORD)
        step = Step(OperationType.ADDITION, ("0.1", "0.2"), "0.3")

        def charges() -> list[float]:
            times = []
            for _ in range(CHARGES):
                request = Charge(str(uuid.uuid4()), (step,), "0.1 + 0.2", "0.3")
                times.append(seconds(partial(ledger.charge, store, session, request)))
                charged.set()
                time.sleep(BETWEEN_S)
            return times

        charged, over = threading.Event(), threading.Event()

        def follow() -> None:
            store.connect()
            while charged.wait() and not over.is_set():
                charged.clear()
                if records.first_look(store, session, PageRequest(), checked=True, cancelled=over.is_set)[1]:
                    records.catch_up(store, session, check=False, progress=lambda *_: None, cancelled=over.is_set)
            store.disconnect()

        records.catch_up(store, session, check=False, progress=lambda *_: None, cancelled=over.is_set)
        plain = charges()
        follower = threading.Thread(target=follow)
        follower.start()
        beside = charges()
        over.set()
        charged.set()
        follower.join()
    for name, middle in (("medians", median), ("p95", p95)):
        mine, other = middle(beside) * 1000, middle(plain) * 1000
        figures = f"{mine / other:.2f} x ({mine:.2f} ms, without {other:.2f} ms)"
        report(f"a charge while the index follows, {name} of {CHARGES:,}", figures, "<= 1.15 x")


@pytest.mark.benchmark
def test_a_table_model_of_qt_on_the_same_store() -> None:
    code = f"import tests.benchmarks.test_browsing as own; own.qt_table_model({str(big_store())!r})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    print(done.stdout)  # noqa: T201  # the benchmark's output


def qt_table_model(folder: str) -> None:
    """What `QSqlTableModel` takes to show the same records, and to come to the millionth of them."""
    from PySide6.QtCore import QCoreApplication, Qt
    from PySide6.QtSql import QSqlDatabase, QSqlTableModel

    application = QCoreApplication([])
    database = QSqlDatabase.addDatabase("QSQLITE")
    database.setConnectOptions("QSQLITE_OPEN_READONLY")
    database.setDatabaseName(f"{folder}/metercalc.db")
    assert database.open(), database.lastError().text()
    model = QSqlTableModel(db=database)
    model.setTable("record")
    model.setFilter("user_id = 1 AND deleted_at IS NULL")
    model.setSort(model.fieldIndex("seq"), Qt.SortOrder.AscendingOrder)
    before = memory()[1]
    report("QSqlTableModel, its first rows", f"{seconds(model.select) * 1000:.0f} ms", "beside it")

    started = time.perf_counter()
    while model.rowCount() < A_MILLION and model.canFetchMore():
        model.fetchMore()
    figures = f"{time.perf_counter() - started:.1f} s, +{(memory()[1] - before) / 1024:.0f} MB"
    report(f"QSqlTableModel, to row {model.rowCount():,}", figures, "beside it")
    model.setSort(model.fieldIndex("operation_response"), Qt.SortOrder.AscendingOrder)
    report("QSqlTableModel, first rows in another order", f"{seconds(model.select) * 1000:.0f} ms", "beside it")
    del model, database, application


def big_store() -> Path:
    """The folder of the big store."""
    if BIG_STORE not in os.environ:
        pytest.skip(f"{BIG_STORE} names no store made by python -m tests.benchmarks.build_store")
    return Path(os.environ[BIG_STORE])


def p95(times: Sequence[float]) -> float:
    """The time that 95 of 100 stay within."""
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


def bare(file: Path) -> dict[str, Callable[[], object]]:
    """The same questions to SQLite alone."""

    def asking(question: str) -> Callable[[], object]:
        def ask() -> object:
            with closing(sqlite.sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
                return connection.execute(question).fetchall()

        return ask

    return {name: asking(question) for name, question in BARE.items()}


def size_of(path: Path) -> int:
    """Bytes of a file, or of all in a folder."""
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.stat().st_size for file in files if file.is_file())
