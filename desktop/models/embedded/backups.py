"""When backups are made, how many are kept, and how one is put back. What a backup file holds is `backup_files`'."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from desktop.language.sentences import say, say_many
from desktop.models.embedded import accounts
from desktop.models.embedded.storage import backup_files, chain, sqlite, whereabouts
from desktop.models.embedded.storage.opening import check_name, open_store
from desktop.models.embedded.storage.store import Store
from desktop.models.embedded.storage.witnesses import remembered_file
from desktop.models.embedded.verify import verify
from desktop.system.private_files import (
    UNFINISHED,
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
from desktop.terms.values import OperationType

log = logging.getLogger(__name__)

DAILY_KEPT = 7
WEEKLY_KEPT = 4
ABANDONED_S = 24 * 3600

_SIDE = ("-wal", "-shm", "-journal")

_DAILY = re.compile(rf"daily-(\d{{8}})T\d{{6}}Z{re.escape(backup_files.SUFFIX)}")


def folder_of(store_file: Path) -> Path:
    """Where a store's automatic backups lie."""
    return store_file.parent / "backups"


def back_up(
    store: Store, target: Path, *, keep: Iterable[Path] = (), cancelled: Callable[[], bool] = lambda: False
) -> None:
    """Write a checked backup of the open store; `target` is replaced in one step.

    Raises `StoreError`, or `Cancelled` within 50 ms: then there is no new file under that name; also where it would
    replace a file that the store is made of, or one of those to `keep`.
    """
    if not store.key_is_own:
        raise StoreError(say("The store's own key file is missing: a backup without it could never be verified."))
    # Not by resolve(), which raises where links lead in a circle.
    if os.path.realpath(target) in {os.path.realpath(file) for file in (*_files_of(store.file).values(), *keep)}:
        raise StoreError(say("A backup cannot take the place of {target}. Choose another file.", target=target))
    if _is_something_else(target):
        raise StoreError(
            say("{target} is something else than a backup, and was left as it is. Choose another file.", target=target)
        )
    try:
        with sqlite.translated(store.file, store.is_damaged):
            backup_files.write(store.database, store.key, target, cancelled)
    except OSError as error:
        raise StoreError(
            say("The backup could not be written ({target}): {why}.", target=target, why=error.strerror or error)
        ) from error
    log.info("backed up")


def _is_something_else(target: Path) -> bool:
    """Whether a name leads to what would be lost under a backup: to anything but a backup, or nothing at all."""
    if not os.path.isfile(target):  # Path's own raises for a name that is too long
        return os.path.lexists(target)
    return sqlite.has_content(target) and not backup_files.is_one(target)


def _files_of(store_file: Path) -> dict[str, Path]:
    """What a store is made of, by the names that its files have where none of them is a link."""
    own = (store_file, chain.key_file(store_file), chain.anchor_file(store_file))
    side = {store_file.name + suffix: sqlite.side_file(store_file, suffix) for suffix in _SIDE}
    return {file.name: file for file in own} | side


def back_up_daily(store: Store, *, cancelled: Callable[[], bool] = lambda: False) -> Path | None:
    """Make today's automatic backup, unless there is one or nobody has an account; drop those that had their time."""
    folder = folder_of(store.file)
    today = datetime.now(UTC).date()
    if today in _dailies(folder) or accounts.is_empty(store):
        return None
    try:
        make_folder(folder)
    except OSError as error:
        raise StoreError(
            say("No backup can be made ({folder}): {why}.", folder=folder, why=error.strerror or error)
        ) from error
    target = backup_files.daily(folder)
    back_up(store, target, cancelled=cancelled)
    dailies = _dailies(folder)  # the one just made is the newest day's, and always kept
    kept = set(dailies.values()) - set(superseded(dailies))
    for old in [*(set(_up_to_today(folder)) - kept), *_abandoned(folder)]:
        old.unlink(missing_ok=True)
    return target


def superseded(dailies: Mapping[date, Path]) -> list[Path]:
    """Those automatic backups that are neither of the newest days nor the newest of the newest weeks."""
    newest_first = sorted(dailies, reverse=True)
    weeks: dict[tuple[int, int], date] = {}
    for day in newest_first:
        weeks.setdefault(day.isocalendar()[:2], day)
    kept = set(newest_first[:DAILY_KEPT]) | set(list(weeks.values())[:WEEKLY_KEPT])
    return [dailies[day] for day in newest_first if day not in kept]


def _abandoned(folder: Path) -> list[Path]:
    """Unfinished backups that a killed program left behind: so old that nobody can be writing them."""
    long_ago = time.time() - ABANDONED_S
    found = []
    older = f".*{backup_files.SUFFIX}.*.part"  # as version 1.0.0 called them
    for file in (each for pattern in (UNFINISHED, older) for each in folder.glob(f"{pattern}*")):
        with contextlib.suppress(FileNotFoundError):  # another window was faster
            if file.stat().st_mtime < long_ago:
                found.append(file)
    return found


def newest(store_file: Path) -> Path | None:
    """The newest automatic backup, to be offered when a store is damaged."""
    dailies = _dailies(folder_of(store_file))
    return dailies[max(dailies)] if dailies else None


def offer(store_file: Path, options: str = "") -> str:
    """The sentence that says how to go on from a damaged store; `options` are those that name it to a command."""
    backup = newest(store_file)
    import shlex  # late, as all that is for trouble alone

    restore = f"metercalc {options}restore-backup"
    if backup is None:
        return say(
            "There is no automatic backup; if you keep one elsewhere, run: {command}.", command=f"{restore} FILE"
        )
    return say(
        "The newest backup can take its place: close Metercalc and run: {command}.",
        command=f"{restore} {shlex.quote(str(backup))}",
    )


def _dailies(folder: Path) -> dict[date, Path]:
    """The last automatic backup of each day."""
    return {day: file for file, day in _up_to_today(folder).items()}


def _up_to_today(folder: Path) -> dict[Path, date]:
    """The automatic backups, oldest first, without those of days to come: a wrong clock made them, and names lie."""
    today = datetime.now(UTC).date()
    found = {}
    for file in sorted(folder.glob("daily-*")) if folder.is_dir() else ():
        match = _DAILY.fullmatch(file.name)
        if match:
            with contextlib.suppress(ValueError):  # a name with a date that no calendar has is not one of ours
                found[file] = date.fromisoformat(match[1])
    return {file: day for file, day in found.items() if day <= today}


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
    check_name(store_file)
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
        for file in _files_of(store_file).values():
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
    files = {name: file for name, file in _files_of(store_file).items() if file.exists()}
    if not files:
        return None
    kept = real_place(store_file).parent / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    make_folder(kept)
    for name, file in files.items():
        _keep(file, kept / name)
    sync_folder(kept)
    for suffix in _SIDE:  # left by a store too damaged to be merged: they must not meet the new one
        sqlite.side_file(store_file, suffix).unlink(missing_ok=True)
    return kept


def _put_back(kept: Path | None, store_file: Path) -> None:
    """Have the store as it was before it was set aside."""
    if kept is None:
        return
    for name, file in _files_of(store_file).items():
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
