"""Reading who is to be given credit from a CSV file: an e-mail, an amount and a reason on each line. It credits nobody.

Spreadsheets write commas or semicolons between the cells, and a heading above them; what is a heading is told by its
first word. Amounts are read as the person's locale writes them, and as machines do.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.arithmetic.money import parse_money
from desktop.arithmetic.numbers import PLAIN, NumberFormat
from desktop.language.sentences import say, say_count, say_many
from desktop.system.private_files import read_whole
from desktop.terms.errors import BadInput
from desktop.terms.people import CreditOrder

MOST_BYTES = 2_000_000
MOST_LINES = 10_000
_HEADINGS = ("email", "e-mail", "mail", "user", "account")
_LONGEST_CELL = 2_000
_TWO_WAYS = re.compile(r"[-+−]?[0-9]{1,3}[.,][0-9]{3}")


@dataclass(frozen=True, slots=True)
class CreditFile:
    """What a file says: orders, and the lines that could not be read, each with why."""

    orders: tuple[CreditOrder, ...]
    troubles: tuple[tuple[int, str], ...]


def read(file: Path, fmt: NumberFormat = PLAIN) -> CreditFile:
    """The orders of a file. Raises `BadInput` for one that is no such file at all."""
    try:
        text = read_whole(file, MOST_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise BadInput(
            say("{file}: cannot be read: {reason}. Nothing was credited.", file=file, reason=error.strerror)
        ) from error
    except UnicodeDecodeError as error:
        raise BadInput(
            say("{file}: this is not text in UTF-8. Save it as CSV in UTF-8. Nothing was credited.", file=file)
        ) from error
    return parse(text, fmt)


def parse(text: str, fmt: NumberFormat = PLAIN) -> CreditFile:
    """The orders of a file's text. Raises `BadInput` as `read` does."""
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise BadInput(
            say_many(
                "The file has {count} line; it can have {most}. Nothing was credited.",
                "The file has {count} lines; it can have {most}. Nothing was credited.",
                len(lines),
                most=say_count(MOST_LINES),
            )
        )
    first = next((line for line in lines if line.strip()), "")
    mark = max(",;\t", key=lambda one: len(next(csv.reader([first], delimiter=one), [])))
    orders, troubles, begun = [], [], False
    for number, line in enumerate(lines, start=1):
        try:
            cells = [cell.strip() for cell in next(csv.reader([line], delimiter=mark, strict=True), [])]
        except csv.Error as error:
            troubles.append((number, say("The line is no CSV: {reason}.", reason=error)))
            continue
        if not any(cells):
            continue
        if not begun and cells[0].casefold() in _HEADINGS:
            begun = True
            continue
        begun = True
        try:
            orders.append(_order(cells, number, fmt))
        except BadInput as error:
            troubles.append((number, error.message))
    if not orders and not troubles:
        raise BadInput(say("The file has no line with an e-mail, an amount and a reason. Nothing was credited."))
    return CreditFile(tuple(orders), tuple(troubles))


def _order(cells: Sequence[str], line: int, fmt: NumberFormat) -> CreditOrder:
    while len(cells) > 3 and not cells[-1]:  # what a spreadsheet leaves behind
        cells = cells[:-1]
    if len(cells) != 3 or max(map(len, cells)) > _LONGEST_CELL:
        raise BadInput(
            say_many(
                "It has {count} cell, not an e-mail, an amount and a reason.",
                "It has {count} cells, not an e-mail, an amount and a reason.",
                len(cells),
                count=len(cells),
            )
        )
    email, amount, reason = cells
    return CreditOrder(email, _amount(amount, fmt), reason, line)


def _amount(text: str, fmt: NumberFormat) -> int:
    """An amount as the locale or as machines write it. Raises `BadInput`, also for 1.500 where both may be meant."""
    if fmt.decimal_mark != PLAIN.decimal_mark and _TWO_WAYS.fullmatch(text):
        raise BadInput(
            say("“{text}” can be read in two ways. Write it without the mark, or with two decimals.", text=text)
        )
    try:
        return parse_money(text, fmt)
    except BadInput as error:
        try:
            return parse_money(text, PLAIN)
        except BadInput:
            raise error from None
