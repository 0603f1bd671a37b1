"""The seed of a test that draws lots: printed each time, and replayed with METERCALC_SEED."""

from __future__ import annotations

import os
import random

SEED = "METERCALC_SEED"


def seeded(name: str) -> random.Random:
    """A generator for one test; what it was seeded with is in the test's output."""
    seed = int(os.environ.get(SEED) or random.SystemRandom().randrange(2**32))
    print(f"{name}: {SEED}={seed}")  # noqa: T201  # shown by pytest where the test fails
    return random.Random(f"{name} {seed}")
