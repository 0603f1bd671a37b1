"""How records leave the program, as JSON documents and CSV rows: exact, and safe to open in a spreadsheet.

It writes to what it is given and asks nothing: whoever calls it has the entries. Money and numbers are plain strings,
dates are ISO 8601 in UTC.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from desktop.arithmetic.money import plain_money
from desktop.arithmetic.operations import split_operands
from desktop.arithmetic.table import OPERATIONS
from desktop.terms.charges import Entry, RawRecord
from desktop.terms.errors import BadInput

CSV_FIELDS = (
    "record_id", "date", "operation", "operands", "response", "exact", "source", "amount", "user_balance", "expression",
    "request_id", "step", "seq", "deleted_at", "note",
)  # fmt: skip

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = 60_000_000  # microseconds
# What spreadsheets begin a formula with; East Asian ones take the full-width signs too (OWASP, CSV Injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
TEXTS = frozenset(row.type.value for row in OPERATIONS.values() if row.compute is None)
"""The operations whose operands and response are words, also where they are all digits: a reason, a random string."""

# Those that an export can have, and line breaks: a spreadsheet may be set to another than the file was written with.
_SEPARATORS = ",;\t\r\n"
_BETWEEN = re.compile(f"([{_SEPARATORS}])")
_RISKY = re.compile(rf'[{_SEPARATORS}][ "]*[{"".join(map(re.escape, _FORMULA))}]')  # after a separator
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
# Texts with a comma before each and after the last that have none of these have nothing to guard.
_SIGNS_OF_RISK = (
    *(separator for separator in _SEPARATORS if separator != ","),
    ", ",
    ',"',
    *(f",{sign}" for sign in _FORMULA if sign != "-"),
)
_MINUS_AT_RISK = re.compile(r",-(?![0-9]+(?:\.[0-9]+)?,)")  # a number stays as it is
_AT_ONCE = 16  # records looked at together: few, since one of them with a risk has all of them looked into


class Writable(Protocol):
    """What text can be written to."""

    def write(self, text: str, /) -> object: ...


def step_document(entry: Entry) -> dict[str, object]:
    """One record as a step of its request, for JSON."""
    return {
        "record_id": entry.id,
        "operation": entry.operation.value,
        "operands": _operands(entry),
        "response": entry.response,
        "exact": entry.exact,
        "source": entry.source.value,
        "amount": plain_money(entry.amount),
        "user_balance": plain_money(entry.user_balance),
        "date": utc_text(entry.date),
    }


def record_document(entry: Entry) -> dict[str, object]:
    """One record with its place in the ledger, for JSON."""
    return step_document(entry) | {
        "expression": entry.expression,
        "request_id": entry.request_id,
        "step": entry.step,
        "seq": entry.seq,
        "deleted_at": None if entry.deleted_at is None else utc_text(entry.deleted_at),
        "note": entry.note,
    }


def write_csv(entries: Iterable[Entry], out: Writable, *, delimiter: str = ",", keep_text: bool = False) -> int:
    """Write a header and one row a record as RFC 4180 has it (CRLF, quotes where needed); returns how many records.

    `out` must not translate line breaks. With `keep_text` an apostrophe stands before each reason and random string
    that a spreadsheet could take for a number or a date, and change: measured in LibreOffice 7.4, half of all random
    strings of digits lose zeros or become 3.01E+19.
    """
    rows = ([raw_record(entry)] for entry in entries)
    return write_csv_batches(rows, out, delimiter=delimiter, keep_text=keep_text)


def write_csv_batches(
    batches: Iterable[Sequence[RawRecord]], out: Writable, *, delimiter: str = ",", keep_text: bool = False
) -> int:
    """The same for records as the store gives them: a value and a document each would take three times as long."""
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(CSV_FIELDS)
    count = 0
    for batch in batches:
        for start in range(0, len(batch), _AT_ONCE):
            some = batch[start : start + _AT_ONCE]
            _write_rows([_with_text_kept(row) for row in some] if keep_text else some, out, writer.writerows, delimiter)
        count += len(batch)
    return count


def raw_record(entry: Entry) -> RawRecord:
    """A record as the store has it."""
    return (
        entry.id, entry.request_id, entry.step, entry.seq, entry.operation.value, entry.operands, entry.response,
        entry.exact, entry.source.value, entry.amount, entry.user_balance, entry.date, entry.deleted_at,
        entry.expression, entry.note,
    )  # fmt: skip


def guarded(cell: str) -> str:
    """A text cell that no spreadsheet takes for a formula, nor what follows a separator in it; a number stays as it is.

    Quotes are no guard: who reads the file by another separator finds them in the middle of a cell.
    """
    if not _RISKY.search(f",{cell}"):
        return cell
    whole = f"'{cell}" if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell
    first, *rest = _BETWEEN.split(whole)  # the parts and, between them, the separators
    return first + "".join(part if part in _SEPARATORS else _guarded_part(part) for part in rest)


def _guarded_part(part: str) -> str:
    bare = part.strip(' "')
    return f"'{part}" if bare.startswith(_FORMULA) and not _NUMBER.fullmatch(part) else part


def kept_as_text(cell: str) -> str:
    """A text cell that no spreadsheet takes for a number, a date or a truth value, whatever its language."""
    signs = [sign for sign in cell if sign.isalnum()]
    is_safe = not signs or not (signs[0].isdigit() or signs[-1].isdigit() or cell.casefold() in ("true", "false"))
    return cell if is_safe else f"'{cell}"


def _with_text_kept(row: RawRecord) -> RawRecord:
    before, operation, operands, response, after, note = row[:4], row[4], row[5], row[6], row[7:-1], row[-1]
    if operation in TEXTS:
        operands, response = kept_as_text(operands), kept_as_text(response)
    return (*before, operation, operands, response, *after, kept_as_text(note))


def utc_text(microseconds: int) -> str:
    """UTC microseconds as ISO 8601: "2026-11-25T03:12:33.123456Z"."""
    minute, rest = divmod(microseconds, _MINUTE)
    digits = f"{rest:08}"
    return f"{_utc_minute(minute)}{digits[:2]}.{digits[2:]}Z"


@functools.lru_cache(maxsize=512)
def _utc_minute(minute: int) -> str:
    return (_EPOCH + timedelta(minutes=minute)).isoformat()[:17]


def _write_rows(
    some: Sequence[RawRecord], out: Writable, careful: Callable[[Iterable[tuple[object, ...]]], None], delimiter: str
) -> None:
    """Write some records, all their texts looked at together: most need neither guard nor quotes, in half the time.

    Only texts can be formulas; an amount is a number whatever its sign.
    """
    found = [text for row in some for text in (row[1], *row[4:7], row[8], *row[13:])]
    texts = ",".join(["", *found, ""])
    has_marks = '"' in texts or texts.count(",") > len(found) + 1  # a comma of its own may end what looks like a number
    if has_marks or any(sign in texts for sign in _SIGNS_OF_RISK) or _MINUS_AT_RISK.search(texts):
        careful(map(_csv_cells, map(_guarded_row, some)))
    else:
        out.write("".join([_csv_line(row, delimiter) for row in some]))


def _guarded_row(row: RawRecord) -> RawRecord:
    (id_, request_id, step, seq, operation, operands, response, exact, source, amount, balance, date, deleted,
     expression, note) = row  # fmt: skip
    texts = (request_id, operation, operands, response, source, expression, note)
    request_id, operation, operands, response, source, expression, note = map(guarded, texts)
    return (
        id_, request_id, step, seq, operation, operands, response, exact, source, amount, balance, date, deleted,
        expression, note,
    )  # fmt: skip


def _csv_cells(row: RawRecord) -> tuple[object, ...]:
    (id_, request_id, step, seq, operation, operands, response, exact, source, amount, balance, date, deleted,
     expression, note) = row  # fmt: skip
    return (
        id_, utc_text(date), operation, operands, response, "true" if exact else "false", source, _money(amount),
        plain_money(balance), expression, request_id, step, seq, None if deleted is None else utc_text(deleted),
        note,
    )  # fmt: skip


def _csv_line(row: RawRecord, d: str) -> str:
    """The same cells as a line, where none needs quotes."""
    (id_, request_id, step, seq, operation, operands, response, exact, source, amount, balance, date, deleted,
     expression, note) = row  # fmt: skip
    return (
        f"{id_}{d}{utc_text(date)}{d}{operation}{d}{operands}{d}{response}{d}{'true' if exact else 'false'}{d}{source}"
        f"{d}{_money(amount)}{d}{plain_money(balance)}{d}{expression}{d}{request_id}{d}{step}{d}{seq}{d}"
        f"{'' if deleted is None else utc_text(deleted)}{d}{note}\r\n"
    )


_money = functools.lru_cache(maxsize=512)(plain_money)  # prices are few


def _operands(entry: Entry) -> list[str]:
    try:
        return list(split_operands(entry.operation, entry.operands))
    except BadInput:  # changed by something else: `verify` names it, and it must still be possible to look at it
        return [entry.operands]
