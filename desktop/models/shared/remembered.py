"""What this program was given of a person's chain, kept in its own folder: how far it went, and each link's beginning.

On a server the ledger's key is public, and the owner could write a history anew under it. Not even they can do so
unnoticed: the last link stands here, and eight bytes of each before it say which record was changed.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path

from desktop.language.sentences import say
from desktop.system.private_files import make_folder, read_whole, write_private
from desktop.terms.errors import StoreError

log = logging.getLogger(__name__)

MARK = 8  # bytes of each link
_MOST = 1 << 31


@dataclass(slots=True)
class Memory:
    """The last link that was given, and the beginnings of those that were worked out. `seq` is 0 where none was."""

    seq: int = 0
    hash: bytes = b""
    marks: bytearray = field(default_factory=bytearray)
    checked: int = 0  # up to where older records were worked out again, in turns
    written: tuple[int, int, int] = (0, 0, 0)

    @property
    def known(self) -> int:
        """Up to which record the links' beginnings are known."""
        return len(self.marks) // MARK

    def mark(self, seq: int) -> bytes:
        """The beginning of a link; b"" where it is not known."""
        return bytes(self.marks[(seq - 1) * MARK : seq * MARK])

    def add(self, seq: int, link: bytes) -> None:
        """Note a record's link, where those before it are known."""
        if seq == self.known + 1:
            self.marks += link[:MARK]

    def reach(self, seq: int, link: bytes) -> None:
        """Note the last link."""
        if seq > self.seq:
            self.seq, self.hash = seq, link


class Memories:
    """The memories of one program, a pair of files each; read once, written when they are told to be."""

    def __init__(self, folder: Path, ledger_id: str) -> None:
        self._folder = folder
        self.ledger_id = ledger_id
        self._known: dict[int, Memory] = {}

    def file(self, account_id: int) -> Path:
        """Where an account's last link is kept."""
        return self._folder / f"shared-{self.ledger_id}-{account_id}.json"

    def of(self, account_id: int) -> Memory:
        """What is remembered of an account. Raises `StoreError` where it cannot be read."""
        if account_id not in self._known:
            self._known[account_id] = self._read(account_id)
        return self._known[account_id]

    def known(self, account_id: int) -> Memory | None:
        """What is remembered of an account, None where nothing is. Raises `StoreError`."""
        if account_id in self._known or self.file(account_id).exists():
            return self.of(account_id)
        return None

    def write(self) -> None:
        """Write down what is new. Raises `StoreError`."""
        for account_id, memory in self._known.items():
            state = (memory.seq, memory.known, memory.checked)
            if state != memory.written:
                self._write(account_id, memory)
                memory.written = state

    def _read(self, account_id: int) -> Memory:
        file = self.file(account_id)
        try:
            found = json.loads(read_whole(file, 10_000))
            memory = Memory(int(found["seq"]), bytes.fromhex(found["hash"]), checked=int(found["checked"]))
        except FileNotFoundError:
            self._marks(account_id).unlink(missing_ok=True)  # of what somebody wants forgotten: see `history.refuse`
            return Memory()
        except OSError as error:
            raise StoreError(
                say(
                    "What this program remembers of the ledger cannot be read ({file}): {why}.",
                    file=file,
                    why=os.strerror(error.errno or 0),
                )
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                say(
                    "What this program remembers of the ledger is damaged ({file}). Move it away: the ledger is then "
                    "believed as it is.",
                    file=file,
                )
            ) from error
        try:
            memory.marks = bytearray(read_whole(self._marks(account_id), _MOST))
            del memory.marks[len(memory.marks) // MARK * MARK :]
        except OSError as error:
            log.info("the links' beginnings are not there: %s", error.strerror)
        memory.written = (memory.seq, memory.known, memory.checked)
        return memory

    def _write(self, account_id: int, memory: Memory) -> None:
        file = self.file(account_id)
        text = json.dumps({"seq": memory.seq, "hash": memory.hash.hex(), "checked": memory.checked})
        try:
            make_folder(self._folder)
            self._write_marks(account_id, memory)
            if not _is_further(file, memory):
                write_private(file, text.encode() + b"\n")
        except OSError as error:
            raise StoreError(
                say(
                    "What was given by the ledger cannot be remembered ({file}): {why}.",
                    file=file,
                    why=os.strerror(error.errno or 0),
                )
            ) from error

    def _write_marks(self, account_id: int, memory: Memory) -> None:
        """Append what is new: another program of this desk may have been further, and has the same."""
        file = self._marks(account_id)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            there = os.fstat(descriptor).st_size // MARK * MARK
            if there < len(memory.marks):
                os.lseek(descriptor, there, os.SEEK_SET)
                os.write(descriptor, memory.marks[there:])
        finally:
            os.close(descriptor)

    def _marks(self, account_id: int) -> Path:
        return self.file(account_id).with_suffix(".links")


def _is_further(file: Path, memory: Memory) -> bool:
    """Whether another program of this desk has been given more, and has written it down."""
    try:
        return int(json.loads(read_whole(file, 10_000))["seq"]) > memory.seq
    except (OSError, ValueError, KeyError, TypeError):
        return False
