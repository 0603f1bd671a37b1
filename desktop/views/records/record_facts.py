"""What is known of one record, in words, and what of it can be used again. It shows nothing."""

from __future__ import annotations

from desktop.arithmetic.numbers import NumberFormat
from desktop.arithmetic.table import OPERATIONS
from desktop.language.sentences import mark, say
from desktop.terms.charges import Entry
from desktop.terms.kinds import Column, Detail
from desktop.views.records.columns import COLUMNS, HEADERS, Shown, cells
from desktop.wording.shown import moment_text

_ROWS: tuple[Shown, ...] = (
    Column.DATE, Column.OPERATION, Detail.EXPRESSION, Column.OPERANDS, Column.RESPONSE, Detail.SOURCE, Column.AMOUNT,
    Column.BALANCE, Detail.NOTE, Detail.NUMBER, Detail.REQUEST,
)  # fmt: skip


def facts(entry: Entry, proof: str, number_format: NumberFormat) -> list[tuple[str, str]]:
    """A record's facts as names, which are marked to be said where they are shown, and texts; what it has not is left
    out.
    """
    texts = dict(zip(COLUMNS, cells(entry, number_format), strict=True))
    found = [(HEADERS[row], texts[row]) for row in _ROWS if texts[row]]
    if entry.deleted_at is not None:
        found.append((mark("Trash"), say("since {moment}", moment=moment_text(entry.deleted_at, number_format))))
    return [*found, (mark("Proof"), proof)]


def result_of(entry: Entry) -> str:
    """The number to calculate on with, in full and plainly; "" for a record without one."""
    return entry.response if OPERATIONS[entry.operation].compute is not None else ""


def expression_of(entry: Entry) -> str:
    """What was calculated, to be calculated again; "" for a record that is no calculation."""
    if OPERATIONS[entry.operation].compute is None:
        return ""
    return entry.expression or entry.operands
