"""Owns the turn at random.org that a person's programs share, and keeps what one learns of the quota for the others.

Both lie in the data directory: the turn is a lock on a file, the quota a small JSON file beside it. Where neither can
be had, a program keeps to the rules by itself.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from desktop.random_org.quota import Quota
from desktop.system.private_files import create_private, make_folder, read_start, write_private
from desktop.system.turns import turn

logger = logging.getLogger(__name__)

MOST_BYTES = 4096


class SharedTurn:
    """The turn and the quota of one data directory."""

    def __init__(self, folder: Path) -> None:
        self._lock = folder / "random.turn"
        self._state = folder / "random.json"

    @contextmanager
    def held(self, quota: Quota, seconds: float, cancelled: Callable[[], bool]) -> Iterator[None]:
        """Hold the turn, with the quota as the last program left it; what is learnt meanwhile is kept at the end.

        Raises `TurnNotCome`.
        """
        with ExitStack() as stack:
            try:
                make_folder(self._lock.parent)
                with suppress(FileExistsError):
                    create_private(self._lock)
                stack.enter_context(turn(self._lock, seconds, cancelled))
            except OSError as error:
                logger.warning("no turn can be shared: %s", error.strerror)
            self._read(quota)
            try:
                yield
            finally:
                self._write(quota)

    def _read(self, quota: Quota) -> None:
        """A file that is missing or no state says nothing."""
        with suppress(OSError, ValueError, RecursionError):
            found = json.loads(read_start(self._state, MOST_BYTES))
            if isinstance(found, dict):
                quota.take(found)

    def _write(self, quota: Quota) -> None:
        try:
            write_private(self._state, json.dumps(quota.state).encode())
        except OSError as error:
            logger.warning("the quota cannot be kept: %s", error.strerror)
