"""The ledger kept in a file by SQLite: each module answers one kind of question.

peewee imports a driver of PostgreSQL wherever one is installed, which takes longer than all the rest of a start and
serves nothing here. So it is imported before any of these modules does, and finds none.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import cast

_DRIVERS = ("psycopg2cffi", "psycopg2", "psycopg")


def _import_peewee() -> None:
    hidden = [name for name in _DRIVERS if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = cast(ModuleType, None)  # what Python itself takes for "not to be had"
    try:
        import peewee  # noqa: F401  # for whoever imports it next
    finally:
        for name in hidden:
            del sys.modules[name]


if "peewee" not in sys.modules:
    _import_peewee()
