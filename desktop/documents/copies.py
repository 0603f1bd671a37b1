"""Records as text for the clipboard: what stands in the columns shown, in their order. It touches no clipboard.

As plain text and Markdown they are what the eye sees, in the person's locale; as CSV and JSON they have the names and
the exact values of an export.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from desktop.documents.exports import guarded, record_document
from desktop.language.directions import bare
from desktop.language.sentences import mark
from desktop.terms.charges import Entry
from desktop.terms.kinds import Column, Detail

_FIELDS: Mapping[Column | Detail, tuple[str, ...]] = {
    Column.DATE: ("date",),
    Column.OPERATION: ("operation",),
    Column.OPERANDS: ("operands",),
    Column.RESPONSE: ("response", "exact"),  # ≈ would be lost without
    Column.AMOUNT: ("amount",),
    Column.BALANCE: ("user_balance",),
    Detail.NUMBER: ("seq",),
    Detail.EXPRESSION: ("expression",),
    Detail.SOURCE: ("source",),
    Detail.REQUEST: ("request_id",),
    Detail.NOTE: ("note",),
}


# A sign, then digits with what a locale puts between them: a spreadsheet reads a number, or text, and no formula.
_FIGURE = re.compile(r"[+\-−]?\d+([.,'’ \u00a0\u202f٬٫]\d+)*")


class CopyFormat(StrEnum):
    """The formats to copy in; the value is what a menu shows."""

    TEXT = mark("&Text with headers")
    CSV = mark("&CSV")
    JSON = mark("&JSON")
    MARKDOWN = mark("&Markdown")


def as_shown(cells: Sequence[Sequence[str]]) -> str:
    """Rows of cells, tabs between: what a spreadsheet takes when it is pasted, guarded against formulas.

    A tab or line break becomes a space. Figures stay as they are shown, but for the minus: spreadsheets know "-" alone.
    """
    return "\n".join("\t".join(_pasted(cell) for cell in row) for row in cells)


def _pasted(cell: str) -> str:
    text = " ".join(bare(cell).split("\t")).replace("\r", " ").replace("\n", " ")
    return text.replace("−", "-") if _FIGURE.fullmatch(text) else guarded(text)


def as_markdown(headers: Sequence[str], cells: Sequence[Sequence[str]], right: Sequence[bool]) -> str:
    """A Markdown table whose figures stand to the right, its columns padded to be read as plain text too."""
    rows = [[_markdown_cell(cell) for cell in row] for row in (headers, *cells)]
    widths = [max(3, *(len(row[column]) for row in rows)) for column in range(len(headers))]
    rule = ["-" * (width - 1) + ":" if side else "-" * width for width, side in zip(widths, right, strict=True)]
    padded = [
        [cell.rjust(width) if side else cell.ljust(width) for cell, width, side in zip(row, widths, right, strict=True)]
        for row in rows
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in (padded[0], rule, *padded[1:]))


def as_csv(entries: Sequence[Entry], columns: Sequence[Column | Detail]) -> str:
    """CSV with a header, safe to paste into a spreadsheet."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    names = _names(columns)
    writer.writerow(names)
    for entry in entries:
        document = record_document(entry) | {"operands": entry.operands}
        writer.writerow([guarded(_plain(document[name])) for name in names])
    return out.getvalue()


def as_json(entries: Sequence[Entry], columns: Sequence[Column | Detail]) -> str:
    """A JSON array, one record a line."""
    names = _names(columns)
    lines = (_chosen(record_document(entry), names) for entry in entries)
    return "[\n" + ",\n".join(lines) + "\n]\n" if entries else "[]\n"


def _chosen(document: Mapping[str, object], names: Sequence[str]) -> str:
    return json.dumps({name: document[name] for name in names}, ensure_ascii=False)


def _names(columns: Sequence[Column | Detail]) -> tuple[str, ...]:
    return tuple(name for column in columns for name in _FIELDS[column])


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _markdown_cell(text: str) -> str:
    for special in "\\`*_[]<>|":
        text = text.replace(special, "\\" + special)
    return " ".join(text.split())
