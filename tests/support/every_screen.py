"""Run as a program: goes through every screen of the demo in a language, and tells what is cut on which, as JSON.

The arguments: a folder for the pictures of one scheme, the language's code, the screen's size ("800x600"), and, if its
catalogue is another than the one that ships, that file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from desktop.commands.demo import pictures, screenshots
from desktop.settings import config as configuration
from desktop.system import resources
from desktop.window.program import Program
from tests.support.on_a_screen import cut

RECORDS = 200

found: dict[str, list[str]] = {}


def look(_program: Program, widget: QWidget, album: screenshots.Album, name: str) -> Iterator[int]:
    """One picture, and what is cut on it or does not fit on the screen."""
    yield screenshots.PAINT_MS
    QCoreApplication.sendPostedEvents()  # else what was shown may not be laid out yet, and would be taken for cut
    widget.grab().save(str(album.folder / f"{name}.png"))
    room, size = widget.screen().availableSize(), widget.size()
    larger = size.width() > room.width() or size.height() > room.height()
    found[name] = cut(widget) + ([f"{size.toTuple()} on a screen of {room.toTuple()}"] if larger else [])


def main() -> None:
    folder, code, screen, *other = sys.argv[1:]
    if other:
        shipped = resources.path

        def path(name: str) -> Path:
            return Path(other[0]) if name == f"languages/{code}.mo" else shipped(name)

        resources.path = path
    scenes: Any = screenshots
    scenes._both = look  # noqa: SLF001 - the demo's own way through all screens
    place = Path(folder)
    width, height = map(int, screen.split("x"))
    config = configuration.load(place / "config.toml", {}, {})
    data = place / "data"
    pictures.take(pictures.Pictures(code, (width, height), ("light",), place, data, data / "log", config, RECORDS))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
