"""What a proof of a store says of parts that cannot be read, and of what an anchor knows better. It checks nothing.

Whole sentences for each part and each witness: what agrees with a noun in them differs from noun to noun.
"""

from __future__ import annotations

from collections.abc import Mapping

from desktop.language.sentences import mark, say, say_count, say_many
from desktop.models.embedded.storage.witnesses import Remembers

# By the checks that read them.
_UNREADABLE: Mapping[str, str] = {
    "schema": mark("The schema cannot be read to the end: {why}."),
    "anchors": mark("The anchors cannot be read to the end: {why}."),
    "users": mark("The accounts cannot be read to the end: {why}."),
    "journal": mark("The journal cannot be read to the end: {why}."),
    "records": mark("The records cannot be read to the end: {why}."),
    "attempts": mark("The failed sign-ins cannot be read to the end: {why}."),
    "structure": mark("The file's structure cannot be read to the end: {why}."),
}
_WRONG_KIND: Mapping[str, str] = {
    "users": mark("An account holds a value of the wrong kind: {why}."),
    "journal": mark("An entry of the journal holds a value of the wrong kind: {why}."),
    "records": mark("A record holds a value of the wrong kind: {why}."),
    "attempts": mark("A failed sign-in holds a value of the wrong kind: {why}."),
}


def unreadable(part: str, why: object) -> str:
    """A part of the store that ends in an error; a check that is not known is one of the structure."""
    return say(_UNREADABLE.get(part, _UNREADABLE["structure"]), why=why)


def of_wrong_kind(part: str, why: object) -> str:
    """A value that its column cannot hold."""
    return say(_WRONG_KIND.get(part, mark("The store holds a value of the wrong kind: {why}.")), why=why)


def shorter_chain(owner: str, before: int, now: int, witness: Remembers) -> str:
    """A chain without its end: `owner`'s, or the journal where that is empty."""
    if owner:
        told = say_many(
            "The end is missing: {owner} had {count} entry and now {now}.",
            "The end is missing: {owner} had {count} entries and now {now}.",
            before,
            owner=owner,
            now=say_count(now),
        )
    else:
        told = say_many(
            "The end is missing: the journal had {count} entry and now {now}.",
            "The end is missing: the journal had {count} entries and now {now}.",
            before,
            now=say_count(now),
        )
    return f"{told} {_says_so(witness)}"


def shorter_ledger(before: int, now: int, witness: Remembers) -> str:
    """Fewer records than there were."""
    told = say_many(
        "The end is missing: the ledger had {count} record and now {now}.",
        "The end is missing: the ledger had {count} records and now {now}.",
        before,
        now=say_count(now),
    )
    return f"{told} {_says_so(witness)}"


def rewritten(witness: Remembers) -> str:
    """Another record stands where a witness saw one."""
    if witness is Remembers.ANCHOR:
        return say("The anchor beside the store says that something else stood here.")
    return say("What this program remembers of the store says that something else stood here.")


def other_chains(record: int, witness: Remembers) -> str:
    """The chains up to a record, together, are others than a witness knows."""
    if witness is Remembers.ANCHOR:
        return say(
            "The chains up to record {record} are not those that the anchor beside the store knows.", record=record
        )
    return say(
        "The chains up to record {record} are not those that this program remembers of the store.", record=record
    )


def _says_so(witness: Remembers) -> str:
    if witness is Remembers.ANCHOR:
        return say("The anchor beside the store says so.")
    return say("What this program remembers of the store says so.")
