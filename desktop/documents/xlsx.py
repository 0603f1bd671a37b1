"""Records as an Excel workbook: numbers where Excel holds them exactly, text where it would round. It asks nothing.

Excel keeps 15 significant digits and 1,048,576 rows a sheet: a longer number is written as text, and what is beyond a
sheet goes on in the next. Nothing is ever a formula or a link. The workbook is written as it comes, row by row, by
hand: XlsxWriter's streaming took six times as long, and takes a text like "<r>…</r>" for markup of its own.
The format is ECMA-376, part 1, section 18, with strings in their cells (inlineStr).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from desktop import __version__
from desktop.arithmetic.money import plain_money
from desktop.documents.exports import CSV_FIELDS, TEXTS, utc_text
from desktop.terms.charges import RawRecord

DIGITS = 15  # that Excel keeps of a number
SHEET_ROWS = 1_048_576
FIELDS = (*CSV_FIELDS, "date_exact")
"""As in a CSV file; `date` is a time that Excel can calculate with, in UTC, and `date_exact` has all its digits."""

_GENERAL, _HEAD, _MONEY, _MOMENT = range(4)  # places in the style sheet
_LARGEST_EXPONENT = 290  # of Excel's ±307, less what the digits themselves may add
_DAY = 86_400_000_000  # microseconds
_UNIX_DAY = (datetime(1970, 1, 1) - datetime(1899, 12, 30)).days  # counted as Excel does
_LAST_MOMENT = (datetime(9999, 12, 31, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?")
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\r\ufffe\uffff]|_(?=x[0-9a-fA-F]{4}_)")
_NOT_PLAIN = ("<", ">", "&", "_x", "| ", " |")  # markup, Excel's own, and spaces at an end
_AT_ONCE = 100  # records written together
_WIDTHS = {
    "date": 20, "operation": 16, "operands": 28, "response": 22, "amount": 12, "user_balance": 15, "expression": 28,
    "request_id": 38, "deleted_at": 28, "note": 28, "date_exact": 28,
}  # fmt: skip

_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_SPREADSHEET}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '<border><left/><right/><top/><bottom style="thin"/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="1" xfId="0" applyFont="1" applyBorder="1"/>'
    '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def write_xlsx(batches: Iterable[Sequence[RawRecord]], file: Path, *, sheet_rows: int = SHEET_ROWS) -> int:
    """Write a workbook of all records; returns how many. Memory does not grow with them."""
    records = chain.from_iterable(batches)
    at_once = min(_AT_ONCE, sheet_rows - 1)
    count, sheets, following = 0, 0, list(islice(records, at_once))
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as book:  # level 6: twice the time for a fifth less
        while following or not sheets:
            sheets += 1
            with book.open(f"xl/worksheets/sheet{sheets}.xml", "w", force_zip64=True) as sheet:
                written = _write_sheet(sheet.write, following, records, sheet_rows)
            count, following = count + written, list(islice(records, at_once))
        for name, content in _frame(sheets):
            book.writestr(name, content)
    return count


def excel_number(text: str) -> bool:
    """Whether a computed result is a number that Excel keeps as it is: not more digits than it holds, no overflow."""
    if len(text) <= DIGITS and _PLAIN.fullmatch(text):
        return True
    if not _NUMBER.fullmatch(text):  # in a store that something else has changed, anything can stand there
        return False
    mantissa, _, exponent = text.lower().partition("e")
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits = whole + fraction
    if len(digits.strip("0")) > DIGITS:
        return False
    return abs(int(exponent or 0)) + len(digits) < _LARGEST_EXPONENT


def _write_sheet(
    write: Callable[[bytes], object], some: Sequence[RawRecord], more: Iterator[RawRecord], rows: int
) -> int:
    """One sheet from some records on, as far as it goes: how many it has."""
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{_WIDTHS.get(name, 11)}" customWidth="1"/>'
        for number, name in enumerate(FIELDS, 1)
    )
    head = "".join(_text(_letter(number), 1, name, _HEAD) for number, name in enumerate(FIELDS))
    write(
        f'{_XML}<worksheet xmlns="{_SPREADSHEET}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols>{columns}</cols><sheetData><row r="1">{head}</row>'.encode()
    )
    row = 1
    while some:
        text = _plain_text if _are_plain(some) else _text
        write("".join([_row(number, record, text) for number, record in enumerate(some, row + 1)]).encode())
        row += len(some)
        some = list(islice(more, min(_AT_ONCE, rows - row)))
    write(b"</sheetData></worksheet>")
    return row - 1


def _are_plain(some: Iterable[RawRecord]) -> bool:
    """Whether no text of some records needs anything to stand in XML as it is: looked at together, for speed."""
    texts = "|".join([text for record in some for text in (record[1], *record[4:7], record[8], *record[13:15])])
    return f"|{texts}|".isprintable() and not any(sign in f"|{texts}|" for sign in _NOT_PLAIN)


def _row(row: int, record: RawRecord, text: Callable[[str, int, str], str]) -> str:
    (id_, request_id, step, seq, operation, operands, response, exact, source, amount, balance, date, deleted,
     expression, note) = record  # fmt: skip
    result = text("E", row, response)
    if operation not in TEXTS and excel_number(response):
        result = f'<c r="E{row}"><v>{response}</v></c>'
    moment = f'<c r="B{row}" s="{_MOMENT}"><v>{_UNIX_DAY + date / _DAY!r}</v></c>' if 0 <= date < _LAST_MOMENT else ""
    return (
        f'<row r="{row}"><c r="A{row}"><v>{id_}</v></c>{moment}{text("C", row, operation)}{text("D", row, operands)}'
        f'{result}<c r="F{row}" t="b"><v>{1 if exact else 0}</v></c>{text("G", row, source)}{_money("H", row, amount)}'
        f"{_money('I', row, balance)}{text('J', row, expression)}{text('K', row, request_id)}"
        f'<c r="L{row}"><v>{step}</v></c><c r="M{row}"><v>{seq}</v></c>'
        f"{'' if deleted is None else _plain_text('N', row, utc_text(deleted))}"
        f"{text('O', row, note)}{_plain_text('P', row, utc_text(date))}</row>"
    )


def _money(column: str, row: int, hundredths: int) -> str:
    text = plain_money(hundredths)
    if abs(hundredths) < 10**DIGITS:
        return f'<c r="{column}{row}" s="{_MONEY}"><v>{text}</v></c>'
    return _text(column, row, text)


def _plain_text(column: str, row: int, text: str) -> str:
    return f'<c r="{column}{row}" t="inlineStr"><is><t>{text}</t></is></c>' if text else ""


def _text(column: str, row: int, text: str, style: int = _GENERAL) -> str:
    """A cell of text; an empty one is left out. What XML cannot hold is written as Excel does: _x001F_."""
    if not text:
        return ""
    text = escape(_NO_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
    return f'<c r="{column}{row}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _letter(column: int) -> str:
    return chr(ord("A") + column)


def _frame(sheets: int) -> Iterator[tuple[str, str]]:
    """The small parts around the sheets, by their names."""
    numbers = range(1, sheets + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n in numbers
    )
    yield (
        "[Content_Types].xml",
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        '<Override PartName="/docProps/app.xml"'
        f' ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/>{types}</Types>',
    )
    yield (
        "_rels/.rels",
        _relations([("officeDocument", "xl/workbook.xml"), ("extended-properties", "docProps/app.xml")]),
    )
    # AppVersion takes two numbers and no more, so the version stands with the name.
    yield (
        "docProps/app.xml",
        f'{_XML}<Properties xmlns="{_PROPERTIES}"><Application>Metercalc {__version__}</Application></Properties>',
    )
    names = "".join(f'<sheet name="Records{f" {n}" * (n > 1)}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    yield (
        "xl/workbook.xml",
        f'{_XML}<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_RELATIONS}"><sheets>{names}</sheets></workbook>',
    )
    targets = [*(("worksheet", f"worksheets/sheet{n}.xml") for n in numbers), ("styles", "styles.xml")]
    yield "xl/_rels/workbook.xml.rels", _relations(targets)
    yield "xl/styles.xml", _STYLES


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'
