"""The longest time that the window's thread is away from its loop through a session on 100,000 records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.build_store import build
from tests.benchmarks.support import report, said
from tests.support.random_server import Behaviour, RandomServer

RECORDS = 100_000
ROUNDS = 3


@pytest.mark.benchmark
def test_the_window_never_stalls_through_a_session(tmp_path: Path) -> None:
    build(tmp_path / "data", RECORDS)
    build(tmp_path / "other", 100)
    with RandomServer(Behaviour.SILENT) as server:
        _play(tmp_path, "other", server)  # compiles: an installed program is
        rounds = [_play(tmp_path, "data", server) for _ in range(ROUNDS)]
    assert all(found["finished"] for found in rounds)
    for scene in rounds[0]["scenes"]:
        times = ", ".join(f"{found['scenes'][scene]:.0f} ms" for found in rounds)
        report(f"longest stall, {scene}", times, "<= 33 ms")
        times = ", ".join(f"{found['busiest'][scene]:.0f} ms" for found in rounds)
        report(f"the same in processor time, {scene}", times, "<= 33 ms")
    for number, found in enumerate(rounds, start=1):
        for stall in found["named"]:
            report(f"a stall over 16 ms in round {number}", stall, "named")


def _play(folder: Path, store: str, server: RandomServer) -> Any:
    words = "-m", "tests.benchmarks.window_session", str(folder / store), "stalls", server.url, server.quota_url
    return json.loads(said(folder / "compiled", *words))
