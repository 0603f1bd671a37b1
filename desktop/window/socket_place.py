"""Where a window listens for the next start on its store, and whether one may. It opens no socket itself."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QCryptographicHash

PREFIX = "metercalc-"


class Place(NamedTuple):
    """A socket's name, with its folder's before it; the folder is None where no folder is the user's alone."""

    folder: Path | None
    name: str

    def is_free(self) -> bool:
        """Whether nobody can be listening there; only where a socket is a file can that be seen without asking."""
        return self.folder is not None and not os.path.lexists(self.name)


def of(store_file: Path, server: str = "") -> Place:
    """The place for a ledger's window."""
    ledger = f"{store_file.resolve()}{server}".encode(errors="surrogateescape")
    digest = QCryptographicHash.hash(ledger, QCryptographicHash.Algorithm.Sha256).toHex().toStdString()
    folder = _own_folder()
    name = f"{PREFIX}{digest[:24]}"
    return Place(folder, name if folder is None else str(folder / name))


def _own_folder() -> Path | None:
    """The folder for sockets: the session's, else one in the temporary folder; None where neither is ours alone."""
    if os.name == "nt":
        return None
    with contextlib.suppress(OSError):
        made = Path(tempfile.gettempdir()) / f"{PREFIX}{os.getuid()}"
        given = os.environ.get("XDG_RUNTIME_DIR")
        if given and _is_ours_alone(Path(given)):
            return Path(given)
        with contextlib.suppress(FileExistsError):
            made.mkdir(mode=0o700)
        if _is_ours_alone(made):
            return made
    return None


def _is_ours_alone(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o077
