"""The orders other than by date: which record comes where. It knows no filter.

An order is a list of blocks of some thousand sequence numbers each, of all records, deleted or not, sorted by the key
and then by sequence. The directory of the blocks stays in memory, with how many of each are live; a block is read when
a page needs it. So the n-th record is found by adding up the directory, whatever n. New records wait beside the block
that they belong to, which a binary search over the keys of the blocks' first records finds.
"""

from __future__ import annotations

from array import array
from bisect import insort
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from desktop.models.embedded.browsing import lines, places
from desktop.models.embedded.browsing.contents import Marks
from desktop.models.embedded.browsing.index_file import IndexFile
from desktop.models.embedded.browsing.seals import IndexDamaged
from desktop.models.embedded.storage import entries
from desktop.models.embedded.storage.store import Store
from desktop.terms.values import Column

BLOCK = 4096
_KEPT = 4  # blocks in memory
_KNOWN = 10_000  # keys in memory


@dataclass(slots=True)
class Block:
    """A stretch of the order. `kinds` and `chunks` are bitmaps of what occurs in it: a search skips by them.

    Its `number` is 0 while it is not written; `writing` names the last time that it was.
    """

    number: int = 0
    writing: int = 0
    first: int = 0
    length: int = 0
    live: int = 0
    kinds: int = 0
    chunks: int = 0
    waiting: list[int] = field(default_factory=list)

    def count(self, *, deleted: bool) -> int:
        """How many of its records are deleted, or are not."""
        return self.length + len(self.waiting) - self.live if deleted else self.live


class Known(Protocol):
    """What an order asks of what is known of a user's records: `state.State` is one."""

    store: Store
    user_id: int
    file: IndexFile
    marks: Marks
    toggled: dict[int, int]

    @property
    def waiting(self) -> range:
        """The records that the index on the disk does not have yet."""

    def kind_of(self, seq: int) -> int:
        """The number of the operation of a record that waits."""

    def is_live(self, seq: int) -> bool:
        """Whether a record is not deleted."""


class Order:
    """One order of one user's records, as one thread sees it."""

    def __init__(self, state: Known, sort: Column) -> None:
        self.state = state
        self.sort = sort
        self._keys: dict[int, tuple[Any, int]] = {}
        self._kept: dict[int, array[int]] = {}
        self.blocks = [
            Block(number, writing, first, length, live, kinds, int.from_bytes(chunks, "little"))
            for number, writing, first, length, live, kinds, chunks in self._directory()
        ] or [Block()]
        for seq, step in state.toggled.items():
            if step:
                self.mark(seq, step)
        self.fetch(state.waiting)
        for seq in state.waiting:
            self.add(seq)

    def _directory(self) -> list[tuple[Any, ...]]:
        marks, place = self.state.marks, list(lines.SORT_KEYS).index(self.sort)
        return self.state.file.directory(place, marks.orders[place]) if marks.ready else []

    def add(self, seq: int) -> None:
        """A record has been added."""
        place = self._place(seq)
        block = self.blocks[place]
        block.waiting.append(seq)
        block.live += self.state.is_live(seq)
        block.kinds |= 1 << self.state.kind_of(seq)
        block.chunks |= 1 << places.chunk_of(seq)
        self._kept.pop(place, None)

    def mark(self, seq: int, step: int) -> None:
        """A record has been restored (1) or deleted (-1)."""
        self.blocks[self._place(seq)].live += step

    def load(self, place: int) -> array[int]:
        """The sequence numbers of a block in order, those that wait among them."""
        if place not in self._kept:
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            block = self.blocks[place]
            stored = self.state.file.block(block.number, block.writing) if block.number else array("I")
            self._kept[place] = self._merged(stored, block.waiting) if block.waiting else stored
        return self._kept[place]

    def _merged(self, stored: array[int], waiting: list[int]) -> array[int]:
        self.fetch(waiting)
        seqs = list(stored)
        if len(waiting) * 8 > len(seqs):
            self.fetch(seqs)
            return array("I", sorted([*seqs, *waiting], key=self.key))
        for seq in waiting:
            insort(seqs, seq, key=self.key)
        return array("I", seqs)

    def _place(self, seq: int) -> int:
        low, high = 0, len(self.blocks) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.key(self.blocks[middle].first) <= self.key(seq):
                low = middle
            else:
                high = middle - 1
        return low

    def key(self, seq: int) -> tuple[Any, int]:
        """What a record is sorted by."""
        if seq not in self._keys:
            self.fetch([seq])
        return self._keys[seq]

    def fetch(self, seqs: Collection[int]) -> None:
        """Read the keys of some records at once."""
        missing = [seq for seq in seqs if seq not in self._keys]
        if len(missing) > 1 and len(self._keys) > _KNOWN:
            self._keys.clear()
            missing = list(seqs)
        for start in range(0, len(missing), 500):
            some = missing[start : start + 500]
            sql = (
                f"SELECT r.seq, {lines.SORT_KEYS[self.sort]} FROM {entries.FROM} "
                f"WHERE r.user_id = ? AND r.seq IN ({', '.join('?' * len(some))})"
            )
            for found, key in self.state.store.database.execute_sql(sql, (self.state.user_id, *some)):
                self._keys[found] = (key, found)
        if any(seq not in self._keys for seq in missing):  # records never go
            raise IndexDamaged("records that were there are missing")

    def flush(self) -> None:
        """Write what waits into the blocks, splitting those that have grown too long."""
        state, blocks = self.state, []
        for place, block in enumerate(self.blocks):
            if not block.waiting:
                blocks.append(block)
                continue
            seqs = self.load(place)
            pieces = [seqs] if len(seqs) <= 2 * BLOCK else [seqs[at : at + BLOCK] for at in range(0, len(seqs), BLOCK)]
            for piece in pieces:
                live = block.live if len(pieces) == 1 else sum(map(state.is_live, piece))
                number = block.number if piece is pieces[0] else 0
                blocks.append(written(state, number, piece, live, block.kinds, block.chunks))
        self.blocks = blocks
        self._kept.clear()
        put(state, self.sort, blocks)


def written(state: Known, number: int, seqs: array[int], live: int, kinds: int, chunks: int) -> Block:
    """Write a block, as a new one where its number is 0."""
    if not number:
        state.marks.blocks += 1
        number = state.marks.blocks
    state.file.put_block(number, seqs)
    return Block(number, state.file.writing, seqs[0], len(seqs), live, kinds, chunks)


def put(state: Known, sort: Column, blocks: Iterable[Block]) -> None:
    """Write an order's directory, and note its writing."""
    rows = [
        (
            b.number,
            b.writing,
            b.first,
            b.length,
            b.live,
            b.kinds,
            b.chunks.to_bytes((b.chunks.bit_length() + 7) // 8, "little"),
        )
        for b in blocks
        if b.number
    ]
    place = list(lines.SORT_KEYS).index(sort)
    state.file.put_directory(place, rows)
    state.marks.orders[place : place + 1] = [state.file.writing]
