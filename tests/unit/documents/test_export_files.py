"""Export files: in the format asked for, whole or not there, stopped when nobody wants them."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from desktop.documents.export_files import ExportFormat, write_batches
from desktop.documents.exports import raw_record
from desktop.terms.errors import BadInput, Cancelled, StoreError
from tests.unit.documents.test_exports import ENTRY

BATCHES = [[raw_record(ENTRY._replace(id=batch * 10 + n)) for n in range(10)] for batch in range(3)]


def write(file: Path, form: ExportFormat, *, stop_after: int = 99) -> list[int]:
    """Write the batches; returns the progress that was told."""
    told: list[int] = []
    count = write_batches(file, form, BATCHES, progress=told.append, cancelled=lambda: len(told) >= stop_after)
    assert count == 30
    return told


def test_progress_counts_what_is_written(tmp_path: Path) -> None:
    assert write(tmp_path / "a.csv", ExportFormat()) == [10, 20, 30]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("bom", [False, True])
def test_csv_has_the_separator_and_the_mark_that_were_asked_for(tmp_path: Path, separator: str, bom: bool) -> None:
    file = tmp_path / "a.csv"
    write(file, ExportFormat("csv", separator, bom))
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") == bom
    rows = list(csv.reader(content.decode("utf-8-sig").splitlines(), delimiter=separator))
    assert rows[0][0] == "record_id"
    assert [row[0] for row in rows[1:]] == [str(number) for number in range(30)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("was_there", [False, True])
def test_a_stopped_export_leaves_what_was_there(tmp_path: Path, kind: str, was_there: bool) -> None:
    file = tmp_path / f"a.{kind}"
    if was_there:
        file.write_text("before")
    with pytest.raises(Cancelled):
        write(file, ExportFormat(kind), stop_after=1)
    assert [found.name for found in tmp_path.iterdir()] == [file.name] * was_there
    assert not was_there or file.read_text() == "before"


@pytest.mark.parametrize("form", [ExportFormat("pdf"), ExportFormat("csv", "|")])
def test_another_format_is_refused_before_anything_is_written(tmp_path: Path, form: ExportFormat) -> None:
    with pytest.raises(BadInput):
        write(tmp_path / "a", form)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="could not be written"):
        write(tmp_path / "gone" / "a.csv", ExportFormat())


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_pipe_takes_no_export_and_stays(tmp_path: Path, kind: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreError, match="is a pipe"):
        write(tmp_path / "pipe", ExportFormat(kind))
    assert [found.is_fifo() for found in tmp_path.iterdir()] == [True]
