"""The system's signals that ask the program to end, brought to the window's thread. What is done then is others'."""

from __future__ import annotations

import signal
import socket

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

from desktop.system import ending


class QuitSignals(QObject):
    """Brings the system's signals that ask the program to end to the window's thread.

    Python runs a handler only when it has the word, which Qt may keep for hours: the bare number is written to a socket
    instead, which wakes the event loop.
    """

    asked = Signal(int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)
        self._before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        ending.ignore()

    @Slot()
    def _on_readable(self) -> None:
        numbers = self._reader.recv(64)
        if numbers:
            self.asked.emit(numbers[0])

    def close(self) -> None:
        """Let go of the signals: what comes now has nothing to wake."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._before)
        self._reader.close()
        self._writer.close()
