"""Memory with the window open on 100,000 records, against a bare window of PySide6; USS and RSS, each with its like."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from desktop.models.embedded import accounts, records
from desktop.models.embedded.storage.opening import open_store
from tests.benchmarks.build_store import ANN, COSTS, PASSWORD, build
from tests.benchmarks.support import ROOT, report, said

RECORDS = 100_000


@pytest.mark.benchmark
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="only Linux says it")
def test_memory_of_the_open_window_against_a_bare_one(tmp_path: Path) -> None:
    build(tmp_path / "data", RECORDS)
    compiled = tmp_path / "compiled"
    with closing(open_store(tmp_path / "data" / "metercalc.db", costs=COSTS)) as store:  # as every start but the first
        session = accounts.sign_in(store, ANN, PASSWORD)
        records.catch_up(store, session, check=False, progress=lambda _done, _all: None, cancelled=lambda: False)
    window = (compiled, "-m", "tests.benchmarks.window_session", str(tmp_path / "data"), "memory")
    said(*window)  # compiles
    ours = said(*window).split()
    bare = said(compiled, str(ROOT / "tests" / "benchmarks" / "bare_window.py")).split()
    for name, mine, other in zip(("USS", "RSS"), map(int, ours), map(int, bare), strict=True):
        reach = "<= +35 MB" if name == "RSS" else "pairs only"
        figures = f"+{(mine - other) / 1024:.1f} MB ({mine / 1024:.1f}, bare {other / 1024:.1f})"
        report(f"memory with {RECORDS:,} records, {name}", figures, reach)
