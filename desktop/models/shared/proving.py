"""Proving a ledger on a server: L1 to L8 by the embedded ledger's rules and sentences. It reads only.

A member proves their own chain, an administrator everybody's, from one state of the ledger. What differs from a store:
ids may have gaps and a record names its price (L2, L4), each account has a journal of its own, notes are proved by
those who wrote them alone, and the witness is what this program remembers. Replayed are the common journal first, then
each account's; then its records follow.
"""

from __future__ import annotations

import time

from desktop.language.sentences import say
from desktop.models.embedded.storage import journal
from desktop.models.ledger.protocol import Cancel, Progress
from desktop.models.shared.links import Ask
from desktop.models.shared.problems import MOST, Enough, Problems, ProofAccount
from desktop.models.shared.record_rules import RecordRules
from desktop.models.shared.remembered import Memories
from desktop.models.shared.replaying import Journals
from desktop.models.shared.sessions import Sessions, Signed
from desktop.terms.errors import Cancelled
from desktop.terms.kinds import Role
from desktop.terms.reports import Verification

_ACCOUNTS = "SELECT * FROM metercalc.proof_accounts()"
_VERSION = "SELECT metercalc.schema_version()"
_MARKS = "SELECT * FROM metercalc.proof_marks()"
_MARKS_SINCE = 13  # before it, no digest has what is marked in an account
_PRICES = "SELECT * FROM metercalc.prices()"


def prove(
    sessions: Sessions,
    signed: Signed,
    key: bytes,
    memories: Memories | None,
    *,
    results: bool,
    progress: Progress,
    cancelled: Cancel,
) -> Verification:
    """What somebody can prove, from one state of the ledger; without `memories`, not against what is remembered."""
    started = time.monotonic()
    try:
        with sessions.known(signed), sessions.connections.one_state(signed.credentials, cancelled) as ask:
            run = _Run(
                ask,
                key,
                memories,
                prover=signed.user_id,
                everybody=signed.role is Role.ADMIN,
                results=results,
                progress=progress,
                cancelled=cancelled,
            )
            return run.prove(started)
    except Cancelled:  # before its first question
        return Verification((), 0, 0, time.monotonic() - started, complete=False)


class _Run:
    """One proof: every check in its turn, each on what those before have read."""

    def __init__(
        self,
        ask: Ask,
        key: bytes,
        memories: Memories | None,
        *,
        prover: int,
        everybody: bool,
        results: bool,
        progress: Progress,
        cancelled: Cancel,
    ) -> None:
        self._ask = ask
        self._everybody = everybody  # the common journal is an administrator's to read: it names all people
        self._key = key
        self._progress = progress
        self._cancelled = cancelled
        self._problems = Problems()
        self._prices: dict[int, tuple[str, int]] = {}
        self._marks: dict[int, str] = {}
        self._total = 0  # records
        self._journals = Journals(ask, key, prover, self._problems, self._look)
        self._states = self._journals.states
        self._rules = RecordRules(
            ask,
            key,
            states=self._states,
            prices=self._prices,
            memories=memories,
            problems=self._problems,
            results=results,
            look=self._look,
            progress=self._tell,
        )

    def prove(self, started: float) -> Verification:
        """Prove everything that the server shows; cancelled, it answers with what it found so far."""
        is_complete = True
        try:
            self._all()
        except (Cancelled, Enough):
            is_complete = False
        return Verification(
            problems=tuple(self._problems.all[:MOST]),
            records=self._rules.done,
            users=len(self._problems.accounts),
            seconds=time.monotonic() - started,
            complete=is_complete,
            changes=self._states.entries,
        )

    def _all(self) -> None:
        self._look()
        accounts = self._problems.accounts
        for row in self._ask(_ACCOUNTS, ()):
            accounts[row[0]] = ProofAccount(*row)
        if self._ask(_VERSION, ())[0][0] >= _MARKS_SINCE:
            self._marks = dict(self._ask(_MARKS, ()))
        self._total = sum(account.seq for account in accounts.values())
        self._journals.read_notes()
        if self._everybody:
            self._journals.replay(0, None)
        self._check_prices()
        for account in accounts.values():
            self._journals.replay(-account.id, account)
            self._check_account(account)
        for account in accounts.values():
            self._rules.check(account)

    def _look(self) -> None:
        if self._cancelled():
            raise Cancelled(say("The proof was not wanted any more."))

    def _tell(self, done: int) -> None:
        self._progress(done, self._total)

    def _check_prices(self) -> None:
        unseen = set(self._states.prices)
        for id, operation, cost, from_record, user_id, date in self._ask(_PRICES, ()):
            unseen.discard(id)
            self._prices[id] = (operation, cost)
            state = journal.price_state(self._key, id, operation, cost, from_record, user_id, date)
            if self._everybody and state != self._states.prices.get(id):
                self._problems.found(
                    "L6",
                    0,
                    0,
                    say("Price {price} ({kind}) is not the one that was written.", price=id, kind=operation),
                )
        for id in sorted(unseen):
            self._problems.found("L6", 0, 0, say("Price {price} is missing.", price=id))

    def _check_account(self, account: ProofAccount) -> None:
        mark = self._marks.get(account.id, "")
        row = (account.id, account.generation, account.username, mark, account.status, account.role)
        if journal.account_state(self._key, row) != self._states.accounts.get(account.id):
            self._problems.found(
                "L6", account.id, 0, say("The e-mail, status or role is not the one that was last written.")
            )
