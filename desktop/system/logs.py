"""Owns the log files and the reference that ties a request's lines together; it must not stop the program, ever.

Nobody but the program's own loggers may go below INFO: peewee's DEBUG prints every parameter of every statement.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path

from desktop.language.sentences import say
from desktop.system.overriding import override
from desktop.system.private_files import FILE_MODE, make_folder

FILE_NAME = "metercalc.log"
_FILE_BYTES = 1_000_000
_LOOK_EVERY_S = 0.1  # asking the system which file bears the name costs as much as writing a line
_OURS = "desktop"

reference: ContextVar[str] = ContextVar("reference", default="--------")
"""The id of the request that is being carried out. Each thread has its own: a lane passes it on."""


def new_reference() -> str:
    """An id for one request, 8 characters: in every line of its log, and in the message a person sees."""
    return os.urandom(4).hex()


@contextlib.contextmanager
def request(name: str) -> Iterator[None]:
    """Within it, every line carries the reference `name`."""
    token = reference.set(name)
    try:
        yield
    finally:
        reference.reset(token)


def set_up(log_dir: Path, level: str, keep: int) -> None:
    """Log to `log_dir`, the program from `level` on, in `keep` files (2 or more), instead of where it did before."""
    shut_down()
    handler = _PrivateFiles(log_dir / FILE_NAME, keep)
    handler.addFilter(_Reference())
    handler.setFormatter(_Lines())
    root = logging.getLogger()
    root.addHandler(handler)
    threshold = logging.getLevelNamesMapping()[level]
    root.setLevel(max(threshold, logging.INFO))
    logging.getLogger(_OURS).setLevel(threshold)


@contextlib.contextmanager
def gathered() -> Iterator[None]:
    """Within, lines leave the program together, at the end: for many requests that are told of at once."""
    handlers = [each for each in logging.getLogger().handlers if isinstance(each, _PrivateFiles)]
    for handler in handlers:
        handler.gathering = True
    try:
        yield
    finally:
        for handler in handlers:
            handler.gathering = False
            handler.send()


def set_up_in_need(log_dir: Path) -> None:
    """Log to `log_dir` if nothing is set up: for a bug that comes before the configuration has said how to."""
    if not are_set_up():
        set_up(log_dir, "INFO", 2)


def are_set_up() -> bool:
    """Whether lines go into a log file."""
    return any(isinstance(each, _PrivateFiles) for each in logging.getLogger().handlers)


def shut_down() -> None:
    """Close the log file and take logging back to Python's defaults; nothing happens where it was not set up."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _PrivateFiles)]:
        root.removeHandler(handler)
        handler.close()
        root.setLevel(logging.WARNING)
        logging.getLogger(_OURS).setLevel(logging.NOTSET)


class _Reference(logging.Filter):
    """Puts the reference on each record, and drops what libraries say below INFO, also where they ask for it."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        record.reference = reference.get()
        ours = record.name == _OURS or record.name.startswith(f"{_OURS}.")
        return ours or record.levelno >= logging.INFO


class _Lines(logging.Formatter):
    """One line a message, and one more for each line of a traceback, all with the reference."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        mark = f"[{getattr(record, 'reference', reference.get())}]"
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        head = f"{moment.removesuffix('+00:00')}Z {record.levelname:<5} {mark} {record.name}:"
        # A message with a line break in it could pass itself off as another line.
        lines = [f"{head} {_one_line(record.getMessage())}"]
        if record.exc_info:
            trace = self.formatException(record.exc_info)
            lines += [f"{mark} | {_one_line(line)}" for line in trace.split("\n")]
        if record.stack_info:
            lines += [f"{mark} | {_one_line(line)}" for line in record.stack_info.split("\n")]
        return "\n".join(lines)


