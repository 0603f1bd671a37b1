"""A desk's own copy of its person's records, from which pages in any order, searches and sums are answered at once.

It is an embedded store in the program's folder, fed by `chain_of`: each link is worked out as it comes, and what the
browse index answers of it is what it answers everywhere. It follows behind, holds nothing that the server has not, and
may be thrown away: while there is none, or it is far behind, the server's own functions answer.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from desktop.language.sentences import say
from desktop.models.embedded.ledger import EmbeddedLedger
from desktop.models.embedded.storage import forms, journal
from desktop.models.embedded.storage.opening import open_store
from desktop.models.embedded.storage.store import Opened
from desktop.models.ledger.protocol import Cancel, Progress
from desktop.models.shared import links
from desktop.models.shared.line import Row
from desktop.models.shared.links import Ask, Chain
from desktop.terms.errors import Cancelled, StoreDamaged
from desktop.terms.kinds import OperationType
from desktop.terms.people import Session

log = logging.getLogger(__name__)

AT_ONCE = 5_000  # records that are taken in before a page is answered: a tenth of a second

_CHANGES = "SELECT number, record_id, kind, date, note FROM metercalc.changes_since(%s)"
_INSERT = """INSERT INTO record (id, form, request_id, step, operation_id, user_id, seq, amount, user_balance, operands,
    operation_response, expression, exact, source, date, hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_LAST_SEEN = f"""SELECT detail FROM journal WHERE user_id = ?
    AND kind IN ('{journal.DELETED}', '{journal.RESTORED}', '{journal.NOTE}') ORDER BY number DESC LIMIT 1"""
_FREE: dict[OperationType, int] = dict.fromkeys((kind for kind in OperationType if kind is not OperationType.CREDIT), 0)


class Copy:
    """One person's copy. Every thread that asks it connects by itself, at its first question."""

    def __init__(self, file: Path, user_id: int, username: str, key: bytes) -> None:
        self._file = file
        self._user_id = user_id
        self._key = key
        self._here = threading.local()
        self.ledger = EmbeddedLedger(open_store(file, costs=_FREE))
        self._here.connected = True
        self.session = Session(secrets.token_urlsafe(32), user_id, username)
        self.ledger.store.sessions[self.session.token] = Opened(user_id, 1)
        self._seen = (-1, -1)
        self._make_account(username)

    def _make_account(self, username: str) -> None:
        with self.ledger.store.writing() as database:
            database.execute_sql(
                "INSERT INTO user (id, username, password, status, role, balance) SELECT ?, ?, '', 'active', 'user', 0 "
                "WHERE NOT EXISTS (SELECT 1 FROM user WHERE id = ?)",
                (self._user_id, username, self._user_id),
            )

    def connect(self, cancelled: Cancel) -> None:
        """Connect the calling thread, where it is not; its statements heed `cancelled`."""
        if not getattr(self._here, "connected", False):
            self.ledger.connect(cancelled=cancelled)
            self._here.connected = True

    def disconnect(self) -> None:
        """Close the calling thread's connection."""
        if getattr(self._here, "connected", False):
            self._here.connected = False
            self.ledger.disconnect()

    def behind(self, seq: int) -> int:
        """How many records it lacks, where the account has `seq`."""
        return seq - self._end()[0]

    def follow(
        self,
        seq: int,
        number: int,
        ask: Ask,
        progress: Progress,
        cancelled: Cancel,
        noted: Callable[[int, bytes], None] = lambda seq, link: None,
    ) -> None:
        """Take in what is new up to record `seq` and entry `number` of the account's journal.

        `noted` is told each link that was worked out.
        Raises `StoreDamaged` where the records do not follow each other, or those that it has; `Cancelled`.
        """
        if self._seen == (seq, number):
            return
        there, hash = self._end()
        chain = Chain(self._key, self._user_id, there, hash if there else None)
        self._compare_end(there, hash, ask)
        for first, last in links.slices(there + 1, seq):
            if cancelled():
                raise Cancelled(say("The copy was not wanted any more."))
            rows = ask(links.CHAIN_OF, (self._user_id, first, last))
            for row in rows:
                if not chain.follows(row):
                    raise StoreDamaged(
                        say(
                            "Record {record} is not the one that was written. Run metercalc verify.",
                            record=row[links.ID],
                        )
                    )
                noted(chain.seq, chain.hash)
            self._take(rows)
            progress(last, seq)
        self._change(ask)
        self._seen = (seq, number)

    def _end(self) -> tuple[int, bytes]:
        with self.ledger.store.reading() as database:
            row = database.execute_sql(
                "SELECT seq, hash FROM record WHERE user_id = ? ORDER BY seq DESC LIMIT 1", (self._user_id,)
            ).fetchone()
        return (int(row[0]), bytes(row[1])) if row else (0, b"")

    def _compare_end(self, there: int, hash: bytes, ask: Ask) -> None:
        if there:
            rows = ask(links.CHAIN_OF, (self._user_id, there, there))
            if not rows or bytes(rows[0][links.HASH]) != hash:
                raise StoreDamaged(say("The copy is of another history than the server's."))

    def _take(self, rows: list[Row]) -> None:
        """Add records, but for those that another program of this desk has added meanwhile."""
        with self.ledger.store.writing() as database:
            kinds = dict(database.execute_sql("SELECT type, id FROM operation").fetchall())
            newest = database.execute_sql(
                "SELECT coalesce(max(seq), 0) FROM record WHERE user_id = ?", (self._user_id,)
            ).fetchone()[0]
            database.connection().executemany(
                _INSERT, [_stored(row, kinds, self._user_id) for row in rows if row[links.SEQ] > newest]
            )

    def _change(self, ask: Ask) -> None:
        """Hide, show and note what was since; the server's number of each change stands in the copy's own entry."""
        with self.ledger.store.reading() as database:
            before = _number(database.execute_sql(_LAST_SEEN, (self._user_id,)).fetchone())
        changes = ask(_CHANGES, (before,))
        if not changes:
            return
        store = self.ledger.store
        with store.writing() as database:
            seen = _number(database.execute_sql(_LAST_SEEN, (self._user_id,)).fetchone())
            for number, record_id, kind, date, note in changes:
                if number <= seen:
                    continue
                column, value = "deleted_at", date if kind == journal.DELETED else None
                if kind == journal.NOTE:
                    column, value = "note", note
                changed = database.execute_sql(
                    f"UPDATE record SET {column} = ? WHERE id = ? AND user_id = ?", (value, record_id, self._user_id)
                ).rowcount
                if not changed:  # the record is still to come, and what was done to it is asked for again then
                    break
                journal.write(
                    store,
                    database,
                    kind,
                    date=date,
                    user_id=self._user_id,
                    subject=record_id,
                    actor_id=self._user_id,
                    detail=str(number),
                )


class Copies:
    """The copies of one program, in one folder; those of accounts with fewer records than `least` are not made."""

    def __init__(self, folder: Path | None, least: int) -> None:
        self._folder = folder
        self._least = least
        self._lock = threading.Lock()
        self._open: dict[int, Copy] = {}

    @property
    def are_wanted(self) -> bool:
        """Whether there are any at all."""
        return self._folder is not None

    def is_wanted(self, seq: int) -> bool:
        """Whether there is to be one of an account with `seq` records."""
        return self.are_wanted and seq >= self._least

    def of(self, ledger_id: str, user_id: int, username: str, key: bytes, seq: int, *, far: bool) -> Copy | None:
        """The copy of an account with `seq` records, made where it may be `far` behind; None where there is none."""
        if self._folder is None or seq < self._least:
            return None
        with self._lock:
            if user_id not in self._open:
                file = self._folder / f"{ledger_id}-{user_id}.db"
                if not (far or file.exists() or seq <= AT_ONCE):
                    return None
                self._open[user_id] = Copy(file, user_id, username, key)
            return self._open[user_id]

    def give_up(self, user_id: int) -> None:
        """Throw a copy away that does not hold."""
        with self._lock:
            copy = self._open.pop(user_id, None)
        if copy is not None:
            copy.disconnect()
            self._remove(copy)

    def _remove(self, copy: Copy) -> None:
        file = copy.ledger.store.file
        for each in file.parent.glob(f"{file.stem}.*"):
            try:
                each.unlink()
            except OSError as error:
                log.warning("a copy could not be removed: %s", error.strerror)

    def leave(self) -> None:
        """Close the calling thread's connections."""
        for copy in self._all():
            copy.disconnect()

    def close(self) -> None:
        """Close the calling thread's connections, for good."""
        for copy in self._all():
            copy.ledger.store.sessions.clear()
            copy.disconnect()

    def _all(self) -> Iterable[Copy]:
        with self._lock:
            return list(self._open.values())


def _number(row: Row | None) -> int:
    return int(row[0]) if row else 0


def _stored(row: links.Proof, kinds: dict[str, int], user_id: int) -> tuple[object, ...]:
    return (
        row[links.ID],
        forms.VERSION,
        row[links.REQUEST],
        row[links.STEP],
        kinds[row[links.OPERATION]],
        user_id,
        row[links.SEQ],
        row[links.AMOUNT],
        row[links.BALANCE],
        row[links.OPERANDS],
        row[links.RESPONSE],
        row[links.EXPRESSION],
        int(row[links.EXACT]),
        row[links.SOURCE],
        row[links.DATE],
        bytes(row[links.HASH]),
    )
