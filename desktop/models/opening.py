"""Where the configuration leads: it opens the ledger that is meant. What is asked of it afterwards knows no kind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from desktop.models.embedded import backups
from desktop.models.embedded.ledger import EmbeddedLedger
from desktop.models.embedded.storage import chain, sqlite
from desktop.models.embedded.storage.opening import open_store
from desktop.models.ledger.protocol import Progress
from desktop.terms.errors import StoreDamaged, StoreError

if TYPE_CHECKING:
    from desktop.settings.config import Config, Places


def open_ledger(places: Places, config: Config, *, must_exist: bool = False) -> EmbeddedLedger:
    """The ledger, made where there is none unless it `must_exist`; the calling thread is connected to it.

    Raises `StoreError`; its `StoreDamaged` says which backup there is.
    """
    file = places.store_file
    if must_exist and not file.exists() and not chain.key_file(file).exists():
        raise StoreError(f"There is no store yet ({file}). “metercalc {places.options}init” makes one.")
    try:
        store = open_store(file, costs=config.costs, backups=backups.folder_of(file), remembered=places.remembered_dir)
    except StoreDamaged as error:
        raise StoreDamaged(f"{error.message} {backups.offer(file, places.options)}") from error
    return EmbeddedLedger(store, places.options)


def sqlite_version() -> str:
    """Of the SQLite that keeps the ledger."""
    return str(sqlite.sqlite3.sqlite_version)


def restore_backup(places: Places, config: Config, backup: Path, *, progress: Progress) -> Path | None:
    """Put a proved backup in the ledger's place; where what it replaced is kept, None where there was nothing."""
    return backups.restore(
        backup, places.store_file, costs=config.costs, remembered=places.remembered_dir, progress=progress
    )
