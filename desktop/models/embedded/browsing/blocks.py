"""The blocks of an order and stretches of them, as they are written. They know no key that records are sorted by."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pyroaring import BitMap

from desktop.models.embedded.browsing import lines
from desktop.models.embedded.browsing.contents import Marks
from desktop.models.embedded.browsing.index_file import IndexFile
from desktop.models.embedded.storage.store import Store
from desktop.terms.kinds import Column

BLOCK = 4096  # records
STRETCH = 16  # blocks


@dataclass(slots=True)
class Block:
    """A stretch of the order. `kinds` and `chunks` are bitmaps of what occurs in it: a search skips by them.

    Its `number` is 0 while it is not written; `writing` names the last time that it was. Where a stretch begins with
    it, `begins` names the writing of that one's bitmap, and `late` are those in the stretch that the bitmap lacks.
    """

    number: int = 0
    writing: int = 0
    first: int = 0
    length: int = 0
    live: int = 0
    kinds: int = 0
    chunks: int = 0
    begins: int = 0
    late: array[int] = field(default_factory=lambda: array("I"))
    waiting: list[int] = field(default_factory=list)

    def count(self, *, deleted: bool) -> int:
        """How many of its records are deleted, or are not."""
        return self.length + len(self.waiting) - self.live if deleted else self.live

    def facts(self) -> tuple[Any, ...]:
        """What is written of it in the directory."""
        chunks = self.chunks.to_bytes((self.chunks.bit_length() + 7) // 8, "little")
        counts = self.length, self.live
        return self.number, self.writing, self.first, *counts, self.kinds, chunks, self.begins, self.late.tobytes()

    @classmethod
    def of(cls, facts: tuple[Any, ...]) -> Block:
        """A block as it was written."""
        number, writing, first, length, live, kinds, chunks, begins, late = facts
        occurring = kinds, int.from_bytes(chunks, "little")
        return cls(number, writing, first, length, live, *occurring, begins, array("I", late))


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


def written(state: Known, number: int, seqs: array[int], live: int, kinds: int, chunks: int) -> Block:
    """Write a block, as a new one where its number is 0."""
    if not number:
        state.marks.blocks += 1
        number = state.marks.blocks
    state.file.put_block(number, seqs)
    return Block(number, state.file.writing, seqs[0], len(seqs), live, kinds, chunks)


def gather(state: Known, blocks: Sequence[Block], members: Iterable[BitMap]) -> None:
    """Make some blocks, whose records these are, one stretch."""
    state.file.put_members(blocks[0].number, BitMap.union(*members))
    for block in blocks:
        block.begins, block.late = 0, array("I")
    blocks[0].begins = state.file.writing


def put(state: Known, sort: Column, blocks: Iterable[Block]) -> None:
    """Write an order's directory, and note its writing."""
    place = list(lines.SORT_KEYS).index(sort)
    state.file.put_directory(place, [block.facts() for block in blocks])
    state.marks.orders[place : place + 1] = [state.file.writing]
