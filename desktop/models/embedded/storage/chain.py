"""The keyed hash chains: what links one entry to the next, the key file, and the anchor beside the store.

They give evidence of tampering, not prevention: whoever can read the key can forge a chain. Nothing here opens the
store. What is hashed is a canonical form (`forms`), and a link is hashed with the one before it behind its own form:
no two messages under the key can be the same bytes.
"""

from __future__ import annotations

import errno
import functools
import hashlib
import hmac
import importlib
import json
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desktop.language.sentences import say
from desktop.models.embedded.storage import forms
from desktop.system.private_files import read_whole, sync_folder, write_private
from desktop.terms.errors import MachineError, StoreError

EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)
KEY_BYTES = 32
_MOST_KEY = 1000  # bytes of a key file; more is none
_MOST_ANCHOR = 1 << 30  # bytes of an anchor; in an old one a chain takes 80
Mac = Callable[[bytes], bytes]
USUAL_SUFFIX = ".db"
SIDE_SUFFIXES = (".key", ".anchor")
NO_USER = 0  # the name of the journal's chain, which belongs to nobody


def genesis(key: bytes, user_id: int) -> bytes:
    """What the first link of a chain hangs on; `NO_USER` for the journal."""
    return digest(key, forms.CHAIN.encode(user_id))


def link(key: bytes, before: bytes, form: bytes) -> bytes:
    """hash(k) = HMAC-SHA-256(key, canonical form of entry k, then hash(k-1))."""
    return mac(key)(form + before)


def digest(key: bytes, form: bytes) -> bytes:
    """HMAC-SHA-256 of a canonical form: what stands for it where it is not to be read, or not to be repeated."""
    return hmac.digest(key, form, "sha256")


@functools.lru_cache(maxsize=4)
def mac(key: bytes) -> Mac:
    """HMAC-SHA-256 under one key, for millions of messages."""
    inner, outer = begun(key)

    def digest(message: bytes) -> bytes:
        first, second = inner(), outer()
        first.update(message)
        second.update(first.digest())
        mac: bytes = second.digest()
        return mac

    return digest


@functools.lru_cache(maxsize=4)
def begun(key: bytes) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Copies of the inner and the outer hash of HMAC-SHA-256 (RFC 2104) that have begun with the padded key.

    The outer one goes on with what the inner one comes to: a third of the time of `hmac.digest`. For the one block of
    the outer hash the copy is what takes longest, and Python's own SHA-256 copies four times as fast as OpenSSL's.
    """
    padded = key.ljust(64, b"\0")  # SHA-256's block
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
    return inner.copy, _quickly_copied(bytes(byte ^ 0x5C for byte in padded)).copy


def _quickly_copied(begun: bytes) -> Any:
    """SHA-256 that has begun with these bytes, by Python's own code where it can be had: its name is not public."""
    for name in ("_sha2", "_sha256"):  # from 3.12 on, and before
        try:
            return importlib.import_module(name).sha256(begun)
        except (ImportError, AttributeError):
            continue
    return hashlib.sha256(begun)


def key_file(store_file: Path) -> Path:
    """Where a store's key lies."""
    return _beside(store_file, ".key")


def anchor_file(store_file: Path) -> Path:
    """Where a store's anchor lies."""
    return _beside(store_file, ".anchor")


def _beside(store_file: Path, suffix: str) -> Path:
    """A store's own file of this kind: ledger.key beside ledger.db, ledger.sqlite.key beside ledger.sqlite.

    Version 1.0.0 gave ledger.sqlite a ledger.key as well: where it lies there, and no ledger.db to which it might
    belong, it is still that store's.
    """
    usual, own = store_file.with_suffix, store_file.with_name
    if store_file.suffix == USUAL_SUFFIX:
        return usual(suffix)
    has_own = any(own(store_file.name + kind).exists() for kind in SIDE_SUFFIXES)
    has_old = any(usual(kind).exists() for kind in SIDE_SUFFIXES) and not usual(USUAL_SUFFIX).exists()
    return usual(suffix) if has_old and not has_own else own(store_file.name + suffix)


def make_key(file: Path) -> bytes:
    """Make a new key, readable by its owner alone, once the new store beside it has its name on the disk.

    A key without its store is one that was lost: a power cut must not make that of a store that was never finished.
    """
    sync_folder(file.parent)
    key = secrets.token_bytes(KEY_BYTES)
    write_private(file, key_text(key))
    return key


def too_many_files() -> MachineError:
    """What is said where the system opens no further file."""
    return MachineError(say("The system lets this program open no further files. Close other programs and try again."))


def key_text(key: bytes) -> bytes:
    """What a key file holds."""
    return key.hex().encode() + b"\n"


