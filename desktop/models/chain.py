"""The keyed hash chain: a record's canonical form and its HMAC, the key file, and the anchor beside the store.

It gives evidence of tampering, not prevention: whoever can read the key can forge the chain. Nothing here opens the
store. The canonical form is injective: fixed fields carry no separator, free text is preceded by its length.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from desktop.errors import StoreError
from desktop.private_files import write_private

KEY_BYTES = 32
USUAL_SUFFIX = ".db"
SIDE_SUFFIXES = (".key", ".anchor")
NO_USER = 0  # the anchor's name for the chain of prices, which belongs to nobody


def record_form(
    id: int,
    request_id: str,
    step: int,
    operation: str,
    user_id: int,
    seq: int,
    amount: int,
    user_balance: int,
    operands: str,
    response: str,
    expression: str,
    exact: int,
    source: str,
    date: int,
) -> bytes:
    """The bytes that stand for a record in its user's chain."""
    return (
        f"record|{id}|{request_id}|{step}|{operation}|{user_id}|{seq}|{amount}|{user_balance}|{exact}|{source}|{date}"
        f"|{len(operands)}:{operands}|{len(response)}:{response}|{len(expression)}:{expression}"
    ).encode()


def price_form(id: int, operation: str, cost: int, from_record: int, user_id: int | None, date: int) -> bytes:
    """The bytes that stand for a price in the chain of prices."""
    return f"price|{id}|{operation}|{cost}|{from_record}|{user_id or 0}|{date}".encode()


def genesis(key: bytes, user_id: int) -> bytes:
    """What the first link of a chain hangs on; `NO_USER` for the chain of prices."""
    return hmac.digest(key, b"chain|%d" % user_id, "sha256")


def link(key: bytes, before: bytes, form: bytes) -> bytes:
    """hash(k) = HMAC-SHA-256(key, hash(k-1) and the canonical form)."""
    return hmac.digest(key, before + form, "sha256")


def mac(key: bytes) -> Callable[[bytes], bytes]:
    """HMAC-SHA-256 under one key (RFC 2104), for millions of messages.

    The padded key is hashed once and its state copied: measured 0.7 µs a message, against 1.8 µs of `hmac.digest`.
    """
    padded = key.ljust(64, b"\0")  # SHA-256's block
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def digest(message: bytes) -> bytes:
        first = inner.copy()
        first.update(message)
        second = outer.copy()
        second.update(first.digest())
        return second.digest()

    return digest


def visibility_mark(key: bytes, record_hash: bytes, deleted_at: int | None) -> bytes:
    """What a record carries that was deleted, or restored (None): hiding it with another program leaves a trace."""
    state = b"restored|" if deleted_at is None else b"deleted|%d|" % deleted_at
    return hmac.digest(key, state + record_hash, "sha256")


def account_mark(key: bytes, id: int, username: str, password: str, status: str, role: str) -> bytes:
    """What an account carries: changing who may do what with another program leaves a trace. Its balance is L1's."""
    form = f"account|{id}|{status}|{role}|{len(username)}:{username}|{len(password)}:{password}"
    return hmac.digest(key, form.encode(errors="surrogatepass"), "sha256")


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
    """Make a new key, readable by its owner alone."""
    key = secrets.token_bytes(KEY_BYTES)
    write_private(file, key_text(key))
    return key


def key_text(key: bytes) -> bytes:
    """What a key file holds."""
    return key.hex().encode() + b"\n"


def read_key(file: Path) -> bytes | None:
    """The key, or None where there is none (missing, unreadable or not a key)."""
    try:
        key = bytes.fromhex(file.read_text("ascii").strip())
    except (OSError, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None


@dataclass(frozen=True, slots=True)
class Anchor:
    """Each chain's length and last hash at one moment, by user id; `NO_USER` is the chain of prices."""

    chains: Mapping[int, tuple[int, bytes]] = field(default_factory=dict)

    def to_bytes(self, key: bytes) -> bytes:
        """The anchor's file: JSON with a MAC over its content."""
        chains = {str(user): [length, last.hex()] for user, (length, last) in sorted(self.chains.items())}
        body = json.dumps(chains, separators=(",", ":"))
        mac = hmac.digest(key, b"anchor|" + body.encode(), "sha256").hex()
        return json.dumps({"version": 1, "chains": chains, "mac": mac}).encode() + b"\n"

    @classmethod
    def from_bytes(cls, content: bytes, key: bytes) -> Anchor:
        """Read an anchor back.

        Raises `StoreError` when it is not one, or not one made with this key.
        """
        try:
            document = json.loads(content)
            body = json.dumps(document["chains"], separators=(",", ":"))
            mac = bytes.fromhex(document["mac"])
            chains = {int(user): (int(n), bytes.fromhex(last)) for user, (n, last) in document["chains"].items()}
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise StoreError("The anchor file beside the store is not readable as one.") from error
        if not hmac.compare_digest(mac, hmac.digest(key, b"anchor|" + body.encode(), "sha256")):
            raise StoreError("The anchor file beside the store was not written with this store's key.")
        return cls(chains)


def write_anchor(file: Path, anchor: Anchor, key: bytes) -> None:
    """Replace the anchor in one step, on the disk before it has its name. Raises `StoreError`."""
    try:
        write_private(file, anchor.to_bytes(key))
    except OSError as error:
        raise StoreError(f"The anchor could not be written ({file}): {os.strerror(error.errno or 0)}.") from error


def read_anchor(file: Path, key: bytes) -> Anchor | None:
    """The anchor beside a store, or None where there is none. Raises `StoreError` on a forged or broken one."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"The anchor file cannot be read ({file}): {os.strerror(error.errno or 0)}.") from error
    return Anchor.from_bytes(content, key)