class _PrivateFiles(logging.FileHandler):
    """Rotating files for their owner alone. Trouble with the disk is told on the terminal once; the program goes on."""

    def __init__(self, file: Path, keep: int) -> None:
        # Not the rotating handler of `logging.handlers`, which brings sockets and pickles into every start: it formats
        # each record twice besides, and asks the system four things about the file.
        super().__init__(file, encoding="utf-8", delay=True, errors="backslashreplace")
        self._before = keep - 1  # full files that stay
        self._told = False
        self.gathering = False
        self._next_look = 0.0
        self._room: int | None = None  # bytes until the file is full; None for what is no file

    @override
    def _open(self) -> TextIOWrapper:
        make_folder(Path(self.baseFilename).parent)
        return open(self.baseFilename, "a", encoding=self.encoding, errors=self.errors, opener=_private)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record) + self.terminator
            self._look(len(text)).write(text)
            if not self.gathering:
                self.flush()
        except Exception:  # noqa: BLE001 - as in logging: no line is worth the program
            self.handleError(record)

    def send(self) -> None:
        """Have all that was gathered leave the program."""
        try:
            self.flush()
        except OSError:
            self.handleError(logging.makeLogRecord({}))

    def _look(self, coming: int) -> TextIOWrapper:
        """The right file, open and with room for so many letters; which one that is, is looked at now and then."""
        now = time.monotonic()
        if self.stream is None or now >= self._next_look:
            # Another process of the program may have rotated the files: go on in the new one, not in its renamed past.
            if self.stream is not None and not _is_open_at(self.stream, self.baseFilename):
                self.stream.close()
                self.stream = None
            self._measure(now)
        if self._room is not None and self._room < coming:
            self._rotate()
            self._measure(now)
        self._room = None if self._room is None else self._room - coming
        return self.stream or self._open()

    def _measure(self, now: float) -> None:
        self.stream = self.stream or self._open()
        status = os.fstat(self.stream.fileno())
        # A pipe or a device that somebody linked the log to is never rotated.
        self._room = _FILE_BYTES - status.st_size if stat.S_ISREG(status.st_mode) else None
        self._next_look = now + _LOOK_EVERY_S

    def _rotate(self) -> None:
        """Put the full file behind the name, and each one before it a number further; the last one goes."""
        if self.stream is not None:
            self.stream.close()
            self.stream = None
        names = [self.baseFilename, *(f"{self.baseFilename}.{number}" for number in range(1, self._before + 1))]
        for name, further in reversed(list(itertools.pairwise(names))):
            # Windows renames no file that another process has open: this one then grows until it can.
            with contextlib.suppress(FileNotFoundError, PermissionError):
                os.replace(name, further)

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        error = sys.exception()
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._told and sys.stderr is not None:
            self._told = True
            told = say(
                "The log cannot be written ({file}): {why}. Everything else goes on. Make room on its disk, or check "
                "the permissions of the file and its folder.",
                file=self.baseFilename,
                why=error.strerror or error,
            )
            sys.stderr.write(f"metercalc: {told}\n")

    @override
    def close(self) -> None:
        # What a full disk refused is still in the buffer and would be refused again here.
        with contextlib.suppress(OSError):
            super().close()


def _private(file: str, flags: int) -> int:
    # A pipe that nobody reads would be waited for, for ever: it is refused at once, and told like a full disk.
    descriptor = os.open(file, flags | getattr(os, "O_NONBLOCK", 0), FILE_MODE)
    if os.name == "posix":
        os.set_blocking(descriptor, True)
    # A log that an earlier umask left open to others; but never a device that somebody linked the log to.
    if os.name == "posix" and stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.fchmod(descriptor, FILE_MODE)
    return descriptor


def _is_open_at(stream: TextIOWrapper, file: str) -> bool:
    try:
        return os.path.samestat(os.fstat(stream.fileno()), os.stat(file))
    except FileNotFoundError:
        return False


def _one_line(text: str) -> str:
    return text.replace("\r", "\\r").replace("\n", "\\n")
