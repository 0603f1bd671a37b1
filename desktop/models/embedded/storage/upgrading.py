"""Bringing a store's schema up to date: with a backup first, under its own key. The steps are `migrations`'."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from desktop.language.sentences import say
from desktop.models.embedded.storage import backup_files, chain, journal, migrations, sqlite
from desktop.models.embedded.storage.migrations import first
from desktop.models.embedded.storage.store import Store
from desktop.system.private_files import make_folder
from desktop.terms.errors import StoreError, StoreReadOnly
from desktop.terms.kinds import OperationType

FORMS_OF_TEXT = 3  # the last version of the schema whose key is told by its first price


def upgrade(store: Store, costs: Mapping[OperationType, int], backups: Path) -> bool:
    """Bring the schema up to date; says whether the store was made just now."""
    found = migrations.version(store.database)
    if found == migrations.SCHEMA_VERSION:
        return False
    if store.read_only_reason is not None:
        raise StoreReadOnly(f"{store.read_only_reason} " + say("It must be upgraded before it can be used."))
    key_file = chain.key_file(store.file)
    if found:
        store.load_key()
        if not store.has_key:
            raise StoreError(
                say("The store cannot be upgraded without its key file ({key_file}). Put it back.", key_file=key_file)
            )
        if not _key_fits(store, found):
            # What an upgrade writes under a wrong key would never be right again.
            raise StoreError(
                say("The store cannot be upgraded: the key file does not belong to it ({key_file}).", key_file=key_file)
            )
        try:
            make_folder(backups)
            backup_files.write(store.database, store.key, backup_files.before_upgrade(backups, found))
        except OSError as error:
            raise StoreError(
                say(
                    "The store cannot be backed up before its upgrade ({folder}): {why}.",
                    folder=backups,
                    why=error.strerror or error,
                )
            ) from error
    by_name = {operation.value: cost for operation, cost in costs.items()}
    try:
        migrations.upgrade(store.database, key_file, by_name, anchor_file=chain.anchor_file(store.file))
    except BaseException as error:
        if not found:
            _take_back_key(store)
        if isinstance(error, OSError):
            raise StoreError(
                say(
                    "The store's key cannot be made ({key_file}): {why}.",
                    key_file=key_file,
                    why=error.strerror or error,
                )
            ) from error
        raise
    # Measured: on the connection that altered the tables, each statement of a charge takes three times as long.
    store.disconnect()
    store.connect()
    return not found


def _key_fits(store: Store, version: int) -> bool:
    """Whether a store of a version before this one was made under the key beside it."""
    if version <= FORMS_OF_TEXT:
        return first.key_fits(store.database, store.key)
    return journal.is_genuine(store.key, store.database, 1)


def _take_back_key(store: Store) -> None:
    """Remove the key of a store whose making failed: alone, it would be taken for what is left of a lost one.

    In a transaction: no other program can be making the store under that key meanwhile, nor have made it.
    """
    with contextlib.suppress(OSError, *sqlite.ERRORS), store.database.atomic("IMMEDIATE"):
        if migrations.version(store.database) == 0:
            chain.key_file(store.file).unlink(missing_ok=True)
