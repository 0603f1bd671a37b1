"""Comparing the server's records with what this program remembers of them, before anything is charged.

A short chain is worked out again as a whole. Of a long one the newest records are, and a further piece of the old ones
at each sign-in: a changed record shows in its own piece, a chain that was built anew in the last link already.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from desktop.language.sentences import mark, say, say_count, say_many
from desktop.models.shared import links
from desktop.models.shared.links import Ask, Chain
from desktop.models.shared.remembered import Memory
from desktop.terms.errors import StoreDamaged

log = logging.getLogger(__name__)

PIECE = 5_000  # records a sign-in works out of the newest, and as many of the old: a tenth of a second together

Found = Callable[[int, int, str], None]
"""Takes what is wrong with a record: its id (0 where there is none), its number, and a sentence."""


class History:
    """One account's records on the server, against one memory."""

    def __init__(self, memory: Memory, account_id: int, key: bytes, ask: Ask) -> None:
        self._memory = memory
        self._account_id = account_id
        self._key = key
        self._ask = ask

    def check(self, seq: int, found: Found) -> None:
        """Compare the newest records, up to number `seq`, and a piece of the old ones; remember what holds."""
        memory = self._memory
        if memory.seq > seq:
            found(0, seq + 1, missing(seq, memory.seq))
            return
        newest = max(1, seq - PIECE + 1)
        pieces = [(newest, seq)] if seq else []
        if 0 < memory.seq < newest:
            pieces.insert(0, (max(1, memory.seq - PIECE + 1), memory.seq))
        old = memory.checked + 1 if memory.checked + 1 < newest else 1
        if old < newest:
            pieces.append((old, min(old + PIECE, newest) - 1))
        if all(self._piece(first, last, found) for first, last in pieces):
            memory.checked = min(old + PIECE, newest) - 1 if old < newest else 0

    def note(self, seq: int, link: bytes, found: Found) -> None:
        """Note a link that was worked out elsewhere, or compare it with the one that is known."""
        mark = self._memory.mark(seq)
        if mark and mark != link[: len(mark)]:
            found(0, seq, say(REWRITTEN))
        self._memory.add(seq, link)

    def extend(self, seq: int, found: Found, wanted: Callable[[int], bool]) -> bool:
        """Go on noting links up to number `seq` while they are `wanted`; whether all are known."""
        while self._memory.known < seq:
            first = self._memory.known + 1
            last = min(seq, first + links.BATCH - 1)
            if not wanted(first - 1) or not self._piece(first, last, found):
                return False
        return True

    def _piece(self, first: int, last: int, found: Found) -> bool:
        """Work out the records from `first` to `last`; whether they hold."""
        chain: Chain | None = Chain(self._key, self._account_id) if first == 1 else None
        for start, stop in links.slices(max(1, first - 1), last):
            rows = self._ask(links.CHAIN_OF, (self._account_id, start, stop))
            for row in rows:
                if chain is None:
                    chain = Chain(self._key, self._account_id, row[links.SEQ], bytes(row[links.HASH]))
                    continue
                if not self._holds(chain, row, found):
                    return False
            if chain is None or chain.seq != stop:
                found(0, stop, say("Record number {number} is missing.", number=chain.seq + 1 if chain else start))
                return False
        return True

    def _holds(self, chain: Chain, row: links.Proof, found: Found) -> bool:
        memory, seq = self._memory, row[links.SEQ]
        if not chain.follows(row):
            found(row[links.ID], seq, say("Its content or place is not what was written (hash)."))
            return False
        mark = memory.mark(seq)
        if (mark and mark != chain.hash[: len(mark)]) or (seq == memory.seq and memory.hash != chain.hash):
            self._name_first(seq, row, found)
            return False
        memory.add(seq, chain.hash)
        memory.reach(seq, chain.hash)
        return True

    def _name_first(self, seq: int, row: links.Proof, found: Found) -> None:
        """Of a chain that was built anew, the first record that is another one than this program was given."""
        for start, stop in links.slices(1, seq):
            for earlier in self._ask(links.CHAIN_OF, (self._account_id, start, stop)):
                mark = self._memory.mark(earlier[links.SEQ])
                if mark and mark != bytes(earlier[links.HASH])[: len(mark)]:
                    found(earlier[links.ID], earlier[links.SEQ], say(REWRITTEN))
                    return
        found(row[links.ID], seq, say(REWRITTEN))


REWRITTEN = mark("It is not the one that this program was given: the history was written anew on the server.")


def missing(there: int, given: int) -> str:
    """Records are missing at the end."""
    return say_many(
        "The end is missing: the server has {count} record, and this program was given {given}.",
        "The end is missing: the server has {count} records, and this program was given {given}.",
        there,
        given=say_count(given),
    )


def refuse(server: str, file: object, username: str) -> Found:
    """Raises `StoreDamaged` for the first thing that is found."""

    def found(record_id: int, seq: int, message: str) -> None:
        log.error("the server's history does not hold: record %d, number %d: %s", record_id, seq, message)
        what: dict[str, object] = {"server": server, "owner": username, "message": message}
        if record_id:
            trouble = say(
                "The ledger on {server} is not to be trusted, record {record} (number {number} of {owner}): {message}",
                record=record_id,
                number=seq,
                **what,
            )
        else:
            trouble = say("The ledger on {server} is not to be trusted, the records of {owner}: {message}", **what)
        advice = say(
            "Nothing can be charged. Ask the server's owner; where an older copy of the ledger was put back, and you "
            "accept what is lost, move {file} away.",
            file=file,
        )
        raise StoreDamaged(f"{trouble} {advice}", record_id=record_id, seq=seq)

    return found
