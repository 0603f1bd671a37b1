"""What lies where a store is looked for: nothing, a store, or something else; and what a store's files are called.

It opens nothing, and changes nothing.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from desktop.language.sentences import say
from desktop.models.embedded.storage import chain, sqlite
from desktop.system.private_files import read_start, require_regular
from desktop.terms.errors import StoreError, StoreForeign, StoreMissing

_SQLITE = b"SQLite format 3\0"  # https://www.sqlite.org/fileformat.html: how a database begins,
_OWNER = slice(68, 72)  # and where it says whose it is
_HEAD = 100
LOGS = ("-wal", "-shm", "-journal")  # what SQLite has beside a database


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


def files_of(store_file: Path) -> dict[str, Path]:
    """What a store is made of, by the names that its files have where none of them is a link."""
    own = (store_file, chain.key_file(store_file), chain.anchor_file(store_file))
    side = {store_file.name + suffix: sqlite.side_file(store_file, suffix) for suffix in LOGS}
    return {file.name: file for file in own} | side


def check_name(file: Path) -> None:
    """Raises `StoreError` where a store of this name would share a file with what lies beside it, or with another."""
    beside = any(file.name.endswith(end) and file.with_name(file.name.removesuffix(end)).exists() for end in LOGS)
    if file.suffix.lower() in chain.SIDE_SUFFIXES or beside:
        raise StoreError(
            say(
                "A store cannot be called {name}: so are the files beside a store. Choose another name.", name=file.name
            )
        )
    other = file.with_name(file.name + chain.USUAL_SUFFIX)
    if file.suffix != chain.USUAL_SUFFIX and chain.key_file(file) == chain.key_file(other) and other.exists():
        raise StoreError(
            say(
                "{name} and {other} would share one key ({key_file}). Give the store another name, "
                "or a folder of its own.",
                name=file.name,
                other=other.name,
                key_file=chain.key_file(file),
            )
        )


def check_side_files(file: Path) -> None:
    """Raises `StoreError` for what is no file where SQLite keeps its own: it would wait for a pipe for ever."""
    for suffix in LOGS:
        side = sqlite.side_file(file, suffix)
        try:
            mode = side.stat().st_mode
        except OSError:  # it is not there, or the store's own way is told when it is opened
            continue
        try:
            require_regular(mode)
        except OSError as error:
            raise StoreError(
                say("{file} is in the store's way: {why}. Move it away.", file=side, why=error.strerror)
            ) from error


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
