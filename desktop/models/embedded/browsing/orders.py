"""The orders other than by date: which record comes where. It knows no filter.

An order is a list of blocks of some thousand sequence numbers each, of all records, deleted or not, sorted by the key
and then by sequence. The directory of the blocks stays in memory, with how many of each are live; a block is read when
a page needs it. So the n-th record is found by adding up the directory, whatever n. New records wait beside the block
that they belong to, which a binary search over the keys of the blocks' first records finds.

Blocks side by side are a stretch, and which records are in it is a bitmap: so a search passes over a stretch of which
nothing is found at the price of a block.
"""

from __future__ import annotations

from array import array
from bisect import insort
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Any

from pyroaring import BitMap

from desktop.models.embedded.browsing import blocks, lines, places
from desktop.models.embedded.browsing.blocks import Block, Known, gather, put, written
from desktop.models.embedded.browsing.seals import IndexDamaged
from desktop.models.embedded.storage import entries
from desktop.terms.kinds import Column

_LATE = 512  # records that the bitmap of a stretch may lack
_KEPT = 4  # blocks in memory
_KNOWN = 10_000  # keys in memory


class Order:
    """One order of one user's records, as one thread sees it."""

    def __init__(self, state: Known, sort: Column) -> None:
        self.state = state
        self.sort = sort
        self._keys: dict[int, tuple[Any, int]] = {}
        self._kept: dict[int, array[int]] = {}
        self.blocks = list(map(Block.of, self._directory())) or [Block()]
        begins = [place for place, block in enumerate(self.blocks) if block.begins] or [0]
        self.stretches = [range(*bounds) for bounds in pairwise([*begins, len(self.blocks)])]
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

    def members(self, stretch: range) -> BitMap:
        """The records of a stretch."""
        first = self.blocks[stretch.start]
        stored = self.state.file.members(first.number, first.begins) if first.begins else BitMap()
        waiting = [seq for block in self.blocks[stretch.start : stretch.stop] for seq in block.waiting]
        return BitMap.union(stored, BitMap(first.late), BitMap(waiting)) if first.late or waiting else stored

    def occurring(self, stretch: range) -> tuple[int, int]:
        """Which operations and which chunks occur in a stretch, as its blocks say."""
        kinds = chunks = 0
        for block in self.blocks[stretch.start : stretch.stop]:
            kinds, chunks = kinds | block.kinds, chunks | block.chunks
        return kinds, chunks

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
        """Write what waits into the blocks, splitting those that have grown too long; and the directory."""
        found = list[Block]()
        for stretch in self.stretches:
            first = self.blocks[stretch.start]
            late = first.late + array("I", [seq for place in stretch for seq in self.blocks[place].waiting])
            some = [block for place in stretch for block in self._written(place) if block.number]
            if some and first.begins and len(late) <= _LATE:
                some[0].begins, some[0].late = first.begins, late
            else:
                for at in range(0, len(some), blocks.STRETCH):
                    together = some[at : at + blocks.STRETCH]
                    gather(self.state, together, map(self._members, together))
            found += some
        put(self.state, self.sort, found)

    def _written(self, place: int) -> Iterator[Block]:
        """A block with what waits for it, in pieces if need be."""
        block = self.blocks[place]
        if not block.waiting:
            yield block
            return
        seqs = self.load(place)
        size = blocks.BLOCK if len(seqs) > 2 * blocks.BLOCK else max(1, len(seqs))
        pieces = [seqs[at : at + size] for at in range(0, len(seqs), size)]
        for piece in pieces:
            live = block.live if len(pieces) == 1 else sum(map(self.state.is_live, piece))
            number = block.number if piece is pieces[0] else 0
            yield written(self.state, number, piece, live, block.kinds, block.chunks)

    def _members(self, block: Block) -> BitMap:
        return BitMap(self.state.file.block(block.number, block.writing))
