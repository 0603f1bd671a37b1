"""The schema's versions: numbered steps, each in one transaction, and nothing that runs outside an upgrade.

A step is frozen once released: a store made by any version walks the same steps. Text is checked by STRICT tables,
rules that must hold against any program that opens the file by CHECKs and triggers.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded.storage import chain
from desktop.models.embedded.storage.migrations import fifth, first, fourth
from desktop.models.embedded.storage.migrations.fourth import EACH_REQUEST_ONCE
from desktop.models.embedded.storage.migrations.schema import schema_after, schema_of
from desktop.models.embedded.storage.migrations.upgrade import Step, Upgrade
from desktop.models.embedded.storage.sqlite import pragma
from desktop.terms.errors import StoreError

__all__ = [
    "EACH_REQUEST_ONCE",
    "SCHEMA_VERSION",
    "STEPS",
    "Upgrade",
    "expected_schema",
    "schema_of",
    "upgrade",
    "version",
]

STEPS: tuple[Step, ...] = (
    first.create,
    first.note_visibility,
    first.mark_accounts,
    fourth.keep_journal,
    fifth.take_notes,
)
SCHEMA_VERSION = len(STEPS)


def version(database: SqliteDatabase) -> int:
    """The schema version of an open store; 0 for an empty file."""
    return int(pragma(database, "user_version"))


def upgrade(
    database: SqliteDatabase,
    key_file: Path,
    costs: Mapping[str, int],
    *,
    anchor_file: Path | None = None,
    steps: tuple[Step, ...] = STEPS,
) -> None:
    """Walk the missing steps, each in a transaction of its own that also moves the version.

    A new store's key is made inside the first one, so that two programs starting at once agree on it.
    Raises `StoreError` when an existing store has lost its key: its records could not be continued; `StoreDamaged`
    when it does not prove as its version left it: nothing is built on what is broken.
    """
    for number in range(version(database) + 1, len(steps) + 1):
        with database.atomic("IMMEDIATE"):
            if version(database) >= number:  # another process was faster
                continue
            key = chain.read_key(key_file)
            if key is None and number == 1:
                key = chain.make_key(key_file)
            if key is None:
                raise StoreError(
                    say("The store cannot be upgraded without its key file ({key_file}).", key_file=key_file)
                )
            anchor = None if anchor_file is None else chain.anchor_content(anchor_file)
            steps[number - 1](Upgrade(database, key, costs, anchor))
            database.execute_sql(f"PRAGMA user_version = {number}")


@functools.cache
def expected_schema(version: int | None = None) -> Mapping[str, str]:
    """The schema that the steps make, up to a version if one is given, taken from a store just made in memory."""
    return schema_after(STEPS[:version])
