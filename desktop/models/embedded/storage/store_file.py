"""A store's own file before it is opened: made where there is none, looked at before anything changes in it."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.models.embedded.storage import chain, migrations, sqlite, whereabouts
from desktop.models.embedded.storage.identity import OTHER_NAMES, has_other_names
from desktop.system.private_files import close_to_others, create_private, make_folder, real_place, try_out
from desktop.terms.errors import StoreDamaged, StoreError, StoreNewer

log = logging.getLogger(__name__)


def make(file: Path, *, make: bool) -> None:
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


def drop_leftover_name(file: Path) -> None:
    """Take away the second name that a restore gave the store before it was ended half way."""
    try:
        if file.stat().st_nlink > 1:
            for kept in real_place(file).parent.glob(f"replaced-*/{file.name}"):
                if kept.samefile(file):
                    kept.unlink()
    except OSError:  # then it has its two names, and is only read
        return


def cannot_write(file: Path) -> str | None:
    if has_other_names(file):
        return say(OTHER_NAMES, file=file)
    if all(os.access(place, os.W_OK) for place in (file, file.parent, real_place(file).parent)):
        return None
    return say(
        "The store can only be read ({file}): its file or folder is not writable, so nothing can be charged.", file=file
    )


def check(file: Path, *, read_only: bool, sealed: bool) -> None:
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


def close_to_all_others(file: Path) -> None:
    """Mend a store, a key or an anchor that others can read: a copy or another umask left it so."""
    for each in (chain.key_file(file), file, chain.anchor_file(file)):
        try:
            if close_to_others(each):
                log.warning("others could reach %s: from now on it is its owner's alone", each)
        except FileNotFoundError:
            continue
        except OSError as error:
            log.warning("others can reach %s: %s", each, os.strerror(error.errno or 0))


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
