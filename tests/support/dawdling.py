"""A slow machine on a quick one: lanes take up, hand over and deliver their work late, now and then, by lot.

    python -m pytest -p tests.support.dawdling -n 6 tests/qt tests/stories

A test that waits for the wrong thing fails by it within a run or two; under real load it takes dozens. The lot is that
of METERCALC_TESTS_LOT, and of the test: a failure comes again with the test alone.
"""

from __future__ import annotations

import os
import random
import time
from typing import Any

import pytest

from desktop.controllers.lane import Lane

_OFTEN, _LONGEST_S = 0.4, 0.15
_take_up, _hand_over, _deliver = (vars(Lane)[name] for name in ("_next", "_send", "_deliver"))
_lot = random.Random()


def _dawdle() -> None:
    if _lot.random() < _OFTEN:
        time.sleep(_lot.random() * _LONGEST_S)


def _take_up_late(lane: Lane) -> Any:
    job = _take_up(lane)
    if job is not None:
        _dawdle()
    return job


def _hand_over_late(lane: Lane, job: Any) -> None:
    _dawdle()
    _hand_over(lane, job)


def _deliver_late(lane: Lane, job: Any) -> None:
    _dawdle()  # on the window's thread
    _deliver(lane, job)


def pytest_configure() -> None:
    """From now on."""
    for name, late in (("_next", _take_up_late), ("_send", _hand_over_late), ("_deliver", _deliver_late)):
        setattr(Lane, name, late)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Each test has its own lot, wherever it runs."""
    _lot.seed(os.environ.get("METERCALC_TESTS_LOT", "") + item.nodeid)
