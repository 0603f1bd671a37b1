"""Promise 18: no cell of an export is a formula, no number is another one, and a file is whole or not there."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import re
import signal
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import pytest
from openpyxl import load_workbook

from desktop.arithmetic.numbers import format_number
from desktop.documents import export_files, exports, xlsx
from desktop.documents.export_files import ExportFormat
from desktop.terms.charges import Entry
from desktop.terms.errors import Cancelled, StoreError
from desktop.terms.kinds import OperationType, Source
from tests.faults.support.nursery import Channel, Nursery
from tests.faults.support.runs import in_some_go

TEXTS = ("operands", "response", "expression")
MONEY = ("amount", "user_balance")
STARTERS = "=+-@\t\r\n＝＋－＠"
PIECES = (
    *STARTERS, '"', '""', "'", ",", ";", "|", "\r\n", "\n", "\ufeff", " ", "\u00a0", "\u202e", "\x00", "\x1f", "0",
    "1.5", "SUM(A1:A9)", 'HYPERLINK("http://x","y")', "cmd|' /C calc'!A0", "1+1", "-2", "1e5", "é", "🎲", "½", "٣",
    "−5", "1,000.00",
)  # fmt: skip
ENTRY = Entry(
    id=7,
    request_id="01234567-89ab-cdef-0123-456789abcdef",
    step=1,
    seq=3,
    operation=OperationType.ADDITION,
    operands="-5 + 3",
    response="-2",
    exact=True,
    source=Source.COMPUTED,
    amount=1000,
    user_balance=99000,
    date=1_795_576_353_123_456,
    deleted_at=None,
    expression="-5 + 3",
)
CELLS = len(TEXTS) + len(MONEY)
SLOW_S = 0.0005  # a pause between two records of an export that is to be killed


# -- cells -------------------------------------------------------------------------------------------------------------


def _text(choose: random.Random) -> str:
    return "".join(choose.choice(PIECES) for _ in range(choose.randrange(5)))


def _number(choose: random.Random) -> str:
    digits = choose.randrange(10 ** choose.randrange(1, 101))
    sign = choose.choice(("", "-"))
    return format_number(Decimal(f"{sign}{digits}e{choose.randrange(-120, 121)}"))


def _entry(number: int, choose: random.Random) -> Entry:
    cell = (_text, _number)[choose.randrange(2)]
    return ENTRY._replace(
        id=number,
        operands=_text(choose),
        response=cell(choose),
        expression=cell(choose),
        amount=choose.randrange(-(10**15), 10**15),
        user_balance=choose.randrange(10**15),
    )


def _rfc4180(text: str) -> list[list[str]]:
    """Another reader than `csv`: the grammar of RFC 4180, a character at a time, and nothing beside it."""
    rows: list[list[str]] = []
    row: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == '"':
            cell, at = [], at + 1
            while text[at] != '"' or text[at + 1 : at + 2] == '"':
                cell.append(text[at])
                at += 1 + (text[at] == '"')
            row.append("".join(cell))
            at += 1
        else:
            end = min(place for mark in (",", "\r\n") if (place := text.find(mark, at)) >= 0)
            row.append(text[at:end])
            assert '"' not in row[-1]
            at = end
        if text.startswith("\r\n", at):
            rows, row, at = [*rows, row], [], at + 2
        else:
            assert text[at] == ",", f"neither a comma nor a line's end at {at}"
            at += 1
    assert row == []
    return rows


def _is_number(text: str) -> bool:
    """As a spreadsheet sees one; written without the program's own idea of it."""
    body = text[1:] if text[:1] in ("+", "-") else text
    return body[:1].isdecimal() and all(c in "0123456789.eE+-" for c in text) and _finite(text)


