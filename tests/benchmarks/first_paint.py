"""The program as it is started, but that the sign-in dialog says when it was first painted: `first_paint.py DIR`.

It is started by its first line, with everything that a start does, in the same order: the configuration, the log, the
display, the single instance. Nothing is imported for this that a start would not have imported by then.
"""

from __future__ import annotations

import gc
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from desktop.commands.run import Command, Run


def speak(wanted: Command) -> Command:
    """The window's command, with a dialog that speaks."""

    def open_window(run: Run) -> int:
        from desktop.window import program  # first, as in a start: what its room does comes before other imports

        # isort: split
        from desktop.views.dialogs.login import LoginDialog

        class Speaking(LoginDialog):
            def paintEvent(self, event: QPaintEvent) -> None:
                super().paintEvent(event)
                print(time.monotonic(), flush=True)  # noqa: T201  # what the benchmark reads

        vars(program)["LoginDialog"] = Speaking
        return wanted(run)

    return open_window


if __name__ == "__main__":
    gc.disable()  # as the first line does before it imports the rest
    from desktop import cli
    from desktop.__main__ import main

    usual = cli._command  # noqa: SLF001 - what finds the command has no other door
    vars(cli)["_command"] = lambda name: speak(usual(name))
    sys.argv[1:] = ["--data-dir", sys.argv[1]]
    sys.exit(main())
