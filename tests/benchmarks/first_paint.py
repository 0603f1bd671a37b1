"""The program as it is started, but that the sign-in dialog says when it was first painted: `first_paint.py DIR`.

It is started by its command line, with everything that a start does: the configuration, the log, the display, the
single instance.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from desktop.cli import main
from desktop.commands import window
from desktop.commands.run import Run

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_open_window = window.open_window


def open_window(run: Run) -> int:
    """The window's command, with a dialog that speaks. Qt is imported as late as it is without this."""
    from desktop.window import program  # first, as in a start: what its room does comes before other imports

    # isort: split
    from desktop.views.dialogs.login import LoginDialog

    class Speaking(LoginDialog):
        def paintEvent(self, event: QPaintEvent) -> None:
            super().paintEvent(event)
            print(time.monotonic(), flush=True)  # noqa: T201  # what the benchmark reads

    vars(program)["LoginDialog"] = Speaking
    return _open_window(run)


if __name__ == "__main__":
    window.open_window = open_window
    sys.exit(main(["--data-dir", sys.argv[1]]))
