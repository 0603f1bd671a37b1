"""The records of a statement: the table that each page has some of, and how many lines each record takes in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from desktop.arithmetic.money import format_money
from desktop.arithmetic.numbers import NumberFormat, digits_of, in_order, localise
from desktop.documents.lines import Flow
from desktop.documents.pen import APART, BODY, DRAWN, FAINT, GREY, INK, LEFT, RIGHT, RULE, WIDEST, Pen
from desktop.documents.sheets import HEAD_ROW, ROW, Part
from desktop.language.sentences import mark, say
from desktop.terms.charges import RawRecord
from desktop.terms.kinds import OperationType
from desktop.wording.grouping import seams
from desktop.wording.shown import operation_name, shown_moment, shown_reason

_GAP = 8.0  # between columns
_WHAT = 2  # the column of operands and result
_AS_TYPED = frozenset({"", OperationType.CREDIT.value, OperationType.RANDOM_STRING.value})
# Of the records' table: header, share of the width, whether its figures stand to the right.
_COLUMNS = (
    (mark("Date"), 0.20, False),
    (mark("Operation"), 0.155, False),
    (mark("Operands and result"), 0.355, False),
    (mark("Amount"), 0.14, True),
    (mark("Balance"), 0.15, True),
)


@dataclass(frozen=True, slots=True)
class Written:
    """A record's operands and result as they are written; in lines where they are longer than one."""

    row: RawRecord
    text: str
    flow: Flow | None

    @property
    def lines(self) -> int:
        return self.flow.lines if self.flow else 1


class RecordTable:
    """Writes records with a pen, between the sides of a page's `body`."""

    def __init__(self, pen: Pen, number_format: NumberFormat, body: QRectF) -> None:
        self._pen = pen
        self._format = number_format
        self._body = body
        self._room_of_what = body.width() * _COLUMNS[_WHAT][1] - _GAP

    def lines_of(self, row: RawRecord) -> int:
        """How many lines a record takes. Nothing is measured of one that is short, as most are."""
        if row[4] not in _AS_TYPED and row[12] is None:
            longest = (len(row[5]) + len(row[6]) + 3) * BODY * (WIDEST + APART / 2)  # groups have two figures or more
            if longest <= self._room_of_what:
                return 1
        return self.written(row).lines

    def written(self, row: RawRecord) -> Written:
        """A record ready to be painted."""
        (_, _, _, _, operation, operands, response, exact, _, _, _, _, deleted, _, _) = row
        is_number = operation not in _AS_TYPED
        if is_number:
            equals = "=" if exact else "≈"
            what = f"{localise(operands, self._format)} {equals} {localise(response, self._format)}"
        else:
            what = shown_reason(operands) if operation == OperationType.CREDIT.value else response
        if operation != OperationType.CREDIT.value:
            what = in_order(what, self._format)
        if deleted is not None:
            what = say("Deleted: {record}", record=what)
        size = DRAWN if operation == OperationType.RANDOM_STRING.value else BODY
        ends, apart = self._pen.ends(what) if is_number else [], size * APART
        if self._pen.fits(
            what, size, self._room_of_what, figures=is_number and deleted is None, more=len(ends) * apart
        ):
            return Written(row, what, None)
        if is_number:
            what, ends = self._pen.cut(what, seams(what, self._format), ends, self._room_of_what, apart=apart)
        return Written(row, what, self._pen.flow(what, self._room_of_what, size=size, ends=ends, apart=apart))

    def paint(self, top: float, parts: Sequence[Part[Written]]) -> None:
        """Some of them, under the head of the table."""
        body = self._body
        self._cells(top, [say(name) for name, _, _ in _COLUMNS], colour=GREY)
        self._pen.rule(body.left(), body.right(), top + HEAD_ROW - 3, RULE)
        y = top + HEAD_ROW
        for part in parts:
            self._paint_record(y, part)
            y += part.height
            self._pen.rule(body.left(), body.right(), y, FAINT)

    def _paint_record(self, y: float, part: Part[Written]) -> None:
        """A record, or those of its lines that are on this page; what is beside them stands beside the first."""
        written = part.record
        row, flow = written.row, written.flow
        colour = INK if row[12] is None else GREY
        if not part.first:
            date, name = dated(shown_moment(row[11]), self._format), operation_name(row[4])
            money = format_money(-row[9], self._format, signed=True), format_money(row[10], self._format)
            self._cells(y, [date, name, "" if flow else written.text, *money], colour=colour, of=row[4])
        if flow:
            size = DRAWN if row[4] == OperationType.RANDOM_STRING.value else BODY
            self._pen.lines(flow, self._boxes(y)[_WHAT], size, part.first, part.end, colour=colour)

    def _cells(self, y: float, cells: Sequence[str], *, colour: QColor, of: str = "") -> None:
        """A row of the table; `of` is the operation of a record."""
        drawn, typed = of == OperationType.RANDOM_STRING.value, of in _AS_TYPED
        for place, (cell, (_, _, right), box) in enumerate(zip(cells, _COLUMNS, self._boxes(y), strict=True)):
            # A date is longer where an hour came twice.
            size = DRAWN if drawn and place == _WHAT else BODY
            self._pen.text(
                box,
                cell,
                align=RIGHT if right else LEFT,
                colour=colour,
                size=size,
                figure=right,
                number=place == _WHAT and not typed,
            )

    def _boxes(self, y: float) -> list[QRectF]:
        """The cells of a row, of one line."""
        found, x = [], self._body.left()
        for place, (_, share, _) in enumerate(_COLUMNS):
            width = self._body.width() * share
            found.append(QRectF(x, y, width - (_GAP if place < len(_COLUMNS) - 1 else 0), ROW))
            x += width
        return found


def dated(text: str, fmt: NumberFormat) -> str:
    """A date as it stands on paper."""
    return in_order(digits_of(text, fmt), fmt)
