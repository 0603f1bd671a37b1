"""When backups are made, how many are kept, and which is offered. What a backup file holds is `backup_files`'."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from desktop.language.sentences import say
from desktop.models.embedded import accounts
from desktop.models.embedded.storage import backup_files, sqlite, whereabouts
from desktop.models.embedded.storage.store import Store
from desktop.system.private_files import UNFINISHED, make_folder
from desktop.terms.errors import StoreError

log = logging.getLogger(__name__)

DAILY_KEPT = 7
WEEKLY_KEPT = 4
ABANDONED_S = 24 * 3600

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
    if os.path.realpath(target) in {
        os.path.realpath(file) for file in (*whereabouts.files_of(store.file).values(), *keep)
    }:
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
