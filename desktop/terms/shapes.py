"""What sort of value a setting has, and its limits: apart from the settings, since reading them needs this alone."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What sort of value a setting has."""

    TEXT = "text"
    NUMBER = "number"
    NUMBERS = "numbers"
    MONEY = "money"
    CHOICE = "choice"  # one of `choices`
    SOME = "some"  # one or more of `choices`


class Shape(NamedTuple):
    """A kind of value with its limits, both included: hundredths of a credit for money."""

    kind: Kind
    least: int = 0
    most: int = 0
    choices: tuple[str, ...] = ()
