"""Whether stretches of the records that were proved by themselves are one ledger, and the one that its anchors know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from desktop.models.embedded.storage.chain import Anchor
from desktop.models.embedded.stretches import End, Outcome
from desktop.models.embedded.witnesses import sum_of_ends


def joined(
    outcomes: Iterable[Outcome], key: bytes, begins: Mapping[int, End], anchors: Sequence[Anchor]
) -> dict[int, End] | None:
    """The chains' ends behind the last stretch; None where one does not follow from those before, or from an anchor.

    `begins` is how the chains stand before the first record. At each anchor's last record a stretch ends.
    """
    ends, met = dict(begins), {0: (b"", 0)}
    marks = {anchor.records for anchor in anchors}
    for outcome in outcomes:
        if any(ends.get(user_id) != begin for user_id, begin in outcome.begins.items()):
            return None
        ends |= outcome.ends
        if outcome.stretch.last in marks:
            met[outcome.stretch.last] = (outcome.last, sum_of_ends(key, ends))
    if any(met.get(anchor.records) != (anchor.last, anchor.heads) for anchor in anchors):
        return None
    return ends
