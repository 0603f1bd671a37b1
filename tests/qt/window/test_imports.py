"""What is imported after Qt is imported by Python alone: PySide would read, and keep, the source of every module."""

from __future__ import annotations

import subprocess
import sys

from tests.support.command_line import ROOT

CODE = """
import sys, linecache
import desktop.window.start, desktop.views.main_window.window
print(*(name for name in linecache.cache if "desktop" in name))
"""


def test_no_source_is_read_for_a_window() -> None:
    ended = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == ""
