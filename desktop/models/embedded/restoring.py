"""How a backup is put in a store's place: proved beside it first, and what it replaces is kept."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from desktop.language.sentences import say, say_many
from desktop.models.embedded.storage import backup_files, chain, sqlite, whereabouts
from desktop.models.embedded.storage.opening import open_store
from desktop.models.embedded.storage.witnesses import remembered_file
from desktop.models.embedded.verify import verify
from desktop.system.private_files import (
    check_replaceable,
    create_private,
    make_folder,
    move,
    real_place,
    sync,
    sync_folder,
    write_private,
)
from desktop.terms.errors import AppError, StoreDamaged, StoreError, StoreForeign, StoreLocked
from desktop.terms.kinds import OperationType

log = logging.getLogger(__name__)


def restore(
    backup: Path,
    store_file: Path,
    *,
    costs: Mapping[OperationType, int],
    remembered: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Path | None:
    """Put a backup in the store's place after proving it; returns where the replaced store is kept, if there was one.

    What the program `remembered` of the store is made to begin with the backup: going back is meant.

    Raises `StoreDamaged` when the backup fails a check and `StoreLocked` when a program has the store open; then
    nothing was changed.
    """
    whereabouts.check_name(store_file)
    if sqlite.has_content(store_file) and not whereabouts.is_store(store_file):
        raise StoreForeign(
            say(
                "{file} is not a Metercalc store: a backup does not take its place. Move it away, or say with "
                "--data-dir or [database] url where the store is. Nothing was replaced.",
                file=store_file,
            )
        )
    # On the store's own disk: there it takes its place in one step.
    workshop = real_place(store_file).parent / f"restoring-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    try:
        make_folder(store_file.parent)
        make_folder(workshop)
    except OSError as error:
        raise StoreError(
            say(
                "Nothing can be put into {folder}: {why}. Nothing was replaced.",
                folder=workshop.parent,
                why=os.strerror(error.errno or 0),
            )
        ) from error
    try:
        for file in whereabouts.files_of(store_file).values():
            check_replaceable(file)
        candidate = _prove(backup, workshop / store_file.name, costs, progress)
        sync(candidate)
        with _held(store_file):
            kept = _set_aside(store_file)
            try:
                # The key first: with the old store it is at worst read-only, and the new one without it would be too.
                for file_of in (chain.key_file, _itself, chain.anchor_file):
                    move(file_of(candidate), file_of(store_file))
            except OSError:
                _put_back(kept, store_file)
                raise
            _remember(store_file, remembered)
    except OSError as error:
        raise StoreError(say("The backup could not be restored: {why}.", why=error.strerror or error)) from error
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    log.info("restored a backup")
    return kept


def _remember(store_file: Path, folder: Path | None) -> None:
    """Have the restored store's anchor stand for what the program remembers of it."""
    key = chain.read_key(chain.key_file(store_file))
    if folder is None or key is None:
        return
    make_folder(folder)
    write_private(remembered_file(folder, key), chain.anchor_file(store_file).read_bytes())


def _prove(
    backup: Path, candidate: Path, costs: Mapping[OperationType, int], progress: Callable[[int, int], None]
) -> Path:
    """A store made of the backup beside the real one, fully verified and closed."""
    create_private(candidate)
    with backup.open("rb") as source, candidate.open("r+b") as target:
        shutil.copyfileobj(source, target)
    write_private(chain.key_file(candidate), backup_files.unseal(candidate))
    store = open_store(candidate, costs=costs, backups=candidate.parent)
    try:
        if store.read_only_reason is not None:
            raise StoreDamaged(say("The backup cannot be used: {why}", why=store.read_only_reason))
        store.write_anchor(anew=True)
        outcome = verify(store, progress=progress)
    finally:
        store.close()
    if outcome.problems:
        first = outcome.problems[0]
        raise StoreDamaged(
            say_many(
                "The backup fails {count} check ({rule}: {message}) Nothing was replaced.",
                "The backup fails {count} checks ({rule}: {message}) Nothing was replaced.",
                len(outcome.problems),
                rule=first.rule,
                message=first.message,
            )
        )
    return candidate


def _itself(store_file: Path) -> Path:
    return store_file


def _set_aside(store_file: Path) -> Path | None:
    """Keep the store that is about to be replaced, under a second name, on the disk before anything takes its place."""
    files = {name: file for name, file in whereabouts.files_of(store_file).items() if file.exists()}
    if not files:
        return None
    kept = real_place(store_file).parent / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    make_folder(kept)
    for name, file in files.items():
        _keep(file, kept / name)
    sync_folder(kept)
    for suffix in whereabouts.LOGS:  # left by a store too damaged to be merged: they must not meet the new one
        sqlite.side_file(store_file, suffix).unlink(missing_ok=True)
    return kept


def _put_back(kept: Path | None, store_file: Path) -> None:
    """Have the store as it was before it was set aside."""
    if kept is None:
        return
    for name, file in whereabouts.files_of(store_file).items():
        if (kept / name).exists():
            move(kept / name, file)
    shutil.rmtree(kept, ignore_errors=True)  # a second name of a file that has its first is still there


def _keep(file: Path, second: Path) -> None:
    """Give a file a second name.

    Where the disk knows no such thing, the store is moved, since to copy it would let go of its locks; what lies
    beside it is copied, and says until the end that there was a store.
    """
    try:
        os.link(file.resolve(), second)
    except OSError:
        if file.suffix in (".key", ".anchor"):
            shutil.copy2(file, second)
            sync(second)
        else:
            real_place(file).replace(second)


@contextlib.contextmanager
def _held(store_file: Path) -> Iterator[None]:
    """Hold the store that is to be replaced, merged and in one file: nobody can charge what would then be lost.

    Leaving WAL is allowed to the only connection alone, so that an open window is noticed. A damaged store is left as
    it is. Raises `StoreLocked` when a program has it open.
    """
    if not store_file.exists():
        yield
        return
    database = sqlite.make_database(store_file, read_only=False)
    try:
        try:
            with sqlite.translated(store_file):
                database.connect()
                database.execute_sql("PRAGMA busy_timeout = 1000")
                database.execute_sql("PRAGMA journal_mode = DELETE").fetchall()
                database.execute_sql("BEGIN EXCLUSIVE")
        except StoreLocked as error:
            raise StoreLocked(say("The store is in use. Close Metercalc everywhere, then restore again.")) from error
        except AppError as error:
            log.warning("the store to be replaced cannot be merged: %s", error.code)
        if os.name == "nt":  # which replaces no open file
            database.close()
        yield
    finally:
        database.close()
