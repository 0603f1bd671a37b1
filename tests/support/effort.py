"""How much work something is, whatever else the machine does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable

TRIES = 5
_LOOPS = 700_000  # some 10 ms


def is_light(work: Callable[[], object], most: float) -> bool:
    """Whether `work` takes at most so many times as long as a loop of 10 ms, in one of some tries.

    Both are measured side by side in time of this thread alone: a slow machine is slow at both.
    """
    return any(_seconds(work) <= most * _seconds(_loop) for _ in range(TRIES))


def _seconds(work: Callable[[], object]) -> float:
    started = time.thread_time()
    work()
    return time.thread_time() - started


def _loop() -> None:
    for _ in range(_LOOPS):
        pass
