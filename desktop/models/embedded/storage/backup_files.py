"""One backup file: the store's copy with the key sealed into it, written whole or not at all, checked before it counts.

A backup holds what `verify` needs in a single file: the copy carries one table more (`backup_key`), which is taken
out again when it is restored, and ends in a digest of itself: the ledger's own proofs do not cover an e-mail or a
password hash, and a bit that flipped there is no backup of them. It knows nothing of when backups are made or how
many are kept.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded.storage import chain, sqlite
from desktop.system.private_files import replacing
from desktop.terms.errors import StoreDamaged

SUFFIX = ".metercalc-backup"

_TRAILER = b"metercalc backup"  # stands before the digest; SQLite does not look behind its last page
_DIGEST = "sha256"
_TRAILER_SIZE = len(_TRAILER) + hashlib.new(_DIGEST).digest_size
_BLOCK = 1 << 20


def write(database: SqliteDatabase, key: bytes, target: Path, cancelled: Callable[[], bool] = lambda: False) -> None:
    """Copy an open store, key included, into `target` (0600), replacing it in one step once the copy is sound.

    Others may write to the store meanwhile. Raises `StoreDamaged` when the copy fails SQLite's own check, `Cancelled`,
    `OSError` and the store's errors as they come; then there is no file under the final name, and nothing half made.
    """
    with replacing(target) as temporary:
        sqlite.copy_into(database, temporary, cancelled)
        with sqlite.giving_up_when(cancelled):
            _seal(temporary, chain.key_text(key))
        with temporary.open("r+b") as copy:
            digest = _digest(copy, copy.seek(0, os.SEEK_END), cancelled)
            copy.seek(0, os.SEEK_END)
            copy.write(_TRAILER + digest)


def _seal(copy: Path, key: bytes) -> None:
    with closing(sqlite.sqlite3.connect(str(copy), isolation_level=None)) as connection:
        sqlite.heed(connection)
        # One file: a backup left in WAL mode would make side files wherever it is looked at.
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("CREATE TABLE backup_key (key BLOB NOT NULL) STRICT")
        connection.execute("INSERT INTO backup_key VALUES (?)", (key,))
        found = [text for (text,) in connection.execute("PRAGMA quick_check") if text != "ok"]
    if found:
        raise StoreDamaged(say("The copy is not sound: {why}. The backup was not kept.", why=found[0]))


def unseal(copy: Path) -> bytes:
    """Make a store of a copy of a backup; returns its key. Raises `StoreDamaged` when it is not as it was written."""
    with copy.open("r+b") as content:
        size = content.seek(0, os.SEEK_END) - _TRAILER_SIZE
        digest = _digest(content, size) if size > 0 else b""
        if content.read() != _TRAILER + digest:
            raise StoreDamaged(
                say("This file is not a Metercalc backup, or not as it was written any more. Nothing was replaced.")
            )
        content.truncate(size)
    # Nothing in this file is the program's own, whatever the digest says: what cannot be read of it is damage.
    with (
        sqlite.translated(copy, lambda: True),
        closing(sqlite.sqlite3.connect(str(copy), isolation_level=None)) as connection,
    ):
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'backup_key'").fetchone()
        row = connection.execute("SELECT key FROM backup_key").fetchone() if known else None
        if row is None:
            raise StoreDamaged(say("This file is not a Metercalc backup: it holds no key."))
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("DROP TABLE backup_key")
    return bytes(row[0])


def is_one(file: Path) -> bool:
    """Whether a file ends as a backup does."""
    try:
        with file.open("rb") as content:
            content.seek(-_TRAILER_SIZE, os.SEEK_END)
            return content.read(len(_TRAILER)) == _TRAILER
    except OSError:
        return False


def _digest(content: BinaryIO, size: int, cancelled: Callable[[], bool] = lambda: False) -> bytes:
    """Of the first `size` bytes; the file is left standing behind them. Raises `Cancelled`."""
    digest = hashlib.new(_DIGEST)
    content.seek(0)
    while size > 0 and (block := content.read(min(_BLOCK, size))):
        sqlite.check_wanted(cancelled)
        digest.update(block)
        size -= len(block)
    return digest.digest()


def before_upgrade(folder: Path, version: int) -> Path:
    """The name of the copy that is made before a store of `version` is upgraded."""
    return folder / f"before-upgrade-from-{version}-{_stamp()}{SUFFIX}"


def daily(folder: Path) -> Path:
    """The name of an automatic backup made now."""
    return folder / f"daily-{_stamp()}{SUFFIX}"


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
