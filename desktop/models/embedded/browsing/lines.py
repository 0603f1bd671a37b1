"""What a record says as it is searched and sorted: the plain meaning of filters, which everything faster must equal.

All texts are UTF-8, folded as every search compares them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from desktop.arithmetic.money import format_money, plain_money
from desktop.arithmetic.table import OPERATIONS
from desktop.finding import searching
from desktop.finding.filters import Plan
from desktop.terms.charges import Entry
from desktop.terms.kinds import Column
from desktop.wording.shown import shown_date

KINDS = {row.number: row.type for row in OPERATIONS.values()}
NUMBERS = {row.type: row.number for row in OPERATIONS.values()}
END = b"\0"  # parts the texts of a line; nobody types it
MINUTE = 60_000_000  # microseconds
WHOLE_MINUTES = 94_694_400_000_000  # the beginning of 1973: since then every zone's offset is in whole minutes

SORT_KEYS = {
    Column.DATE: "r.date",  # where a clock was set back; else the numbers' order is the same
    Column.OPERATION: "o.type",
    Column.OPERANDS: "r.operands",
    Column.RESPONSE: "number_key(r.operation_response)",
    Column.AMOUNT: "r.amount",
    Column.BALANCE: "r.user_balance",
}

_SIGNS = [sign.encode() for sign in "×÷√−"]  # beside ASCII, what `searching.folded` leaves as it is
_DATES = frozenset(b"0123456789-: ?")  # what `date_text` writes
AMOUNTS = frozenset("0123456789,.+−-".encode())  # what `amount_texts` writes
_GROUP = 100_000  # of hundredths: above it the digits are grouped


class RecordLine(NamedTuple):
    """A record's facts. `kind` is its operation's number, which never changes: it stands in the index."""

    seq: int
    kind: int
    amount: int
    balance: int
    date: int
    operands: str
    response: str
    expression: str
    deleted: int
    hash: bytes


class Columns(NamedTuple):
    """The facts of some records that follow each other, those of a kind together: what is true of a `RecordLine`.

    Without their hashes, of which only the last one's is wanted; `expressions` may be "" where operands say as much.
    """

    seqs: Sequence[int]
    kinds: Sequence[int]
    amounts: Sequence[int]
    balances: Sequence[int]
    dates: Sequence[int]
    operands: Sequence[str]
    responses: Sequence[str]
    expressions: Sequence[str]
    deleted: Sequence[int]


def columns_of(some: Sequence[RecordLine]) -> Columns:
    """Some records, of which there is one at least."""
    *columns, _ = zip(*some, strict=True)
    return Columns(*columns)


def line_of(entry: Entry) -> RecordLine:
    """An entry's facts."""
    return RecordLine(
        entry.seq,
        NUMBERS[entry.operation],
        entry.amount,
        entry.user_balance,
        entry.date,
        entry.operands,
        entry.response,
        entry.expression,
        int(entry.deleted_at is not None),
        b"",
    )


def folded(text: str) -> bytes:
    """A text as it is compared; half a surrogate pair is no text."""
    return searching.folded(text).encode(errors="replace")


class _Memo(dict[int, str]):
    """How numbers are shown that come again and again."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self._form = form

    def __missing__(self, number: int) -> str:
        found = self[number] = self._form.format(number // 100, number % 100)
        return found


def texts_of(some: Columns) -> list[bytes]:
    """Of each, operands, response, balance and, where it says more, the whole entry; two `END`s end it.

    All are folded as one, which takes a third of the time, unless one has what parts them in it.
    """
    groups, rests = _Memo("{0:,},"), _Memo("{0:03d}.{1:02d}")
    texts = [
        f"{operands}\0{response}\0{groups[balance // _GROUP * 100]}{rests[balance % _GROUP]}\0\0"
        if balance >= _GROUP and expression in operands
        else _text(operands, response, balance, expression)
        for operands, response, balance, expression in zip(
            some.operands, some.responses, some.balances, some.expressions, strict=True
        )
    ]
    found = _folded_as_one("\n".join(texts)).split(b"\n")
    return found if len(found) == len(texts) else [folded(text) for text in texts]


def _folded_as_one(text: str) -> bytes:
    """A long text `folded`, in a fifth of the time where all of it is what the ledger writes itself."""
    plain = rest = text.encode(errors="replace")
    for sign in _SIGNS:
        rest = rest.replace(sign, b"")
    return plain.lower() if rest.isascii() else folded(text)


def _text(operands: str, response: str, balance: int, expression: str) -> str:
    shown = f"{balance // 100:,}.{balance % 100:02d}" if balance >= 0 else format_money(balance)
    more = "" if expression in operands else f"{expression}\0"
    return f"{operands}\0{response}\0{shown}\0{more}\0"


def date_text(date: int) -> bytes:
    """A date as it is shown."""
    return shown_date(date).encode()


@lru_cache(maxsize=256)  # most are prices
def amount_texts(amount: int) -> tuple[bytes, bytes]:
    """What a record's amount did to the balance, as it is shown and as machines write it."""
    return format_money(-amount, signed=True).encode(), plain_money(-amount).encode()


def matches(line: RecordLine, plan: Plan) -> bool:
    """Whether a record is what filters mean."""
    return (
        line.deleted == plan.trash
        and (plan.operations is None or KINDS[line.kind] in plan.operations)
        and (plan.since is None or line.date >= plan.since)
        and (plan.until is None or line.date < plan.until)
        and (plan.amount is None or plan.amount(line.amount))
        and (KINDS[line.kind] in plan.named or is_found(line, plan.texts))
    )


def is_found(line: RecordLine, search: tuple[str, ...]) -> bool:
    """Whether any of the texts stands in anything that is shown of a record but its operation's name."""
    texts = [text for text in search if text]
    return not texts or any(_contains(line, text) for text in texts)


def _contains(line: RecordLine, text: str) -> bool:
    wanted, in_dates, in_amounts = _wanted(text)
    return END not in wanted and (
        wanted in folded(_text(line.operands, line.response, line.balance, line.expression))
        or (in_dates and wanted in date_text(line.date))
        or (in_amounts and any(wanted in shown for shown in amount_texts(line.amount)))
    )


@lru_cache(maxsize=16)
def _wanted(text: str) -> tuple[bytes, bool, bool]:
    """A search text as it is compared, and whether it can stand in a date, and in an amount."""
    wanted = folded(text)
    return wanted, _DATES.issuperset(wanted), AMOUNTS.issuperset(wanted)
