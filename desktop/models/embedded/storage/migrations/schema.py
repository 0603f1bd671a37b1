"""The SQL behind a store's tables, indexes and triggers: as it is, and as some steps make it."""

from __future__ import annotations

from collections.abc import Mapping

from peewee import SqliteDatabase

from desktop.models.embedded.storage.migrations.upgrade import Step, Upgrade


def schema_of(database: SqliteDatabase) -> dict[str, str]:
    """The SQL behind every table, index and trigger of an open store, by kind and name.

    Without the statistics that ANALYZE keeps: they are SQLite's own, and change no answer.
    """
    rows = database.execute_sql(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL "
        "AND NOT (type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat3', 'sqlite_stat4'))"
    ).fetchall()
    return {f"{kind} {name}": sql for kind, name, sql in rows}


def schema_after(steps: tuple[Step, ...]) -> Mapping[str, str]:
    """The schema that some steps make."""
    database = SqliteDatabase(":memory:", autoconnect=False)
    database.connect()
    try:
        for step in steps:
            step(Upgrade(database, b"", {}))
        return schema_of(database)
    finally:
        database.close()
