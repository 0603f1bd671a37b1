"""The rules that each record of a chain on a server is held to, and the chain's end."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from desktop.arithmetic.literals import quoted
from desktop.arithmetic.operations import follows
from desktop.language.sentences import figures, say, say_count, say_many
from desktop.models.embedded.storage import forms
from desktop.models.ledger.requests import is_usual
from desktop.models.shared import history, links
from desktop.models.shared.links import Ask, Chain, Proof
from desktop.models.shared.problems import Problems, ProofAccount
from desktop.models.shared.remembered import Memories
from desktop.models.shared.replaying import States
from desktop.terms.kinds import OperationType, Source

_SOURCES = frozenset(Source)
_KINDS = frozenset(OperationType)

Prices = Mapping[int, tuple[str, int]]
"""The operation and the cost of each price, by its id."""


class RecordRules:
    """Goes through records. `done` are those that it has seen."""

    def __init__(
        self,
        ask: Ask,
        key: bytes,
        *,
        states: States,
        prices: Prices,
        memories: Memories | None,
        problems: Problems,
        results: bool,
        look: Callable[[], None],
        progress: Callable[[int], None],
    ) -> None:
        """`states` are what the journals left. With `results` each record is worked out again."""
        self.done = 0
        self._ask = ask
        self._key = key
        self._states = states
        self._prices = prices
        self._memories = memories
        self._problems = problems
        self._results = results
        self._look = look
        self._progress = progress

    def check(self, account: ProofAccount) -> None:
        """Follow the chain of one account from its first record to its end. Raises `Cancelled` and `Enough`."""
        followed, balance, last_id = Chain(self._key, account.id), 0, 0
        for first, last in links.slices(1, account.seq):
            self._look()
            for row in self._ask(links.CHAIN_OF, (account.id, first, last)):
                seq = followed.seq + 1
                genuine = followed.follows(row)
                self._check_record(account, row, seq, balance, last_id, genuine=genuine)
                self._compare(account, row)
                balance, last_id = row[links.BALANCE], row[links.ID]
                self.done += 1
            self._progress(self.done)
        self._check_end(account, followed, balance)

    def _check_record(
        self, account: ProofAccount, row: Proof, seq: int, balance: int, last_id: int, *, genuine: bool
    ) -> None:
        """Name each rule that a record breaks."""
        user_id, id = account.id, row[links.ID]
        if not _is_writable(row):
            self._problems.found("L6", user_id, id, say("It holds a value that the program never writes."))
        if not genuine and row[links.SEQ] == seq:
            self._problems.found("L6", user_id, id, say("Its content or place is not what was written (hash)."))
        if row[links.SEQ] != seq or id <= last_id:
            self._problems.found(
                "L2",
                user_id,
                id,
                say("Its sequence number is {number} after {before}.", number=row[links.SEQ], before=seq - 1),
            )
        if row[links.BALANCE] != balance - row[links.AMOUNT] or row[links.BALANCE] < 0:
            self._problems.found(
                "L3",
                user_id,
                id,
                say("Its balance does not follow from the one before it ({balance}).", balance=balance),
            )
        if not self._is_priced(row):
            self._problems.found(
                "L4", user_id, id, say("It has no response, or did not cost what the operation cost then.")
            )
        deleted = row[links.DELETED]
        hidden = self._states.hidden.pop(id, None)
        if deleted is not None and hidden != (user_id, deleted):
            self._problems.found("L6", user_id, id, say("It was deleted by something else than the program."))
        if deleted is None and hidden is not None:
            self._problems.found("L6", user_id, id, say("It was restored by something else than the program."))
        if row[links.NOTE] is not None and row[links.NOTE] != self._states.notes.pop(id, ""):
            self._problems.found("L6", user_id, id, say("Its note is not the one that was last written."))
        if self._results and not _follows(row):
            sign = "=" if row[links.EXACT] else "≈"
            said = f"{quoted(row[links.OPERANDS])} {sign} {quoted(row[links.RESPONSE])}"
            self._problems.found(
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
            self._problems.found("L6", account.id, row[links.ID], say(history.REWRITTEN))

    def _check_end(self, account: ProofAccount, followed: Chain, balance: int) -> None:
        if (followed.seq, followed.hash) != (account.seq, account.hash):
            message = say_many(
                "The end is missing: {owner} has {count} record and should have {wanted}.",
                "The end is missing: {owner} has {count} records and should have {wanted}.",
                followed.seq,
                owner=account.username,
                wanted=say_count(account.seq),
            )
            self._problems.found("L6", account.id, 0, message)
        if account.balance != balance:
            self._problems.found(
                "L1",
                account.id,
                0,
                say("The balance of {owner} is not that of the last record.", owner=account.username),
            )
        if followed.seq == 0:
            self._problems.found(
                "L2",
                account.id,
                0,
                say("{owner} has no records, not even the starting balance.", owner=account.username),
            )
        memory = self._memories.known(account.id) if self._memories else None
        if memory is not None and memory.seq > followed.seq:
            self._problems.found("L6", account.id, 0, history.missing(followed.seq, memory.seq))
        elif memory is not None and not self._problems:
            memory.reach(followed.seq, followed.hash)


def _is_writable(row: Proof) -> bool:
    return bool(
        row[links.FORM] == forms.VERSION
        and row[links.OPERATION] in _KINDS
        and row[links.SOURCE] in _SOURCES
        and is_usual(row[links.REQUEST])
    )


def _follows(row: Proof) -> bool:
    if row[links.OPERATION] not in _KINDS:
        return True  # said already
    return follows(
        OperationType(row[links.OPERATION]), row[links.OPERANDS], row[links.RESPONSE], exact=row[links.EXACT]
    )
