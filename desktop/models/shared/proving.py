"""Proving a ledger on a server: L1 to L8 by the embedded ledger's rules and sentences. It reads only.

A member proves their own chain, an administrator everybody's, from one state of the ledger. What differs from a store:
ids may have gaps and a record names its price (L2, L4), each account has a journal of its own, notes are proved by
those who wrote them alone, and the witness is what this program remembers. Replayed are the common journal first, then
each account's; then its records follow.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, field

from desktop.arithmetic.literals import quoted
from desktop.arithmetic.operations import follows
from desktop.language.sentences import figures, say, say_count, say_many
from desktop.models.embedded.storage import chain, forms, journal
from desktop.models.ledger.protocol import Cancel, Progress
from desktop.models.shared import history, links
from desktop.models.shared.line import Row
from desktop.models.shared.links import Ask, Chain, Proof
from desktop.models.shared.remembered import Memories
from desktop.models.shared.sessions import Sessions, Signed
from desktop.terms.errors import Cancelled
from desktop.terms.kinds import OperationType, Role, Source
from desktop.terms.values import Problem, Verification

MAX_PROBLEMS = 1_000

_ACCOUNTS = "SELECT * FROM metercalc.proof_accounts()"
_VERSION = "SELECT metercalc.schema_version()"
_MARKS = "SELECT * FROM metercalc.proof_marks()"
_MARKS_SINCE = 13  # before it, no digest has what is marked in an account
_PRICES = "SELECT * FROM metercalc.prices()"
_JOURNAL = "SELECT * FROM metercalc.journal_of(%s, %s, %s)"
_NOTES = "SELECT number, record_id, note, salt FROM metercalc.changes_since(0) WHERE kind = 'note'"
_is_request_id = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_SOURCES = frozenset(Source)
_KINDS = frozenset(OperationType)


@dataclass(frozen=True, slots=True)
class ProofAccount:
    """An account as it is proved."""

    id: int
    username: str
    role: str
    status: str
    balance: int
    generation: int
    seq: int
    hash: bytes
    journal_number: int
    journal_hash: bytes


@dataclass(slots=True)
class _States:
    """What the journals leave: the last digest of each account and price, and when each hidden record was deleted."""

    entries: int = 0
    accounts: dict[int, bytes] = field(default_factory=dict)
    prices: dict[int, bytes] = field(default_factory=dict)
    hidden: dict[int, tuple[int, int]] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)  # the prover's own, by record


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
    """One proof: what it has found so far."""

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
        self._prover = prover  # nobody is given another's notes
        self._written: dict[int, tuple[int, str | None, bytes | None]] = {}
        self._everybody = everybody  # the common journal is an administrator's to read: it names all people
        self._key = key
        self._memories = memories
        self._results = results
        self._progress = progress
        self._cancelled = cancelled
        self._problems: list[Problem] = []
        self._states = _States()
        self._prices: dict[int, tuple[str, int]] = {}
        self._accounts: dict[int, ProofAccount] = {}
        self._marks: dict[int, str] = {}
        self._records = 0
        self._total = 0
        self._complete = True

    def prove(self, started: float) -> Verification:
        """Prove everything that the server shows; cancelled, it answers with what it found so far."""
        try:
            self._all()
        except (Cancelled, _Enough):
            self._complete = False
        return Verification(
            problems=tuple(self._problems[:MAX_PROBLEMS]),
            records=self._records,
            users=len(self._accounts),
            seconds=time.monotonic() - started,
            complete=self._complete,
            changes=self._states.entries,
        )

    def _all(self) -> None:
        self._look()
        for row in self._ask(_ACCOUNTS, ()):
            self._accounts[row[0]] = ProofAccount(*row)
        if self._ask(_VERSION, ())[0][0] >= _MARKS_SINCE:
            self._marks = dict(self._ask(_MARKS, ()))
        self._total = sum(account.seq for account in self._accounts.values())
        self._written = {row[0]: row[1:] for row in self._ask(_NOTES, ())}
        if self._everybody:
            self._replay(0, None)
        self._check_prices()
        for account in self._accounts.values():
            self._replay(-account.id, account)
            self._check_account(account)
        for account in self._accounts.values():
            self._check_records(account)

    def _look(self) -> None:
        if self._cancelled():
            raise Cancelled(say("The proof was not wanted any more."))

    def _found(self, rule: str, user_id: int, record_id: int, message: str) -> None:
        account = self._accounts.get(user_id)
        self._problems.append(Problem(rule, account.username if account else "", record_id, message))
        if len(self._problems) >= MAX_PROBLEMS:
            raise _Enough

    def _replay(self, number: int, account: ProofAccount | None) -> None:
        """Go through one journal: chain 0 is everybody's, that of an account has its own number below zero."""
        last, place = chain.genesis(self._key, number), 0
        mac, encode = chain.mac(self._key), forms.ENTRY.encode
        user_id = account.id if account else 0
        while rows := self._ask(_JOURNAL, (number, place + 1, place + links.BATCH)):
            self._look()
            for row in rows:
                values, hash = row[:-1], row[-1]
                place += 1
                self._states.entries += 1
                if values[0] != place:
                    self._found("L6", user_id, 0, say("Entry {number} of the journal is missing.", number=place))
                    place = values[0]
                if mac(encode(*values) + last) != hash:
                    self._found(
                        "L6",
                        user_id,
                        0,
                        say(
                            "Entry {number} of the journal ({kind}) is not the one that was written.",
                            number=place,
                            kind=values[5],
                        ),
                    )
                last = hash
                self._take(values)
        if account is not None and (account.journal_number, account.journal_hash) != (place, last):
            self._found(
                "L6",
                user_id,
                0,
                say("The journal of {owner} does not end where the account says.", owner=account.username),
            )

    def _take(self, entry: Row) -> None:
        number, user_id, subject, _, date, kind, _, state = entry
        if kind == journal.ACCOUNT or (kind == journal.RECOVERY and state):
            self._states.accounts[user_id] = state
        elif kind == journal.PRICE:
            self._states.prices[subject] = state
        elif kind == journal.DELETED:
            self._states.hidden[subject] = (user_id, date)
        elif kind == journal.RESTORED:
            self._states.hidden.pop(subject, None)
        elif kind == journal.NOTE and user_id == self._prover:
            self._take_note(number, subject, state)
        elif kind not in journal.KINDS:
            self._found(
                "L6",
                user_id,
                0,
                say("Entry {number} of the journal is of a kind that the program does not know.", number=number),
            )

    def _take_note(self, number: int, record_id: int, state: bytes) -> None:
        """A note against its digest: the journal, which others prove too, does not have its text."""
        subject, text, salt = self._written.pop(number, (0, None, None))
        if (
            subject != record_id
            or text is None
            or salt is None
            or hashlib.sha256(salt + text.encode()).digest() != state
        ):
            self._found("L6", self._prover, record_id, say("A note on it is not the one that was written."))
            return
        self._states.notes[record_id] = text

    def _check_prices(self) -> None:
        unseen = set(self._states.prices)
        for id, operation, cost, from_record, user_id, date in self._ask(_PRICES, ()):
            unseen.discard(id)
            self._prices[id] = (operation, cost)
            state = journal.price_state(self._key, id, operation, cost, from_record, user_id, date)
            if self._everybody and state != self._states.prices.get(id):
                self._found(
                    "L6",
                    0,
                    0,
                    say("Price {price} ({kind}) is not the one that was written.", price=id, kind=operation),
                )
        for id in sorted(unseen):
            self._found("L6", 0, 0, say("Price {price} is missing.", price=id))

    def _check_account(self, account: ProofAccount) -> None:
        mark = self._marks.get(account.id, "")
        row = (account.id, account.generation, account.username, mark, account.status, account.role)
        if journal.account_state(self._key, row) != self._states.accounts.get(account.id):
            self._found("L6", account.id, 0, say("The e-mail, status or role is not the one that was last written."))

    def _check_records(self, account: ProofAccount) -> None:
        followed, balance, last_id = Chain(self._key, account.id), 0, 0
        for first, last in links.slices(1, account.seq):
            self._look()
            for row in self._ask(links.CHAIN_OF, (account.id, first, last)):
                seq = followed.seq + 1
                genuine = followed.follows(row)
                self._check_record(account, row, seq, balance, last_id, genuine=genuine)
                self._compare(account, row)
                balance, last_id = row[links.BALANCE], row[links.ID]
                self._records += 1
            self._progress(self._records, self._total)
        self._check_end(account, followed, balance)

    def _check_record(
        self, account: ProofAccount, row: Proof, seq: int, balance: int, last_id: int, *, genuine: bool
    ) -> None:
        """Name each rule that a record breaks."""
        user_id, id = account.id, row[links.ID]
        if not _is_writable(row):
            self._found("L6", user_id, id, say("It holds a value that the program never writes."))
        if not genuine and row[links.SEQ] == seq:
            self._found("L6", user_id, id, say("Its content or place is not what was written (hash)."))
        if row[links.SEQ] != seq or id <= last_id:
            self._found(
                "L2",
                user_id,
                id,
                say("Its sequence number is {number} after {before}.", number=row[links.SEQ], before=seq - 1),
            )
        if row[links.BALANCE] != balance - row[links.AMOUNT] or row[links.BALANCE] < 0:
            self._found(
                "L3",
                user_id,
                id,
                say("Its balance does not follow from the one before it ({balance}).", balance=balance),
            )
        if not self._is_priced(row):
            self._found("L4", user_id, id, say("It has no response, or did not cost what the operation cost then."))
        deleted = row[links.DELETED]
        hidden = self._states.hidden.pop(id, None)
        if deleted is not None and hidden != (user_id, deleted):
            self._found("L6", user_id, id, say("It was deleted by something else than the program."))
        if deleted is None and hidden is not None:
            self._found("L6", user_id, id, say("It was restored by something else than the program."))
        if row[links.NOTE] is not None and row[links.NOTE] != self._states.notes.pop(id, ""):
            self._found("L6", user_id, id, say("Its note is not the one that was last written."))
        if self._results and not _follows(row):
            sign = "=" if row[links.EXACT] else "≈"
            said = f"{quoted(row[links.OPERANDS])} {sign} {quoted(row[links.RESPONSE])}"
            self._found(
                "L8", user_id, id, say("Its response does not follow: {calculation}.", calculation=figures(said))
            )

    def _is_priced(self, row: Proof) -> bool:
        price_id, operation = row[links.PRICE], row[links.OPERATION]
        if operation == OperationType.CREDIT:
            return price_id is None
        return bool(row[links.RESPONSE]) and self._prices.get(price_id) == (operation, row[links.AMOUNT])

    def _compare(self, account: ProofAccount, row: Proof) -> None:
        """A record against what this program remembers of it."""
        memory = self._memories.known(account.id) if self._memories else None
        if memory is None:
            return
        seq, hash = row[links.SEQ], bytes(row[links.HASH])
        mark = memory.mark(seq)
        if (mark and mark != hash[: len(mark)]) or (seq == memory.seq and hash != memory.hash):
            self._found("L6", account.id, row[links.ID], say(history.REWRITTEN))

    def _check_end(self, account: ProofAccount, followed: Chain, balance: int) -> None:
        if (followed.seq, followed.hash) != (account.seq, account.hash):
            message = say_many(
                "The end is missing: {owner} has {count} record and should have {wanted}.",
                "The end is missing: {owner} has {count} records and should have {wanted}.",
                followed.seq,
                owner=account.username,
                wanted=say_count(account.seq),
            )
            self._found("L6", account.id, 0, message)
        if account.balance != balance:
            self._found(
                "L1",
                account.id,
                0,
                say("The balance of {owner} is not that of the last record.", owner=account.username),
            )
        if followed.seq == 0:
            self._found(
                "L2",
                account.id,
                0,
                say("{owner} has no records, not even the starting balance.", owner=account.username),
            )
        memory = self._memories.known(account.id) if self._memories else None
        if memory is not None and memory.seq > followed.seq:
            self._found("L6", account.id, 0, history.missing(followed.seq, memory.seq))
        elif memory is not None and not self._problems:
            memory.reach(followed.seq, followed.hash)


class _Enough(Exception):
    """More problems would tell nothing more."""


def _is_writable(row: Proof) -> bool:
    return bool(
        row[links.FORM] == forms.VERSION
        and row[links.OPERATION] in _KINDS
        and row[links.SOURCE] in _SOURCES
        and _is_request_id(row[links.REQUEST])
    )


def _follows(row: Proof) -> bool:
    if row[links.OPERATION] not in _KINDS:
        return True  # said already
    return follows(
        OperationType(row[links.OPERATION]), row[links.OPERANDS], row[links.RESPONSE], exact=row[links.EXACT]
    )
