"""Records as an Excel workbook: numbers where Excel holds them exactly, text where it would round them. It asks nothing.

Excel keeps 15 significant digits and 1,048,576 rows a sheet: a longer number is written as text, and what is beyond a
sheet goes on in the next. Nothing is ever a formula or a link.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from desktop.arithmetic.money import plain_money
from desktop.exports import CSV_FIELDS, utc_text
from desktop.values import OperationType, RawRecord

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

DIGITS = 15  # that Excel keeps of a number
SHEET_ROWS = 1_048_576
FIELDS = (*CSV_FIELDS, "date_exact")
"""As in a CSV file; `date` is a time that Excel can calculate with, in UTC, and `date_exact` has all its digits."""

_WIDTHS = {"date": 20, "operation": 16, "operands": 28, "response": 22, "expression": 28, "request_id": 38}
_WIDTHS |= {"amount": 13, "user_balance": 15, "source": 12, "deleted_at": 28, "date_exact": 28}
_LARGEST_EXPONENT = 290  # of Excel's ±307, less what the digits themselves may add
_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)  # Excel's day 0
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_UNIX_DAY = (_UNIX - _EPOCH).days
_DAY = timedelta(days=1) // timedelta(microseconds=1)
_LAST_MOMENT = (datetime(9999, 12, 31, tzinfo=UTC) - _UNIX) // timedelta(microseconds=1)
_WORDS = {OperationType.RANDOM_STRING.value, OperationType.CREDIT.value}  # whose responses are no numbers


class _Formats(NamedTuple):
    head: Format
    money: Format
    moment: Format


def write_xlsx(batches: Iterable[Sequence[RawRecord]], file: Path) -> int:
    """Write a workbook of all records into an existing file's place; returns how many. Memory does not grow with them.

    Raises `OSError` when the disk refuses.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    count = 0
    # Rows wait in files of their own until the workbook is put together; a folder, so that none is left after a stop.
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".export-") as folder:
        book = Workbook(str(file), {"constant_memory": True, "tmpdir": folder, "in_memory": False})
        formats = _formats(book)
        sheet = _new_sheet(book, formats)
        row = 1
        try:
            for batch in batches:
                for record in batch:
                    if row == SHEET_ROWS:
                        sheet, row = _new_sheet(book, formats), 1
                    _write_row(sheet, row, record, formats)
                    row += 1
                count += len(batch)
        except BaseException:
            _let_go(book)
            raise
        try:
            book.close()
        except FileCreateError as error:
            raise OSError(*error.args[0].args) from error
    return count


def excel_number(text: str) -> float | None:
    """A computed result as a number that Excel shows as it is; None where it has more digits than Excel keeps."""
    digits = text.lstrip("-").partition("e")[0].partition("E")[0].replace(".", "").strip("0")
    if len(digits) > DIGITS:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    size = abs(number)
    return number if number == 0 or 10.0**-_LARGEST_EXPONENT < size < 10.0**_LARGEST_EXPONENT else None


def _formats(book: Workbook) -> _Formats:
    return _Formats(
        head=book.add_format({"bold": True, "bottom": 1}),
        money=book.add_format({"num_format": "#,##0.00"}),
        moment=book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    )


def _new_sheet(book: Workbook, formats: _Formats) -> Worksheet:
    number = len(book.worksheets()) + 1
    sheet = book.add_worksheet("Records" if number == 1 else f"Records {number}")
    for column, name in enumerate(FIELDS):
        sheet.set_column(column, column, _WIDTHS.get(name, 10))
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(FIELDS):
        sheet.write_string(0, column, name, formats.head)
    return sheet


def _write_row(sheet: Worksheet, row: int, record: RawRecord, formats: _Formats) -> None:
    (id_, request_id, step, seq, operation, operands, response, exact, source, amount, balance, date, deleted,
     expression) = record  # fmt: skip
    _write_integer(sheet, row, 0, id_)
    if 0 <= date < _LAST_MOMENT:
        sheet.write_number(row, 1, _UNIX_DAY + date / _DAY, formats.moment)
    _write_text(sheet, row, 2, operation)
    _write_text(sheet, row, 3, operands)
    number = None if operation in _WORDS else excel_number(response)
    if number is None:
        _write_text(sheet, row, 4, response)
    else:
        sheet.write_number(row, 4, number)
    sheet.write_boolean(row, 5, bool(exact))
    _write_text(sheet, row, 6, source)
    _write_money(sheet, row, 7, amount, formats)
    _write_money(sheet, row, 8, balance, formats)
    _write_text(sheet, row, 9, expression)
    _write_text(sheet, row, 10, request_id)
    _write_integer(sheet, row, 11, step)
    _write_integer(sheet, row, 12, seq)
    if deleted is not None:
        _write_text(sheet, row, 13, utc_text(deleted))
    _write_text(sheet, row, 14, utc_text(date))


def _write_integer(sheet: Worksheet, row: int, column: int, number: int) -> None:
    if abs(number) < 10**DIGITS:
        sheet.write_number(row, column, number)
    else:
        sheet.write_string(row, column, str(number))


def _write_money(sheet: Worksheet, row: int, column: int, hundredths: int, formats: _Formats) -> None:
    if abs(hundredths) < 10**DIGITS:
        sheet.write_number(row, column, hundredths / 100, formats.money)
    else:
        sheet.write_string(row, column, plain_money(hundredths))


def _write_text(sheet: Worksheet, row: int, column: int, text: str) -> None:
    if not text:
        return
    if text.startswith("<r>") and text.endswith("</r>"):
        # The library takes such a text for markup of its own; in two pieces it is a text again.
        plain = sheet.default_url_format
        sheet.write_rich_string(row, column, text[:1], plain, text[1:])
        return
    sheet.write_string(row, column, text)


def _let_go(book: Workbook) -> None:
    """Close the files in which rows wait, and have the workbook forget them: it would be written when collected."""
    for sheet in book.worksheets():
        if sheet.row_data_fh is not None and not sheet.row_data_fh.closed:
            sheet.row_data_fh.close()
    book.fileclosed = True
