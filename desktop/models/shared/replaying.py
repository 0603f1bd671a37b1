"""The journals of a ledger on a server, entry by entry: what they leave is what accounts and records must be."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from desktop.language.sentences import say
from desktop.models.embedded.storage import chain, forms, journal
from desktop.models.shared import links
from desktop.models.shared.line import Row
from desktop.models.shared.links import Ask
from desktop.models.shared.problems import Problems, ProofAccount

_JOURNAL = "SELECT * FROM metercalc.journal_of(%s, %s, %s)"
_NOTES = "SELECT number, record_id, note, salt FROM metercalc.changes_since(0) WHERE kind = 'note'"


@dataclass(slots=True)
class States:
    """What the journals leave: the last digest of each account and price, and when each hidden record was deleted."""

    entries: int = 0
    accounts: dict[int, bytes] = field(default_factory=dict)
    prices: dict[int, bytes] = field(default_factory=dict)
    hidden: dict[int, tuple[int, int]] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)  # the prover's own, by record


class Journals:
    """Replays them one after the other. `prover` is the account of who proves: nobody is given another's notes."""

    def __init__(self, ask: Ask, key: bytes, prover: int, problems: Problems, look: Callable[[], None]) -> None:
        """`look` raises `Cancelled` where nobody waits any more."""
        self.states = States()
        self._ask = ask
        self._key = key
        self._prover = prover
        self._problems = problems
        self._look = look
        self._written: dict[int, tuple[int, str | None, bytes | None]] = {}

    def read_notes(self) -> None:
        """Read the prover's own notes, before any journal that tells of them."""
        self._written = {row[0]: row[1:] for row in self._ask(_NOTES, ())}

    def replay(self, number: int, account: ProofAccount | None) -> None:
        """Go through one journal: chain 0 is everybody's, that of an account has its own number below zero."""
        last, place = chain.genesis(self._key, number), 0
        mac, encode = chain.mac(self._key), forms.ENTRY.encode
        user_id = account.id if account else 0
        while rows := self._ask(_JOURNAL, (number, place + 1, place + links.BATCH)):
            self._look()
            for row in rows:
                values, hash = row[:-1], row[-1]
                place += 1
                self.states.entries += 1
                if values[0] != place:
                    self._problems.found(
                        "L6", user_id, 0, say("Entry {number} of the journal is missing.", number=place)
                    )
                    place = values[0]
                if mac(encode(*values) + last) != hash:
                    self._problems.found(
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
            self._problems.found(
                "L6",
                user_id,
                0,
                say("The journal of {owner} does not end where the account says.", owner=account.username),
            )

    def _take(self, entry: Row) -> None:
        number, user_id, subject, _, date, kind, _, state = entry
        if kind == journal.ACCOUNT or (kind == journal.RECOVERY and state):
            self.states.accounts[user_id] = state
        elif kind == journal.PRICE:
            self.states.prices[subject] = state
        elif kind == journal.DELETED:
            self.states.hidden[subject] = (user_id, date)
        elif kind == journal.RESTORED:
            self.states.hidden.pop(subject, None)
        elif kind == journal.NOTE and user_id == self._prover:
            self._take_note(number, subject, state)
        elif kind not in journal.KINDS:
            self._problems.found(
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
            self._problems.found("L6", self._prover, record_id, say("A note on it is not the one that was written."))
            return
        self.states.notes[record_id] = text
