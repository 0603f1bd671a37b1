"""Canonical forms: the one way in which what the ledger keeps becomes the bytes that its key vouches for, and back.

Injective by construction. A form is a version byte and a kind byte, then its numbers, eight bytes each, then the length
of each of its texts, four bytes each, then the texts: where every part ends follows from what stands before it, so no
two different values share their bytes, within a kind or across kinds, whatever the texts hold. (The form of versions 1
to 3 had separators and no lengths before two of its fields: a text that held a separator could be cut elsewhere.)
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable

VERSION = 2  # of the form; the text forms of the first three schema versions were the first

Value = int | str | bytes

_ENCODE: Callable[..., bytes] = str.encode  # raises `TypeError` for what is no text


class Form:
    """The form of one kind of thing: `numbers` of 64 bits with a sign, then `texts`, then `blobs` of bytes."""

    def __init__(self, kind: str, *, numbers: int, texts: int, blobs: int = 0) -> None:
        self.tag = bytes((VERSION, ord(kind)))
        self.head = struct.Struct(f">2s{numbers}q{texts + blobs}I")
        self._numbers = numbers
        self._texts = texts
        self._blobs = blobs

    def encode(self, *values: Value) -> bytes:
        """The bytes that stand for some values, numbers first. Raises `TypeError` for another kind or count of them."""
        numbers, rest = values[: self._numbers], values[self._numbers :]
        if len(rest) != self._texts + self._blobs:
            raise TypeError(f"{len(values)} values for a form of {self._numbers + self._texts + self._blobs}")
        if self._blobs:
            parts = [*_bytes_of_texts(rest[: self._texts]), *map(_bytes_of_blob, rest[self._texts :])]
        else:
            parts = _bytes_of_texts(rest)
        try:
            return self.head.pack(self.tag, *numbers, *map(len, parts)) + b"".join(parts)
        except struct.error as error:
            raise TypeError(f"no number of 64 bits among {numbers}") from error

    def decode(self, form: bytes) -> tuple[Value, ...]:
        """The values again. Raises `ValueError` for bytes that are not this form."""
        if len(form) < self.head.size or form[:2] != self.tag:
            raise ValueError("another form")
        _, *found = self.head.unpack_from(form)
        values: list[Value] = list(found[: self._numbers])
        place = self.head.size
        for number, length in enumerate(found[self._numbers :]):
            part = form[place : place + length]
            values.append(part.decode(errors="surrogatepass") if number < self._texts else part)
            place += length
        if place != len(form):
            raise ValueError("a form that ends elsewhere than it says")
        return tuple(values)


def _bytes_of_texts(values: Iterable[Value]) -> list[bytes]:
    try:
        return list(map(_ENCODE, values))  # a third of the time of a function of ours for each, in every charge
    except UnicodeEncodeError:
        return [_ENCODE(value, errors="surrogatepass") for value in values]


def _bytes_of_blob(value: Value) -> bytes:
    if type(value) is not bytes:
        raise TypeError(f"{value!r} is no bytes")
    return value


RECORD = Form("R", numbers=8, texts=6)
"""id, step, user id, seq, amount, balance after, exact (0 or 1), date, request id, operation, source, operands,
response, expression."""

PRICE = Form("P", numbers=5, texts=1)
"""id, cost, first record that it holds for, the setting account's id (0 for none), date, operation."""

ACCOUNT = Form("A", numbers=2, texts=4)
"""id, generation, e-mail, password hash, status, role: all of an account but its balance, which follows from L1."""

ENTRY = Form("J", numbers=5, texts=2, blobs=1)
"""An entry of the journal: number, account concerned, subject, acting account, date, kind, detail, state."""

CHAIN = Form("C", numbers=1, texts=0)
"""What a chain begins with: the user's id, `NO_USER` for the journal."""

HEAD = Form("H", numbers=2, texts=0, blobs=1)
"""The end of a user's chain: the user's id, its length, its last hash."""

ANCHOR = Form("N", numbers=0, texts=1)
"""The anchor's body."""

PROOF = Form("V", numbers=0, texts=1)
"""How far the ledger was proved."""

ATTEMPTS = Form("F", numbers=3, texts=0, blobs=1)
"""Failed sign-ins: how many, when the last was, how long the wait is, and whose they are (a keyed hash)."""
