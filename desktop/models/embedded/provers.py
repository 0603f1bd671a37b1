"""Processes that prove a ledger side by side, each with a connection and an interpreter of its own.

They are hired before it is known what is to be proved: while the journal is replayed they start, and one looks at the
file's structure. They say whether all is well. Where it is not, or where no process can be had, `verify` does the work
itself and names what it finds: so the findings are the same, and come in the same order.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from peewee import SqliteDatabase

from desktop.models.embedded.storage import sqlite
from desktop.models.embedded.stretches import Outcome, Rates, Stretch, prove
from desktop.system.team import Team, answering, dismiss, hire
from desktop.system.team import processors as processors

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

log = logging.getLogger(__name__)

WORTH_IT = 200_000  # records: for fewer, starting the processes takes longer than they save
_AT_A_TIME = 10_000  # records of a stretch: at the end one process waits for another half as long
_LOOK_S = 0.05  # between two looks whether somebody still waits
_STRUCTURE = Stretch(0, 0)  # stands for the check of the file itself


@dataclass(frozen=True)
class Given:
    """What every process is given when it starts. The key goes through a pipe, not on a command line."""

    file: Path
    key: bytes


@dataclass(frozen=True)
class Proof:
    """All stretches in their order, and what SQLite finds wrong with the file."""

    outcomes: list[Outcome]
    structure: list[str]


def stretches(total: int, ends: Iterable[int]) -> list[Stretch]:
    """The records from 1 to `total` in pieces, one of which ends at each of `ends`."""
    cuts = sorted({0, total, *range(0, total, _AT_A_TIME), *(end for end in ends if 0 < end < total)})
    return [Stretch(before + 1, end) for before, end in pairwise(cuts)]


def hired(file: Path, key: bytes, records: int) -> Team:
    """Processes that are about to prove a ledger of so many records; one looks at the file's structure at once.

    None where they are not worth it, or none can be had.
    """
    team: Team = {}
    if records < WORTH_IT or processors() < 2:
        return team
    try:
        for _ in range(processors()):
            _hire(team, Given(file, key))
        next(iter(team)).send(_STRUCTURE)
    except OSError as error:
        log.info("the proof is made in one process: %s", error)
        dismiss(team)
    except BaseException:  # a signal: nobody is to know of them any more
        dismiss(team)
        raise
    return team


def prove_together(
    team: Team, rates: Rates, pieces: Sequence[Stretch], progress: Callable[[int], None], cancelled: Callable[[], bool]
) -> Proof | None:
    """Prove all pieces and the file's structure with those `hired`; None where anything is amiss or stops it.

    `progress` is told how many records have been proved, on the calling thread.
    """
    try:
        return _share_out(team, rates, pieces, progress, cancelled) if team else None
    except (OSError, EOFError, ValueError) as error:  # a process that has ended: it can be done without
        log.info("the proof goes on in one process: %s", error)
        return None


def _hire(team: Team, given: Given) -> None:
    hire(team, work, given)


def _share_out(
    team: Team,
    rates: Rates,
    pieces: Sequence[Stretch],
    progress: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> Proof | None:
    """Give each process a piece as it is done with the one before."""
    coming, outcomes, structure, proved = iter(pieces), dict[Stretch, Outcome](), list[str](), 0
    looking, *free = team
    busy: set[Connection] = {looking}
    told: set[Connection] = set()

    def give(connection: Connection) -> None:
        piece = next(coming, None)
        if piece is not None:
            if connection not in told:
                connection.send(rates)
                told.add(connection)
            connection.send(piece)
            busy.add(connection)

    for connection in free:
        give(connection)
    while busy:
        if cancelled():
            return None
        for ready in answering(busy, _LOOK_S):
            answer = ready.recv()
            busy.discard(ready)
            if answer is None:
                return None
            if isinstance(answer, Outcome):
                outcomes[answer.stretch] = answer
                proved += answer.stretch.last - answer.stretch.first + 1
                progress(proved)
            else:
                structure = answer
            give(ready)
    return Proof([outcomes[piece] for piece in pieces], structure)


def work(given: Given, connection: Connection) -> None:
    """What a process does: prove what it is sent, until nobody sends any more."""
    database = sqlite.make_database(given.file, read_only=True, alone=True)
    with suppress(EOFError, OSError, *sqlite.ERRORS, TypeError, AttributeError, struct.error):
        database.connect()
        sqlite.apply_pragmas(database, read_only=True)
        sqlite.map_file(database)
        rates = Rates({}, ())
        while True:
            sent: Rates | Stretch = connection.recv()
            if isinstance(sent, Rates):
                rates = sent
            else:
                connection.send(_answer(database, given.key, rates, sent))


def _answer(database: SqliteDatabase, key: bytes, rates: Rates, piece: Stretch) -> Outcome | list[str] | None:
    with database.atomic("DEFERRED"):
        if piece == _STRUCTURE:
            # A record of an account or an operation that is not there fits into no chain.
            return sqlite.full_check(database, but_for="record")
        return prove(database, key, piece, rates)