def _finite(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except ArithmeticError:
        return False


def _is_formula(cell: str) -> bool:
    """Whether a spreadsheet takes a cell for one: by its first sign, in half or full width, unless it is a number."""
    first = unicodedata.normalize("NFKC", cell[:1])
    return first in ("=", "+", "-", "@", "\t", "\r", "\n") and not _is_number(cell)


def trouble(entries: list[Entry], file: Path) -> list[str]:
    """Write the entries, read them back by two readers, and say what is not as it should be."""
    _write(file, "csv", entries)
    header, *rows = _rfc4180(_exactly(file))
    with file.open(encoding="utf-8", newline="") as source:
        by_csv = list(csv.reader(source, strict=True))
    found = [] if by_csv == [header, *rows] else ["the two readers read different cells"]
    found += [] if len(rows) == len(entries) else [f"{len(rows)} rows for {len(entries)} records"]
    for entry, row in zip(entries, rows, strict=False):
        cells = dict(zip(header, row, strict=True))
        parts = [(name, part) for name, cell in cells.items() for part in (cell, *re.split("[,;\t\r\n]", cell))]
        found += [f"a formula in {name}: {part!r}" for name, part in parts if _is_formula(part)]
        for name in TEXTS:
            meant, cell = getattr(entry, name), cells[name]
            if _is_number(meant) and cell != meant:
                found.append(f"the number {meant} in {name} became {cell!r}")
            if cell.replace("'", "") != meant.replace("'", ""):  # the guard's one sign, wherever a part begins
                found.append(f"{meant!r} in {name} became {cell!r}")
        found += [
            f"{getattr(entry, name)} hundredths became {cells[name]}"
            for name in MONEY
            if not _is_number(cells[name]) or Decimal(cells[name]) * 100 != getattr(entry, name)
        ]
    return found


def trouble_in_excel(entries: list[Entry], file: Path) -> list[str]:
    """The same for a workbook, read back by openpyxl: formulas are marked as such, and numbers are numbers there."""
    batches = [[exports.raw_record(entry)] for entry in entries]
    export_files.write_batches(file, ExportFormat("xlsx"), batches, progress=lambda done: None, cancelled=lambda: False)
    header, *rows = load_workbook(file).worksheets[0].iter_rows()
    names = [cell.value for cell in header]
    found = [] if len(rows) == len(entries) else [f"{len(rows)} rows for {len(entries)} records"]
    for entry, row in zip(entries, rows, strict=False):
        cells = dict(zip(names, row, strict=True))
        found += [f"a formula in {name}: {cell.value!r}" for name, cell in cells.items() if cell.data_type == "f"]
        meant = {name: getattr(entry, name) for name in TEXTS} | {name: getattr(entry, name) for name in MONEY}
        for name, value in meant.items():
            if not _same(value, cells[name].value):
                found.append(f"{value!r} in {name} became {cells[name].value!r}")
    return found


def _same(meant: str | int, cell: Any) -> bool:
    """Whether a workbook's cell is what was meant: hundredths as credits, a number exactly, a text to its last sign."""
    if isinstance(meant, int):
        return _finite(str(cell)) and Decimal(str(cell)) * 100 == meant
    if isinstance(cell, str):
        return re.sub("_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), cell) == meant  # as Excel reads it
    return meant == "" if cell is None else _finite(meant) and Decimal(str(cell)) == Decimal(meant)


def _exactly(file: Path) -> str:
    return file.read_bytes().decode()


@pytest.mark.parametrize("cells", [400, pytest.param(10_000, marks=pytest.mark.faults)])
def test_no_generated_cell_is_a_formula_and_no_number_is_changed(
    folder: Path, choose: random.Random, cells: int
) -> None:
    entries = [_entry(number, choose) for number in range(cells // CELLS)]
    found = trouble(entries, folder / "records.csv")
    print(f"{len(entries) * CELLS} cells, {len(found)} troubles")  # noqa: T201  # the figure
    assert found == []


@pytest.mark.parametrize("cells", [400, pytest.param(10_000, marks=pytest.mark.faults)])
def test_no_generated_cell_of_a_workbook_is_a_formula_and_no_number_is_changed(
    folder: Path, choose: random.Random, cells: int
) -> None:
    entries = [_entry(number, choose) for number in range(cells // CELLS)]
    found = trouble_in_excel(entries, folder / "records.xlsx")
    print(f"{len(entries) * CELLS} cells of a workbook, {len(found)} troubles")  # noqa: T201  # the figure
    assert found == []


def test_the_harness_finds_figures_that_a_workbook_rounds(
    folder: Path, choose: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Decimal takes a number with a control character before it, which no XML can hold.
    monkeypatch.setattr(xlsx, "excel_number", lambda text: text.isprintable() and _finite(text))
    assert trouble_in_excel([_entry(number, choose) for number in range(100)], folder / "records.xlsx")


exports_guarded = exports.guarded  # as it is before a test plants another


@pytest.mark.parametrize(
    ("planted", "named"),
    [
        (lambda cell: cell, "a formula in"),
        (lambda cell: f"'{cell}" if cell.startswith("-") else exports_guarded(cell), "the number -"),
        (lambda cell: exports_guarded(cell).replace("\r\n", "\n"), "became"),
        (lambda cell: exports_guarded(cell[:15]), "became"),
    ],
    ids=["no guard", "a guard that changes numbers", "changed line breaks", "short cells"],
)
def test_the_harness_finds_what_a_wrong_guard_lets_through(
    folder: Path, choose: random.Random, monkeypatch: pytest.MonkeyPatch, planted: object, named: str
) -> None:
    monkeypatch.setattr(exports, "guarded", planted)
    found = trouble([_entry(number, choose) for number in range(300)], folder / "records.csv")
    assert any(named in what for what in found)


# -- whole or not there ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def children() -> Iterator[Nursery]:
    """Processes to be killed, or to be short of room."""
    if not hasattr(os, "fork"):
        pytest.skip("there is no fork on this system")
    started = Nursery(None)
    yield started
    started.close()


def _slowly(channel: Channel, count: int) -> Iterator[Entry]:
    for number in range(count):
        if number == 1:
            channel.send("writing")
        time.sleep(SLOW_S)  # so that a kill falls between two records
        yield ENTRY._replace(id=number, operands="x" * 200)


def export(channel: Channel, *, file: str, kind: str, count: int, planted: bool) -> int:
    """Write an export slowly."""
    if planted:
        export_files.replacing = _in_place  # type: ignore[attr-defined]
    return _write(Path(file), kind, _slowly(channel, count))


def _write(file: Path, kind: str, entries: Iterable[Entry], cancelled: Callable[[], bool] = lambda: False) -> int:
    """Write an export as the window does, but one record at a time."""
    batches = ([exports.raw_record(entry)] for entry in entries)
    return export_files.write_batches(
        file, ExportFormat(kind), batches, progress=lambda done: None, cancelled=cancelled
    )


@contextlib.contextmanager
def _in_place(file: Path) -> Iterator[Path]:
    """What `replacing` must not be: the work goes on under the final name."""
    file.touch(mode=0o600)
    yield file


def export_without_room(channel: Channel, *, file: str, kind: str, room: int) -> str:
    """Write an export where no file may grow past `room` bytes; what the person is told."""
    import resource  # not on Windows

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    entries = (ENTRY._replace(id=number, operands="x" * 200) for number in range(1_000))
    try:
        _write(Path(file), kind, entries)
    except StoreError as error:
        return error.message
    return ""


def _whole(file: Path, kind: str, count: int) -> bool:
    """Whether an export has every record, each readable."""
    try:
        if kind == "xlsx":
            return bool(load_workbook(file).worksheets[0].max_row == count + 1)
        text = _exactly(file)
        rows = json.loads(text) if kind == "json" else _rfc4180(text)[1:]
    except (ValueError, IndexError, AssertionError, BadZipFile):
        return False
    return len(rows) == count


def killed(children: Nursery, folder: Path, choose: random.Random, rounds: int, *, planted: bool = False) -> list[str]:
    """Kill so many exports at random points: which files are neither whole nor what was there before."""
    found = []
    for number in range(rounds):
        kind, count = choose.choice((*export_files.TEXT_FORMATS, "xlsx")), 60
        file = folder / f"{number}.{kind}"
        was_there = choose.random() < 0.5
        if was_there:
            file.write_bytes(b"what was there before")
        child = children.start(export, file=str(file), kind=kind, count=count, planted=planted)
        child.channel.receive()
        deadline = time.perf_counter() + choose.uniform(0, 1.5 * count * SLOW_S)
        while time.perf_counter() < deadline:
            pass
        child.kill()
        child.wait()
        if file.exists() != was_there and not file.exists():
            found.append(f"{file.name}: gone")
        elif file.exists() and not (
            (was_there and file.read_bytes() == b"what was there before") or _whole(file, kind, count)
        ):
            found.append(f"{file.name}: half")
    return found


@pytest.mark.parametrize("rounds", [12, pytest.param(300, marks=pytest.mark.faults)])
def test_a_killed_export_leaves_no_half_file(
    children: Nursery, folder: Path, choose: random.Random, rounds: int
) -> None:
    found = killed(children, folder, choose, rounds)
    print(f"{rounds} kills, {len(found)} half files")  # noqa: T201  # the figure
    assert found == []


def test_the_harness_finds_half_files_of_an_export_that_is_written_in_place(
    children: Nursery, folder: Path, choose: random.Random
) -> None:
    assert in_some_go(lambda _: killed(children, folder, choose, 12, planted=True))


@pytest.mark.parametrize("kind", export_files.TEXT_FORMATS)
def test_an_export_that_finds_no_room_says_so_and_leaves_what_was_there(
    children: Nursery, folder: Path, choose: random.Random, kind: str
) -> None:
    file = folder / f"records.{kind}"
    for was_there in (False, True):
        if was_there:
            file.write_bytes(b"what was there before")
        for _ in range(5):
            message = children.run(export_without_room, file=str(file), kind=kind, room=choose.randrange(1, 100_000))
            assert "could not be written" in message
            assert [found.name for found in folder.iterdir()] == [file.name] * was_there
    assert file.read_bytes() == b"what was there before"


@pytest.mark.parametrize("kind", export_files.TEXT_FORMATS)
def test_a_stopped_export_leaves_no_file(folder: Path, choose: random.Random, kind: str) -> None:
    file, looks = folder / f"records.{kind}", choose.randrange(4)
    answers = iter([False] * looks + [True])
    with pytest.raises(Cancelled):
        _write(file, kind, (ENTRY._replace(id=number) for number in range(9)), cancelled=lambda: next(answers))
    assert list(folder.iterdir()) == []
