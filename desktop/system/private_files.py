"""Files and folders that only their owner can read, written whole or not at all. It knows nothing of their content."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, those that are new for their owner alone.

    Each is on the disk before anything goes into it: else a power loss takes what was synced inside along with it.
    """
    if not folder.is_dir():
        make_folder(folder.parent)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=FOLDER_MODE)
        with contextlib.suppress(PermissionError):  # a parent that can be written to but not listed
            sync_folder(folder.parent)


def create_private(file: Path) -> None:
    """Make an empty file for its owner alone. Raises `FileExistsError` where there is one."""
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))


def write_private(file: Path, content: bytes) -> None:
    """Write a file for its owner alone: complete and on the disk before it takes its name."""
    with replacing(file) as temporary, temporary.open("r+b") as out:
        out.write(content)


@contextlib.contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A new private file to fill, which then takes `file`'s place at once; on any error nothing is left of it."""
    temporary = _temporary(file)
    create_private(temporary)
    try:
        yield temporary
        sync(temporary)
        temporary.replace(file)
        sync_folder(file.parent)
    finally:
        temporary.unlink(missing_ok=True)


def try_out(file: Path) -> None:
    """Raise the `OSError` with which `write_private` could not even begin; else leave nothing behind."""
    temporary = _temporary(file)
    create_private(temporary)
    temporary.unlink()


def _temporary(file: Path) -> Path:
    return file.with_name(f".{file.name}.{os.urandom(4).hex()}.part")


def sync(file: Path) -> None:
    """Have a file's content on the disk."""
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Have a folder's names on the disk; Windows neither needs nor allows it."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
