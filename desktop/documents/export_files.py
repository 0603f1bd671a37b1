"""One export file: written whole or not at all, with progress, and stopped when nobody wants it any more."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from desktop.documents import exports
from desktop.documents.json_rows import write_json_batches
from desktop.language.sentences import say
from desktop.system.private_files import replacing
from desktop.terms.charges import RawRecord
from desktop.terms.errors import BadInput, Cancelled, StoreError

TEXT_FORMATS = ("csv", "json")
SEPARATORS = (",", ";", "\t")

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """How records are written: as "csv", "json" or "xlsx"; the others are CSV's.

    A byte order mark has spreadsheets read the file as UTF-8; some take a semicolon for the separator. `keep_text`
    has them leave words of digits as they are.
    """

    kind: str = "csv"
    separator: str = ","
    bom: bool = False
    keep_text: bool = False

    @property
    def encoding(self) -> str:
        """Of the text file."""
        return "utf-8-sig" if self.kind == "csv" and self.bom else "utf-8"


def write_batches(
    file: Path,
    form: ExportFormat,
    batches: Iterable[Sequence[RawRecord]],
    *,
    progress: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> int:
    """Write records as the store gives them and return how many; `progress(done)` comes with each batch.

    Raises `Cancelled`, `BadInput` for another form, and `StoreError` when the disk refuses; then no file is left, and
    one that was there stays as it was.
    """
    if form.kind not in (*TEXT_FORMATS, "xlsx"):
        raise BadInput(say("“{kind}” is no format that is written in batches.", kind=form.kind))
    if form.separator not in SEPARATORS:
        raise BadInput(say("The separator must be a comma, a semicolon or a tab."))
    watched = _watched(batches, progress, cancelled)
    with _replacing(file) as temporary:
        if form.kind == "xlsx":
            from desktop.documents.xlsx import write_xlsx

            return write_xlsx(watched, temporary)
        # newline="": the CSV writer ends its lines itself.
        with temporary.open("w", encoding=form.encoding, newline="") as out:
            if form.kind == "json":
                return write_json_batches(watched, out)
            return exports.write_csv_batches(watched, out, delimiter=form.separator, keep_text=form.keep_text)


@contextlib.contextmanager
def _replacing(file: Path) -> Iterator[Path]:
    try:
        with replacing(file) as temporary:
            yield temporary
    except OSError as error:
        raise StoreError(
            say("The file could not be written ({file}): {reason}.", file=file, reason=error.strerror or error)
        ) from error


def _watched(
    batches: Iterable[Sequence[Item]], progress: Callable[[int], None], cancelled: Callable[[], bool]
) -> Iterator[Sequence[Item]]:
    count = 0
    for batch in batches:
        _heed(cancelled)
        yield batch
        count += len(batch)
        progress(count)


def _heed(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise Cancelled(say("The export was stopped; no file was left."))
