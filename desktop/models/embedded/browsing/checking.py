"""Going through a whole index before it is used for long: every row that belongs to it is there and under its seal.

Whatever is read is proved as it is read; this finds damage before somebody waits for the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from desktop.language.sentences import say
from desktop.models.embedded.browsing import places
from desktop.models.embedded.browsing.bitmaps import Segment
from desktop.models.embedded.browsing.index_file import IndexFile
from desktop.models.embedded.browsing.seals import IndexDamaged
from desktop.terms.errors import Cancelled

_OFTEN = 100_000  # steps of SQLite's machine between two looks at whether to go on


def check_whole(file: IndexFile, cancelled: Callable[[], bool]) -> None:
    """Go through the whole file. Raises `IndexDamaged`, and `Cancelled`."""
    with file.transaction("DEFERRED"), _stopped_by(file, cancelled):
        findings = file.connection.execute("PRAGMA quick_check(1)").fetchall()
        if findings != [("ok",)]:
            raise IndexDamaged(f"its structure is broken: {findings}")
        marks = file.marks()
        for _ in file.amounts(marks.amounts):
            pass
        for number, facts in enumerate(file.chunks(marks)):
            for segment in facts[-1]:
                for _ in file.bitmaps.bodies(Segment(*segment)):
                    if cancelled():
                        raise Cancelled(say("The index is not wanted any more."))
            for part in places.parts(number):
                file.part(part, marks.applied)
                file.dates(part, marks.applied)
        for place, writing in enumerate(marks.orders):
            _check_order(file, file.directory(place, writing))


def _check_order(file: IndexFile, blocks: Iterable[tuple[Any, ...]]) -> None:
    for number, written, *_, begins, _ in blocks:
        file.block(number, written)
        if begins:
            file.members(number, begins)


@contextmanager
def _stopped_by(file: IndexFile, cancelled: Callable[[], bool]) -> Iterator[None]:
    file.connection.set_progress_handler(lambda: int(cancelled()), _OFTEN)
    try:
        yield
    finally:
        file.connection.set_progress_handler(None, 0)
