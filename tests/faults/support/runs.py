"""How often a fault test tries: a few times with every test run, PROMISES.md's figure with `-m faults`."""

from __future__ import annotations

import pytest


def figures(name: str, quick: int, full: int) -> pytest.MarkDecorator:
    """Run the test twice: with the quick figure always, and with the full one by marker."""
    return pytest.mark.parametrize(
        name, [pytest.param(quick, id=f"{quick}"), pytest.param(full, id=f"{full}", marks=pytest.mark.faults)]
    )
