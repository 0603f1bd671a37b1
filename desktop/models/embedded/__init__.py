"""The ledger kept in a file by SQLite: each module answers one kind of question.

peewee imports a driver of PostgreSQL wherever one is installed, which takes longer than all the rest of a start and
serves nothing here. So it is imported before any of these modules does, and finds none. Neither does it find Python's
SQLite beside a sound one of pysqlite3's, to compare the two: a megabyte for nothing.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import cast

_DRIVERS = ("psycopg2cffi", "psycopg2", "psycopg")
_SOUND = (3, 51, 3)  # from here on SQLite's WAL is (`storage.sqlite` says why)


def _import_peewee() -> None:
    unwanted = (*_DRIVERS, "sqlite3") if _has_sound_sqlite() else _DRIVERS
    hidden = [name for name in unwanted if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = cast(ModuleType, None)  # what Python itself takes for "not to be had"
    try:
        import peewee  # noqa: F401  # for whoever imports it next
    finally:
        for name in hidden:
            del sys.modules[name]


def _has_sound_sqlite() -> bool:
    try:
        from pysqlite3 import dbapi2
    except ImportError:  # there is no wheel of it for this machine
        return False
    return bool(dbapi2.sqlite_version_info >= _SOUND)


if "peewee" not in sys.modules:
    _import_peewee()
