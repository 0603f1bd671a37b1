"""Freed memory goes back to the system, in a process of its own: what is set there holds for all of it."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

_SCRIPT = """
from pathlib import Path
from desktop.system import memory

def resident():  # kB
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Rss"))

memory.give_back()
blocks = [bytearray(3_000) for _ in range(20_000)]
kept = blocks[::100]  # one in a hundred stays, so that the heap's end does
del blocks
before = resident()
memory.trim()
print(before - resident())
"""


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="only Linux says it")
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has its own ways")
def test_what_is_free_between_blocks_in_use_goes_back() -> None:
    said = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True)
    assert int(said.stdout) > 20_000
