"""Proving a store: L1 to L8, each broken record named with the reason. It reads only, and repairs nothing.

    L1  user.balance = user_balance of the user's last record      L2  seq is 1..n without a gap
    L3  user_balance(k) = user_balance(k-1) − amount(k) ≥ 0        L4  every charge has a response and its time's price
    L5  a user's (request_id, step) at most once                   L6  chains and journal hold, every state is the
                                                                       journal's last, the anchors lie on them
    L7  the file is sound, foreign keys too, and the schema is the expected one
    L8  every response follows from its operands (only where asked for)

The journal is replayed first (`replay`); then one pass over the records in the order they were written, with the head
of every user's chain in memory.
"""

from __future__ import annotations

import re
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from peewee import SqliteDatabase

from desktop.language.sentences import mark, say
from desktop.models.embedded import attempts, findings, provers, replay
from desktop.models.embedded.provers import Proof, Task
from desktop.models.embedded.results import check_results
from desktop.models.embedded.storage import chain, forms, migrations, operations, sqlite
from desktop.models.embedded.storage.store import Remembers, Store, Witness
from desktop.models.embedded.stretches import End, in_order
from desktop.terms.errors import Cancelled, StoreDamaged, StoreError
from desktop.terms.values import OperationType, Problem, Source, Verification

Row = tuple[Any, ...]  # of `_RECORDS`, as SQLite has it

BATCH = 500
MISSING = mark(
    "The anchor file is missing: a cut tail could not be seen. Put it back; where it is lost, back up and restore that "
    "backup, which begins a new one ({file})."
)
MAX_PROBLEMS = 1_000  # a store that breaks more often is not read any better by a longer list

_RECORDS = """SELECT id, request_id, step, operation_id, user_id, seq, amount, user_balance, operands,
    operation_response, expression, exact, source, date, hash, deleted_at, form FROM record ORDER BY id"""

_SOURCES = {source.value: source.value.encode() for source in Source}
_is_request_id = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch


@dataclass(slots=True)
class _Head:
    """Where a user's chain stands in the pass. `anchored` is the next length that an anchor knows, 0 for none."""

    seq: int
    balance: int
    hash: bytes
    anchored: int = 0


@dataclass(frozen=True, slots=True)
class _Point:
    """What one anchor says of one chain."""

    length: int
    hash: bytes
    witness: Remembers


