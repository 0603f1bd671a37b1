"""What lies where a store is looked for: nothing, a store, or something else. It opens nothing, and changes nothing."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from desktop.language.sentences import say
from desktop.models.embedded.storage import chain, sqlite
from desktop.system.private_files import read_start
from desktop.terms.errors import StoreError, StoreForeign, StoreMissing

_SQLITE = b"SQLite format 3\0"  # https://www.sqlite.org/fileformat.html: how a database begins,
_OWNER = slice(68, 72)  # and where it says whose it is
_HEAD = 100


def is_there(file: Path) -> bool:
    """Whether there is a ledger, or what belongs to one that is lost. Raises `StoreError` where nobody can tell.

    A file of no bytes is no ledger yet; one whose making has come no further than its log is.
    """
    log = sqlite.side_file(file, "-wal")
    try:
        return any(_size(each) > 0 for each in (file, log)) or any(
            _size(each) >= 0 for each in (chain.key_file(file), chain.anchor_file(file))
        )
    except OSError as error:
        raise StoreError(
            say("The ledger cannot be looked for ({file}): {why}.", file=file, why=os.strerror(error.errno or 0))
        ) from error


def require(file: Path, options: str = "") -> None:
    """Raises `StoreMissing` where there is no ledger; `options` are those that name the place to a command."""
    if not is_there(file):
        raise StoreMissing(
            say(
                "There is no ledger at {file}. Nothing was made. If yours lies elsewhere, say where with --data-dir or "
                "[database] url; to begin one here, run: {command}.",
                file=file,
                command=f"metercalc {options}init",
            )
        )


def is_store(file: Path) -> bool:
    """Whether there is a store, however damaged: it says so itself, or what only a store has lies beside it."""
    if _head(file)[_OWNER] == sqlite.APPLICATION_ID.to_bytes(4, "big"):
        return True
    return chain.key_file(file).exists() or chain.anchor_file(file).exists()


def refuse_foreign(file: Path) -> None:
    """Raises `StoreForeign` where the content of a file shows that it is something else than a store.

    A database of nobody's may be a store that another program is making: that is for SQLite to say.
    """
    head = _head(file)
    if head and not head.startswith(_SQLITE) and not is_store(file):
        raise foreign(file)


def foreign(file: Path) -> StoreForeign:
    """What is said of a file that is no store."""
    return StoreForeign(
        say(
            "{file} is not a Metercalc store. Nothing was changed in it. Say with --data-dir or [database] url where "
            "yours is, or choose another name for a new one.",
            file=file,
        )
    )


def _head(file: Path) -> bytes:
    """How the file begins; nothing where it cannot be opened, which SQLite then tells.

    Raises `StoreError` where it can be opened, and not be read.
    """
    try:
        return read_start(file, _HEAD)
    except OSError as error:
        if error.errno == errno.EIO:
            raise StoreError(
                say("The disk that holds the store failed ({file}). Try again; check the disk.", file=file)
            ) from error
        return b""


def _size(file: Path) -> int:
    """A file's size; -1 where there is none."""
    try:
        return file.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return -1
