"""One export file: written whole or not at all, with progress, and stopped when nobody wants it any more."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from desktop import exports
from desktop.errors import BadInput, Cancelled, StoreError
from desktop.private_files import replacing
from desktop.values import Entry

KINDS = ("csv", "json")
REPORT_EVERY = 5_000


def write_file(
    file: Path,
    kind: str,
    entries: Iterable[Entry],
    *,
    progress: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> int:
    """Write the entries as "csv" or "json" and return how many; `progress(done)` comes every few thousand.

    Raises `Cancelled`, `BadInput` for another kind, and `StoreError` when the disk refuses; then no file is left.
    """
    if kind not in KINDS:
        raise BadInput(f"{kind!r} is no format to export to: choose one of {', '.join(KINDS)}.")
    try:
        # newline="": the CSV writer ends its lines itself.
        with replacing(file) as temporary, temporary.open("w", encoding="utf-8", newline="") as out:
            watched = _watched(entries, progress, cancelled)
            return exports.write_csv(watched, out) if kind == "csv" else exports.write_json(watched, out)
    except OSError as error:
        raise StoreError(f"The file could not be written ({file}): {os.strerror(error.errno or 0)}.") from error


def _watched(
    entries: Iterable[Entry], progress: Callable[[int], None], cancelled: Callable[[], bool]
) -> Iterator[Entry]:
    for count, entry in enumerate(entries):
        if count % REPORT_EVERY == 0:
            progress(count)
            if cancelled():
                raise Cancelled("The export was stopped; no file was left.")
        yield entry
