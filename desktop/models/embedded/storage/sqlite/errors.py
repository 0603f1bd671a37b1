"""What SQLite's errors mean for the person: the program's own errors, and bugs let through as they are."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from contextvars import ContextVar
from pathlib import Path

import peewee

from desktop.language.sentences import mark, say
from desktop.terms.errors import (
    AppError,
    Cancelled,
    MachineError,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
)

ERRORS = (peewee.PeeweeException, peewee.sqlite3.Error, UnicodeDecodeError)
NOT_WANTED = mark("A newer request took the place of this one.")
_FILES = 3  # that a connection opens: the store, its log, the log's shared memory

raised: ContextVar[Exception | None] = ContextVar("raised", default=None)
"""What a function of ours last raised inside the calling thread's SQL."""

# SQLite's own texts (sqlite3_errstr), where the backup API raises them without a name.
_NAMES = {
    "database is locked": "SQLITE_BUSY",
    "database table is locked": "SQLITE_LOCKED",
    "attempt to write a readonly database": "SQLITE_READONLY",
    "disk I/O error": "SQLITE_IOERR",
    "database disk image is malformed": "SQLITE_CORRUPT",
    "database or disk is full": "SQLITE_FULL",
    "unable to open database file": "SQLITE_CANTOPEN",
    "file is not a database": "SQLITE_NOTADB",
}


def error_name(error: BaseException | None) -> str:
    """SQLite's own name of an error, from as deep as it lies: "cannot rollback" hides a full disk two links down."""
    names = []
    while error is not None:
        names.append(getattr(error, "sqlite_errorname", None) or _NAMES.get(str(error), ""))
        error = error.__context__
    return next((name for name in reversed(names) if name and name != "SQLITE_ERROR"), "")


# What is said of a damaged file without a name of its own.
_DAMAGE = ("Could not decode to UTF-8", "unsupported file format")
_DAMAGED_SCHEMA = b"malformed database schema"
_FUNCTION_RAISED = "user-defined function raised exception"


def as_app_error(error: BaseException, file: Path) -> AppError | None:
    """What an error of SQLite means for the person.

    None where SQLite names no trouble of the file or the machine: a bug of the program, unless the file is damaged in
    a way that SQLite does not notice (`translated` can ask).
    """
    name = error_name(error)
    if name.startswith("SQLITE_FULL"):
        return StoreFull(say("The disk that holds the store is full ({file}). Make room and try again.", file=file))
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM")):
        return StoreReadOnly(
            say("The store cannot be written ({file}): check the file's and folder's permissions.", file=file)
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
        return StoreLocked(say("Another program keeps the store busy. Try again in a moment."))
    unreadable = isinstance(error, UnicodeDecodeError) and error.object.startswith(_DAMAGED_SCHEMA)
    damage = unreadable or any(text in str(error) for text in _DAMAGE)
    if damage or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return damaged(file)
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_IOERR_SHM")):
        return _cannot_open(file, name)
    if name.startswith("SQLITE_IOERR"):
        # Not every build of SQLite's module tells which call failed: a full disk keeps the side files from being made.
        found = _cannot_open(file, name)
        if isinstance(found, StoreFull | MachineError):
            return found
        return StoreError(
            say(
                "The disk that holds the store failed ({file}, {name}). Try again; check the disk.",
                file=file,
                name=name,
            )
        )
    if name.startswith("SQLITE_INTERRUPT"):
        return Cancelled(say(NOT_WANTED))
    return None


def damaged(file: Path) -> StoreDamaged:
    """What a person is told of a damaged file."""
    return StoreDamaged(say("The store is damaged ({file}). Restore a backup.", file=file))


def _cannot_open(file: Path, name: str) -> AppError:
    """What keeps SQLite from opening the store or making its side files: it does not say, so the same is tried here."""
    probe = file.with_name(f".metercalc-{os.urandom(4).hex()}.probe")
    try:
        with ExitStack() as opened:
            for _ in range(_FILES):
                opened.enter_context(file.open("rb"))
            probe.write_bytes(b"\0")
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
            return MachineError(
                say("The system lets this program open no further files. Close other programs and try again.")
            )
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return StoreFull(say("The disk that holds the store is full ({file}). Make room and try again.", file=file))
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return StoreReadOnly(
                say("The store cannot be opened ({file}): check the file's and folder's permissions.", file=file)
            )
        return StoreError(
            say("The store cannot be opened ({file}): {why}.", file=file, why=os.strerror(error.errno or 0))
        )
    finally:
        with suppress(OSError):
            probe.unlink()
    return StoreError(
        say(
            "The store cannot be opened ({file}, {name}): check that the folder exists and is yours.",
            file=file,
            name=name,
        )
    )


class translated:  # noqa: N801  # used as a function is, like `contextlib.suppress`
    """Within it, errors of SQLite's are told as `translate` does."""

    __slots__ = ("_file", "_is_damaged")

    def __init__(self, file: Path, is_damaged: Callable[[], bool] = lambda: False) -> None:
        self._file = file
        self._is_damaged = is_damaged

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is not None:
            translate(error, self._file, self._is_damaged)


def translate(error: BaseException, file: Path, is_damaged: Callable[[], bool]) -> None:
    """Turn SQLite's expected troubles into the program's own errors; let bugs through as they are.

    "No such column" is a slip in our SQL, or what a flipped byte made of the schema: where SQLite has no name for an
    error, `is_damaged` decides. What a function of ours raised inside SQL comes out as it was raised.
    """
    if not isinstance(error, ERRORS):
        return
    inside = raised.get()
    raised.set(None)
    if known := as_app_error(error, file):
        raise known from error
    if not error_name(error) and is_damaged():
        raise damaged(file) from error
    if inside is not None and _FUNCTION_RAISED in str(error):
        raise inside from error
