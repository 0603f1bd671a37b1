"""Fixtures of the fault tests: the lots to replay, a folder in memory, and the process that children come from."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.support import shim
from tests.faults.support.nursery import Nursery
from tests.support.seeds import seeded

MEMORY = Path("/dev/shm")  # Linux' own: a killed process leaves there what it leaves on a disk, only sooner


@pytest.fixture
def choose(request: pytest.FixtureRequest) -> random.Random:
    """What the test draws its lots from; the seed is printed, and METERCALC_SEED replays it."""
    return seeded(request.node.name)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for stores, in memory where that can be had."""
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        yield tmp_path
        return
    made = Path(tempfile.mkdtemp(prefix="metercalc-faults-", dir=MEMORY))
    try:
        yield made
    finally:
        shutil.rmtree(made)


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Children under the preload shim."""
    if reason := shim.trouble():
        pytest.skip(reason)
    started = Nursery(shim.build(tmp_path_factory.mktemp("shim")))
    yield started
    started.close()
