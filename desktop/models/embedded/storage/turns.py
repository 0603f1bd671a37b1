"""Transactions of writing, one behind the other on a thread, and what the thread knows from one to the next.

Nothing here knows the ledger's rules, or what it is that is known.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from peewee import SqliteDatabase

from desktop.models.embedded.storage import sqlite
from desktop.models.embedded.storage.identity import Identity
from desktop.terms.errors import StoreReadOnly

Run = Callable[..., Any]
"""Executes a statement with its values, and answers with a cursor: a connection's `execute`, or a cursor's own."""

_INSIDE = "a transaction inside a transaction would be committed by the outer one"


class Open(Protocol):
    """What a turn asks of the store that it is taken on."""

    file: Path
    identity: Identity
    database: SqliteDatabase
    read_only_reason: str | None

    def connect_again(self) -> None: ...
    def check_version(self) -> None: ...
    def is_damaged(self) -> bool: ...


class Turn:
    """A thread's transactions of writing, each from its lock to its commit. `known` is what the one before left, if
    nobody has committed since.

    What `known` is at the end is left for the next one; where this one is undone, nothing is. `run` executes a
    statement, whose rows are to be fetched before the next. It is what `database.atomic("IMMEDIATE")` is to peewee,
    which alone takes as long as two statements of a charge, and one object for all charges of a thread: the cursor is
    made once, too. peewee is not told of it: `Store.writing` does that.
    """

    __slots__ = ("_cursor", "_is_open", "_seen", "_store", "database", "known", "run")

    def __init__(self, store: Open) -> None:
        self._store = store
        self._is_open = False
        self.database = store.database
        self.forget()

    def forget(self) -> None:
        """The thread's connection is another one from now on, or none."""
        self._cursor: Any = None
        self._seen: tuple[int] | None = None  # the connection's data version when the schema's was last looked at
        self.known: object = None
        self.run: Run = _no_connection

    def __enter__(self) -> Turn:
        store = self._store
        if store.read_only_reason is not None:
            raise StoreReadOnly(store.read_only_reason, reason=store.read_only_reason)
        store.identity.check(to_write=True)
        if self._is_open:
            raise RuntimeError(_INSIDE)
        try:
            if self._cursor is None:
                self._take_cursor()
            self.run("BEGIN IMMEDIATE")
        except BaseException as error:
            self._not_begun(error)
            raise
        self._is_open = True
        try:
            # The connection's own number, which any other's commit changes: an upgrade of the schema, a charge.
            seen = self.run("PRAGMA data_version").fetchone()
            if seen != self._seen:
                self._others_have_written(seen)
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        store = self._store
        self._is_open = False
        try:
            if error is None:
                try:
                    sqlite.commit(self.run)
                except Exception:
                    self.database.rollback()
                    raise
                return
            self.database.rollback()
        except BaseException as trouble:
            self.known = None
            sqlite.translate(trouble, store.file, store.is_damaged)
            raise
        self.known = None
        sqlite.translate(error, store.file, store.is_damaged)

    def _take_cursor(self) -> None:
        self._store.connect_again()
        self._cursor = self.database.connection().cursor()
        self.run = self._cursor.execute

    def _others_have_written(self, seen: tuple[int]) -> None:
        self.known = self._seen = None
        self._store.check_version()
        self._seen = seen

    def _not_begun(self, error: BaseException) -> None:
        self.known = None
        if self.database.transaction_depth():
            raise RuntimeError(_INSIDE) from error
        sqlite.translate(error, self._store.file, self._store.is_damaged)


def _no_connection(*_: object) -> Any:
    raise RuntimeError("the transaction has not begun")
