"""What the frozen program is made of: each part with its version, its files and the texts of its licence.

build.spec asks it; a file that nobody's licence is known for ends the build.
"""

from __future__ import annotations

import functools
import hashlib
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
OURS = HERE / "licences"
_COMMON = re.compile(r"/usr/share/common-licenses/([A-Za-z0-9.-]*[A-Za-z0-9])")
_QT = ("pyside6-essentials", "shiboken6")


@dataclass(slots=True)
class Part:
    """A library or program that is in the folder; `purl` is its package URL, as CycloneDX wants it."""

    name: str
    version: str
    purl: str
    licence: str = ""
    texts: list[Path] = field(default_factory=list)
    files: set[str] = field(default_factory=set)


def parts(sources: Iterable[tuple[str, str]], root: Path) -> list[Part]:
    """The parts that files come from, by name.

    `sources` has each file's name in the folder, or nothing for a module within another file, and where it was found.
    What is the program's own, in `root`, is none of the parts. Raises LookupError for a file of unknown origin.
    """
    found: dict[str, Part] = {}
    unknown: list[str] = []
    own = {root / "desktop", root / "resources", HERE}
    for name, source in sources:
        path = Path(source)
        if any(path.is_relative_to(folder) for folder in own):
            continue
        part = _python() if name == "base_library.zip" else _part(path)
        if part is None:
            unknown.append(source)
        else:
            found.setdefault(part.purl, part).files.update({name} - {""})
    for part in (_bootloader(), *_inside(found.values())):
        found.setdefault(part.purl, part)
    unknown += [f"{part.name}: no licence" for part in found.values() if not part.texts]
    if unknown:
        raise LookupError("No licence is known for: " + ", ".join(sorted(unknown)))
    return sorted(found.values(), key=lambda part: (part.name.lower(), part.purl))


def texts(found: Iterable[Part]) -> list[tuple[str, Path]]:
    """The licences' files: the name each gets below licences/, and where it lies."""
    named = {(f"{part.name}/{text.name}", text) for part in found for text in part.texts}
    shared = {word for _name, text in named for word in _COMMON.findall(text.read_text("utf-8", "replace"))}
    common = {(f"common-licenses/{word}", Path("/usr/share/common-licenses", word)) for word in shared}
    return sorted(named | {each for each in common if each[1].is_file()})


def digest(file: Path) -> str:
    """A file's SHA-256."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _part(path: Path) -> Part | None:
    owner = _owners().get(path) or _owners().get(path.resolve())
    if owner is not None:
        return _of_distribution(owner)
    package = _debian_package(path)
    if package is not None:
        return package
    if any(path.is_relative_to(folder) for folder in {sys.base_prefix, sysconfig.get_path("stdlib")}):
        return _python()
    return None


@functools.cache
def _owners() -> dict[Path, metadata.Distribution]:
    return {Path(str(each.locate_file(file))): each for each in metadata.distributions() for file in each.files or ()}


@functools.cache
def _of_distribution(distribution: metadata.Distribution) -> Part:
    name, facts = distribution.metadata["Name"], distribution.metadata
    wanted = re.compile(r"\.dist-info/(licenses/)?.*(LICEN[CS]E|COPYING|NOTICE)", re.IGNORECASE)
    held = [Path(str(distribution.locate_file(file))) for file in distribution.files or () if wanted.search(str(file))]
    if name.lower().replace("_", "-") in _QT:
        held = [OURS / "Qt.txt", OURS / "LGPL-3.txt", OURS / "GPL-3.txt"]
    licence = next((facts[each] for each in ("License-Expression", "License") if each in facts), "")
    purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{distribution.version}"
    return Part(name, distribution.version, purl, licence.partition("\n")[0], held)


@functools.cache
def _python() -> Part:
    version = sys.version.split()[0]
    stdlib = Path(sysconfig.get_path("stdlib"))
    places = (stdlib / "LICENSE.txt", Path(f"/usr/share/doc/python3.{sys.version_info.minor}/copyright"))
    held = [place for place in places if place.is_file()][:1]
    return Part("Python", version, f"pkg:generic/python@{version}", "PSF-2.0", held)


def _bootloader() -> Part:
    return _of_distribution(metadata.distribution("pyinstaller"))


def _inside(found: Iterable[Part]) -> list[Part]:
    """What lies within others' files: ICU beside Qt, SQLite within pysqlite3."""
    inside = []
    for part in list(found):
        for name in sorted(part.files):
            if icu := re.search(r"libicudata\.so\.([0-9]+)$", name):
                part.files.remove(name)
                purl = f"pkg:generic/icu@{icu[1]}"
                inside.append(Part("ICU", icu[1], purl, "Unicode-3.0", [OURS / "ICU.txt"], {name}))
        if part.name == "pysqlite3":
            from pysqlite3 import sqlite_version

            purl = f"pkg:generic/sqlite@{sqlite_version}"
            inside.append(Part("SQLite", sqlite_version, purl, "blessing", [OURS / "SQLite.txt"]))
    return inside


@functools.cache
def _debian_package(path: Path) -> Part | None:
    if not Path("/usr/bin/dpkg-query").exists():
        return None
    for place in {str(path), str(path.resolve()), f"/usr{path}", str(path.resolve()).removeprefix("/usr")}:
        asked = subprocess.run(["dpkg-query", "--search", place], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            name = asked.stdout.partition(": ")[0].partition(",")[0]
            return _of_debian(name)
    return None


@functools.cache
def _of_debian(package: str) -> Part:
    shown = "${Package}\t${Version}\t${Architecture}"
    asked = subprocess.run(
        ["dpkg-query", "--show", f"--showformat={shown}", package], capture_output=True, text=True, check=True
    )
    name, version, architecture = asked.stdout.split("\t")
    copyright_file = Path("/usr/share/doc", name, "copyright")
    purl = f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}?arch={architecture}"
    return Part(name, version, purl, "", [copyright_file] if copyright_file.is_file() else [])