def read_key(file: Path) -> bytes | None:
    """The key, or None where there is none (missing, unreadable or not a key).

    Raises `MachineError` where the system could not open it: that says nothing about the key.
    """
    try:
        key = bytes.fromhex(read_whole(file, _MOST_KEY).decode("ascii").strip())
    except ValueError:
        return None
    except OSError as error:
        if error.errno in EXHAUSTED:
            raise too_many_files() from error
        return None
    return key if len(key) == KEY_BYTES else None


@dataclass(frozen=True, slots=True)
class Anchor:
    """How far the ledger had come at one moment, in as many bytes however many accounts there are.

    `records` is the last record's id and `last` its hash, `changes` and `change` are the same of the journal. `heads`
    is the sum of all users' `head_mark`s. Ids have no gap and stand in what is hashed: no chain can be cut, or taken
    from another past, without one of them. `date` in microseconds.
    """

    records: int = 0
    last: bytes = b""
    changes: int = 0
    change: bytes = b""
    heads: int = 0
    date: int = 0

    @property
    def journal(self) -> tuple[int, bytes] | None:
        """The journal's length and last hash, where it had entries."""
        return (self.changes, self.change) if self.changes else None

    def to_bytes(self, key: bytes) -> bytes:
        """The anchor's file: JSON with a MAC over its content."""
        body = [self.date, self.records, self.last.hex(), self.changes, self.change.hex(), f"{self.heads:064x}"]
        document = {"version": _VERSION} | dict(zip(_FIELDS, body, strict=True))
        return json.dumps(document | {"mac": _anchor_mac(key, body).hex()}).encode() + b"\n"

    def shows_the_same(self, other: Anchor | OldAnchor | None) -> bool:
        """Whether another anchor knows just what this one does; when they were made is no matter."""
        return isinstance(other, Anchor) and replace(other, date=self.date) == self


@dataclass(frozen=True, slots=True)
class OldAnchor:
    """What was written before: each chain's length and last hash, by user id; `NO_USER` is the journal."""

    chains: Mapping[int, tuple[int, bytes]]
    date: int = 0

    @property
    def journal(self) -> tuple[int, bytes] | None:
        """The journal's length and last hash, where it had entries."""
        return self.chains.get(NO_USER)


_VERSION = 3
_FIELDS = ("date", "records", "last", "changes", "change", "heads")
_HEADS = 1 << 256  # sums of marks are kept below it


def head_mark(mac: Mac, user_id: int, length: int, last: bytes) -> int:
    """A number that stands for the end of one chain, under the key of `mac`."""
    return int.from_bytes(mac(forms.HEAD.encode(user_id, length, last)), "big")


def sum_of(marks: Iterable[int]) -> int:
    """Marks in one number, from which one can be taken again: in whatever order, however many."""
    return sum(marks) % _HEADS


def anchor_of(content: bytes, key: bytes) -> Anchor | OldAnchor:
    """An anchor from its file. Raises `StoreError` when it is not one, or not one made with this key."""
    try:
        document = json.loads(content)
        mac = bytes.fromhex(document["mac"])
        if document.get("version") == _VERSION:
            body = [document[name] for name in _FIELDS]
            expected = _anchor_mac(key, body)
            date, records, last, changes, change, heads = body
            found: Anchor | OldAnchor = Anchor(
                int(records), bytes.fromhex(last), int(changes), bytes.fromhex(change), int(heads, 16), int(date)
            )
        else:
            expected = _anchor_mac(key, [document["date"], document["chains"]])
            chains = {int(user): (int(n), bytes.fromhex(last)) for user, (n, last) in document["chains"].items()}
            found = OldAnchor(chains, int(document["date"]))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise StoreError(say("The anchor file beside the store is not readable as one.")) from error
    if not hmac.compare_digest(mac, expected):
        raise StoreError(say("The anchor file beside the store was not written with this store's key."))
    return found


def _anchor_mac(key: bytes, body: list[object]) -> bytes:
    return digest(key, forms.ANCHOR.encode(json.dumps(body, separators=(",", ":"))))


def write_anchor(file: Path, anchor: Anchor, key: bytes) -> None:
    """Replace the anchor in one step, on the disk before it has its name. Raises `StoreError`."""
    try:
        write_private(file, anchor.to_bytes(key))
    except OSError as error:
        raise StoreError(
            say("The anchor could not be written ({file}): {why}.", file=file, why=error.strerror or error)
        ) from error


def read_anchor(file: Path, key: bytes) -> Anchor | OldAnchor | None:
    """The anchor beside a store, or None where there is none. Raises `StoreError` on a forged or broken one."""
    content = anchor_content(file)
    return None if content is None else anchor_of(content, key)


def anchor_content(file: Path) -> bytes | None:
    """What an anchor's file holds, or None where there is none. Raises `StoreError`, and `MachineError`."""
    try:
        return read_whole(file, _MOST_ANCHOR)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in EXHAUSTED:
            raise too_many_files() from error
        raise StoreError(
            say("The anchor file cannot be read ({file}): {why}.", file=file, why=os.strerror(error.errno or 0))
        ) from error
