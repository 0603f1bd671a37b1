"""One verification of a store: every check in its turn, on what those before have read. `verify` names the rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded import provers, replay, soundness
from desktop.models.embedded.in_order import Head, Pass
from desktop.models.embedded.joining import joined
from desktop.models.embedded.problems import Problems
from desktop.models.embedded.provers import Task
from desktop.models.embedded.results import check_results
from desktop.models.embedded.storage import chain, operations, sqlite
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.storage.witnesses import Witness
from desktop.models.embedded.stretches import End, in_order
from desktop.models.embedded.witnesses import Anchors
from desktop.terms.errors import Cancelled


class Run:
    """One verification: every check in its turn, each on what those before have read."""

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
        self.problems = Problems(file, database, cancelled)
        self.anchors = Anchors(key, self.problems)
        self.records = 0
        self.operations = operations.Operations({}, {}, {}, {}, True)
        self.prices: list[tuple[int, int, int]] = []
        self.states = replay.States()
        self._file = file
        self._database = database
        self._key = key
        self._witnesses = witnesses
        self._progress = progress
        self._cancelled = cancelled
        self._is_sealed = is_sealed
        self._heads: dict[int, Head] = {}
        self._balances: dict[int, int] = {}
        self._seen: list[str] | None = None  # what SQLite found, where that has been looked at already

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

    def all(self) -> None:
        """Every check in turn; a part of the file that cannot be read is a finding, not an end."""
        for part, check in (
            ("anchors", self._anchors),  # first, before the snapshot begins: a program that ends meanwhile moves it on
            ("schema", self._schema),
            ("users", self._users),
            ("journal", self._journal),
            ("records", self._records),
            ("ends", self._ends),
            ("said_of_records", self._said_of_records),
            ("attempts", self._attempts),
            ("structure", self._structure),
        ):
            if self.problems.is_over():
                return
            with self.problems.of_part(part):
                check()

    def around(self) -> bool:
        """Look at what stands around the records; whether all is well there. Raises `Cancelled`."""
        for part, check in (
            ("anchors", self._anchors),
            ("schema", self._schema),
            ("users", self._users),
            ("journal", self._journal),
            ("said_of_records", self._said_of_records),
            ("attempts", self._attempts),
        ):
            with self.problems.of_part(part):
                check()
            if self.problems.is_over():
                raise Cancelled(say(sqlite.NOT_WANTED))
        return not self.problems

    def results(self) -> None:
        """Work every record out again."""
        with self.problems.of_part("records"):
            check_results(self._database, self.operations.kinds, self.problems.found, self.problems.is_over)

    def _anchors(self) -> None:
        self.anchors.read(self._witnesses)

    def _schema(self) -> None:
        soundness.check_schema(self._database, self.problems)

    def _users(self) -> None:
        for user_id, username, balance in self._database.execute_sql("SELECT id, username, balance FROM user"):
            self.problems.usernames[user_id] = username
            self._balances[user_id] = balance
            anchored = self.anchors.next_point(user_id, -1)
            self._heads[user_id] = Head(0, 0, chain.genesis(self._key, user_id), anchored)

    def _journal(self) -> None:
        def passed(number: int, hash: bytes) -> None:
            self.anchors.compare(chain.NO_USER, number, hash, 0)

        found = self.problems.found
        self.states = replay.replay(self._database, self._key, found, passed, self._cancelled)
        self.anchors.compare_length(chain.NO_USER, self.states.entries)
        self.operations = operations.read(self._database)
        replay.check_accounts(self._database, self._key, self.states, found)
        self.prices = replay.check_prices(self._database, self._key, self.states, self.operations, found)

    def _records(self) -> None:
        total = self._database.execute_sql("SELECT count(*) FROM record").fetchone()[0]
        if self._proved_together(total) or self.problems.is_over():
            return
        one = Pass(
            self._key,
            self.operations.kinds,
            heads=self._heads,
            states=self.states,
            anchors=self.anchors,
            problems=self.problems,
        )
        try:
            one.go_through(self._database, self.prices, lambda done: self._progress(done, total))
        finally:
            self.records = one.done

    def _proved_together(self, total: int) -> bool:
        """Whether several processes have found all records as they should be; then the heads are where they end.

        They see the ledger as it is a moment later: records only follow, and what may have changed otherwise, which are
        deleted, is looked up here.
        """
        if total < provers.WORTH_IT or provers.processors() < 2:
            return False
        if self.problems or self.anchors.know_single_chains or self._is_sealed:
            return False
        made = [anchor for _, anchor in self.anchors.made]
        kinds = {id: kind.encode() for id, kind in self.operations.kinds.items()}
        task = Task(self._file, self._key, kinds, in_order(self.operations.kinds, self.prices))
        pieces = provers.stretches(total, (anchor.records for anchor in made))
        proof = provers.prove_together(task, pieces, lambda done: self._progress(done, total), self._cancelled)
        if proof is None:
            return False
        begins: dict[int, End] = {user_id: (0, 0, head.hash) for user_id, head in self._heads.items()}
        ends = joined(proof.outcomes, self._key, begins, made)
        if ends is None or proof.structure or not self.hidden_as_told():
            return False
        self._heads = {user_id: Head(*end) for user_id, end in ends.items()}
        self.states.hidden.clear()
        self.records = total
        self._seen = []
        return True

    def hidden_as_told(self) -> bool:
        """Whether just those records are deleted that the journal says so of, as the index has it that finds them."""
        found = self._database.execute_sql("SELECT id, user_id, deleted_at FROM record WHERE deleted_at IS NOT NULL")
        return {id: (user_id, date) for id, user_id, date in found} == self.states.hidden

    def _ends(self) -> None:
        found = self.problems.found
        for user_id, head in self._heads.items():
            name = self.problems.usernames.get(user_id, say("user {number}", number=user_id))
            if self._balances.get(user_id) != head.balance:
                found("L1", user_id, 0, say("The balance of {owner} is not that of the last record.", owner=name))
            if head.seq == 0:
                found("L2", user_id, 0, say("{owner} has no records, not even the starting balance.", owner=name))
            self.anchors.compare_length(user_id, head.seq, name)
        for user_id in self.anchors.users - self._heads.keys():
            found("L6", user_id, 0, say("User {user} is missing with all records.", user=user_id))
        for record_id, (user_id, _) in self.states.hidden.items():
            found("L6", user_id, record_id, say("It was restored by something else than the program."))

    def _said_of_records(self) -> None:
        replay.check_credits(self._database, self.states, self.problems.found)
        replay.check_notes(self._database, self.states, self.problems.found)

    def _attempts(self) -> None:
        soundness.check_attempts(self._database, self._key, self.problems)

    def _structure(self) -> None:
        seen = sqlite.full_check(self._database, self._cancelled) if self._seen is None else self._seen
        soundness.check_structure(self._database, seen, self.problems)
