"""A process that makes parts of an index: it is told which, and writes them; the teller notes that they are there."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.models.embedded.browsing.arranging import Arrangement, Arranger
from desktop.models.embedded.browsing.digests import Digest, Task
from desktop.models.embedded.browsing.index_file import IndexFile, runs_of
from desktop.models.embedded.browsing.seals import IndexDamaged
from desktop.models.embedded.browsing.sorting import Runs
from desktop.models.embedded.browsing.state import State
from desktop.models.embedded.storage import sqlite
from desktop.models.embedded.storage.store import Store
from desktop.terms.errors import AppError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_BEHIND = 10  # how much everything else on the machine is preferred (nice)
_PATIENCE_S = 20  # for another one that writes
_SAY_S = 1.0  # between two signs of life
STILL_AT_IT = None  # a sign of life: no answer, but one is being worked out
_TROUBLES = (EOFError, OSError, ValueError, TypeError, AppError, IndexDamaged, *sqlite.ERRORS)


@dataclass(frozen=True, slots=True)
class Given:
    """Whose index it is. The key is read from where it lies."""

    store_file: Path
    user_id: int


class _Alive:
    """Says now and then that it is being worked on; it is asked whether to stop, and never has to: it is ended."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._said = time.monotonic()

    def __call__(self) -> bool:
        if time.monotonic() - self._said > _SAY_S:
            self._connection.send(STILL_AT_IT)
            self._said = time.monotonic()
        return False


def work(given: Given, connection: Connection) -> None:
    """Make what is asked for, until nobody asks any more. Whoever is in trouble ends, and another does the work."""
    alive = _Alive(connection)
    with suppress(*_TROUBLES), _opened(given) as (store, file, runs):
        arranger: Arranger | None = None
        while True:
            wanted = connection.recv()
            if isinstance(wanted, Task):
                with store.reading():
                    digest = Digest(store, given.user_id, wanted, alive)
                connection.send(digest.summary)
                connection.send(digest.write(file, runs, connection.recv()))
                del digest
            elif isinstance(wanted, Arrangement):
                if arranger is None:
                    with store.reading():
                        arranger = Arranger(State(store, given.user_id, file), runs)
                connection.send(arranger.arranged(wanted, alive))


@contextmanager
def _opened(given: Given) -> Iterator[tuple[Store, IndexFile, Runs]]:
    if hasattr(os, "nice"):
        os.nice(_BEHIND)
    gc.disable()  # nothing here refers to itself, and there are millions of rows to look through for it
    database = sqlite.make_database(given.store_file, read_only=True)
    store = Store(given.store_file, database, "It is only read here.")
    store.load_key()
    store.connect()
    try:
        file = IndexFile(store, given.user_id, make=False, patience=_PATIENCE_S)
        with closing(file), closing(runs_of(file)) as runs:
            yield store, file, runs
    finally:
        store.disconnect()
