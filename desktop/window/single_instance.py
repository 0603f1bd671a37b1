"""One window a store: a second start asks the first to come forward, by a local socket named after the store.

Qt's own way on all three systems: a socket in a folder that is the user's alone (whoever else could make one of this
name could keep every window from opening), a named pipe on Windows. When it fails, or the window that has the store
does not answer, the program simply starts: two windows on one store are safe, the ledger does not depend on there
being one.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import socket
import stat
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from desktop.window import socket_place

log = logging.getLogger(__name__)

CONNECT_MS = 500
ANSWER_MS = 1000
_ANSWER = b"here\n"


class SingleInstance(QObject):
    """Holds the name of a store while its window is open."""

    raise_asked = Signal()

    def __init__(self, store_file: Path, server: str = "") -> None:
        super().__init__()
        place = socket_place.of(store_file, server)
        self._folder, self._name = place.folder, place.name
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_asked)

    def is_second(self) -> bool:
        """Whether a window has the store already: asked to come forward, it said that it would.

        Else this one has it from now on, unless there is one that has it and does not answer.
        """
        if os.name != "nt" and self._folder is None:
            log.warning("a second window cannot find this one: no folder for its socket is the user's alone")
            return False
        other = QLocalSocket()
        other.connectToServer(self._name)
        if other.waitForConnected(CONNECT_MS):
            if _answers(other):
                return True
            log.warning("the window that has this store does not answer: here is another one")
            return False
        if self._folder is not None:
            _clear(self._folder)
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
        while (asking := self._server.nextPendingConnection()) is not None:
            asking.disconnected.connect(asking.deleteLater)
            asking.write(_ANSWER)
        self.raise_asked.emit()


def _answers(other: QLocalSocket) -> bool:
    """Whether a window says in time that it comes forward; one that hangs takes the question and says nothing."""
    waiting, patience = QEventLoop(), QTimer()
    patience.setSingleShot(True)
    patience.timeout.connect(waiting.quit)
    other.readyRead.connect(waiting.quit)
    other.disconnected.connect(waiting.quit)
    patience.start(ANSWER_MS)
    if not other.bytesAvailable():
        waiting.exec()
    return other.bytesAvailable() > 0


def _clear(folder: Path) -> None:
    """Remove the sockets of killed windows, at which nobody listens; Qt gives a socket its name once it listens."""
    for file in folder.glob(f"{socket_place.PREFIX}*"):
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(file.lstat().st_mode) and _is_dead(file):
                file.unlink()


def _is_dead(file: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.setblocking(False)
        return asking.connect_ex(str(file)) == errno.ECONNREFUSED
