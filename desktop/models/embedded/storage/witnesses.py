"""The files that know how far the chains had come: where they lie, and how they are brought up to date.

What an anchor is to say of a ledger, `anchoring` knows; what one is, `chain`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import Enum, auto
from pathlib import Path
from typing import NamedTuple

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded.storage import anchoring, chain
from desktop.models.embedded.storage.chain import Anchor, OldAnchor
from desktop.system.private_files import make_folder
from desktop.terms.errors import StoreDamaged, StoreError


class Remembers(Enum):
    """Who knows how far the chains had come: the anchor beside the store, or this program on this computer."""

    ANCHOR = auto()
    PROGRAM = auto()


class Witness(NamedTuple):
    """A file that knows how far the chains had come, and whose it is."""

    whose: Remembers
    file: Path


Known = Mapping[Witness, Anchor | OldAnchor | None]
"""What each of them says; None where it is not there."""


def of(file: Path, remembered: Path | None, key: bytes | None) -> tuple[Witness, ...]:
    """Those of a store: one beside it, one where this program remembers, if it does."""
    beside = Witness(Remembers.ANCHOR, chain.anchor_file(file))
    if remembered is None or key is None:
        return (beside,)
    return beside, Witness(Remembers.PROGRAM, remembered_file(remembered, key))


def remembered_file(folder: Path, key: bytes) -> Path:
    """Where a program remembers the last links of the store with this key: its name tells nobody the key."""
    return folder / f"{chain.digest(key, b'remembered').hex()[:24]}.anchor"


def known(witnesses: tuple[Witness, ...], key: bytes) -> Known:
    """What they say, the one beside the store first. Raises `StoreDamaged` where that one is missing."""
    found = {witness: chain.read_anchor(witness.file, key) for witness in witnesses}
    if found[witnesses[0]] is None:
        raise StoreDamaged(say("The anchor file is missing ({file}). Run metercalc verify.", file=witnesses[0].file))
    return found


def brought_up(
    database: SqliteDatabase, witnesses: tuple[Witness, ...], known: Known, key: bytes, date: int
) -> dict[Witness, Anchor]:
    """What they are to say now, but for those that know all this already.

    Raises `StoreDamaged` where the records do not carry on from what one says: that is evidence, and stays.
    """
    for witness, before in known.items():
        if before is not None and not anchoring.lies_on(database, before):
            raise StoreDamaged(
                say("The records do not carry on from the anchor ({file}). Run metercalc verify.", file=witness.file)
            )
    beside, *others = witnesses
    first = _moved_on(database, known.get(beside), key, date)
    # What is not there yet is to know what the one beside the store does, not what the store says now.
    now = {each: _moved_on(database, known[each], key, date) if known.get(each) else first for each in others}
    return {
        each: anchor for each, anchor in ({beside: first} | now).items() if not anchor.shows_the_same(known.get(each))
    }


def _moved_on(database: SqliteDatabase, before: Anchor | OldAnchor | None, key: bytes, date: int) -> Anchor:
    if isinstance(before, Anchor):
        return anchoring.moved_on(database, key, before, date)
    return anchoring.whole(database, key, date)


def write(anchors: Mapping[Witness, Anchor], key: bytes) -> None:
    """Put anchors in place, each in one step. Raises `StoreError`."""
    for witness, anchor in anchors.items():
        _make_room(witness.file)
        chain.write_anchor(witness.file, anchor, key)


def _make_room(file: Path) -> None:
    try:
        make_folder(file.parent)
    except OSError as error:
        raise StoreError(
            say("The anchor could not be written ({file}): {why}.", file=file, why=os.strerror(error.errno or 0))
        ) from error


def journal_is_whole(database: SqliteDatabase, witnesses: tuple[Witness, ...], key: bytes) -> bool:
    """Whether the journal has what they know of it; one that cannot be read is for `verify` to name."""
    for witness in witnesses:
        try:
            anchor = chain.read_anchor(witness.file, key)
        except StoreError:
            continue
        if anchor is not None and not anchoring.journal_lies_on(database, anchor):
            return False
    return True
