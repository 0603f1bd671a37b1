"""The open store as the lanes share it: opened by the writing lane, joined by the others. It runs no query.

The models are imported by the lanes' first jobs, not by the window: peewee costs as much as the window itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from desktop.controllers import background
from desktop.settings.config import Config, Places
from desktop.system import memory
from desktop.terms.errors import AppError, StoreDamaged, StoreError

if TYPE_CHECKING:
    from desktop.models.embedded.storage.store import Store


class StoreAccess:
    """Opens the store, on the lane that writes; every job asks `store` for it.

    A store that could not be opened is tried again at the lane's next job: what kept it may have passed.
    """

    def __init__(self, places: Places, config: Config) -> None:
        self.places = places
        self.config = config
        self._store: Store | None = None
        self._trouble: AppError | None = None
        self._tried = threading.Event()

    @property
    def store(self) -> Store:
        """The open store. Raises the `StoreError` with which opening ended."""
        if self._store is None:
            raise self._trouble or StoreError("The store is not open.")
        return self._store

    def open(self) -> None:
        """Open the store for the calling thread, the one that writes. Raises `StoreError`."""
        # With all that the first jobs need: imported later, it would take turns with the window that is being shown.
        from desktop.models.embedded import accounts, backups, charges, health, records, verify  # noqa: F401
        from desktop.models.embedded.storage.opening import open_store

        try:
            memory.give_back()
            self._store = open_store(
                self.places.store_file, costs=self.config.costs, remembered=self.places.remembered_dir
            )
        except StoreDamaged as error:
            offer = backups.offer(self.places.store_file, self.places.options)
            self._trouble = StoreDamaged(f"{error.message} {offer}")
            raise self._trouble from error
        except AppError as error:
            self._trouble = error
            raise
        finally:
            self._tried.set()

    def join_reading(self) -> None:
        """Connect the calling thread for reading what can be replaced by a newer request. Raises `StoreError`."""
        self._join(lambda store: store.connect(reading=True))

    def join(self) -> None:
        """Connect the calling thread for long work of its own. Raises `StoreError`."""
        self._join(lambda store: store.connect())

    def leave(self) -> None:
        """Close the calling thread's connection."""
        if self._store is not None:
            self._store.disconnect()

    def close(self) -> None:
        """End the sessions, write the anchor and close the writing thread's connection."""
        if self._store is not None:
            self._store.close()

    def interrupt(self) -> None:
        """Stop the query that runs for reading; from any thread."""
        if self._store is not None:
            self._store.interrupt_reader()

    def _join(self, connect: Callable[[Store], None]) -> None:
        self._tried.wait()
        from desktop.models.embedded.storage import sqlite

        sqlite.give_up_when(background.cancelled)  # whatever runs here: the next request, or the end, waits for it
        connect(self.store)
