"""What a disk may hold after the power went: built from a trace of the shim, and of what the disk had promised.

A write, a truncation or a name (made, removed, renamed) is sure once its file or folder was synced. Of everything
else a disk may hold nothing, all, any part, or any sectors of a write. What stood unsynced when a sync failed is never
sure again, even if the next sync succeeds: Linux marks such pages clean (https://lwn.net/Articles/752063).
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from pathlib import Path, PurePosixPath

_HEAD = struct.Struct("=IIIIq")  # as `note` in shim.c writes it


class Event(IntEnum):
    """What the shim notes."""

    CREATE = 1
    WRITE = 2
    TRUNCATE = 3
    SYNC = 4
    SYNC_FAILED = 5
    UNLINK = 6
    RENAME = 7
    MKDIR = 8
    MARK = 9


@dataclass(frozen=True, slots=True)
class Noted:
    """One line of a trace. `path` is relative to the watched folder ("." itself); a mark's is its text."""

    event: Event
    path: str
    offset: int
    data: bytes


class Loss(StrEnum):
    """How much of what was not synced a state holds."""

    NONE = "none"
    ALL = "all"
    SOME = "some"
    TORN_512 = "torn at 512"
    TORN_4096 = "torn at 4096"


SECTORS = {Loss.TORN_512: 512, Loss.TORN_4096: 4096}


def read_trace(file: Path, root: Path) -> list[Noted]:
    """The trace in order. WAL's shared memory is left out: SQLite makes it anew, and never needs the old one."""
    content, at, noted = file.read_bytes(), 0, []
    while at < len(content):
        what, path_length, length, _, offset = _HEAD.unpack_from(content, at)
        at += _HEAD.size
        path, data = content[at : at + path_length].decode(), content[at + path_length : at + path_length + length]
        at += path_length + length
        event = Event(what)
        if event is not Event.MARK:
            path = str(PurePosixPath(path).relative_to(root))
        if event is Event.RENAME:
            data = str(PurePosixPath(data.decode()).relative_to(root)).encode()
        if not path.endswith("-shm"):
            noted.append(Noted(event, path, offset, data))
    return noted


@dataclass(slots=True)
class _Change:
    """A write or (data None) truncation of a file."""

    offset: int
    data: bytes | None
    sure: bool = False
    doomed: bool = False

    def apply(self, content: bytearray) -> None:
        end = self.offset + len(self.data or b"")
        if len(content) < end:
            content.extend(bytes(end - len(content)))
        if self.data is None:
            del content[self.offset :]
        else:
            content[self.offset : end] = self.data

    def sectors(self, size: int) -> Iterator[_Change]:
        """Its parts, cut where the disk's sectors end."""
        if self.data is None:
            yield self
            return
        at = 0
        while at < len(self.data):
            length = size - (self.offset + at) % size
            yield _Change(self.offset + at, self.data[at : at + length])
            at += length


@dataclass(slots=True)
class _File:
    """A file's content: what is sure, then every later change, in order."""

    base: bytearray = field(default_factory=bytearray)
    changes: list[_Change] = field(default_factory=list)

    def sync(self) -> None:
        for change in self.changes:
            change.sure = not change.doomed
        while self.changes and self.changes[0].sure:
            self.changes.pop(0).apply(self.base)

    def sync_failed(self) -> None:
        for change in self.changes:
            change.doomed = not change.sure

    def content(self, loss: Loss, choose: random.Random) -> bytes:
        content = bytearray(self.base)
        for change in self.changes:
            if change.sure or loss is Loss.ALL or (loss is Loss.SOME and choose.random() < 0.5):
                change.apply(content)
            elif loss in SECTORS:
                for part in change.sectors(SECTORS[loss]):
                    if choose.random() < 0.5:
                        part.apply(content)
        return bytes(content)


@dataclass(slots=True)
class _Naming:
    """A name that was given (to a file, or None for a folder) or taken away."""

    path: str
    gone: bool
    file: _File | None = None

    def apply(self, names: dict[str, _File | None]) -> None:
        if self.gone:
            names.pop(self.path, None)
        else:
            names[self.path] = self.file


class Disk:
    """Follows a trace, and says what the disk may hold at any moment of it."""

    def __init__(self) -> None:
        self.marks: list[str] = []
        self._cached: dict[str, _File | None] = {}
        self._sure: dict[str, _File | None] = {}
        self._namings: list[_Naming] = []

    def follow(self, noted: Noted) -> None:
        """Let one thing happen."""
        path, event = noted.path, noted.event
        if event is Event.MARK:
            self.marks.append(path)
        elif event in (Event.SYNC, Event.SYNC_FAILED):
            self._sync(path, failed=event is Event.SYNC_FAILED)
        elif event in (Event.WRITE, Event.TRUNCATE):
            file = self._cached.get(path)
            if file is not None:  # else it was removed while still open
                file.changes.append(_Change(noted.offset, noted.data if event is Event.WRITE else None))
        elif event is Event.RENAME:
            self._name(_Naming(noted.data.decode(), False, self._cached.get(path)))
            self._name(_Naming(path, True))
        else:
            self._name(_Naming(path, event is Event.UNLINK, _File() if event is Event.CREATE else None))

    def _name(self, naming: _Naming) -> None:
        naming.apply(self._cached)
        self._namings.append(naming)

    def _sync(self, path: str, *, failed: bool) -> None:
        file = self._cached.get(path)
        if file is not None:
            (file.sync_failed if failed else file.sync)()
        elif not failed:
            for naming in [each for each in self._namings if str(PurePosixPath(each.path).parent) == path]:
                naming.apply(self._sure)
                self._namings.remove(naming)

    def write_state(self, target: Path, loss: Loss, choose: random.Random) -> None:
        """Put one possible state into an empty folder."""
        names = dict(self._sure)
        for naming in self._namings:
            if loss is Loss.ALL or (loss is not Loss.NONE and choose.random() < 0.5):
                naming.apply(names)
        for path, file in sorted(names.items()):
            place = target / path
            if file is None:
                place.mkdir()
            elif place.parent.is_dir():  # a file whose folder was lost is lost
                place.write_bytes(file.content(loss, choose))


def states(trace: list[Noted], choose: random.Random, count: int) -> Iterator[tuple[Disk, Loss, int]]:
    """Cut the power `count` times in all at random moments of a trace, each time losing in one of the ways."""
    cuts = sorted(choose.randrange(len(trace) + 1) for _ in range(count))
    disk, at = Disk(), 0
    for number, cut in enumerate(cuts):
        while at < cut:
            disk.follow(trace[at])
            at += 1
        yield disk, list(Loss)[number % len(Loss)], cut
