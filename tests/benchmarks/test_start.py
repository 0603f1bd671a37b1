"""From the start of the process to the sign-in dialog on screen, against a bare window of PySide6."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

import pytest

from tests.benchmarks.support import ROOT, report, started

ROUNDS = 15
HERE = ROOT / "tests" / "benchmarks"


def seconds_to_paint(compiled: Path, *words: str) -> float:
    """How long a process takes from being asked for to its first paint."""
    asked = time.monotonic()
    with started(compiled, *words) as process:
        assert process.stdout is not None
        painted = float(process.stdout.readline())
        process.terminate()  # and not killed: the next start would ask who has the socket that was left
    return painted - asked


@pytest.mark.benchmark
def test_the_sign_in_dialog_against_a_bare_window(tmp_path: Path) -> None:
    ours = (tmp_path / "compiled", str(HERE / "first_paint.py"), str(tmp_path / "data"))
    bare = (tmp_path / "compiled", str(HERE / "bare_window.py"))
    for words in (ours, bare):
        seconds_to_paint(*words)  # compiles, and makes the configuration
    pairs = [(seconds_to_paint(*ours), seconds_to_paint(*bare)) for _ in range(ROUNDS)]
    mine, other = (min(times) for times in zip(*pairs, strict=True))
    usual, usual_other = (median(times) for times in zip(*pairs, strict=True))
    report("start to the sign-in dialog against a bare window", f"{mine / other:.2f} x", "<= 1.4 x")
    report("the best of each", f"{mine:.3f} s, bare {other:.3f} s", "pairs only")
    report("the medians", f"{usual:.3f} s, bare {usual_other:.3f} s, {usual / usual_other:.2f} x", "pairs only")
