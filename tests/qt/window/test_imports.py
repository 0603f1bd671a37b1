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


LONG_PATTERNS = """
import re
compiled = []
compile_one = re._compiler.compile
re._compiler.compile = lambda pattern, flags=0: (compiled.append(str(pattern)), compile_one(pattern, flags))[1]
usual = re.compile
import desktop.window
assert re.compile is usual
print(max(map(len, compiled)))

import sys
from PySide6.QtCore import QObject
try:
    QObject().setProperty(1)
except TypeError as error:
    print(str(error).count("setProperty"))
stubs = sys.modules["shibokensupport.signature.lib.pyi_generator"]
print(stubs.Formatter.split("a=[b, c]"), sys.modules["shibokensupport.signature.parser"]._parse_arglist("a, b(c, d)"))
"""


def test_what_pyside_rarely_uses_is_made_ready_once_it_does() -> None:
    words = [sys.executable, "-c", LONG_PATTERNS]
    longest, named, parted = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n", 2
    )
    assert int(longest) < 1000
    assert int(named) > 0
    assert parted.strip() == "['', 'a', '=', '[b, c]', ''] ['a', 'b(c, d)']"
