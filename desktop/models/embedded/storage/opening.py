"""Opening a store: whose file it is, making and upgrading it, and what makes it read-only. Nothing is charged here."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path

from desktop.language.sentences import say
from desktop.models.embedded.storage import (
    added_operations,
    chain,
    journal,
    sqlite,
    store_file,
    upgrading,
    whereabouts,
)
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.storage.tables import Record, User
from desktop.terms.errors import StoreError, StoreFull, StoreReadOnly
from desktop.terms.kinds import OperationType

log = logging.getLogger(__name__)


def open_store(
    file: Path,
    *,
    costs: Mapping[OperationType, int],
    backups: Path | None = None,
    remembered: Path | None = None,
    make: bool = True,
) -> Store:
    """Open a store, upgrading it and making it (only to `make`) where needed; the calling thread is connected to it.

    `costs` are the prices of a new store, in hundredths of a credit; `backups` is where the copy made before an
    upgrade goes; `remembered` is the folder where this program keeps the last links that it has seen. Raises
    `StoreMissing`, `StoreNewer`, `StoreDamaged` (also where a store was before and is gone or empty now), leaving the
    files as they are, and other `StoreError`s.
    """
    whereabouts.check_name(file)
    whereabouts.check_side_files(file)
    store_file.make(file, make=make)
    store_file.drop_leftover_name(file)
    reason = store_file.cannot_write(file)
    try:
        return _open(file, reason, costs, backups, remembered)
    except StoreFull as full:
        # Nobody has it open, or its side files would be there: what nobody changes can be read without them.
        if sqlite.is_shared(file) or sqlite.side_file(file, "-journal").exists() or _has_log(file):
            raise
        reason = f"{full.message} " + say("Until then the ledger can only be read.")
        try:
            return _open(file, reason, costs, backups, remembered, sealed=True)
        except StoreReadOnly:  # it is still to be made, or to be upgraded
            raise full from None


def _open(
    file: Path,
    reason: str | None,
    costs: Mapping[OperationType, int],
    backups: Path | None,
    remembered: Path | None,
    *,
    sealed: bool = False,
) -> Store:
    database = sqlite.make_database(file, read_only=reason is not None, sealed=sealed)
    store = Store(file, database, reason, remembered, sealed=sealed)
    try:
        store_file.check(file, read_only=reason is not None, sealed=sealed)
        store.connect()
        store_file.close_to_all_others(file)
        with sqlite.translated(file, store.is_damaged):
            made = upgrading.upgrade(store, costs, backups or file.parent / "backups")
            store.load_key()
            trouble = _key_trouble(store)
            store.key_is_own = trouble is None
            if store.key_is_own:
                with store.reading() as known:
                    added_operations.check_known(store, known)
            if store.read_only_reason is None:
                store.read_only_reason = trouble
            if store.read_only_reason is None:
                added_operations.complete(store, costs)
        if made or _never_anchored(store) or _anchored_before_upgrade(store):
            store.write_anchor(anew=True)
    except BaseException:
        store.disconnect()
        raise
    return store


def _has_log(file: Path) -> bool:
    return sqlite.has_content(sqlite.side_file(file, "-wal"))


def _never_anchored(store: Store) -> bool:
    """Whether the program that made the store was ended before its anchor: there is no record yet to be missed."""
    if store.read_only_reason is not None or chain.anchor_file(store.file).exists():
        return False
    with store.reading() as database:
        return not User.select().bind(database).exists() and not Record.select().bind(database).exists()


def _anchored_before_upgrade(store: Store) -> bool:
    """Whether the anchor is the one that was proved when the chains were made anew, and is still to be replaced."""
    if store.read_only_reason is not None:
        return False
    try:
        anchor = chain.anchor_content(chain.anchor_file(store.file)) or b""
    except StoreError:  # the proof tells what is the matter with it
        return False
    with store.reading() as database:
        seen = database.execute_sql("SELECT state FROM journal WHERE number = 1").fetchone()
    return seen is not None and bytes(seen[0]) == hashlib.sha256(anchor).digest()


def _key_trouble(store: Store) -> str | None:
    """Why records cannot be continued: no key, or one of another store."""
    file = chain.key_file(store.file)
    if not store.has_key:
        return say(
            "The store's key file is missing or unreadable ({file}): the store can only be read. Put it back.",
            file=file,
        )
    if not journal.is_genuine(store.key, store.database, 1):
        return say(
            "The key file does not belong to this store, or its journal was changed ({file}): read-only.", file=file
        )
    return None
