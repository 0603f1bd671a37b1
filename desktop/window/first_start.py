"""Whether this start is the first on its store, told before the first paint, and the name taken after it.

What listens for the next start brings Qt's network, which takes 10 ms: where no socket of the name is there, nobody has
the store, and the network may come once the sign-in dialog is on screen. Of two starts within that time both show
the dialog; the one that finds the name taken goes again.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.window import socket_place

if TYPE_CHECKING:
    from desktop.window.single_instance import SingleInstance

log = logging.getLogger(__name__)


class FirstStart(QObject):
    """Holds a store's name from soon after the first paint on."""

    raise_asked = Signal()
    came_second = Signal()

    def __init__(self, store_file: Path, server: str = "") -> None:
        super().__init__()
        self._store_file = store_file
        self._server = server
        self._instance: SingleInstance | None = None

    def is_second(self) -> bool:
        """Whether a window has the store already: asked to come forward, it said that it would."""
        return not socket_place.of(self._store_file, self._server).is_free() and self._take()

    @Slot()
    def settle(self) -> None:
        """Take the name, if this was not done yet; `came_second` where another start did so meanwhile."""
        if self._instance is None and self._take():
            self.came_second.emit()

    def _take(self) -> bool:
        from desktop.window.single_instance import SingleInstance

        self._instance = SingleInstance(self._store_file, self._server)
        self._instance.raise_asked.connect(self.raise_asked)
        second = self._instance.is_second()
        if second:
            log.info("another window has this store and was asked to come forward")
        return second

    def close(self) -> None:
        """Give the name up."""
        if self._instance is not None:
            self._instance.close()
