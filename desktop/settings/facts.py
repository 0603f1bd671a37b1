"""What a report of trouble should say of the program: its version, what it runs on, where its files lie."""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path

from desktop import __version__
from desktop.language.sentences import say, say_in
from desktop.settings.config import Places


def facts(places: Places, sqlite: str) -> list[str]:
    """One line each, for the window's dialogs and for `--version --verbose`; `sqlite` is its version."""
    licences = Path(__file__).parents[2] / "licences"  # the frozen program carries those of all that is in it
    return [
        f"Metercalc {__version__}",
        say(
            "Python {python}, Qt and PySide {qt}, SQLite {sqlite}",
            python=platform.python_version(),
            qt=_version_of("PySide6-Essentials"),
            sqlite=sqlite,
        ),
        platform.platform(),
        say("Ledger: {place}", place=places.server)
        if places.server
        else say("Store: {place}", place=places.store_file),
        say("Configuration: {place}", place=places.config_file),
        say("Logs: {place}", place=places.log_dir),
        *([say("Licences: {place}", place=licences)] if licences.is_dir() else []),
    ]


def licence_file() -> Path | None:
    """Where the program's own licence lies: in a source tree, in a frozen program, or where pip put it."""
    tree = Path(__file__).parents[2]
    beside = [tree / "LICENSE", tree / "licences" / "metercalc" / "LICENSE"]
    try:
        installed = metadata.distribution("metercalc").files or []
    except metadata.PackageNotFoundError:  # frozen
        installed = []
    beside += [Path(str(file.locate())) for file in installed if file.name == "LICENSE"]
    return next(filter(Path.is_file, beside), None)


def _version_of(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:  # Qt of the system's, or none
        return say_in("a version", "unknown")
