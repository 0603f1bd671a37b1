"""Owns the cutting of an entry into numbers, signs and parentheses; must not know which order makes sense."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from desktop.arithmetic.literals import MINUS, NumberFormat, ScannedText, counted, quoted, scan, scan_plain
from desktop.arithmetic.numbers import number_of, value_of
from desktop.arithmetic.table import COMPUTED, Operation
from desktop.language.sentences import mark, say
from desktop.terms.errors import ExpressionError

_ZERO: Final = Decimal(0)


class Kind(StrEnum):
    """What a piece of an entry is; the values of the parentheses are how a reading shows them."""

    NUMBER = "number"
    OPERATOR = "operator"
    OPEN = "("
    CLOSE = ")"


class Token(NamedTuple):
    """One piece, with its 0-based place in the entry; `text` is how it was typed. An operator has its operation.

    `hundredfold` is what stood before the sign of a percentage, whose `number` is the hundredth part of it.
    """

    kind: Kind
    position: int
    text: str
    number: Decimal = _ZERO
    operation: Operation | None = None
    hundredfold: Decimal | None = None


_PARENTHESES: Final[Mapping[str, Kind]] = MappingProxyType({"(": Kind.OPEN, ")": Kind.CLOSE})
_SPELLINGS: Final = {spelling: row for row in COMPUTED for spelling in (row.symbol, *row.typed)}
_SIGNS: Final = {spelling: row for spelling, row in _SPELLINGS.items() if not spelling.isalpha()}
_WORDS: Final = {spelling: row for spelling, row in _SPELLINGS.items() if spelling.isalpha()}

_ADVICE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "%": mark("A percentage is a number with the sign behind it, as in 15%."),
        "^": mark("Write a power as a multiplication: 3 × 3."),
        "x": mark("To multiply, write × or *."),
        "X": mark("To multiply, write × or *."),
        "—": mark("To subtract, write − or -."),
        "=": mark("Leave it out: the entry is worked out when you press Enter."),
        "[": mark("Write ( and ) instead."),
        "]": mark("Write ( and ) instead."),
        "{": mark("Write ( and ) instead."),
        "}": mark("Write ( and ) instead."),
    }
)
_PARTS: Final = {
    "½": "5",
    "¼": "25",
    "¾": "75",
    "⅕": "2",
    "⅖": "4",
    "⅗": "6",
    "⅘": "8",
    "⅛": "125",
    "⅜": "375",
    "⅝": "625",
    "⅞": "875",
    "⅒": "1",
}
_SYMBOLS: Final = " ".join(row.symbol for row in COMPUTED)


def tokenise(text: str, fmt: NumberFormat) -> Iterator[Token]:
    """The pieces of `text` in order, each made only when asked for: so the first fault is the one reported.

    What other programs write around a calculation is read away: a ≈ or = before it, a = behind it, the sign of one
    currency at its numbers. Raises ExpressionError at what is no piece, OutOfBounds at a number past its bounds.
    """
    source = ScannedText.of(text, fmt)
    at = source.skip_space(0)
    if source.char(at) in "≈=":
        at = source.skip_space(at + 1)
    last: Token | None = None
    currency = ""
    while at < len(source.chars):
        if last is not None and source.char(at) == "=" and source.skip_space(at + 1) == len(source.chars):
            return
        if _is_currency(source, at, last):
            currency = currency or source.char(at)
            if source.char(at) != currency:
                place = source.places[at]
                raise ExpressionError(
                    say(
                        "There are two currencies in the entry: {sign} at character {place} is the second. "
                        "Bring all amounts into one first.",
                        sign=quoted(source.text[place]),
                        place=counted(place),
                    ),
                    place,
                )
            at = source.skip_space(at + 1)
            continue
        tokens, end = _next(source, at, last)
        yield from tokens
        last = tokens[-1]
        at = source.skip_space(end)


def _is_currency(source: ScannedText, at: int, last: Token | None) -> bool:
    """Whether the sign of a currency stands at a number here, before it or behind it."""
    char = source.char(at)
    if (char.isascii() and char != "$") or unicodedata.category(char) != "Sc":
        return False
    after = source.skip_space(at + 1)
    if last is None or last.kind in (Kind.OPERATOR, Kind.OPEN):
        return source.starts_number(after) or source.char(after) in MINUS
    return last.kind is Kind.NUMBER


def _next(source: ScannedText, at: int, last: Token | None) -> tuple[tuple[Token, ...], int]:
    place = source.places[at]
    char = source.char(at)
    if source.starts_number(at):
        token, end = _number(source, at)
        return (token,), end
    if char in _SIGNS:
        return (Token(Kind.OPERATOR, place, source.text[place], operation=_SIGNS[char]),), at + 1
    if char in _PARENTHESES:
        return (Token(_PARENTHESES[char], place, source.text[place]),), at + 1
    if unicodedata.decomposition(char).startswith("<fraction>") and char != "⅟":
        return _fraction(char, place), at + 1
    if char in "xX" and _times(source, at, last):
        return (Token(Kind.OPERATOR, place, source.text[place], operation=_SIGNS["×"]),), at + 1
    for word, operation in _WORDS.items():
        end = at + len(word)
        if source.chars[at:end].lower() == word:
            return (Token(Kind.OPERATOR, place, source.original(at, end), operation=operation),), end
    typed = source.text[place]
    special = _ADVICE.get(typed)
    advice = say(special) if special else say("Use numbers, {signs} and parentheses.", signs=_SYMBOLS)
    what = say("{sign} at character {place} is not understood.", sign=quoted(typed), place=counted(place))
    raise ExpressionError(f"{what} {advice}", place)


def _number(source: ScannedText, at: int) -> tuple[Token, int]:
    plain = scan_plain(source, at)
    if plain is not None:
        whole, fraction, end = plain
        return Token(Kind.NUMBER, source.places[at], source.original(at, end), value_of(whole, fraction)), end
    literal = scan(source, at)
    end, number, hundredfold = literal.end, number_of(literal), None
    part = _PARTS.get(source.char(end))
    if part and not literal.fraction and not literal.has_exponent:  # 2½
        literal = literal._replace(fraction=part, end=end + 1)
        end, number = literal.end, number_of(literal)
    sign = source.skip_space(end)
    if source.char(sign) == "%":
        hundredfold, number = number, number_of(literal._replace(exponent=literal.exponent - 2))
        end = sign + 1
    shown = source.original(at, end).strip()
    return Token(Kind.NUMBER, source.places[at], shown, number, hundredfold=hundredfold), end


def _fraction(char: str, place: int) -> tuple[Token, ...]:
    """½ is a number; ⅓ has no end as one and is a division."""
    if char in _PARTS:
        return (Token(Kind.NUMBER, place, char, Decimal(f"0.{_PARTS[char]}")),)
    top, _, under = unicodedata.normalize("NFKC", char).partition("⁄")
    return (
        Token(Kind.OPEN, place, char),
        Token(Kind.NUMBER, place, char, Decimal(top)),
        Token(Kind.OPERATOR, place, char, operation=_SIGNS["÷"]),
        Token(Kind.NUMBER, place, char, Decimal(under)),
        Token(Kind.CLOSE, place, char),
    )


def _times(source: ScannedText, at: int, last: Token | None) -> bool:
    """Whether an x multiplies: 3x4 does, 0x10 is how programmers write 16."""
    if last is None or last.kind not in (Kind.NUMBER, Kind.CLOSE):
        return False
    return last.text != "0" or source.places[at] != last.position + 1
