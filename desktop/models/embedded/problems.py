"""What a proof has found so far, and whether it goes on. It checks nothing by itself."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from peewee import SqliteDatabase

from desktop.models.embedded import findings
from desktop.models.embedded.storage import sqlite
from desktop.terms.errors import Cancelled
from desktop.terms.reports import Problem

MOST = 1_000  # a store that breaks more often is not read any better by a longer list


class Problems:
    """The problems of one store in the order in which they were found, `MOST` of them.

    `usernames` says whose they are. `schema_is_ours` once that has been seen: an error of SQLite's without a name is
    then a bug of the program.
    """

    def __init__(self, file: Path, database: SqliteDatabase, cancelled: Callable[[], bool]) -> None:
        self.all: list[Problem] = []
        self.usernames: dict[int, str] = {}
        self.stopped = False
        self.schema_is_ours = False
        self._file = file
        self._database = database
        self._cancelled = cancelled

    def __bool__(self) -> bool:
        return bool(self.all)

    def found(self, rule: str, user_id: int, record_id: int, message: str) -> None:
        """Note what is wrong: the rule, the user's id, the record's id (0 for none), and a sentence."""
        self.all.append(Problem(rule, self.usernames.get(user_id, ""), record_id, message))
        self.stopped = self.stopped or len(self.all) >= MOST

    def is_over(self) -> bool:
        """Whether to go no further: nobody waits any more, or the list is full."""
        self.stopped = self.stopped or self._cancelled()
        return self.stopped

    @contextmanager
    def of_part(self, part: str) -> Iterator[None]:
        """Within it, what cannot be read in this part of the store is a finding, not an end."""
        try:
            yield
        except Cancelled:
            self.stopped = True
        except sqlite.ERRORS as error:
            known = sqlite.as_app_error(error, self._file)
            if isinstance(known, Cancelled):
                self.stopped = True
                return
            if known is None and self.schema_is_ours:
                raise
            self.found("L7", 0, 0, findings.unreadable(part, error))
        except (TypeError, AttributeError, struct.error) as error:  # a value that its column cannot hold; else a bug
            if not sqlite.quick_check(self._database):
                raise
            self.found("L7", 0, 0, findings.of_wrong_kind(part, error))
