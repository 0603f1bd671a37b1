"""The system's signals that ask the program to end, brought to the window's thread. What is done then is others'."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

from desktop.system import ending

if TYPE_CHECKING:
    import socket


class QuitSignals(QObject):
    """Brings the system's signals that ask the program to end to the window's thread.

    Python runs a handler only when it has the word, which Qt may keep for hours: the bare number is written to a pipe
    instead, which wakes the event loop.
    """

    asked = Signal(int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._sockets: tuple[socket.socket, ...] = ()
        self._reader, self._writer = self._pipe()
        self._notifier = QSocketNotifier(self._reader, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)
        self._before = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        ending.ignore()

    def _pipe(self) -> tuple[int, int]:
        """Two ends that neither wait nor keep anybody waiting, to read from and to write to."""
        if os.name == "nt":  # where Qt listens to sockets alone
            import socket

            self._sockets = socket.socketpair()
            for end in self._sockets:
                end.setblocking(False)
            return self._sockets[0].fileno(), self._sockets[1].fileno()
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        return reader, writer

    @Slot()
    def _on_readable(self) -> None:
        numbers = self._sockets[0].recv(64) if self._sockets else os.read(self._reader, 64)
        if numbers:
            self.asked.emit(numbers[0])

    def close(self) -> None:
        """Let go of the signals: what comes now has nothing to wake."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._before)
        if self._sockets:
            for end in self._sockets:
                end.close()
        else:
            os.close(self._reader)
            os.close(self._writer)
