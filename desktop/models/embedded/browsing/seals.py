"""Seals on what an index keeps: a code under the store's key for each row, its place and its writing. It reads no file.

Whoever has no key can make no row, move none to another place and put no older one back: what names a row (a chunk its
segments, an order its blocks, the root them all) also names the writing that it is of. A row that is named and is not
there is damage, never nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct


class IndexDamaged(Exception):
    """The index does not say what was written into it: it is thrown away and made again."""


SALT = 16
_LENGTH = 16
_NUMBERS = struct.Struct("<qq")


def new_salt() -> bytes:
    """What tells an index from every other one, so that no row of an earlier one fits."""
    return secrets.token_bytes(SALT)


def new_writing() -> int:
    """A number that no other writing has."""
    return secrets.randbits(63)


class Seals:
    """Seals rows, and opens them. A `table` ends in a colon, so that none is the beginning of another."""

    def __init__(self, key: bytes, what: bytes) -> None:
        """`key` is the store's; `what` tells all that is sealed from what else is made with it."""
        own = hmac.digest(key, b"browse index|" + what, "sha256")
        # Copied: half the time of beginning anew. Only half of the code is kept, so that nobody can go on from it.
        # Half the time of BLAKE2 where the processor knows SHA-256, and a search is mostly this.
        self._begun = hashlib.sha256(own.ljust(64, b"\0"))

    def _of(self, table: bytes, number: int, writing: int, body: bytes) -> bytes:
        digest = self._begun.copy()
        digest.update(table + _NUMBERS.pack(number, writing))
        digest.update(body)
        return digest.digest()[:_LENGTH]

    def closed(self, table: bytes, number: int, writing: int, body: bytes) -> bytes:
        """A row's bytes behind their seal."""
        return self._of(table, number, writing, body) + body

    def opened(self, table: bytes, number: int, writing: int, row: tuple[bytes] | None) -> bytes:
        """The bytes of a row that must be there. Raises `IndexDamaged`."""
        if row is None:
            raise IndexDamaged(f"a row is missing ({table.decode()}{number})")
        body = row[0][_LENGTH:]
        if self._of(table, number, writing, body) != row[0][:_LENGTH]:
            raise IndexDamaged(f"a seal does not hold ({table.decode()}{number})")
        return body
