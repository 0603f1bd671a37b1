"""A second program with its window, in a process of its own: `python -m tests.support.window_process FOLDER …`.

With a server's address, an e-mail and a password behind the folder, it is at that server. Else it signs in as the
person of `windows`. It says "ready", and then obeys one line at a time from standard input: an
expression is typed and paid for by Enter. Every change of the balance shown is a line on standard output.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QObject, QSocketNotifier, Qt, Slot
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit

from desktop.settings import config as configuration
from desktop.settings.config import DatabaseSection
from desktop.window.program import Program
from desktop.window.start import make_application
from tests.support.widgets import part
from tests.support.windows import EMAIL, PASSWORD, make_config


class Puppet(QObject):
    """Does in the window what it is told."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self._program = program
        self._shown = ""
        self._lines = open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)  # noqa: SIM115 - unbuffered, for as long as the process
        self._notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_line)
        for signal in (program.calculator.charged, program.calculator.statement_changed):
            # Queued: the window, made later, is told after this, and shows it first.
            signal.connect(self._on_change, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def _on_line(self) -> None:
        line = self._lines.readline().decode().strip()
        window = self._program.window
        if not line or window is None:
            self._program.application.quit()
            return
        entry = part(window, QLineEdit, "entry_edit")
        entry.setText(line)
        QTest.keyClick(entry, Qt.Key.Key_Return)

    @Slot(object)
    def _on_change(self, _what: object) -> None:
        window = self._program.window
        text = part(window, QLabel, "balance_label").text() if window is not None else ""
        if text != self._shown:
            self._shown = text
            print(text, flush=True)  # noqa: T201  # what the test reads


def main(folder: Path, database: str = "", email: str = EMAIL, password: str = PASSWORD) -> None:
    """Stay until told to go."""
    application = make_application()
    places = configuration.places(folder).with_database(DatabaseSection(database))
    program = Program(application, places, make_config(folder))
    puppet = Puppet(program)
    program.start()
    program.sessions.sign_in(email, password)
    application.exec()
    program.close()
    puppet.deleteLater()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
