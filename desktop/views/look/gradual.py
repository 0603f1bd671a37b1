"""Widgets that can be built in steps, so that a window which is built behind another one is not felt.

Such a widget has `steps()`, an iterator that builds it as it is gone through; it is not to be used before its end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator


def finish(steps: Iterator[None]) -> None:
    """Go through all that is left, at once."""
    deque(steps, maxlen=0)
