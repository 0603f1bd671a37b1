"""One verification of a store: every check in its turn, on what those before have read. `verify` names the rules."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from desktop.language.sentences import say
from desktop.models.embedded import provers, replay, soundness
from desktop.models.embedded.in_order import Head, Pass
from desktop.models.embedded.joining import joined
from desktop.models.embedded.problems import Problems
from desktop.models.embedded.results import check_results
from desktop.models.embedded.storage import chain, operations, sqlite
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.stretches import End, Rates
from desktop.models.embedded.witnesses import Anchors
from desktop.system.team import Team, dismiss
from desktop.terms.errors import Cancelled


class Run:
    """One verification: every check in its turn, each on what those before have read."""

    def __init__(
        self,
        store: Store,
        *,
        anchored: bool = True,
        progress: Callable[[int, int], None] = lambda done, total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """A verification of a store that is about to begin. Raises `StoreReadOnly` when its key is missing."""
        self._key = store.key
        self.problems = Problems(store.file, store.database, cancelled)
        self.anchors = Anchors(self._key, self.problems)
        self.records = 0
        self.operations = operations.Operations({}, {}, {}, {}, True)
        self.prices: list[tuple[int, int, int]] = []
        self.states = replay.States()
        self._file = store.file
        self._database = store.database
        self._witnesses = store.witnesses() if anchored else ()
        self._is_sealed = store.is_sealed
        self._progress = progress
        self._cancelled = cancelled
        self._heads: dict[int, Head] = {}
        self._balances: dict[int, int] = {}
        self._seen: list[str] | None = None  # what SQLite found, where that has been looked at already
        self._team: Team = {}  # processes that are to prove the records

    def all(self) -> None:
        """Every check in turn; a part of the file that cannot be read is a finding, not an end."""
        try:
            for part, check in (
                ("anchors", self._anchors),  # before the snapshot begins: a program that ends meanwhile moves it on
                ("records", self._hire),
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
        finally:
            dismiss(self._team)

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

    def _hire(self) -> None:
        """Start the processes for the records, where there are so many that these are worth it."""
        if self.problems or self.anchors.know_single_chains or self._is_sealed:
            return
        with suppress(*sqlite.ERRORS):  # named where the records are read
            (last,) = self._database.execute_sql("SELECT max(id) FROM record").fetchone()
            self._team = provers.hired(self._file, self._key, last or 0)

    def _records(self) -> None:
        total = self._database.execute_sql("SELECT count(*) FROM record").fetchone()[0]
        proved = False
        with suppress(*sqlite.ERRORS):  # named below, where the records are gone through in order
            proved = self._proved_together(total)
        dismiss(self._team)
        if proved or self.problems.is_over():
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
        if not self._team or self.problems or not self.hidden_as_told():
            return False
        begins: dict[int, End] = {user_id: (0, 0, head.hash) for user_id, head in self._heads.items()}
        made = [anchor for _, anchor in self.anchors.made]
        rates = Rates.of(self.operations.kinds, self.prices)
        pieces = provers.stretches(total, (anchor.records for anchor in made))
        proof = provers.prove_together(
            self._team, rates, pieces, lambda done: self._progress(done, total), self._cancelled
        )
        ends = joined(proof.outcomes, self._key, begins, made) if proof and not proof.structure else None
        if ends is None:
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
        soundness.check_ends(self._heads, self._balances, self.anchors, self.problems)
        for record_id, (user_id, _) in self.states.hidden.items():
            message = say("It was restored by something else than the program.")
            self.problems.found("L6", user_id, record_id, message)

    def _said_of_records(self) -> None:
        replay.check_credits(self._database, self.states, self.problems.found)
        replay.check_notes(self._database, self.states, self.problems.found)

    def _attempts(self) -> None:
        soundness.check_attempts(self._database, self._key, self.problems)

    def _structure(self) -> None:
        seen = sqlite.full_check(self._database, self._cancelled) if self._seen is None else self._seen
        soundness.check_structure(self._database, seen, self.problems)
