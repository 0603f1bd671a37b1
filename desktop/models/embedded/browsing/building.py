"""Making a user's index from nothing, or from where it stopped: the chunks one after the other, then the orders.

Each chunk is noted in one commit with the marks, so that it can be stopped anywhere and goes on there. Where there is
much to do, processes do it side by side, and nothing of it runs under the interpreter lock of the window.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.language.sentences import say
from desktop.models.embedded.browsing import blocks, lines, places
from desktop.models.embedded.browsing.arranging import Arrangement, Arranger, arrangements
from desktop.models.embedded.browsing.bitmaps import Segment
from desktop.models.embedded.browsing.blocks import Block
from desktop.models.embedded.browsing.builders import STILL_AT_IT, Given, work
from desktop.models.embedded.browsing.digests import Digest, Summary, Task
from desktop.models.embedded.browsing.flushing import flush
from desktop.models.embedded.browsing.index_file import apart, runs_of
from desktop.models.embedded.browsing.seals import IndexDamaged
from desktop.models.embedded.browsing.sorting import Run, Runs
from desktop.models.embedded.browsing.standing import CHANGES, newest_of
from desktop.models.embedded.browsing.state import State
from desktop.system.private_files import create_private
from desktop.system.team import Team, answering, dismiss, hire, processors
from desktop.system.turns import TurnNotCome, turn
from desktop.terms.errors import Cancelled
from desktop.terms.kinds import Column

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]

WORTH_IT = 30_000  # records: fewer stall the window less than starting a process does
_LOOK_S = 0.05  # between two looks whether somebody still waits
_PATIENCE_S = 180  # without any sign of life: sorting a chunk gives none, and every other program comes first
_TURN = "-turn"  # follows the name of the file that stands for the turn to make it


def build(state: State, progress: Progress, cancelled: Callable[[], bool]) -> bool:
    """Make the index of all records that are there now; False where another program is making it.

    Raises `Cancelled`, the ledger's errors, and `IndexTrouble`.
    """
    file = state.file.file.with_name(state.file.file.name + _TURN)
    with apart(), contextlib.suppress(FileExistsError):
        create_private(file)
    try:
        with turn(file, 0):
            with state.store.reading(), apart():
                state.load()
                total = newest_of(state.store, state.user_id)
            if not state.marks.ready:
                _Building(state, total, progress, cancelled).make()
    except TurnNotCome:
        log.info("another program is making the index")
        return False
    return True


class _Building:
    """One index in the making."""

    def __init__(self, state: State, total: int, progress: Progress, cancelled: Callable[[], bool]) -> None:
        self._state = state
        self._total = total
        self._progress = progress
        self._cancelled = cancelled
        self._heard: dict[Connection, float] = {}  # when each was told something, or last gave a sign of life

    def make(self) -> None:
        """All of it, with the help of processes if it is much."""
        with apart():
            runs = runs_of(self._state.file)
        with contextlib.closing(runs), contextlib.ExitStack() as stack:
            team: Team = {}
            stack.callback(dismiss, team)
            if self._total >= WORTH_IT:
                self._hire(team, min(processors(), places.chunk_of(self._total) + 1))
            self._together(team, self._take_together)
            for task in self._tasks():
                self._take(task, runs)
            found: dict[Column, list[Block]] = {}
            self._together(team, lambda team: self._arrange_together(team, found))
            self._arrange(runs, found)
            with self._state.store.reading(), apart(), self._state.file.transaction("IMMEDIATE"):
                self._note_orders(found)
            with apart():
                runs.remove()

    def _hire(self, team: Team, count: int) -> None:
        given = Given(self._state.store.file, self._state.user_id)
        try:
            for _ in range(count):
                hire(team, work, given)
        except OSError as error:
            log.info("the index is made by one process: %s", error)
            dismiss(team)

    def _together(self, team: Team, work: Callable[[Team], None]) -> None:
        """Have a team do something; what it leaves undone, being in trouble, is done here."""
        try:
            if team:
                work(team)
        except (OSError, EOFError) as error:
            log.info("the index is made by one process from here on: %s", error)
            dismiss(team)

    def _tasks(self) -> list[Task]:
        """The chunks that are not there yet, or not all of them; what is there is a beginning without a gap."""
        runs, found = self._state.marks.runs, list[Task]()
        for number in range(places.chunk_of(self._total) + 1):
            records = range(max(1, number << places.CHUNK_BITS), min(self._total, places.chunk_end(number)) + 1)
            if records and (number >= len(runs) or runs[number][0] < len(records)):
                found.append(Task(number, records, self._state.marks.segments + len(found) + 1))
        return found

    def _take(self, task: Task, runs: Runs) -> None:
        state = self._state
        with state.store.reading(), apart():
            digest = Digest(state.store, state.user_id, task, self._cancelled)
        with apart():
            written = digest.write(state.file, runs, self._ids(digest.summary))
        self._adopt(digest.summary, *written)

    def _ids(self, summary: Summary) -> list[int]:
        return [self._state.amounts.id_of(amount) for amount in summary.amounts]

    def _adopt(self, summary: Summary, segment: Segment, run: Run) -> None:
        """Note a chunk that has been written."""
        state, number, ids = self._state, summary.task.chunk, [0, *self._ids(summary)]
        tallies = {(kind, ids[amount]): counts for (kind, amount), counts in summary.chunk.tallies.items()}
        chunk = replace(summary.chunk, tallies=tallies, segments=[segment])
        with state.store.reading(), apart(), state.file.transaction("IMMEDIATE"):
            if state.file.marks().changes != state.marks.changes:
                raise IndexDamaged("two programs made it at once")
            for before in [old for chunk in state.chunks[number:] for old in chunk.segments]:
                state.file.bitmaps.drop(before)
            if not state.upto:
                state.seen, state.seen_date = summary.seen
            state.adopt(number, chunk, summary.hash)
            self._note_changes(summary)
            state.marks.runs[number:] = [run]
            state.marks.segments = max(state.marks.segments, segment.number)
            flush(state)
        self._progress(state.upto, self._total)

    def _note_changes(self, summary: Summary) -> None:
        """Take in what was deleted and restored since the chunk was read, or since the one before was noted."""
        state = self._state
        seen = state.seen, state.seen_date
        state.seen = min(state.seen, summary.seen[0])
        state.note(state.store.database.execute_sql(CHANGES, (state.user_id, state.seen)).fetchall())
        state.seen, state.seen_date = max(seen, (state.seen, state.seen_date))

    def _answers(self, team: Sequence[Connection]) -> Iterator[tuple[Connection, object]]:
        """What some of them have said, all of which owe an answer, once one has.

        Raises `Cancelled`, `OSError`, `EOFError`; `TimeoutError`, which is an `OSError`, for one that has hung.
        """
        answered = False
        while not answered:
            if self._cancelled():
                raise Cancelled(say("The index is not wanted any more."))
            for one in answering(team, _LOOK_S):
                answer, self._heard[one] = one.recv(), time.monotonic()
                if answer is not STILL_AT_IT:
                    answered = True
                    yield one, answer
            if time.monotonic() - min(self._heard[one] for one in team) > _PATIENCE_S:
                raise TimeoutError("a process has hung")

    def _tell(self, one: Connection, what: object) -> None:
        self._heard[one] = time.monotonic()
        one.send(what)

    def _take_together(self, team: Team) -> None:
        """Chunks are worked out side by side, and get their amounts' ids and are noted in their order."""
        coming, expected = iter(self._tasks()), [task.chunk for task in self._tasks()]
        told, noted = iter(expected), iter(expected)
        summaries: dict[int, tuple[Connection, Summary]] = {}
        doing: dict[Connection, Summary] = {}
        written: dict[int, tuple[Summary, tuple[Segment, Run]]] = {}
        busy = {one for one in team if self._give(one, coming)}
        next_told, next_noted = next(told, None), next(noted, None)
        while busy:
            waiting = {one for one, _ in summaries.values()}  # for the chunks before theirs
            for one, answer in self._answers(list(busy - waiting)):
                if isinstance(answer, Summary):
                    summaries[answer.task.chunk] = (one, answer)
                else:
                    assert isinstance(answer, tuple)
                    summary = doing.pop(one)
                    written[summary.task.chunk] = (summary, answer)
                    if not self._give(one, coming):
                        busy.discard(one)
            while next_told in summaries:
                one, summary = summaries.pop(next_told)
                self._tell(one, self._ids(summary))
                doing[one], next_told = summary, next(told, None)
            while next_noted in written:
                summary, (segment, run) = written.pop(next_noted)
                self._adopt(summary, segment, run)
                next_noted = next(noted, None)

    def _give(self, one: Connection, coming: Iterator[Task | Arrangement]) -> bool:
        task = next(coming, None)
        if task is not None:
            self._tell(one, task)
        return task is not None

    def _arrange_together(self, team: Team, found: dict[Column, list[Block]]) -> None:
        doing: dict[Connection, Arrangement] = {}
        coming = iter(arrangements(self._state))

        def give(one: Connection) -> None:
            if (wanted := next(coming, None)) is not None:
                self._tell(one, wanted)
                doing[one] = wanted

        for one in team:
            give(one)
        while doing:
            for one, arranged in self._answers(list(doing)):
                assert isinstance(arranged, list)
                found[doing.pop(one).sort] = arranged
                give(one)

    def _arrange(self, runs: Runs, found: dict[Column, list[Block]]) -> None:
        """Make the orders that nobody has made."""
        wanted = [each for each in arrangements(self._state) if each.sort not in found]
        with apart():
            arranger = Arranger(self._state, runs) if wanted else None
            for each in wanted:
                assert arranger
                log.info("the order by %s is being made", each.sort.value)
                found[each.sort] = arranger.arranged(each, self._cancelled)

    def _note_orders(self, found: dict[Column, list[Block]]) -> None:
        state = self._state
        if state.file.marks().changes != state.marks.changes:
            raise IndexDamaged("two programs made it at once")
        for sort in lines.SORT_KEYS:
            blocks.put(state, sort, found[sort])
        marks = state.marks
        marks.blocks = max([marks.blocks, *(block.number for blocks in found.values() for block in blocks)])
        marks.runs.clear()
        marks.ready = True
        marks.changes += 1
        state.file.set_marks(marks)
        state.load()
