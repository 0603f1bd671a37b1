"""What the benchmarks share: measuring in pairs, in one run, and printing ratios."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def paired(ours: Callable[[], object], theirs: Callable[[], object], *, rounds: int) -> tuple[float, float]:
    """The best of several rounds of each, taken in turns so that noise meets both."""
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    return min(mine for mine, _ in pairs), min(other for _, other in pairs)


def report(name: str, value: str, reach: str) -> None:
    """One line of the benchmark table."""
    print(f"\n{name}: {value} (reach {reach})")  # noqa: T201 - the benchmark's output


def memory() -> tuple[int, int]:
    """What this process alone has, and what it has in all (USS, RSS), in kB. Linux only."""
    sizes: dict[str, int] = {}
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]:
        name, size, *_ = line.split()
        sizes[name.rstrip(":")] = int(size)
    return sizes["Private_Clean"] + sizes["Private_Dirty"], sizes["Rss"]


def started(compiled: Path, *words: str) -> subprocess.Popen[str]:
    """A Python process without a screen, whose modules are compiled once, into `compiled`, as installed ones are."""
    left_out = ("METERCALC_", "DISPLAY", "WAYLAND_DISPLAY", "QT_", "PYTHON", "LC_", "LANG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    given = {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(compiled)}
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=kept | given,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def said(compiled: Path, *words: str) -> str:
    """The last line that such a process says before its end."""
    with started(compiled, *words) as process:
        out, _ = process.communicate(timeout=300)
    assert process.returncode == 0, f"{words} ended with {process.returncode}"
    return out.splitlines()[-1]
