"""A copy of the program with some lines added, to show how little a further thing takes and that all of it follows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def make(folder: Path, added: Mapping[str, Mapping[str, str]]) -> Path:
    """The program in a folder, with lines added to its files: each before a line that stands there once."""
    for name in ("desktop", "resources"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name, lines in added.items():
        file = folder / name
        text = file.read_text(encoding="utf-8")
        for before, more in lines.items():
            assert text.count(before) == 1, f"{name} has not one {before!r}"
            text = text.replace(before, more + before)
        file.write_text(text, encoding="utf-8")
    return folder


def told(program: Path, script: str, *words: str) -> Any:
    """What a script in the copy says, as JSON."""
    ended = run(program, "-c", script, *words)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def run(program: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run Python on the copy."""
    return subprocess.run(
        [sys.executable, *words], cwd=program, input=stdin, capture_output=True, text=True, timeout=180, check=False,
        # The copy is compiled once, even where nothing else may be.
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(program), "PYTHONDONTWRITEBYTECODE": ""},
    )  # fmt: skip
