"""Copies of an open store, and what SQLite finds wrong with a file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from peewee import SqliteDatabase, sqlite3

from desktop.models.embedded.storage.sqlite.errors import ERRORS
from desktop.models.embedded.storage.sqlite.wanted import check_wanted, given_up, giving_up_when
from desktop.system.private_files import sync

_COPIED_PAGES = 512
_SYNCED_PAGES = 8 * _COPIED_PAGES


def copy_into(database: SqliteDatabase, target: Path, cancelled: Callable[[], bool] = lambda: False) -> None:
    """Copy the open store into a file by SQLite's backup API: one state of it, while others may write.

    Without a transaction around it, each commit of somebody else would start the copy anew, perhaps for ever. What is
    copied goes to the disk as it comes: at the end, nothing could stop the wait for all of it. Raises `Cancelled`.
    """

    def look(_status: int, remaining: int, total: int) -> None:
        check_wanted(cancelled)
        if (total - remaining) % _SYNCED_PAGES == 0:
            sync(target)

    with closing(sqlite3.connect(str(target), isolation_level=None)) as copy, database.atomic("DEFERRED"):
        database.execute_sql("SELECT 1 FROM sqlite_master").fetchall()
        database.connection().backup(copy, pages=_COPIED_PAGES, progress=look)


def forget_pages(database: SqliteDatabase) -> None:
    """Free what the calling thread's connection keeps of the file: what comes next on it is not near."""
    with suppress(*ERRORS):  # nothing but memory depends on it
        database.execute_sql("PRAGMA shrink_memory")


def quick_check(database: SqliteDatabase) -> list[str]:
    """What SQLite finds wrong with the file's structure (indexes are left out; `full_check` has them)."""
    return _findings(database, "PRAGMA quick_check")


def full_check(
    database: SqliteDatabase, cancelled: Callable[[], bool] | None = None, *, but_for: str = ""
) -> list[str]:
    """What SQLite finds wrong with the file, its indexes and its foreign keys. Raises `Cancelled`, within 50 ms.

    `but_for` is a table whose foreign keys are looked at by somebody else.
    """
    with giving_up_when(cancelled or given_up()):
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> ?"
        return _findings(database, "PRAGMA integrity_check") + [
            f"{table} row {row} points to a missing {parent}"
            for (name,) in database.execute_sql(tables, (but_for,)).fetchall()
            for table, row, parent, _ in database.execute_sql(f'PRAGMA foreign_key_check("{name}")').fetchall()
        ]


def _findings(database: SqliteDatabase, check: str) -> list[str]:
    return [text for (text,) in database.execute_sql(check).fetchall() if text != "ok"]
