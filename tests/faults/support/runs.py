"""How often a fault test tries: a few times with every test run, PROMISES.md's figure with `-m faults`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

T = TypeVar("T")
CORES = 2


def figures(name: str, quick: int, full: int) -> pytest.MarkDecorator:
    """Run the test twice: with the quick figure always, and with the full one by marker."""
    return pytest.mark.parametrize(
        name, [pytest.param(quick, id=f"{quick}"), pytest.param(full, id=f"{full}", marks=pytest.mark.faults)]
    )


def in_some_go(find: Callable[[int], object], goes: int = 10) -> bool:
    """Whether one of so many goes, which are numbered, finds something.

    For a fault that was planted: where a lot is drawn, or programs race, any single go may miss it.
    """
    return any(find(number) for number in range(goes))


def all_of(find: Callable[[T], list[str]], points: Iterable[T]) -> list[str]:
    """What is found at all points, two of which are tried at a time."""
    with ThreadPoolExecutor(CORES) as pool:
        return [what for found in pool.map(find, points) for what in found]
