"""One at a time, across threads, windows and programs: a turn is held by holding a lock on a file.

The system lets go of the lock when its holder ends, however that happens. It knows nothing of what is done in a turn.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

LOOK_AGAIN_S = 0.01


class TurnNotCome(Exception):
    """Somebody else held the turn all the time that was given, or the waiting was given up."""


@contextlib.contextmanager
def turn(file: Path, seconds: float, cancelled: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Hold the turn that a file stands for, waiting for it as long as given. The file is neither read nor changed.

    Raises `TurnNotCome`, and `OSError` where the file is not there or cannot be opened.
    """
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # a FIFO would wait for its writer
    try:
        deadline = time.monotonic() + seconds
        while not _take(descriptor):
            if cancelled() or time.monotonic() > deadline:
                raise TurnNotCome
            time.sleep(LOOK_AGAIN_S)
        yield
    finally:
        os.close(descriptor)  # which lets go of the lock


if sys.platform == "win32":
    import msvcrt

    _BEHIND_THE_END = 1 << 30  # what is locked there can be read by nobody else

    def _take(descriptor: int) -> bool:
        os.lseek(descriptor, _BEHIND_THE_END, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(descriptor: int) -> bool:
        try:
            # Of the open file, not of the process: two threads are kept apart too.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