def verify(
    store: Store,
    *,
    anchored: bool = True,
    results: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Verification:
    """Check everything; `progress(done, total)` is called every few hundred records.

    Not `anchored`, the anchor is left out of account, as for a backup, which begins a new one where it is restored.
    With `results` each computed record is worked out again, which takes longer.

    Raises `StoreReadOnly` when the key is missing: then nothing can be proved.
    """
    started = time.monotonic()
    run = Run.of(store, anchored=anchored, progress=progress, cancelled=cancelled)
    try:
        with store.reading():
            run.all()
            if results:
                run.results()
    except StoreDamaged:  # SQLite ends the transaction by itself where it meets a damaged page; that is found already
        if not run.problems:
            raise
    return Verification(
        problems=tuple(run.problems[:MAX_PROBLEMS]),
        records=run.records,
        users=len(run.usernames),
        seconds=time.monotonic() - started,
        complete=not run.stopped,
        changes=run.states.entries,
        anchored_at=run.anchored_at,
    )


class Run:
    """One verification: what it has found so far."""

    def __init__(
        self,
        file: Path,
        database: SqliteDatabase,
        key: bytes,
        witnesses: tuple[Witness, ...],
        progress: Callable[[int, int], None],
        cancelled: Callable[[], bool],
        *,
        is_sealed: bool,
    ) -> None:
        self.is_sealed = is_sealed
        self.file = file
        self.database = database
        self.key = key
        self.witnesses = witnesses
        self.progress = progress
        self.cancelled = cancelled
        self.problems: list[Problem] = []
        self.records = 0
        self.stopped = False
        self.heads: dict[int, _Head] = {}
        self.usernames: dict[int, str] = {}
        self.balances: dict[int, int] = {}
        self.last_id = 0
        self.last = b""  # the hash of that record
        self.operations = operations.Operations({}, {}, {}, {}, True)
        self.prices: list[tuple[int, int, int]] = []
        self.states = replay.States()
        self.points: dict[int, list[_Point]] = {}
        self.anchors: list[tuple[Remembers, chain.Anchor]] = []
        self.anchored_at = 0
        self.schema_is_ours = False
        self.structure: list[str] | None = None  # what SQLite found, where that has been looked at already

    @classmethod
    def of(
        cls,
        store: Store,
        *,
        anchored: bool = True,
        progress: Callable[[int, int], None] = lambda done, total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Run:
        """A verification of a store that is about to begin. Raises `StoreReadOnly` when its key is missing."""
        key, witnesses = store.key, store.witnesses() if anchored else ()
        return cls(store.file, store.database, key, witnesses, progress, cancelled, is_sealed=store.is_sealed)

    @property
    def old_points(self) -> bool:
        """Whether an anchor of the form before knows of chains."""
        return bool(self.points.keys() - {chain.NO_USER})

    def all(self) -> None:
        """Every check in turn; a part of the file that cannot be read is a finding, not an end."""
        for check in (
            self._anchors,  # first, before the snapshot begins: a program that ends meanwhile moves the anchor on
            self._schema,
            self._users,
            self._journal,
            self._records,
            self._ends,
            self._said_of_records,
            self._attempts,
            self._structure,
        ):
            if self.stopped or self.cancelled():
                self.stopped = True
                return
            with self._unreadable(check.__name__.strip("_")):
                check()

    def around(self) -> bool:
        """Look at what stands around the records; whether all is well there. Raises `Cancelled`."""
        parts = (self._anchors, self._schema, self._users, self._journal, self._said_of_records, self._attempts)
        for check in parts:
            with self._unreadable(check.__name__.strip("_")):
                check()
            if self.stopped or self.cancelled():
                raise Cancelled(say(sqlite.NOT_WANTED))
        return not self.problems

    def results(self) -> None:
        with self._unreadable("records"):
            check_results(self.database, self.operations.kinds, self._found, lambda: self.stopped or self.cancelled())
            self.stopped = self.stopped or self.cancelled()

    @contextmanager
    def _unreadable(self, part: str) -> Iterator[None]:
        try:
            yield
        except Cancelled:
            self.stopped = True
        except sqlite.ERRORS as error:
            known = sqlite.as_app_error(error, self.file)
            if isinstance(known, Cancelled):
                self.stopped = True
                return
            if known is None and self.schema_is_ours:
                raise
            self._found("L7", 0, 0, findings.unreadable(part, error))
        except (TypeError, AttributeError, struct.error) as error:  # a value that its column cannot hold; else a bug
            if not sqlite.quick_check(self.database):
                raise
            self._found("L7", 0, 0, findings.of_wrong_kind(part, error))

    def _found(self, rule: str, user_id: int, record_id: int, message: str) -> None:
        self.problems.append(Problem(rule, self.usernames.get(user_id, ""), record_id, message))
        if len(self.problems) >= MAX_PROBLEMS:
            self.stopped = True

    def _schema(self) -> None:
        found = migrations.version(self.database)
        if found != migrations.SCHEMA_VERSION:
            self._found(
                "L7",
                0,
                0,
                say("The schema version is {version}, not {known}.", version=found, known=migrations.SCHEMA_VERSION),
            )
        present = migrations.schema_of(self.database)
        self.schema_is_ours = present == migrations.expected_schema()
        for name, sql in migrations.expected_schema().items():
            if present.get(name) != sql:
                self._found("L7", 0, 0, say("{name} is missing or not as the program made it.", name=name))
        for name in present.keys() - migrations.expected_schema().keys():
            self._found("L7", 0, 0, say("{name} was not made by the program.", name=name))

    def _anchors(self) -> None:
        for place, witness in enumerate(self.witnesses):
            try:
                anchor = chain.read_anchor(witness.file, self.key)
            except StoreError as error:
                self._found("L6", 0, 0, error.message)
                continue
            if anchor is None:
                if place == 0:  # what a program remembers is missing wherever it has not been before
                    self._found("L6", 0, 0, say(MISSING, file=witness.file))
                continue
            self.anchored_at = self.anchored_at or anchor.date
            if isinstance(anchor, chain.Anchor):
                self.anchors.append((witness.whose, anchor))
                chains = {chain.NO_USER: anchor.journal} if anchor.journal else {}
            else:
                chains = dict(anchor.chains)
            for user_id, (length, last) in chains.items():
                self.points.setdefault(user_id, []).append(_Point(length, last, witness.whose))
        for points in self.points.values():
            points.sort(key=lambda point: point.length)

    def _users(self) -> None:
        for user_id, username, balance in self.database.execute_sql("SELECT id, username, balance FROM user"):
            self.usernames[user_id] = username
            self.balances[user_id] = balance
            points = self.points.get(user_id)
            anchored = points[0].length if points else 0
            self.heads[user_id] = _Head(0, 0, chain.genesis(self.key, user_id), anchored)

    def _journal(self) -> None:
        points = {point.length for point in self.points.get(chain.NO_USER, ())}

        def passed(number: int, hash: bytes) -> None:
            if number in points:
                self._compare_anchors(chain.NO_USER, number, hash, 0)

        self.states = replay.replay(self.database, self.key, self._found, passed, self.cancelled)
        self._compare_length(chain.NO_USER, self.states.entries)
        self.operations = operations.read(self.database)
        replay.check_accounts(self.database, self.key, self.states, self._found)
        self.prices = replay.check_prices(self.database, self.key, self.states, self.operations, self._found)

    def _records(self) -> None:
        total = self.database.execute_sql("SELECT count(*) FROM record").fetchone()[0]
        if self._proved_together(total):
            return
        if self.cancelled():
            self.stopped = True
            return
        cursor = self.database.execute_sql(_RECORDS)
        kinds = self.operations.kinds
        credits = [operation_id for operation_id, kind in kinds.items() if kind == OperationType.CREDIT]
        costs: dict[int, int | None] = dict.fromkeys(credits)
        # Stable: of two prices that hold from the same record on, the later one is the one that was charged.
        coming: list[tuple[int, Callable[[], None]]] = [
            (from_record, partial(costs.__setitem__, operation_id, cost))
            for from_record, operation_id, cost in self.prices
        ]
        coming += [(anchor.records + 1, partial(self._meet, whose, anchor)) for whose, anchor in self.anchors]
        coming.sort(key=lambda event: event[0])
        coming.reverse()
        while rows := cursor.fetchmany(BATCH):
            if self.stopped or self.cancelled():
                self.stopped = True
                return
            first = 0
            while coming and coming[-1][0] <= rows[-1][0]:  # a price begins to hold among these rows, an anchor ends
                from_record, happen = coming.pop()
                split = next(n for n, row in enumerate(rows) if row[0] >= from_record)
                self._pass(rows[first:split], costs)
                happen()
                first = split
            self._pass(rows[first:], costs)
            self.records += len(rows)
            self.progress(self.records, total)
        for whose, anchor in self.anchors:
            if anchor.records > self.last_id:
                self._found("L6", 0, 0, findings.shorter_ledger(anchor.records, self.last_id, whose))
            elif anchor.records == self.last_id:
                self._meet(whose, anchor)

    def _proved_together(self, total: int) -> bool:
        """Whether several processes have found all records as they should be; then the heads are where they end.

        They see the ledger as it is a moment later: records only follow, and what may have changed otherwise, which are
        deleted, is looked up here.
        """
        if total < provers.WORTH_IT or provers.processors() < 2:
            return False
        if self.problems or self.old_points or self.is_sealed:
            return False
        kinds = {id: kind.encode() for id, kind in self.operations.kinds.items()}
        task = Task(self.file, self.key, kinds, in_order(self.operations.kinds, self.prices))
        pieces = provers.stretches(total, (anchor.records for _, anchor in self.anchors))
        proof = provers.prove_together(task, pieces, lambda done: self.progress(done, total), self.cancelled)
        return proof is not None and self._joined(proof, total)

    def _joined(self, proof: Proof, total: int) -> bool:
        """Whether the stretches of a proof follow from each other and meet the anchors; then they are taken over."""
        ends: dict[int, End] = {user_id: (0, 0, head.hash) for user_id, head in self.heads.items()}
        met = {0: (b"", 0)}
        marks = {anchor.records for _, anchor in self.anchors}
        for outcome in proof.outcomes:
            if any(ends.get(user_id) != begin for user_id, begin in outcome.begins.items()):
                return False
            ends |= outcome.ends
            if outcome.stretch.last in marks:
                met[outcome.stretch.last] = (outcome.last, self._sum(ends))
        if any(met.get(anchor.records) != (anchor.last, anchor.heads) for _, anchor in self.anchors):
            return False
        if not self.hidden_as_told([id for outcome in proof.outcomes for id in outcome.hidden]):
            return False
        self.heads = {user_id: _Head(*end) for user_id, end in ends.items()}
        self.states.hidden.clear()
        self.records = self.last_id = total
        self.structure = proof.structure
        return True

    def hidden_as_told(self, seen: list[int]) -> bool:
        """Whether just those records are deleted that the journal says so of."""
        state = "SELECT user_id, deleted_at FROM record WHERE id = ? AND deleted_at IS NOT NULL"
        run = self.database.connection().execute
        found = {id: run(state, (id,)).fetchone() for id in {*seen, *self.states.hidden}}
        return {id: row for id, row in found.items() if row} == self.states.hidden

    def _sum(self, ends: Mapping[int, End]) -> int:
        mac = chain.mac(self.key)
        return chain.sum_of(
            chain.head_mark(mac, user_id, length, last) for user_id, (length, _, last) in ends.items() if length
        )

    def _pass(self, rows: list[Row], costs: Mapping[int, int | None]) -> None:
        """Follow the chains through some rows at constant prices: one comparison where all is well."""
        heads, mac, last_id = self.heads, chain.mac(self.key), self.last_id
        kinds = {id: kind.encode() for id, kind in self.operations.kinds.items()}
        pack, tag = forms.RECORD.head.pack, forms.RECORD.tag
        for row in rows:
            (id, request_id, step, operation_id, user_id, seq, amount, balance, operands, response, text, exact, source,
             date, stored, deleted_at, form) = row  # fmt: skip
            head = heads.get(user_id) or self._unknown_user(row)
            # forms.RECORD.encode, written out: the calls alone cost a quarter of the pass.
            request, kind, origin = request_id.encode(), kinds.get(operation_id, b""), _SOURCES.get(source, b"")
            left, right, whole = operands.encode(), response.encode(), text.encode()
            numbers = pack(
                tag, id, step, user_id, seq, amount, balance, exact, date,
                len(request), len(kind), len(origin), len(left), len(right), len(whole),
            )  # fmt: skip
            genuine = mac(b"".join((numbers, request, kind, origin, left, right, whole, head.hash))) == stored
            cost = costs.get(operation_id, -1)
            last_id += 1
            if not (
                genuine
                and id == last_id
                and seq == head.seq + 1
                and balance == head.balance - amount >= 0
                and (cost is None or (amount == cost and response))
                and deleted_at is None
                and seq != head.anchored
                and form == forms.VERSION
                and 0 <= exact <= 1
                and origin
                and _is_request_id(request_id)
            ):
                self._examine(row, head, cost, last_id, genuine=genuine)
                last_id = id
            head.seq, head.balance, head.hash = seq, balance, stored
        self.last_id = last_id
        self.last = rows[-1][14] if rows else self.last

    def _unknown_user(self, row: Row) -> _Head:
        record_id, user_id, seq, amount, balance = row[0], row[4], row[5], row[6], row[7]
        self._found("L7", user_id, record_id, say("It belongs to user {user}, who does not exist.", user=user_id))
        return self.heads.setdefault(user_id, _Head(seq - 1, balance + amount, b""))

    def _examine(self, row: Row, head: _Head, cost: int | None, expected_id: int, *, genuine: bool) -> None:
        """Name each rule that a row breaks; it may break none, being deleted or where an anchor stands."""
        id, request_id, user_id, seq, amount, balance, response = row[0], row[1], *row[4:8], row[9]
        exact, source, stored, deleted_at, form = *row[11:13], *row[14:17]
        if form != forms.VERSION or exact not in (0, 1) or source not in _SOURCES or not _is_request_id(request_id):
            self._found("L6", user_id, id, say("It holds a value that the program never writes."))
        if not genuine:
            self._found("L6", user_id, id, say("Its content or place is not what was written (hash)."))
        if id != expected_id:
            self._found(
                "L2",
                user_id,
                id,
                say("Records are missing before it: {first} to {last}.", first=expected_id, last=id - 1),
            )
        if seq != head.seq + 1:
            self._found(
                "L2", user_id, id, say("Its sequence number is {number} after {before}.", number=seq, before=head.seq)
            )
        if balance != head.balance - amount or balance < 0:
            self._found(
                "L3",
                user_id,
                id,
                say("Its balance does not follow from the one before it ({balance}).", balance=head.balance),
            )
        if cost is not None and (amount != cost or not response):
            self._found("L4", user_id, id, say("It has no response, or did not cost what the operation cost then."))
        if deleted_at is not None and self.states.hidden.pop(id, None) != (user_id, deleted_at):
            self._found("L6", user_id, id, say("It was deleted by something else than the program."))
        if seq == head.anchored:
            self._compare_anchors(user_id, seq, stored, id)
            later = [point.length for point in self.points.get(user_id, ()) if point.length > seq]
            head.anchored = later[0] if later else 0

    def _meet(self, whose: Remembers, anchor: chain.Anchor) -> None:
        """Compare what an anchor knows with what stands in the chains where it was made."""
        if self.last_id == anchor.records and self.last != anchor.last:
            self._found("L6", 0, anchor.records, findings.rewritten(whose))
        elif not self.problems and self._heads() != anchor.heads:  # else it is named where it is
            self._found("L6", 0, 0, findings.other_chains(anchor.records, whose))

    def _heads(self) -> int:
        return self._sum({user_id: (head.seq, head.balance, head.hash) for user_id, head in self.heads.items()})

    def _compare_anchors(self, user_id: int, length: int, stored: bytes, record_id: int) -> None:
        for point in self.points.get(user_id, ()):
            if point.length == length and point.hash != stored:
                self._found("L6", user_id, record_id, findings.rewritten(point.witness))

    def _compare_length(self, user_id: int, length: int, owner: str = "") -> None:
        """Name a chain that has become shorter: its owner's, or the journal."""
        for point in self.points.get(user_id, ()):
            if length < point.length:
                message = findings.shorter_chain(owner, point.length, length, point.witness)
                self._found("L6", user_id, 0, message)

    def _ends(self) -> None:
        for user_id, head in self.heads.items():
            name = self.usernames.get(user_id, say("user {number}", number=user_id))
            if self.balances.get(user_id) != head.balance:
                self._found("L1", user_id, 0, say("The balance of {owner} is not that of the last record.", owner=name))
            if head.seq == 0:
                self._found("L2", user_id, 0, say("{owner} has no records, not even the starting balance.", owner=name))
            self._compare_length(user_id, head.seq, name)
        for user_id in self.points.keys() - self.heads.keys() - {chain.NO_USER}:
            self._found("L6", user_id, 0, say("User {user} is missing with all records.", user=user_id))
        for record_id, (user_id, _) in self.states.hidden.items():
            self._found("L6", user_id, record_id, say("It was restored by something else than the program."))

    def _said_of_records(self) -> None:
        replay.check_credits(self.database, self.states, self._found)
        replay.check_notes(self.database, self.states, self._found)

    def _attempts(self) -> None:
        for row in self.database.execute_sql("SELECT failures, last, wait, name, mark FROM sign_in_failure"):
            if attempts.mark(self.key, *row[:-1]) != row[-1]:
                self._found(
                    "L6", 0, 0, say("A count of failed sign-ins was changed by something else than the program.")
                )

    def _structure(self) -> None:
        findings = sqlite.full_check(self.database, self.cancelled) if self.structure is None else self.structure
        for finding in findings:
            self._found("L7", 0, 0, say("SQLite finds: {finding}.", finding=finding))
        # Where the schema's unique index stands and is sound, no request can be in the table twice.
        if self.schema_is_ours and not findings:
            return
        twice = "SELECT user_id, request_id, step, max(id) FROM record NOT INDEXED GROUP BY 1, 2, 3 HAVING count(*) > 1"
        for user_id, request_id, step, record_id in self.database.execute_sql(twice):
            self._found(
                "L5",
                user_id,
                record_id,
                say("Step {step} of request {request} stands more than once.", step=step, request=request_id),
            )
