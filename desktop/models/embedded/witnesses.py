"""What the anchors of a store say of its chains, compared with what stands there: a tail that was cut off is missed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from desktop.language.sentences import mark, say
from desktop.models.embedded import findings
from desktop.models.embedded.problems import Problems
from desktop.models.embedded.storage import chain
from desktop.models.embedded.storage.witnesses import Remembers, Witness
from desktop.models.embedded.stretches import End
from desktop.terms.errors import StoreError

MISSING = mark(
    "The anchor file is missing: a cut tail could not be seen. Put it back; where it is lost, back up and restore that "
    "backup, which begins a new one ({file})."
)


@dataclass(frozen=True, slots=True)
class _Point:
    """What one anchor says of one chain."""

    length: int
    hash: bytes
    witness: Remembers


class Anchors:
    """The anchors that a proof has read. `made` are those of today's form, `date` when the first was made (0: none).

    Those of the form before know single chains: these are points. The journal's chain (`chain.NO_USER`) is one always.
    """

    def __init__(self, key: bytes, problems: Problems) -> None:
        self.made: list[tuple[Remembers, chain.Anchor]] = []
        self.date = 0
        self._key = key
        self._problems = problems
        self._points: dict[int, list[_Point]] = {}

    def read(self, witnesses: Iterable[Witness]) -> None:
        """Read all of them; what is missing or none is a problem."""
        for place, witness in enumerate(witnesses):
            try:
                anchor = chain.read_anchor(witness.file, self._key)
            except StoreError as error:
                self._problems.found("L6", 0, 0, error.message)
                continue
            if anchor is not None:
                self._take(witness.whose, anchor)
            elif place == 0:  # what a program remembers is missing wherever it has not been before
                self._problems.found("L6", 0, 0, say(MISSING, file=witness.file))
        for points in self._points.values():
            points.sort(key=lambda point: point.length)

    def _take(self, whose: Remembers, anchor: chain.Anchor | chain.OldAnchor) -> None:
        self.date = self.date or anchor.date
        if isinstance(anchor, chain.Anchor):
            self.made.append((whose, anchor))
            chains = {chain.NO_USER: anchor.journal} if anchor.journal else {}
        else:
            chains = dict(anchor.chains)
        for user_id, (length, last) in chains.items():
            self._points.setdefault(user_id, []).append(_Point(length, last, whose))

    @property
    def know_single_chains(self) -> bool:
        """Whether one of the form before says something of users' chains."""
        return bool(self._points.keys() - {chain.NO_USER})

    @property
    def users(self) -> set[int]:
        """Whose chains they know by themselves."""
        return self._points.keys() - {chain.NO_USER}

    def next_point(self, user_id: int, seq: int) -> int:
        """The next length of a chain, behind `seq`, of which something is known; 0 for none."""
        return next((point.length for point in self._points.get(user_id, ()) if point.length > seq), 0)

    def compare(self, user_id: int, length: int, stored: bytes, record_id: int) -> None:
        """Name a link that is another than was seen at this length."""
        for point in self._points.get(user_id, ()):
            if point.length == length and point.hash != stored:
                self._problems.found("L6", user_id, record_id, findings.rewritten(point.witness))

    def compare_length(self, user_id: int, length: int, owner: str = "") -> None:
        """Name a chain that has become shorter: its owner's, or the journal."""
        for point in self._points.get(user_id, ()):
            if length < point.length:
                message = findings.shorter_chain(owner, point.length, length, point.witness)
                self._problems.found("L6", user_id, 0, message)

    def meet(self, whose: Remembers, anchor: chain.Anchor, last_id: int, last: bytes, ends: Mapping[int, End]) -> None:
        """Compare one with the last record and all chains' ends where it was made."""
        if last_id == anchor.records and last != anchor.last:
            self._problems.found("L6", 0, anchor.records, findings.rewritten(whose))
        elif not self._problems and sum_of_ends(self._key, ends) != anchor.heads:  # else it is named where it is
            self._problems.found("L6", 0, 0, findings.other_chains(anchor.records, whose))


def sum_of_ends(key: bytes, ends: Mapping[int, End]) -> int:
    """What an anchor says of these ends of chains together."""
    mac = chain.mac(key)
    return chain.sum_of(
        chain.head_mark(mac, user_id, length, last) for user_id, (length, _, last) in ends.items() if length
    )
