"""The records browser on a big store, beside bare SQL on the same store.

The store is made once, by `python -m tests.benchmarks.build_store DIR --records 10000000`, and named by
METERCALC_BIG_STORE. Its index is brought up to date first; that takes minutes for ten million records, once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from desktop.models import sqlite
from tests.benchmarks.support import ROOT, report, said, seconds

BIG_STORE = "METERCALC_BIG_STORE"
REACH = {
    "exact totals": "<= 600 ms",
    "search": "<= 50 ms",
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
