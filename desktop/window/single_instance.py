"""One window a store: a second start asks the first to come forward, by a local socket named after the store.

Qt's own way on all three systems: a socket in the user's temporary folder, a named pipe on Windows. When it fails the
program simply starts: two windows on one store are safe, the ledger does not depend on there being one.
"""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QCryptographicHash, QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

log = logging.getLogger(__name__)

ANSWER_MS = 500


class SingleInstance(QObject):
    """Holds the name of a store while its window is open."""

    raise_asked = Signal()

    def __init__(self, store_file: Path) -> None:
        super().__init__()
        place = str(store_file.resolve()).encode(errors="surrogateescape")
        digest = QCryptographicHash.hash(place, QCryptographicHash.Algorithm.Sha256).toHex().toStdString()
        self._name = f"metercalc-{digest[:24]}"
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_asked)

    def is_second(self) -> bool:
        """Whether a window has the store already: it was asked to come forward. Else this one has it from now on."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if socket.waitForConnected(ANSWER_MS):
            socket.disconnectFromServer()
            return True
        if not self._server.listen(self._name):
            # What a killed program left behind: nobody answers, so nobody has it.
            QLocalServer.removeServer(self._name)
            if not self._server.listen(self._name):
                log.warning("a second window cannot find this one: %s", self._server.errorString())
        return False

    def close(self) -> None:
        """Give the name up."""
        self._server.close()

    @Slot()
    def _on_asked(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
        self.raise_asked.emit()
