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

from desktop.models.embedded.browsing.bitmaps import IndexDamaged

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
        self._begun = hashlib.blake2b(key=own, digest_size=_LENGTH)  # copied: half the time of beginning anew

    def _of(self, table: bytes, number: int, writing: int, body: bytes) -> bytes:
        digest = self._begun.copy()
        digest.update(table + _NUMBERS.pack(number, writing))
        digest.update(body)
        return digest.digest()

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
