"""Run as a program: goes through every screen of the demo in a language, and tells what is cut on which, as JSON.

The arguments: a folder for the pictures of one scheme, the language's code, and, if its catalogue is another than the
one that ships, that file.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop import cli
from desktop.commands.demo import screenshots
from desktop.system import resources
from desktop.window.program import Program
from tests.support.on_a_screen import cut

found: dict[str, list[str]] = {}


def look(_program: Program, widget: QWidget, folder: Path, name: str) -> Iterator[int]:
    """One picture, and what is cut on it."""
    yield screenshots.PAINT_MS
    widget.grab().save(str(folder / f"{name}.png"))
    found[name] = cut(widget)


def main() -> None:
    folder, code, *other = sys.argv[1:]
    if other:
        shipped = resources.path

        def path(name: str) -> Path:
            return Path(other[0]) if name == f"languages/{code}.mo" else shipped(name)

        resources.path = path
    os.environ |= {"LANG": f"{code}.UTF-8", "LC_ALL": f"{code}.UTF-8", "LANGUAGE": code}
    scenes: Any = screenshots
    scenes._both = look  # noqa: SLF001 - the demo's own way through all screens
    status = cli.main(["demo", "--screenshots", folder])
    sys.stdout.write(json.dumps({"status": status, "cut": found}))


if __name__ == "__main__":
    main()
