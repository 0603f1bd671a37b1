"""Settings as other rooms see them: a value each, with where it comes from and what may be set. It reads none.

Values are text here, as the environment would have them: lists with commas, money with two decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop.terms.shapes import Kind, Shape

__all__ = ["Change", "Effect", "Kind", "Origin", "Setting", "Shape"]


class Origin(StrEnum):
    """Where the value in force comes from."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    COMMAND_LINE = "command line"


class Effect(StrEnum):
    """From when on a new value counts."""

    NOW = "now"
    START = "start"
    NEW_STORE = "new store"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `value` is the one in force, `in_file` the file's own, None where it says nothing.

    `locked_by` names what has the last word over the file (a variable's name, "the command line"), "" where nothing
    has; `accepts` says in words what may be set.
    """

    section: str
    key: str
    shape: Shape
    accepts: str
    default: str
    value: str
    in_file: str | None
    origin: Origin
    locked_by: str
    effect: Effect

    @property
    def name(self) -> str:
        """ "section.key"."""
        return f"{self.section}.{self.key}"


@dataclass(frozen=True, slots=True)
class Change:
    """A setting to be saved. `seen` is what the file held when it was looked at, None for nothing."""

    section: str
    key: str
    seen: str | None
    value: str
