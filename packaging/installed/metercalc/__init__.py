"""The one name that an installed Metercalc has among other packages; `desktop`, which is no rare one, lies within.

It is found there by our own process alone, and there before any other of that name.
"""

from __future__ import annotations

import os
import sys


def main() -> int:
    """What the command `metercalc` does; returns the exit status."""
    sys.path.insert(0, os.path.dirname(__file__))  # not by pathlib: until `run` a signal is told with a traceback
    from desktop.__main__ import main as run

    return run()
