"""Owns the cutting of an entry into numbers, signs and parentheses; must not know which order makes sense."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from desktop.arithmetic.literals import NumberFormat, ScannedText, at_character, quoted, scan
from desktop.arithmetic.numbers import number_of
from desktop.arithmetic.table import COMPUTED, Operation
from desktop.terms.errors import ExpressionError


class Kind(StrEnum):
    """What a piece of an entry is; the values of the parentheses are how a reading shows them."""

    NUMBER = "number"
    OPERATOR = "operator"
    OPEN = "("
    CLOSE = ")"


@dataclass(frozen=True, slots=True)
class Token:
    """One piece, with its 0-based place in the entry; `text` is how it was typed. An operator has its operation."""

    kind: Kind
    position: int
    text: str
    number: Decimal = Decimal(0)
    operation: Operation | None = None


_PARENTHESES: Final[Mapping[str, Kind]] = MappingProxyType({"(": Kind.OPEN, ")": Kind.CLOSE})
_SPELLINGS: Final = {spelling: row for row in COMPUTED for spelling in (row.symbol, *row.typed)}
_SIGNS: Final = {spelling: row for spelling, row in _SPELLINGS.items() if not spelling.isalpha()}
_WORDS: Final = {spelling: row for spelling, row in _SPELLINGS.items() if spelling.isalpha()}

_ADVICE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "%": "Write a percentage as a number: 5 of a hundred is 0.05.",
        "^": "Write a power as a multiplication: 3 × 3.",
        "x": "To multiply, write × or *.",
        "X": "To multiply, write × or *.",
        ":": "To divide, write ÷ or /.",
        "–": "To subtract, write − or -.",
        "—": "To subtract, write − or -.",
        "=": "Leave it out: the entry is worked out when you press Enter.",
        "[": "Write ( and ) instead.",
        "]": "Write ( and ) instead.",
        "{": "Write ( and ) instead.",
        "}": "Write ( and ) instead.",
    }
)
_GENERAL_ADVICE: Final = f"Use numbers, {' '.join(row.symbol for row in COMPUTED)} and parentheses."


def tokenise(text: str, fmt: NumberFormat) -> Iterator[Token]:
    """The pieces of `text` in order, each made only when asked for: so the first fault is the one reported.

    Raises ExpressionError at what is no piece, OutOfBounds at a number past its bounds.
    """
    source = ScannedText.of(text, fmt)
    at = source.skip_space(0)
    while at < len(source.chars):
        token, end = _next(source, at)
        yield token
        at = source.skip_space(end)


def _next(source: ScannedText, at: int) -> tuple[Token, int]:
    place = source.places[at]
    if source.starts_number(at):
        literal = scan(source, at)
        shown = source.original(at, literal.end).strip()
        return Token(Kind.NUMBER, place, shown, number_of(literal)), literal.end
    char = source.char(at)
    if char in _PARENTHESES:
        return Token(_PARENTHESES[char], place, source.text[place]), at + 1
    if char in _SIGNS:
        return Token(Kind.OPERATOR, place, source.text[place], operation=_SIGNS[char]), at + 1
    for word, operation in _WORDS.items():
        if source.chars[at : at + len(word)].lower() == word:
            return _word(source, at, word, operation)
    typed = source.text[place]
    advice = _ADVICE.get(typed, _GENERAL_ADVICE)
    if typed.isdecimal():
        advice = "Write numbers with the digits 0 to 9."
    raise ExpressionError(f"{quoted(typed)} {at_character(place)} is not understood. {advice}", place)


def _word(source: ScannedText, at: int, word: str, operation: Operation) -> tuple[Token, int]:
    end = at + len(word)
    place = source.places[at]
    if operation.arity == 1 and source.char(source.skip_space(end)) != "(":
        raise ExpressionError(
            f"“{word}” {at_character(place)} needs a parenthesis behind it. Write {word}(2) or {operation.symbol}2.",
            place,
        )
    return Token(Kind.OPERATOR, place, source.original(at, end), operation=operation), end
