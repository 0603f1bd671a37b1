"""Exports of the filtered records through the real lanes and store."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pytestqt.qtbot import QtBot

from desktop.controllers.exports import Export, ExportsController
from desktop.documents.export_files import ExportFormat
from desktop.terms.kinds import Column, OperationType
from desktop.terms.pages import Filters, PageRequest
from tests.qt.conftest import Program

pytestmark = pytest.mark.usefixtures("cheap_passwords")
ADDITIONS = PageRequest(Filters(operations=frozenset({OperationType.ADDITION})), Column.RESPONSE, descending=True)


@pytest.fixture
def exports(program: Program) -> ExportsController:
    return ExportsController(lanes=program.lanes, access=program.access, sessions=program.sessions)


def charge(qtbot: QtBot, program: Program, *entries: str) -> None:
    for entry in entries:
        program.calculator.set_entry(entry)
        with qtbot.waitSignal(program.calculator.charged):
            program.calculator.evaluate()


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
def test_all_that_the_filters_let_through_is_written_in_the_order_asked_for(
    qtbot: QtBot, program: Program, exports: ExportsController, tmp_path: Path, kind: str
) -> None:
    program.register(qtbot)
    charge(qtbot, program, "1 + 1", "2 × 2", "4 + 5", "6 + 4")
    file = tmp_path / f"records.{kind}"
    with qtbot.waitSignals([exports.started, exports.exported]):
        exports.export(Export(file, ExportFormat(kind), ADDITIONS))
    assert responses(file, kind) == ["10", "9", "2"]


def responses(file: Path, kind: str) -> list[str]:
    if kind == "csv":
        return [row["response"] for row in csv.DictReader(file.read_text("utf-8").splitlines())]
    if kind == "json":
        return [record["response"] for record in json.loads(file.read_text("utf-8"))]
    return [str(row[4]) for row in load_workbook(file).worksheets[0].iter_rows(min_row=2, values_only=True)]


def test_how_many_were_written_is_told(
    qtbot: QtBot, program: Program, exports: ExportsController, tmp_path: Path
) -> None:
    program.register(qtbot)
    charge(qtbot, program, "1 + 1")
    progress = []
    exports.progress.connect(lambda done, total: progress.append((done, total)))
    with qtbot.waitSignal(exports.exported) as exported:
        exports.export(Export(tmp_path / "a.csv", ExportFormat(), PageRequest()))
    assert progress == [(2, 2)]  # the starting balance is a record too
    assert exported.args[0].records == 2


def test_a_stopped_export_leaves_no_file_and_says_so_once(
    qtbot: QtBot, program: Program, exports: ExportsController, tmp_path: Path
) -> None:
    program.register(qtbot)
    file = tmp_path / "a.csv"
    with qtbot.assertNotEmitted(exports.exported), qtbot.waitSignal(exports.stopped):
        exports.export(Export(file, ExportFormat(), PageRequest()))
        exports.cancel()
    exports.cancel()
    with qtbot.waitSignal(exports.exported):  # the lane has dealt with the first by then
        exports.export(Export(tmp_path / "b.csv", ExportFormat(), PageRequest()))
    assert not file.exists()


def test_signing_out_stops_the_export(
    qtbot: QtBot, program: Program, exports: ExportsController, tmp_path: Path
) -> None:
    program.register(qtbot)
    exports.export(Export(tmp_path / "a.csv", ExportFormat(), PageRequest()))
    with qtbot.waitSignal(exports.stopped):
        program.sessions.sign_out()


def test_a_file_that_cannot_be_written_is_told_with_a_reference(
    qtbot: QtBot, program: Program, exports: ExportsController, tmp_path: Path
) -> None:
    program.register(qtbot)
    with qtbot.waitSignal(exports.failed) as failed:
        exports.export(Export(tmp_path / "gone" / "a.csv", ExportFormat(), PageRequest()))
    assert "could not be written" in failed.args[0].text
    assert failed.args[0].reference in failed.args[0].text
