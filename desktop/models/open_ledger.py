"""Where the configuration leads: it opens the ledger that is meant. What is asked of it afterwards knows no kind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from desktop.models.embedded import backups
from desktop.models.embedded.ledger import EmbeddedLedger
from desktop.models.embedded.storage import backup_files, opening, sqlite, whereabouts
from desktop.models.embedded.storage.opening import open_store
from desktop.models.ledger.protocol import Progress
from desktop.terms.errors import StoreDamaged

if TYPE_CHECKING:
    from desktop.settings.config import Config, Places


def is_there(places: Places) -> bool:
    """Whether there is a ledger, or what belongs to one that is lost. Raises `StoreError` where nobody can tell."""
    return whereabouts.is_there(places.store_file)


def require(places: Places) -> None:
    """Raises `StoreMissing` where there is no ledger."""
    whereabouts.require(places.store_file, places.options)


def check_place(places: Places) -> None:
    """Raises `StoreError` where no ledger can be: its name is another file's, or something else lies there."""
    opening.check_name(places.store_file)
    whereabouts.refuse_foreign(places.store_file)


def library() -> str:
    """The version of the library that keeps the ledger."""
    return sqlite.library()


def is_backup(file: Path) -> bool:
    """Whether a file is a backup of a ledger."""
    return backup_files.is_one(file)


def open_ledger(places: Places, config: Config, *, make: bool) -> EmbeddedLedger:
    """The ledger, made where there is none only when told to; the calling thread is connected to it.

    Raises `StoreError`: `StoreMissing` where there is none; its `StoreDamaged` says which backup there is.
    """
    file = places.store_file
    if not make:
        require(places)
    try:
        store = open_store(
            file, costs=config.costs, backups=backups.folder_of(file), remembered=places.remembered_dir, make=make
        )
    except StoreDamaged as error:
        raise StoreDamaged(f"{error.message} {backups.offer(file, places.options)}") from error
    return EmbeddedLedger(store, places.options)


def restore_backup(places: Places, config: Config, backup: Path, *, progress: Progress) -> Path | None:
    """Put a proved backup in the ledger's place; where what it replaced is kept, None where there was nothing."""
    return backups.restore(
        backup, places.store_file, costs=config.costs, remembered=places.remembered_dir, progress=progress
    )
