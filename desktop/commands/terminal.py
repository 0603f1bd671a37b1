"""The program's three streams: UTF-8 whatever the locale, quiet about a reader that has gone. It knows no command."""

from __future__ import annotations

import codecs
import getpass
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import TextIOWrapper
from typing import BinaryIO, ClassVar, TextIO

from desktop.terms.errors import AppError, BadInput, OutOfBounds

MAX_LINE_BYTES = 16_384  # 1,000 characters of 4 bytes are the longest that means anything


class OutputFailed(AppError):
    """An answer could not be written where stdout leads to."""

    code = "output"
    charge_note: ClassVar[str] = "What was charged before that stays charged and recorded: see metercalc records."


class Output:
    """What a command says: its answer on stdout, all else on stderr."""

    def __init__(self, out: TextIO | None, err: TextIO | None) -> None:
        """None for a stream that the process was started without."""
        self._out = out
        self._err = err

    def write(self, text: str) -> None:
        """Write to stdout; `flush` sees to it that it gets there."""
        self._try(self._out, text)

    def flush(self) -> None:
        """Have all that was written leave the program. Raises `BrokenPipeError`, `OutputFailed`."""
        self._try(self._out, "", flush=True)

    def lines(self, *lines: str) -> None:
        """Lines on stdout, at once."""
        self.write("".join(f"{line}\n" for line in lines))
        self.flush()

    def document(self, document: Mapping[str, object]) -> None:
        """One JSON object on a line of stdout, at once."""
        self.lines(json.dumps(document, ensure_ascii=False))

    def note(self, text: str) -> None:
        """A line on stderr."""
        self._try(self._err, f"{text}\n", flush=True)

    def progress(self, text: str) -> None:
        """Replace the last line of a terminal's stderr; nothing where it is no terminal."""
        if self._err is not None and self._err.isatty():
            self._try(self._err, f"\r\x1b[K{text}", flush=True)

    def abandon(self) -> None:
        """Send what is still unwritten nowhere, so that the interpreter's end does not complain about it."""
        for stream in filter(None, (self._out, self._err)):
            _abandon(stream)

    def _try(self, stream: TextIO | None, text: str, *, flush: bool = False) -> None:
        if stream is None:
            return
        try:
            stream.write(text)
            if flush:
                stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            _abandon(stream)
            raise OutputFailed(f"The answer could not be written: {os.strerror(error.errno or 0)}.") from error


class Input:
    """What a command reads: the password first, then lines."""

    def __init__(self, stream: BinaryIO | None, *, terminal: bool = False) -> None:
        self._stream = stream
        self._terminal = terminal
        self._at_start = True

    def password(self, *, from_stdin: bool, confirmed: bool = False, what: str = "Password") -> str:
        """The next line of stdin, or what is typed on a terminal without being shown, twice when `confirmed`.

        Raises `BadInput` where there is neither.
        """
        if from_stdin:
            line = self._line()
            if line is None:
                place = "first" if what == "Password" else "second"
                raise BadInput(f"The {what.lower()} is missing: give it as the {place} line of standard input.")
            return line
        if not self._terminal:
            raise BadInput("There is no terminal to ask for the password on. Use --password-stdin.")
        password = getpass.getpass(f"{what}: ")
        if confirmed and getpass.getpass("The same again: ") != password:
            raise BadInput("The two passwords differ. Nothing was done.")
        return password

    def lines(self) -> Iterator[str | BadInput]:
        """What is left, line by line as it comes; a line that cannot be read is given as the error it is."""
        while True:
            try:
                line = self._line()
            except BadInput as error:
                yield error
                continue
            if line is None:
                return
            yield line

    def _line(self) -> str | None:
        """The next line without its end, None at the end. Decoded line by line: a bad one spoils no other."""
        if self._stream is None:
            return None
        line = self._stream.readline(MAX_LINE_BYTES)
        complete = len(line) < MAX_LINE_BYTES or line.endswith(b"\n")
        while not complete:
            more = self._stream.readline(MAX_LINE_BYTES)
            complete = not more or more.endswith(b"\n")
            if complete:
                raise OutOfBounds(f"A line can have {MAX_LINE_BYTES:,} bytes; this one has more.")
        if not line:
            return None
        if self._at_start:
            line = line.removeprefix(codecs.BOM_UTF8)
            self._at_start = False
        try:
            return line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadInput("This line is not text in UTF-8.") from error


@dataclass(frozen=True, slots=True)
class Terminal:
    """The streams of this process."""

    input: Input
    output: Output = field(repr=False)


def _abandon(stream: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def open_terminal() -> Terminal:
    """The process's own streams, set to UTF-8 and to line ends that are written as they are."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")
    binary = getattr(sys.stdin, "buffer", None)
    terminal = sys.stdin is not None and sys.stdin.isatty()
    return Terminal(Input(binary, terminal=terminal), Output(sys.stdout, sys.stderr))
