"""Which shared libraries the frozen folder needs: those that its modules and plugins are linked to, and no others.

PyInstaller follows everything that it first finds, and what was left out afterwards leaves its own libraries behind.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

# As PyInstaller has it: the name in the folder, where the file lies (for a link what it points to), its kind.
Entry = tuple[str, str, str]

_LIBRARY = re.compile(r"(|PySide6/Qt/lib/|[^/]+\.libs/)[^/]+\.so[.0-9]*")
_LOADED_BY_NAME = "libpython"  # by the program's first file
_NEEDED = re.compile(r"^\s+NEEDED\s+(\S+)$", re.MULTILINE)


def linked_to(file: str) -> set[str]:
    """The names of the libraries that an ELF file asks for itself. Raises CalledProcessError where it is none."""
    told = subprocess.run(["objdump", "-p", file], capture_output=True, text=True, check=True)
    return set(_NEEDED.findall(told.stdout))


def in_use(entries: Iterable[Entry], linked: Callable[[str], set[str]] = linked_to) -> list[Entry]:
    """The entries without the libraries that nothing in the folder is linked to, and without the links to them."""
    entries = list(entries)
    places = {_name(entry): entry[1] for entry in entries if _is_library(entry)}
    waiting = [entry[1] for entry in entries if not _is_library(entry) and entry[2] != "SYMLINK"]
    idle = set(places)
    while waiting:
        used = linked(waiting.pop()) & idle
        idle -= used
        waiting += [places[name] for name in sorted(used)]
    return [entry for entry in entries if _name(entry) not in idle]


def missing(
    entries: Iterable[Entry], given: Callable[[str], bool], linked: Callable[[str], set[str]] = linked_to
) -> dict[str, set[str]]:
    """What files in the folder are linked to that is neither there nor `given` by the system, with who asks for it."""
    entries = list(entries)
    there = {_name(entry) for entry in entries}
    asked: dict[str, set[str]] = {}
    for name, file, kind in entries:
        for library in linked(file) - there if kind != "SYMLINK" else ():
            if not given(library):
                asked.setdefault(library, set()).add(name)
    return asked


def _name(entry: Entry) -> str:
    return PurePosixPath(entry[0]).name


def _is_library(entry: Entry) -> bool:
    name, _file, kind = entry
    return kind == "BINARY" and bool(_LIBRARY.fullmatch(name)) and not name.startswith(_LOADED_BY_NAME)
