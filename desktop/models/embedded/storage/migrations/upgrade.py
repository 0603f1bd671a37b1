"""What a step of an upgrade is given. It knows no step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from peewee import SqliteDatabase


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What a step may use.

    `costs` are the configuration's by the operation's name, in hundredths of a credit; `anchor` is what the file
    beside the store holds, None where there is none.
    """

    database: SqliteDatabase
    key: bytes
    costs: Mapping[str, int]
    anchor: bytes | None = None


Step = Callable[[Upgrade], None]
