"""Sorting all of a user's records by every key at once, in little memory. It decides nothing about the orders.

Stretches of records are sorted in memory and laid down in pieces; then the pieces of all stretches are merged. SQLite
would sort nine million keys in memory (600 MB): its temporary files are compiled out of the wheels.
"""

from __future__ import annotations

import contextlib
import marshal
from bisect import bisect_right
from collections.abc import Callable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

from desktop.models.embedded.browsing.lines import SORT_KEYS
from desktop.models.embedded.browsing.seals import Seals, new_writing
from desktop.models.embedded.storage import entries, sqlite
from desktop.models.embedded.storage.store import Store
from desktop.system.private_files import create_private
from desktop.terms.errors import Cancelled

_STRETCH = 20_000  # records in memory while they are sorted
_PIECE = 128  # of each stretch, while they are merged

Item = tuple[Any, int]  # key and sequence number


class Sorter:
    """The records up to a sequence number, by each sort's key and then by sequence."""

    def __init__(
        self, store: Store, user_id: int, upto: int, file: Path, seals: Seals, cancelled: Callable[[], bool]
    ) -> None:
        self._store = store
        self._seals = seals
        self._writing = new_writing()
        self._user_id = user_id
        self._upto = upto
        self._file = file
        self._cancelled = cancelled
        self._stretches = -(-upto // _STRETCH)

    def __enter__(self) -> Sorter:
        """Make the temporary file and sort the stretches into it."""
        self._file.unlink(missing_ok=True)
        create_private(self._file)
        self._connection = sqlite.sqlite3.connect(str(self._file), isolation_level=None)
        try:
            for pragma in ("journal_mode = off", "synchronous = 0", "cache_size = -4000"):
                self._connection.execute(f"PRAGMA {pragma}").fetchall()
            self._connection.execute("CREATE TABLE piece (id INTEGER PRIMARY KEY, items BLOB)")
            self._connection.execute("BEGIN")
            for stretch in range(self._stretches):
                self._sort(stretch)
            self._connection.execute("COMMIT")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the temporary file."""
        self._connection.close()
        with contextlib.suppress(OSError):
            self._file.unlink()

    def _sort(self, stretch: int) -> None:
        if self._cancelled():
            raise Cancelled("The index is not wanted any more.")
        sql = (
            f"SELECT r.seq, {', '.join(SORT_KEYS.values())} FROM {entries.FROM} "
            "WHERE r.user_id = ? AND r.seq > ? AND r.seq <= ? ORDER BY r.seq"
        )
        begin = stretch * _STRETCH
        values = (self._user_id, begin, min(self._upto, begin + _STRETCH))
        rows = self._store.database.execute_sql(sql, values).fetchall()
        seqs = list(map(itemgetter(0), rows))
        for place in range(len(SORT_KEYS)):
            items = sorted(zip(map(itemgetter(place + 1), rows), seqs, strict=True))
            for number, start in enumerate(range(0, len(items), _PIECE)):
                id, body = self._id(place, stretch, number), marshal.dumps(items[start : start + _PIECE])
                blob = self._seals.closed(b"piece:", id, self._writing, body)
                self._connection.execute("INSERT INTO piece VALUES (?, ?)", (id, blob))

    def _id(self, place: int, stretch: int, number: int) -> int:
        return (place * self._stretches + stretch) * _STRETCH + number

    def merged(self, place: int) -> Iterator[list[int]]:
        """The sequence numbers in the order of one of the sorts, some at a time."""
        numbers = [0] * self._stretches
        waiting = {stretch: self._piece(place, stretch, 0) for stretch in range(self._stretches)}
        while waiting:
            if self._cancelled():
                raise Cancelled("The index is not wanted any more.")
            limit = min(items[-1] for items in waiting.values())
            found: list[Item] = []
            for stretch, items in list(waiting.items()):
                cut = bisect_right(items, limit)
                found += items[:cut]
                if cut < len(items):
                    waiting[stretch] = items[cut:] if cut else items
                    continue
                numbers[stretch] += 1
                waiting[stretch] = self._piece(place, stretch, numbers[stretch])
                if not waiting[stretch]:
                    del waiting[stretch]
            found.sort()
            yield [seq for _, seq in found]

    def _piece(self, place: int, stretch: int, number: int) -> list[Item]:
        id = self._id(place, stretch, number)
        found = self._connection.execute("SELECT items FROM piece WHERE id = ?", (id,)).fetchone()
        if found is None:  # the end of the stretch: whether too early, the count tells
            return []
        items: list[Item] = marshal.loads(self._seals.opened(b"piece:", id, self._writing, found))
        return items
