"""The open store as the lanes share it: opened by the writing lane, joined by the others. It runs no query.

The models are imported by the lanes' first jobs, not by the window: peewee costs as much as the window itself.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from desktop.controllers import jobs
from desktop.language.sentences import say
from desktop.settings.config import Config, Places
from desktop.system import memory
from desktop.terms.errors import AppError, StoreError

if TYPE_CHECKING:
    from desktop.models.ledger.protocol import Ledger


def sqlite_version() -> str:
    """Of the SQLite that keeps the ledger."""
    from desktop.models.open_ledger import library

    return library()


class StoreAccess:
    """Opens the store, on the lane that writes; every job asks `ledger` for it.

    A store that could not be opened is tried again at the lane's next job: what kept it may have passed.
    """

    def __init__(self, places: Places, config: Config) -> None:
        self.places = places
        self.config = config
        self._ledger: Ledger | None = None
        self._trouble: AppError | None = None
        self._tried = threading.Event()

    @property
    def ledger(self) -> Ledger:
        """The open ledger. Raises the `StoreError` with which opening ended."""
        if self._ledger is None:
            raise self._trouble or StoreError(say("The store is not open."))
        return self._ledger

    def open(self) -> None:
        """Open the store for the calling thread, the one that writes. Raises `StoreError`."""
        # With all that the first jobs need: imported later, it would take turns with the window that is being shown.
        from desktop.models.open_ledger import open_ledger

        try:
            memory.give_back()
            self._ledger = open_ledger(self.places, self.config, make=True)
        except AppError as error:
            self._trouble = error
            raise
        finally:
            self._tried.set()

    def join_reading(self) -> None:
        """Connect the calling thread for reading what can be replaced by a newer request. Raises `StoreError`."""
        self._join(reading=True)

    def join(self) -> None:
        """Connect the calling thread for long work of its own. Raises `StoreError`."""
        self._join()

    def leave(self) -> None:
        """Close the calling thread's connection."""
        if self._ledger is not None:
            self._ledger.disconnect()

    def close(self) -> None:
        """End the sessions, write the anchor and close the writing thread's connection."""
        if self._ledger is not None:
            self._ledger.close()

    def interrupt(self) -> None:
        """Stop the query that runs for reading; from any thread."""
        if self._ledger is not None:
            self._ledger.interrupt_reader()

    def _join(self, *, reading: bool = False) -> None:
        self._tried.wait()
        # Whatever runs here gives up when it is cancelled: the next request, or the end, waits for it.
        self.ledger.connect(reading=reading, cancelled=jobs.cancelled)
