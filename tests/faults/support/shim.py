"""Builds the preload shim (`shim.c`) and drives it from inside a process that runs under it."""

from __future__ import annotations

import ctypes
import errno
import shutil
import subprocess
import sys
from enum import IntEnum, IntFlag
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")


class Calls(IntFlag):
    """The kinds of system calls that the shim can tell apart."""

    OPEN = 1
    READ = 2
    WRITE = 4
    SYNC = 8
    TRUNCATE = 16
    NAME = 32  # unlink, rename, mkdir
    LOCK = 64
    MAP = 128
    SYNC_FOLDER = 256

    CHANGES = OPEN | WRITE | SYNC | TRUNCATE | NAME | SYNC_FOLDER
    ALL = CHANGES | READ | LOCK | MAP


class Fate(IntEnum):
    """What becomes of a call; `KILL_HALFWAY` lets half of a write through first."""

    FAIL = 1
    KILL_BEFORE = 2
    KILL_AFTER = 3
    KILL_HALFWAY = 4


KINDS: dict[str, tuple[Fate, int]] = {
    "kill": (Fate.KILL_BEFORE, 0),
    "kill after": (Fate.KILL_AFTER, 0),
    "kill halfway": (Fate.KILL_HALFWAY, 0),
    "EIO": (Fate.FAIL, errno.EIO),
    "ENOSPC": (Fate.FAIL, errno.ENOSPC),
}


def trouble() -> str | None:
    """Why the shim cannot be had on this machine, or None."""
    if sys.platform != "linux":
        return "the preload shim is written for Linux"
    return None if shutil.which("cc") else "there is no C compiler (cc) to build the preload shim with"


def build(folder: Path) -> Path:
    """Compile the shim into a folder."""
    library = folder / "shim.so"
    command = ["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", str(library), str(SOURCE)]
    subprocess.run(command, check=True, timeout=60)
    return library


class Shim:
    """The shim this process was started under, watching the files below one folder."""

    def __init__(self, root: Path | str) -> None:
        self._library = ctypes.CDLL(None)  # whatever is loaded already: the preloaded shim too
        self._library.fault_root(str(root).encode())

    def count(self, calls: Calls = Calls.ALL) -> None:
        """Only count from now on."""
        self._library.fault_arm(int(calls), 0, 0, 0, 0)

    def arm(self, kind: str, nth: int, calls: Calls = Calls.ALL, *, stays: bool = False) -> None:
        """Let the n-th call from now on, and with `stays` every later one too, meet its fate."""
        fate, number = KINDS[kind]
        self._library.fault_arm(int(calls), nth, int(fate), number, int(stays))

    def calm(self) -> int:
        """Let everything through again; returns how many calls met their fate."""
        hits = int(self._library.fault_hits())
        self._library.fault_arm(0, 0, 0, 0, 0)
        return hits

    @property
    def counted(self) -> int:
        """How many calls there were since the last `count` or `arm`."""
        return int(self._library.fault_count())

    def trace(self, file: Path | str) -> None:
        """From now on write what is really done into a file outside the watched folder."""
        self._library.fault_trace(str(file).encode())

    def mark(self, text: str) -> None:
        """Note in the trace that something was promised at this point."""
        self._library.fault_mark(text.encode())
