"""Where the configuration leads: it opens the ledger that is meant. What is asked of it afterwards knows no kind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from desktop.language.sentences import mark, say
from desktop.models.embedded import backups, restoring
from desktop.models.embedded.ledger import EmbeddedLedger
from desktop.models.embedded.storage import backup_files, sqlite, whereabouts
from desktop.models.embedded.storage.opening import open_store
from desktop.models.ledger.protocol import Ledger, Progress
from desktop.terms.errors import BadInput, ConfigError, StoreDamaged, StoreMissing

if TYPE_CHECKING:
    from desktop.models.shared.urls import ServerUrl
    from desktop.settings.config import Config, Places

PULSE_S = 0.9  # an open window asks a server once a second whether others have written

_SERVERS_OWN = mark(
    "A ledger on a server is brought back with the server's own tools (pg_restore, or its base backups). Ask its owner."
)
_NO_DRIVER = mark(
    "The ledger is on a PostgreSQL server, and what speaks to one is not installed (psycopg). Install it with "
    "python -m pip install 'metercalc[postgres]'."
)


def is_there(places: Places) -> bool:
    """Whether there is a ledger, or what belongs to one that is lost. Raises `StoreError` where nobody can tell."""
    return bool(places.server) or whereabouts.is_there(places.store_file)


def require(places: Places) -> None:
    """Raises `StoreMissing` where there is no ledger, `ConfigError` where a server's address will not do."""
    if places.server:
        _address(places)
    else:
        whereabouts.require(places.store_file, places.options)


def check_place(places: Places) -> None:
    """Raises `StoreError` where no ledger can be: its name is another file's, or something else lies there."""
    if places.server:
        _address(places)
        return
    whereabouts.check_name(places.store_file)
    whereabouts.refuse_foreign(places.store_file)


def proves_for_people(places: Places) -> bool:
    """Whether a ledger is proved in the name of somebody who has signed in."""
    return bool(places.server)


def library() -> str:
    """The version of the library that keeps the ledger."""
    return sqlite.library()


def is_backup(file: Path) -> bool:
    """Whether a file is a backup of a ledger."""
    return backup_files.is_one(file)


def open_ledger(places: Places, config: Config, *, make: bool) -> Ledger:
    """The ledger, made where there is none only when told to; the calling thread is connected to it.

    Raises `StoreError`: `StoreMissing` where there is none; its `StoreDamaged` says which backup there is.
    """
    if places.server:
        return _shared(places)
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


def _shared(places: Places) -> Ledger:
    """The ledger on a server; nothing is asked of it before somebody signs in."""
    address = _address(places)
    try:
        from desktop.models.shared.ledger import SharedLedger  # late: only a server's ledger needs the driver
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "psycopg":
            raise
        raise StoreMissing(say(_NO_DRIVER)) from error
    return SharedLedger(
        address.keywords(),
        server=address.shown(),
        ledger_name=address.ledger_name,
        remembered=places.remembered_dir,
        copies=places.data_dir / "copies",
        every_s=PULSE_S,
    )


def _address(places: Places) -> ServerUrl:
    from desktop.models.shared import urls

    try:
        return urls.parse(places.server)
    except BadInput as error:
        raise ConfigError(f"[database] url: {error.message}", key="[database] url") from error


def check_restorable(places: Places) -> None:
    """Raises `BadInput` for a ledger that is not brought back by a backup of ours."""
    if places.server:
        raise BadInput(say(_SERVERS_OWN))


def restore_backup(places: Places, config: Config, backup: Path, *, progress: Progress) -> Path | None:
    """Put a proved backup in the ledger's place; where what it replaced is kept, None where there was nothing."""
    check_restorable(places)
    return restoring.restore(
        backup, places.store_file, costs=config.costs, remembered=places.remembered_dir, progress=progress
    )
