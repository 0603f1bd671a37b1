"""How a user's records are divided: into chunks, whose bitmaps lie together, and into parts, whose texts do.

A record is known by its sequence number, from 1 on. It reads nothing.
"""

from __future__ import annotations

CHUNK_BITS = 18
PART_BITS = 8


def chunk_of(seq: int) -> int:
    """The chunk that a record is in."""
    return seq >> CHUNK_BITS


def part_of(seq: int) -> int:
    """The part that a record is in."""
    return seq >> PART_BITS


def chunk_end(number: int) -> int:
    """The last record that a chunk can have."""
    return (number + 1 << CHUNK_BITS) - 1


def part(number: int, upto: int) -> range:
    """The records of a part, of so many."""
    return range(max(1, number << PART_BITS), min(upto + 1, number + 1 << PART_BITS))


def parts(chunk: int) -> range:
    """The parts of a chunk."""
    return range(chunk << CHUNK_BITS - PART_BITS, chunk + 1 << CHUNK_BITS - PART_BITS)
