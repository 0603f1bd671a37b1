"""What a person should know of an open store's state: read-only, disk full and the like. It changes nothing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from desktop.models import chain
from desktop.models.store import Store
from desktop.shown import shown_date

LOW_SPACE = 16 * 1024 * 1024
"""Bytes of free disk under which a charge may soon fail: a checkpoint and its side files need room too."""

CLOCK_SLACK = 60_000_000
"""Microseconds that the clock may stand behind the newest record, as after a correction by a time server."""

_RECENT = 1_000  # records looked at for the newest date: after a set-back clock the last one is not it


@dataclass(frozen=True, slots=True)
class Seen:
    """`version` changes with every commit of another connection; `trouble` is a sentence, "" when all is well."""

    version: int
    trouble: str


class Watch:
    """Looks at one store now and then, always on the same connected thread."""

    def __init__(self) -> None:
        self._version: int | None = None
        self._newest = 0

    def look(self, store: Store) -> Seen:
        """The state right now. Raises `StoreError` when the file is gone or cannot be read."""
        store.check_in_place()
        version = store.data_version()
        if version != self._version:
            self._newest = max(self._newest, _newest_date(store))
            self._version = version
        return Seen(version, self._trouble(store))

    def _trouble(self, store: Store) -> str:
        if store.read_only_reason is not None:
            return store.read_only_reason
        key = chain.key_file(store.file)
        if chain.read_key(key) != store.key:
            return (
                f"The store's key file is missing or not its own ({key}). Put it back before Metercalc is closed: "
                "without it the store can only be read. Until then charges go on and are safe."
            )
        if shutil.disk_usage(store.file.parent).free < LOW_SPACE:
            return (
                f"The disk that holds the store is full or nearly so ({store.file.parent}). Make room: what does not "
                "fit is refused and not charged."
            )
        if self._newest - store.clock() > CLOCK_SLACK:
            return (
                f"This computer's clock is behind the newest record, of {shown_date(self._newest)}. Set it right. "
                "Balances do not depend on it; only dates and their order do."
            )
        return ""


def _newest_date(store: Store) -> int:
    recent = f"SELECT max(date) FROM (SELECT date FROM record ORDER BY id DESC LIMIT {_RECENT})"
    with store.reading() as database:
        return int(database.execute_sql(recent).fetchone()[0] or 0)
