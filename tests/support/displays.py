"""X displays to test with, each one's own."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

_FIRST, _MANY = 100, 50_000  # beyond what people's own displays have; a display's port is its number and 6,000
_TRIES = 5


@contextmanager
def display(size: str) -> Iterator[str]:
    """The name of a new display of that size in pixels, like "1280x900", which answers by now; gone afterwards.

    Its number is drawn by lot. Where Xvfb looks for a free one itself, one that ends can take away the socket of one
    that has just begun.
    """
    for _ in range(_TRIES):
        name = f":{_FIRST + secrets.randbelow(_MANY)}"
        reading, writing = os.pipe()
        command = ["Xvfb", name, "-displayfd", str(writing), "-screen", "0", f"{size}x24", "-nolisten", "tcp"]
        with os.fdopen(reading) as pipe:
            server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
            os.close(writing)
            is_ready = bool(pipe.readline())
        try:
            if is_ready:
                yield name
                return
        finally:  # or a test that fails within would wait for it for ever
            server.terminate()
            server.wait()
    raise RuntimeError(f"no display in {_TRIES} tries")
