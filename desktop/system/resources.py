"""The files that ship with the program, wherever it runs from; it reads them and never writes."""

from __future__ import annotations

from pathlib import Path


def path(name: str) -> Path:
    """Where the shipped file `name` ("config.toml", "icons/search.svg") lies.

    A wheel carries the files inside the package; a source tree has them beside it, and the frozen program too.
    Raises FileNotFoundError for a name that does not ship, which is a bug of the caller.
    """
    package = Path(__file__).resolve().parents[1]
    places = (package / "_resources" / name, package.parent / "resources" / name)
    for place in places:
        if place.is_file():
            return place
    raise FileNotFoundError(f"no shipped file {name!r}: looked at {places[0]} and {places[1]}")


def text(name: str) -> str:
    """The shipped file `name` as text."""
    return path(name).read_text(encoding="utf-8")
