"""Opening a store: whose file it is, making and upgrading it, and what makes it read-only. Nothing is charged here."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded.storage import (
    added_operations,
    backup_files,
    chain,
    journal,
    migrations,
    sqlite,
    whereabouts,
)
from desktop.models.embedded.storage.identity import OTHER_NAMES, has_other_names
from desktop.models.embedded.storage.migrations import first
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.storage.tables import Record, User
from desktop.system.private_files import (
    close_to_others,
    create_private,
    make_folder,
    real_place,
    require_regular,
    try_out,
)
from desktop.terms.errors import StoreDamaged, StoreError, StoreFull, StoreNewer, StoreReadOnly
from desktop.terms.values import OperationType

log = logging.getLogger(__name__)

FORMS_OF_TEXT = 3  # the last version of the schema whose key is told by its first price


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
    check_name(file)
    _check_side_files(file)
    _make_file(file, make=make)
    _drop_leftover_name(file)
    reason = _cannot_write(file)
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


def _check_side_files(file: Path) -> None:
    """Raises `StoreError` for what is no file where SQLite keeps its own: it would wait for a pipe for ever."""
    for suffix in ("-wal", "-shm", "-journal"):
        side = sqlite.side_file(file, suffix)
        try:
            mode = side.stat().st_mode
        except OSError:  # it is not there, or the store's own way is told when it is opened
            continue
        try:
            require_regular(mode)
        except OSError as error:
            raise StoreError(
                say("{file} is in the store's way: {why}. Move it away.", file=side, why=error.strerror)
            ) from error


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
        _check_file(file, read_only=reason is not None, sealed=sealed)
        store.connect()
        _close_to_others(file)
        with sqlite.translated(file, store.is_damaged):
            made = _upgrade(store, costs, backups or file.parent / "backups")
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


def _close_to_others(file: Path) -> None:
    """Mend a store, a key or an anchor that others can read: a copy or another umask left it so."""
    for each in (chain.key_file(file), file, chain.anchor_file(file)):
        try:
            if close_to_others(each):
                log.warning("others could reach %s: from now on it is its owner's alone", each)
        except FileNotFoundError:
            continue
        except OSError as error:
            log.warning("others can reach %s: %s", each, os.strerror(error.errno or 0))


def _has_log(file: Path) -> bool:
    return sqlite.has_content(sqlite.side_file(file, "-wal"))


def _drop_leftover_name(file: Path) -> None:
    """Take away the second name that a restore gave the store before it was ended half way."""
    try:
        if file.stat().st_nlink > 1:
            for kept in real_place(file).parent.glob(f"replaced-*/{file.name}"):
                if kept.samefile(file):
                    kept.unlink()
    except OSError:  # then it has its two names, and is only read
        return


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


def check_name(file: Path) -> None:
    """Raises `StoreError` where a store of this name would share a file with what lies beside it, or with another."""
    logs = ("-wal", "-shm", "-journal")
    beside = any(file.name.endswith(end) and file.with_name(file.name.removesuffix(end)).exists() for end in logs)
    if file.suffix.lower() in chain.SIDE_SUFFIXES or beside:
        raise StoreError(
            say(
                "A store cannot be called {name}: so are the files beside a store. Choose another name.", name=file.name
            )
        )
    other = file.with_name(file.name + chain.USUAL_SUFFIX)
    if file.suffix != chain.USUAL_SUFFIX and chain.key_file(file) == chain.key_file(other) and other.exists():
        raise StoreError(
            say(
                "{name} and {other} would share one key ({key_file}). Give the store another name, "
                "or a folder of its own.",
                name=file.name,
                other=other.name,
                key_file=chain.key_file(file),
            )
        )


def _make_file(file: Path, *, make: bool) -> None:
    if not make:
        whereabouts.require(file)
    try:
        if not file.exists():
            # In this order: another program may be making the store meanwhile, whose file comes first.
            if (chain.key_file(file).exists() or chain.anchor_file(file).exists()) and not file.exists():
                raise StoreDamaged(_is_missing(file))
            make_folder(file.parent)
            try_out(sqlite.side_file(file, "-journal"))  # the longest name beside it
            create_private(file)
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(
            say("The store cannot be made ({file}): {why}.", file=file, why=error.strerror or error)
        ) from error


def _is_missing(file: Path) -> str:
    return say("The store is missing ({file}), and what belongs to it is still there.", file=file) + f" {_way_on(file)}"


def _is_emptied(file: Path) -> str:
    return say("The store is empty ({file}), and what belongs to it is still there.", file=file) + f" {_way_on(file)}"


def _way_on(file: Path) -> str:
    return say(
        "Put the store back or restore a backup; to begin a new ledger, move {key} and {anchor} away first.",
        key=chain.key_file(file).name,
        anchor=chain.anchor_file(file).name,
    )


def _cannot_write(file: Path) -> str | None:
    if has_other_names(file):
        return say(OTHER_NAMES, file=file)
    if all(os.access(place, os.W_OK) for place in (file, file.parent, real_place(file).parent)):
        return None
    return say(
        "The store can only be read ({file}): its file or folder is not writable, so nothing can be charged.", file=file
    )


def _check_file(file: Path, *, read_only: bool, sealed: bool) -> None:
    """Look at the file before anything is changed in it: whose is it, and how new?"""
    whereabouts.refuse_foreign(file)
    # SQLite would remove a log that lies beside an emptied file, and all that is still in it.
    if chain.anchor_file(file).exists() and not sqlite.has_content(file):
        raise StoreDamaged(_is_emptied(file))
    # A reader cannot roll back what a killed program left half-written, and is refused until somebody has.
    unfinished = not read_only and sqlite.has_content(sqlite.side_file(file, "-journal"))
    database = sqlite.make_database(file, read_only=not unfinished, sealed=sealed)
    pending = sqlite.side_file(file, "-wal")
    if read_only and "immutable" in database.database and sqlite.has_content(pending):
        raise StoreError(
            say("The store holds charges not yet merged and cannot be read without writing ({file}).", file=file)
        )
    with _told_apart(file), sqlite.translated(file):
        database.connect()
        try:
            # In this order: another process may be making the store meanwhile, all in one commit.
            empty = _is_empty(database)
            found = migrations.version(database)
            owner = int(sqlite.pragma(database, "application_id"))
            # The anchor is a made store's last file; a program that was ended while it made one has left none.
            gone = empty and chain.anchor_file(file).exists() and _is_empty(database)
        finally:
            database.close()
    if gone:
        raise StoreDamaged(_is_emptied(file))
    if owner != sqlite.APPLICATION_ID and not (empty and owner == found == 0):
        if whereabouts.is_store(file):  # its key lies beside it: it was one
            raise StoreDamaged(
                say("This file is not a Metercalc store ({file}). Nothing was changed in it.", file=file)
            )
        raise whereabouts.foreign(file)
    if not found and not empty:  # its first commit holds both
        raise StoreDamaged(say("The store is damaged ({file}): it has lost the version of its schema.", file=file))
    if found > migrations.SCHEMA_VERSION:
        raise StoreNewer(
            say(
                "The store was written by a newer Metercalc ({file}, version {version}). Update the program.",
                file=file,
                version=found,
            )
        )


@contextlib.contextmanager
def _told_apart(file: Path) -> Iterator[None]:
    """Call a damaged file that never was a store what it is: what is said of damage is to put a backup in its place."""
    try:
        yield
    except StoreDamaged:
        if not whereabouts.is_store(file):
            raise whereabouts.foreign(file) from None
        raise


def _is_empty(database: SqliteDatabase) -> bool:
    return int(database.execute_sql("SELECT count(*) FROM sqlite_master").fetchone()[0]) == 0


def _upgrade(store: Store, costs: Mapping[OperationType, int], backups: Path) -> bool:
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
