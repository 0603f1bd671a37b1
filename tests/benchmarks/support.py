"""What the benchmarks share: measuring in pairs, in one run, and printing ratios."""

from __future__ import annotations

import time
from collections.abc import Callable


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
