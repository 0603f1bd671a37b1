"""A window of PySide6 with nothing in it, which everything is measured against: `python bare_window.py`.

It says when it was first painted (`time.monotonic()`), and two seconds later what memory its process has.
"""

from __future__ import annotations

import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

SETTLE_MS = 2_000


class Bare(QWidget):
    """Says when it is painted."""

    def paintEvent(self, _event: object) -> None:
        print(time.monotonic(), flush=True)  # noqa: T201  # what the benchmark reads


def tell_memory() -> None:
    """The same words that the program's process says."""
    from tests.benchmarks.support import memory

    print(*memory(), flush=True)  # noqa: T201  # what the benchmark reads
    QApplication.quit()


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    window = Bare()
    window.show()
    QTimer.singleShot(SETTLE_MS, tell_memory)
    application.exec()
