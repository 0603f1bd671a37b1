"""The columns of the records table: their heads, what each shows of a record, and which can be sorted by.

A new column is an entry of `HEADERS` and its text in `_TEXTS`. It formats records and holds none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from desktop.arithmetic.money import format_count, format_money
from desktop.arithmetic.numbers import NumberFormat, digits_of, in_order, localise
from desktop.arithmetic.table import OPERATIONS
from desktop.language.directions import bare
from desktop.language.sentences import mark, say
from desktop.terms.charges import Entry
from desktop.terms.kinds import Column, Detail, OperationType, Source
from desktop.wording.grouping import grouped
from desktop.wording.shown import operation_name, shown_moment, shown_reason

Shown = Column | Detail

HEADERS: Mapping[Shown, str] = {
    Column.DATE: mark("Date"),
    Column.OPERATION: mark("Operation"),
    Column.OPERANDS: mark("Operands"),
    Column.RESPONSE: mark("Result"),
    Column.AMOUNT: mark("Amount"),
    Column.BALANCE: mark("Balance"),
    # Translators: The number of a record, the head of a column.
    Detail.NUMBER: mark("No."),
    Detail.EXPRESSION: mark("Expression"),
    # Translators: Where a result comes from.
    Detail.SOURCE: mark("Source"),
    # Translators: The mark of the request that a record was written for.
    Detail.REQUEST: mark("Request"),
    Detail.NOTE: mark("Note"),
}
COLUMNS = tuple(HEADERS)
FIGURES: frozenset[Shown] = frozenset({Column.RESPONSE, Column.AMOUNT, Column.BALANCE, Detail.NUMBER})
HIDDEN_AT_FIRST: frozenset[Shown] = frozenset(Detail)
SEARCHED: frozenset[Shown] = frozenset(Column) | {Detail.EXPRESSION, Detail.NOTE}

# What is read from left to right in every language, and holds no words.
_IN_ORDER: frozenset[Shown] = FIGURES | {Column.DATE, Detail.REQUEST}
# What is not computed is no number, and what a locale does to those is wrong.
_AS_TYPED = frozenset(row.type for row in OPERATIONS.values() if row.compute is None)
CALCULATED: frozenset[Shown] = frozenset({Column.OPERANDS, Column.RESPONSE, Detail.EXPRESSION})
_SOURCES = {
    # Translators: These say where a result comes from.
    Source.COMPUTED: mark("computed exactly"),
    Source.RANDOM_ORG: "random.org",
    Source.LOCAL: mark("this computer"),
    Source.LEDGER: mark("the ledger"),
}


def order_of(column: Shown) -> Column | None:
    """What sorts the records when this column is to; None for one that cannot. Numbers follow the dates."""
    if column is Detail.NUMBER:
        return Column.DATE
    return column if isinstance(column, Column) else None


def cells(entry: Entry, number_format: NumberFormat) -> tuple[str, ...]:
    """A record as the texts of all columns, as they are copied and filtered by; `seen` has them for the eye."""
    texts = tuple(_TEXTS[column](entry, number_format) for column in COLUMNS)
    return tuple(map(bare, texts)) if number_format.isolates else texts


def is_drawn(entry: Entry | None, column: Shown) -> bool:
    """Whether a cell shows a random string, whose letters must be told apart."""
    return column is Column.RESPONSE and entry is not None and entry.operation is OperationType.RANDOM_STRING


def seen(cell: str, column: Shown, entry: Entry | None, number_format: NumberFormat) -> str | None:
    """A cell for the eye, its thousands grouped and its signs in order; None where it is seen as it is."""
    if entry is None:
        return None
    if entry.operation not in _AS_TYPED and column in CALCULATED:
        return grouped(cell, number_format)
    return in_order(cell, number_format) if number_format.isolates and column in _IN_ORDER else None


def _operands(entry: Entry, number_format: NumberFormat) -> str:
    if entry.operation is OperationType.CREDIT:
        return shown_reason(entry.operands)
    return entry.operands if entry.operation in _AS_TYPED else localise(entry.operands, number_format)


def _response(entry: Entry, number_format: NumberFormat) -> str:
    response = entry.response if entry.operation in _AS_TYPED else localise(entry.response, number_format)
    return response if entry.exact else f"≈ {response}"


def _source(entry: Entry, _number_format: NumberFormat) -> str:
    return say(_SOURCES[entry.source]) if entry.exact else say("computed, rounded")


_TEXTS: Mapping[Shown, Callable[[Entry, NumberFormat], str]] = {
    Column.DATE: lambda entry, number_format: digits_of(shown_moment(entry.date), number_format),
    Column.OPERATION: lambda entry, _: operation_name(entry.operation),
    Column.OPERANDS: _operands,
    Column.RESPONSE: _response,
    Column.AMOUNT: lambda entry, number_format: format_money(-entry.amount, number_format, signed=True),
    Column.BALANCE: lambda entry, number_format: format_money(entry.user_balance, number_format),
    Detail.NUMBER: lambda entry, number_format: format_count(entry.seq, number_format),
    Detail.EXPRESSION: lambda entry, number_format: localise(entry.expression, number_format),
    Detail.SOURCE: _source,
    Detail.REQUEST: lambda entry, _: entry.request_id,
    Detail.NOTE: lambda entry, _: entry.note,
}
