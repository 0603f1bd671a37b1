"""The command without a name: the window. All it does is to see that there is a display, and to start Qt late."""

from __future__ import annotations

import gc
import os
import stat
import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from desktop.commands.display import qt_needed
from desktop.commands.run import Run
from desktop.settings import config
from desktop.system import ending
from desktop.terms.errors import NoDisplay

if TYPE_CHECKING:
    from desktop.settings.config import Places


def open_window(run: Run) -> int:
    """Open the window; returns its exit status."""
    config.ensure_file(run.places.config_file)
    run.begin()
    # All of Qt's names are made now and stay for good. Looking through them for garbage would take 10 ms here, and
    # 20 ms again and again on the window's thread. The start has disabled it before.
    # Qt's import ends the whole process, or swallows it, where a signal raises within. Nothing is open yet.
    ending.leave_in_silence()
    with qt_needed():
        from desktop.window.start import run as run_window  # late: it brings Qt

    gc.freeze()
    gc.enable()
    return run_window(run.places, run.config)


def show_trouble(places: Places, message: str) -> int | None:
    """Show what kept the window from opening to whoever started it from a menu; anybody else has been told already.

    Returns the status of a signal that ended it, None once it has been read.
    """
    if _is_heard():
        return None
    ending.leave_in_silence()  # as above
    with suppress(NoDisplay), qt_needed():  # where there can be no dialog either, it stands in the log
        from desktop.window.trouble import show

        return show(places, message)
    return None


def show_bug(places: Places, reference: str, error: BaseException) -> int | None:
    """Show a bug that the window did not live to show: who started it from a menu reads no terminal.

    Returns what `show_trouble` does.
    """
    ending.leave_in_silence()
    from desktop.window.trouble import show_bug as show

    return show(places, reference, error)


def _is_heard() -> bool:
    """Whether somebody is at a terminal, or a program takes what is written: a script would wait for a click for ever.

    What a menu starts writes to a file, to a log's socket or nowhere. What it reads may be a pipe: some menus are one.
    """
    said = (sys.stdout, sys.stderr)
    return any(map(_is_terminal, (sys.stdin, *said))) or any(map(_is_pipe, said))


def _is_terminal(stream: IO[str] | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def _is_pipe(stream: IO[str] | None) -> bool:
    try:
        return stream is not None and stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # closed, or none of the system's
        return False
