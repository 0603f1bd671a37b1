"""One export file: written whole or not at all, with progress, and stopped when nobody wants it any more."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop import exports
from desktop.errors import BadInput, Cancelled, StoreError
from desktop.private_files import replacing
from desktop.values import Entry, RawRecord

KINDS = ("csv", "json", "xlsx")
SEPARATORS = (",", ";", "\t")

Batches = Iterable[Sequence[RawRecord]]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """How records are written: as "csv", "json" or "xlsx"; `separator` and `bom` are CSV's.

    A byte order mark has spreadsheets read the file as UTF-8; some take a semicolon for the separator.
    """

    kind: str = "csv"
    separator: str = ","
    bom: bool = False

    def __post_init__(self) -> None:
        """Raises `BadInput` for what there is not."""
        if self.kind not in KINDS:
            raise BadInput(f"{self.kind!r} is no format to export to: choose one of {', '.join(KINDS)}.")
        if self.separator not in SEPARATORS:
            raise BadInput("The separator must be a comma, a semicolon or a tab.")


def write_file(
    file: Path,
    form: ExportFormat,
    batches: Batches,
    *,
    entries_of: Callable[[Sequence[RawRecord]], Sequence[Entry]],
    progress: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> int:
    """Write the records and return how many; `progress(done)` comes with each batch. `entries_of` reads a batch.

    Raises `Cancelled`, and `StoreError` when the disk refuses; then no file is left, and one that was there stays.
    """
    watched = _watched(batches, progress, cancelled)
    try:
        with replacing(file) as temporary:
            if form.kind == "xlsx":
                from desktop.export_xlsx import write_xlsx

                return write_xlsx(watched, temporary)
            encoding = "utf-8-sig" if form.kind == "csv" and form.bom else "utf-8"
            # newline="": the CSV writer ends its lines itself.
            with temporary.open("w", encoding=encoding, newline="") as out:
                if form.kind == "csv":
                    return exports.write_csv_batches(watched, out, delimiter=form.separator)
                return exports.write_json((entry for batch in watched for entry in entries_of(batch)), out)
    except OSError as error:
        raise StoreError(f"The file could not be written ({file}): {os.strerror(error.errno or 0)}.") from error


def _watched(
    batches: Batches, progress: Callable[[int], None], cancelled: Callable[[], bool]
) -> Iterator[Sequence[RawRecord]]:
    count = 0
    for batch in batches:
        if cancelled():
            raise Cancelled("The export was stopped; no file was left.")
        yield batch
        count += len(batch)
        progress(count)
    if cancelled():
        raise Cancelled("The export was stopped; no file was left.")
