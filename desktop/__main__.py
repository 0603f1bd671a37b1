"""The first line of `metercalc` and `python -m desktop`. It holds nothing but how the program begins and ends."""

from __future__ import annotations

import gc
import importlib
import sys

from desktop.system import ending


def main() -> int:
    """Carry out the command that the program was started for; returns the exit status."""
    ending.leave_in_silence()  # before the rest is imported, which takes its time
    if any("multiprocessing" in word for word in sys.argv[1:]):  # a frozen program is started anew as its own helper
        multiprocessing = importlib.import_module("multiprocessing")
        multiprocessing.freeze_support()
    gc.disable()  # what is imported stays: looking through it for garbage again and again would only take time
    from desktop.cli import main as run

    try:
        return run()
    finally:
        ending.leave_in_silence()


if __name__ == "__main__":
    sys.exit(main())
