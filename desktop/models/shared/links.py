"""Working a chain out again from the server's records: what a record's link must be, and which one is not.

The forms are the embedded ledger's, byte for byte: the same proof holds for both.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from desktop.models.embedded.storage import chain, forms
from desktop.terms.charges import Entry

CHAIN_OF = "SELECT * FROM metercalc.chain_of(%s, %s, %s)"
BATCH = 5_000  # records a question: a tenth of a second, and few megabytes

Proof = Sequence[Any]
"""A record as `chain_of` gives it: a `RawRecord` without its note, then account, price, cost, form, hash, own note."""

ID, SEQ, OPERATION, RESPONSE, AMOUNT, BALANCE, DELETED = 0, 3, 4, 6, 9, 10, 12
REQUEST, STEP, OPERANDS, EXACT, SOURCE, DATE, EXPRESSION = 1, 2, 5, 7, 8, 11, 13
ACCOUNT, PRICE, COST, FORM, HASH, NOTE = 14, 15, 16, 17, 18, 19

BROKEN = (TypeError, AttributeError, struct.error, UnicodeError)

Ask = Callable[[str, Sequence[object]], list[Any]]


_pack, _tag = forms.RECORD.head.pack, forms.RECORD.tag


def form_of(row: Proof) -> bytes:
    """A record's canonical form. Raises what `BROKEN` has for values that no record can have.

    `forms.RECORD.encode`, written out: its calls are half of what following a chain takes.
    """
    texts = [row[at].encode() for at in (REQUEST, OPERATION, SOURCE, OPERANDS, RESPONSE, EXPRESSION)]
    head = _pack(
        _tag, row[ID], row[STEP], row[ACCOUNT], row[SEQ], row[AMOUNT], row[BALANCE], row[EXACT], row[DATE],
        *map(len, texts),
    )  # fmt: skip
    return b"".join((head, *texts))


def follow(key: bytes, account_id: int, before: bytes, entries: Sequence[Entry]) -> list[bytes]:
    """The links of records that come behind a link, worked out from what was shown of them."""
    mac, found = chain.mac(key), [before]
    for e in entries:
        form = forms.RECORD.encode(
            e.id, e.step, account_id, e.seq, e.amount, e.user_balance, int(e.exact), e.date,
            e.request_id, e.operation.value, e.source.value, e.operands, e.response, e.expression,
        )  # fmt: skip
        found.append(mac(form + found[-1]))
    return found[1:]


def genesis(key: bytes, account_id: int) -> bytes:
    """What the first link of an account's chain hangs on."""
    return chain.genesis(key, account_id)


def slices(first: int, last: int) -> Iterator[tuple[int, int]]:
    """The sequence numbers from `first` to `last` in pieces, both ends included."""
    for start in range(first, last + 1, BATCH):
        yield start, min(last, start + BATCH - 1)


class Chain:
    """One account's chain, followed from some record on: each is given in its turn."""

    def __init__(self, key: bytes, account_id: int, seq: int = 0, before: bytes | None = None) -> None:
        self.mac = chain.mac(key)
        self.seq = seq
        self.hash = genesis(key, account_id) if before is None else before

    def follows(self, row: Proof) -> bool:
        """Whether a record is the one that its link, and the one before it, vouch for; it is the last one then."""
        try:
            genuine = self.mac(form_of(row) + self.hash) == bytes(row[HASH]) and row[SEQ] == self.seq + 1
        except BROKEN:
            genuine = False
        self.seq, self.hash = row[SEQ], bytes(row[HASH])
        return genuine
