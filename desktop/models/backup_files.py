"""One backup file: the store's copy with the key sealed into it, written whole or not at all, checked before it counts.

A backup holds what `verify` needs in a single file: the copy carries one table more (`backup_key`), which is taken
out again when it is restored. It knows nothing of when backups are made or how many are kept.
"""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from peewee import SqliteDatabase

from desktop.errors import StoreDamaged
from desktop.models import sqlite
from desktop.private_files import replacing

SUFFIX = ".metercalc-backup"


def write(database: SqliteDatabase, key_file: Path, target: Path) -> None:
    """Copy an open store, key included, into `target` (0600), replacing it in one step once the copy is sound.

    Others may write to the store meanwhile. Raises `StoreDamaged` when the copy fails SQLite's own check, `OSError`
    and the store's errors as they come; then there is no file under the final name.
    """
    with replacing(target) as temporary:
        sqlite.copy_into(database, temporary)
        _seal(temporary, key_file.read_bytes())


def _seal(copy: Path, key: bytes) -> None:
    with closing(sqlite.sqlite3.connect(str(copy), isolation_level=None)) as connection:
        # One file: a backup left in WAL mode would make side files wherever it is looked at.
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("CREATE TABLE backup_key (key BLOB NOT NULL) STRICT")
        connection.execute("INSERT INTO backup_key VALUES (?)", (key,))
        found = [text for (text,) in connection.execute("PRAGMA quick_check") if text != "ok"]
    if found:
        raise StoreDamaged(f"The copy is not sound: {found[0]}. The backup was not kept.")


def unseal(copy: Path) -> bytes:
    """Take the key out of a copy of a backup and return it. Raises `StoreDamaged` where there is none."""
    with sqlite.translated(copy), closing(sqlite.sqlite3.connect(str(copy), isolation_level=None)) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'backup_key'").fetchone()
        row = connection.execute("SELECT key FROM backup_key").fetchone() if known else None
        if row is None:
            raise StoreDamaged("This file is not a Metercalc backup: it holds no key.")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("DROP TABLE backup_key")
    return bytes(row[0])


def before_upgrade(folder: Path, version: int) -> Path:
    """The name of the copy that is made before a store of `version` is upgraded."""
    return folder / f"before-upgrade-from-{version}-{_stamp()}{SUFFIX}"


def daily(folder: Path) -> Path:
    """The name of an automatic backup made now."""
    return folder / f"daily-{_stamp()}{SUFFIX}"


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
