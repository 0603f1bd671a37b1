"""The program's three streams: UTF-8 whatever the locale, quiet about a reader that has gone. It knows no command."""

from __future__ import annotations

import codecs
import os
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedIOBase, TextIOWrapper
from typing import ClassVar, TextIO

from desktop.language.sentences import mark, say
from desktop.terms.errors import AppError, BadInput, OutOfBounds

MAX_LINE_BYTES = 16_384  # 1,000 characters of 4 bytes are the longest that means anything
_CHUNK = 65_536  # bytes: what a pipe holds


class OutputFailed(AppError):
    """An answer could not be written where stdout leads to."""

    code = "output"
    charge_note: ClassVar[str] = mark("What was charged before that stays charged and recorded: see metercalc records.")


class Output:
    """What a command says: its answer on stdout, all else on stderr."""

    def __init__(self, out: TextIO | None, err: TextIO | None) -> None:
        """None for a stream that the process was started without."""
        self._out = out
        self._err = err
        self._gathering = False

    def write(self, text: str) -> None:
        """Write to stdout; `flush` sees to it that it gets there."""
        self._try(self._out, text)

    def flush(self) -> None:
        """Have all that was written leave the program. Raises `BrokenPipeError`, `OutputFailed`."""
        self._try(self._out, "", flush=True)

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Within, answers leave the program together, at the end or before a note. Raises what `flush` does."""
        self._gathering = True
        try:
            yield
        finally:
            self._gathering = False
        self.flush()

    def lines(self, *lines: str) -> None:
        """Lines on stdout, at once."""
        self.write("".join(f"{line}\n" for line in lines))
        if not self._gathering:
            self.flush()

    def document(self, document: Mapping[str, object]) -> None:
        """One JSON object on a line of stdout, at once."""
        import json  # late, as all that the window's start does without

        self.lines(json.dumps(document, ensure_ascii=False))

    def note(self, text: str) -> None:
        """A line on stderr, after what was answered before it."""
        if self._gathering:
            self.flush()
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
            raise OutputFailed(
                say("The answer could not be written: {reason}.", reason=os.strerror(error.errno or 0))
            ) from error


class Input:
    """What a command reads: the password first, then lines."""

    def __init__(self, stream: BufferedIOBase | None, *, terminal: bool = False) -> None:
        self._stream = stream
        self._terminal = terminal
        self._at_start = True
        self._passwords = 0  # lines that were asked for as passwords
        self._come: deque[bytes] = deque()  # whole lines that nobody has taken yet
        self._begun = b""  # of the next one; of one that is too long, no more than shows that it is
        self._ended = stream is None

    def password(self, *, from_stdin: bool, confirmed: bool = False, what: str = "") -> str:
        """The next line of stdin, or what is typed on a terminal without being shown, twice when `confirmed`.

        Raises `BadInput` where there is neither.
        """
        what = what or say("Password")
        if from_stdin:
            self._wait()
            if not self._come:
                if self._passwords:
                    raise BadInput(say("“{what}” is missing: give it as the second line of standard input.", what=what))
                raise BadInput(say("“{what}” is missing: give it as the first line of standard input.", what=what))
            self._passwords += 1
            return self._text(self._come.popleft())
        if not self._terminal:
            raise BadInput(say("There is no terminal to ask for the password on. Use --password-stdin."))
        import getpass

        password = getpass.getpass(f"{what}: ")
        if confirmed and getpass.getpass(f"{say('The same again')}: ") != password:
            raise BadInput(say("The two passwords differ. Nothing was done."))
        return password

    def groups(self) -> Iterator[list[str | BadInput]]:
        """What is left, as it comes: each time all lines that are there, one or more.

        A line that cannot be read is given as the error it is.
        """
        while True:
            self._wait()
            if not self._come:
                return
            lines = list(self._come)
            self._come.clear()
            yield [self._read(line) for line in lines]

    def _wait(self) -> None:
        """Wait until a line has come, or the end; take whatever has come with it."""
        while self._stream is not None and not (self._come or self._ended):
            chunk = self._stream.read1(_CHUNK)  # what is there: it waits for the first byte only
            *whole, rest = (self._begun + chunk).split(b"\n")
            self._come.extend(whole)
            self._ended = not chunk
            if self._ended and rest:
                self._come.append(rest)
            self._begun = rest[:MAX_LINE_BYTES]

    def _read(self, line: bytes) -> str | BadInput:
        try:
            return self._text(line)
        except BadInput as error:
            return error

    def _text(self, line: bytes) -> str:
        """A line as text. Decoded line by line: a bad one spoils no other."""
        if len(line) >= MAX_LINE_BYTES:
            raise OutOfBounds(say("A line can have {most} bytes; this one has more.", most=f"{MAX_LINE_BYTES:,}"))
        if self._at_start:
            line = line.removeprefix(codecs.BOM_UTF8)
            self._at_start = False
        try:
            return line.removesuffix(b"\r").decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadInput(say("This line is not text in UTF-8.")) from error


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
