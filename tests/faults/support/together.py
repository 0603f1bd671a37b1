"""Several programs let go at the same moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.faults.support.nursery import Child


def ready(children: Sequence[Child]) -> None:
    """Wait until each has said that it is ready."""
    for child in children:
        said = child.channel.receive()
        assert said == "ready", said


def go(children: Sequence[Child], what: object = "go") -> list[Any]:
    """Tell all at once, and collect what each says to it."""
    for child in children:
        child.channel.send(what)
    return [child.channel.receive() for child in children]


def end(children: Sequence[Child]) -> list[Any]:
    """Tell all that it is over; returns what each returned."""
    for child in children:
        child.channel.send(None)
    return [child.result() for child in children]
