"""The longest time that the window's thread is away from its loop through a session on 100,000 records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks.build_store import build
from tests.benchmarks.support import report, said
from tests.support.random_server import Behaviour, RandomServer

RECORDS = 100_000
ROUNDS = 3


@pytest.mark.benchmark
def test_the_window_never_stalls_through_a_session(tmp_path: Path) -> None:
    build(tmp_path / "data", RECORDS)
    rounds = []
    with RandomServer(Behaviour.SILENT) as server:
        for _ in range(ROUNDS):
            words = (
                "-m",
                "tests.benchmarks.window_session",
                str(tmp_path / "data"),
                "stalls",
                server.url,
                server.quota_url,
            )
            rounds.append(json.loads(said(tmp_path / "compiled", *words)))
    assert all(found["finished"] for found in rounds)
    for scene in rounds[0]["scenes"]:
        times = ", ".join(f"{found['scenes'][scene]:.0f} ms" for found in rounds)
        report(f"longest stall, {scene}", times, "<= 33 ms")
        times = ", ".join(f"{found['busiest'][scene]:.0f} ms" for found in rounds)
        report(f"the same in processor time, {scene}", times, "<= 33 ms")
    for number, found in enumerate(rounds, start=1):
        for stall in found["named"]:
            report(f"a stall over 16 ms in round {number}", stall, "named")
