"""The bitmaps of an index's segments, each under its key. What the keys mean is decided elsewhere.

A segment has its keys in pages without a gap, so that what is missing is known to be missing. Nine of ten bitmaps are
of a few records: they lie in the pages themselves, since a row and a seal for each would be most of the work.
"""

from __future__ import annotations

import marshal
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pyroaring import BitMap

from desktop.models.embedded.browsing.keys import DATE, KIND, SPAN, bitmap_id
from desktop.models.embedded.browsing.seals import IndexDamaged, Seals

_PAGE = 128  # keys that lie together
_SMALL = 128  # bytes up to which a bitmap lies in the page
_ROOM = 16 << 20  # bytes for bitmaps in memory: enough for ten million records

TABLES = (
    "CREATE TABLE bitmap (id INTEGER PRIMARY KEY, bits BLOB)",
    "CREATE TABLE keys (id INTEGER PRIMARY KEY, page BLOB)",
)

Row = tuple[int, bytes]
"""Its place, and what is under seal there."""


class Segment(NamedTuple):
    """The bitmaps of records in a row that were written at once. A chunk has few, which together are all of it."""

    number: int
    length: int
    writing: int

    @property
    def rows(self) -> range:
        """Where its bitmaps lie."""
        return range(self.number * SPAN, (self.number + 1) * SPAN)


def size_of(bitmap: BitMap) -> int:
    """About how many bytes a bitmap takes in memory."""
    return 200 + min(2 * len(bitmap), 1 << 15)


class _Page(NamedTuple):
    """Bitmaps whose keys follow each other: their places, and the bodies of those that have no row of their own.

    `end` is where the next page begins.
    """

    ids: array[int]
    end: int
    bodies: list[bytes]


class Bitmaps:
    """All of an index. To be used inside `index_file.apart`."""

    def __init__(self, connection: Any, seals: Seals) -> None:
        self._run = connection.execute
        self._run_many = connection.executemany
        self._seals = seals
        self._kept: dict[tuple[int, int], BitMap] = {}
        self._size = 0
        self._in_pages: set[int] = set()  # keys that had no row of their own where they were last asked for: a guess

    def of(self, segment: Segment, key: int) -> BitMap:
        """One bitmap, which is not to be changed; an empty one where there is none.

        Those of kinds and amounts are kept in memory, as far as there is room: every filter asks for the same ones.
        """
        if not KIND <= key < DATE:
            return self._read(segment, key)
        name = segment.writing, bitmap_id(segment.number, key)
        if name not in self._kept:
            self._kept[name] = self._read(segment, key)
            self._size += size_of(self._kept[name])
            while self._size > _ROOM and len(self._kept) > 1:
                self._size -= size_of(self._kept.pop(next(iter(self._kept))))
        return self._kept[name]

    def _read(self, segment: Segment, key: int) -> BitMap:
        id = bitmap_id(segment.number, key)
        if key in self._in_pages and (found := self._on_page(segment, id)) is not None:
            return found
        row = self._run("SELECT bits FROM bitmap WHERE id = ?", (id,)).fetchone()
        if row is None and (found := self._on_page(segment, id)) is not None:
            self._in_pages.add(key)
            return found
        self._in_pages.discard(key)
        return BitMap.deserialize(self._seals.opened(b"bitmap:", id, segment.writing, row))

    def _on_page(self, segment: Segment, id: int) -> BitMap | None:
        """A small bitmap, or an empty one where there is none; None where it has a row of its own."""
        page = self._page_with(segment, id)
        place = bisect_left(page.ids, id)
        if place == len(page.ids) or page.ids[place] != id:
            return BitMap()
        return BitMap.deserialize(page.bodies[place]) if page.bodies[place] else None

    def _page_with(self, segment: Segment, id: int) -> _Page:
        """The page on which a bitmap would stand."""
        row = self._run("SELECT id, page FROM keys WHERE id <= ? ORDER BY id DESC LIMIT 1", (id,))
        start, *blob = row.fetchone() or (id,)
        page = self._page(segment, start, tuple(blob) or None)
        if id >= page.end:
            raise IndexDamaged("a page of keys is missing")
        return page

    def _page(self, segment: Segment, start: int, row: tuple[bytes] | None) -> _Page:
        packed, bodies = marshal.loads(self._seals.opened(b"keys:", start, segment.writing, row))
        ids = array("q", packed)
        end = ids.pop()
        return _Page(ids, end, bodies)

    def bodies(self, segment: Segment) -> Iterator[tuple[int, bytes]]:
        """Each key that a segment has, in order, and its bitmap as it is serialised.

        Raises `IndexDamaged`, also for a bitmap that no page names.
        """
        start, rows = segment.rows.start, segment.rows
        own = self._run("SELECT id, bits FROM bitmap WHERE id >= ? AND id < ? ORDER BY id", (rows.start, rows.stop))
        while start < rows.stop:
            row = self._run("SELECT page FROM keys WHERE id = ?", (start,)).fetchone()
            ids, start, bodies = self._page(segment, start, row)
            for id, body in zip(ids, bodies, strict=True):
                yield id % SPAN, body or self._next(segment, own, id)
        if own.fetchone() is not None:
            raise IndexDamaged("a bitmap is too many")

    def _next(self, segment: Segment, own: Any, id: int) -> bytes:
        found, *blob = own.fetchone() or (None,)
        if found != id:
            raise IndexDamaged("a bitmap is missing, or one too many")
        return self._seals.opened(b"bitmap:", id, segment.writing, tuple(blob))

    def sealed(self, segment: Segment, bitmaps: Iterable[tuple[int, BitMap]]) -> tuple[list[Row], list[Row]]:
        """The bitmaps of a new segment, in the order of their keys, as `put` takes them: rows of their own, and pages.

        So nobody waits for their making who waits for the file.
        """
        own, ids, bodies = list[Row](), array("q"), list[bytes]()
        for key, bitmap in bitmaps:
            bitmap.run_optimize()
            id, body = bitmap_id(segment.number, key), bitmap.serialize()
            if len(body) > _SMALL:
                own.append((id, self._seals.closed(b"bitmap:", id, segment.writing, body)))
                body = b""
            ids.append(id)
            bodies.append(body)
        return own, list(self._pages(segment, ids, bodies))

    def _pages(self, segment: Segment, ids: array[int], bodies: list[bytes]) -> Iterator[Row]:
        start = segment.rows.start
        for at in range(0, max(1, len(ids)), _PAGE):
            some = ids[at : at + _PAGE]
            end = ids[at + _PAGE] if at + _PAGE < len(ids) else segment.rows.stop
            some.append(end)
            body = marshal.dumps((some.tobytes(), bodies[at : at + _PAGE]))
            yield start, self._seals.closed(b"keys:", start, segment.writing, body)
            start = end

    def put(self, sealed: tuple[list[Row], list[Row]]) -> None:
        """Write what has been `sealed`."""
        own, pages = sealed
        self._run_many("REPLACE INTO bitmap VALUES (?, ?)", own)
        self._run_many("REPLACE INTO keys VALUES (?, ?)", pages)

    def drop(self, segment: Segment) -> None:
        """Remove a segment whose records are in another now."""
        span = segment.rows.start, segment.rows.stop
        self._run("DELETE FROM bitmap WHERE id >= ? AND id < ?", span)
        self._run("DELETE FROM keys WHERE id >= ? AND id < ?", span)
