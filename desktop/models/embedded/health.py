"""What a person should know of an open store's state: read-only, disk full and the like. It changes nothing."""

from __future__ import annotations

import shutil

from desktop.language.sentences import say
from desktop.models.embedded.storage import chain
from desktop.models.embedded.storage.store import Store
from desktop.wording.shown import shown_date

LOW_SPACE = 16 * 1024 * 1024
"""Bytes of free disk under which a charge may soon fail: a checkpoint and its side files need room too."""

CLOCK_SLACK = 60_000_000
"""Microseconds that the clock may stand behind the newest record, as after a correction by a time server."""

_RECENT = 1_000  # records looked at for the newest date: after a set-back clock the last one is not it


class Others:
    """Notices what other programs write to one store.

    Always asked on the connected thread that writes: a connection's own commits do not count for it.
    """

    def __init__(self) -> None:
        self._seen: tuple[object, int] | None = None

    def have_written(self, store: Store) -> bool:
        """Whether they have since the last look; no at the first, yes where the thread has connected anew since."""
        before, self._seen = self._seen, (store.database.connection(), store.data_version())
        return before is not None and before != self._seen


class Watch:
    """Looks at one store now and then, always on the same connected thread."""

    def __init__(self) -> None:
        self._version: int | None = None
        self._newest = 0

    def look(self, store: Store) -> str:
        """The trouble right now in a sentence, "" when all is well.

        Raises `StoreError` when the file is gone or cannot be read.
        """
        store.check_in_place()
        version = store.data_version()
        if version != self._version:
            self._newest = max(self._newest, _newest_date(store))
            self._version = version
        return self._trouble(store)

    def _trouble(self, store: Store) -> str:
        if store.read_only_reason is not None:
            return store.read_only_reason
        key = chain.key_file(store.file)
        if chain.read_key(key) != store.key:
            return say(
                "The store's key file is missing or not its own ({key}). Put it back before Metercalc is closed: "
                "without it the store can only be read. Until then charges go on and are safe.",
                key=key,
            )
        if shutil.disk_usage(store.file.parent).free < LOW_SPACE:
            return say(
                "The disk that holds the store is full or nearly so ({folder}). Make room: what does not "
                "fit is refused and not charged.",
                folder=store.file.parent,
            )
        if self._newest - store.clock() > CLOCK_SLACK:
            return say(
                "This computer's clock is behind the newest record, of {date}. Set it right. "
                "Balances do not depend on it; only dates and their order do.",
                date=shown_date(self._newest),
            )
        return ""


def _newest_date(store: Store) -> int:
    recent = f"SELECT max(date) FROM (SELECT date FROM record ORDER BY id DESC LIMIT {_RECENT})"
    with store.reading() as database:
        return int(database.execute_sql(recent).fetchone()[0] or 0)
