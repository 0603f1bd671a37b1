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
from desktop.errors import ExpressionError


class Kind(StrEnum):
    """What a piece of an entry is; the values are how a reading shows it."""

    NUMBER = "number"
    ADD = "+"
    SUBTRACT = "−"
    MULTIPLY = "×"
    DIVIDE = "÷"
    ROOT = "√"
    OPEN = "("
    CLOSE = ")"


@dataclass(frozen=True, slots=True)
class Token:
    """One piece, with its 0-based place in the entry; `text` is how it was typed."""

    kind: Kind
    position: int
    text: str
    number: Decimal = Decimal(0)


_SIGNS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "+": Kind.ADD,
        "-": Kind.SUBTRACT,
        "−": Kind.SUBTRACT,
        "*": Kind.MULTIPLY,
        "×": Kind.MULTIPLY,
        "·": Kind.MULTIPLY,
        "/": Kind.DIVIDE,
        "÷": Kind.DIVIDE,
        "√": Kind.ROOT,
        "(": Kind.OPEN,
        ")": Kind.CLOSE,
    }
)

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
_GENERAL_ADVICE: Final = "Use numbers, + − × ÷ √ and parentheses."
_ROOT_WORD: Final = "sqrt"


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
    kind = _SIGNS.get(char)
    if kind is not None:
        return Token(kind, place, source.text[place]), at + 1
    if source.chars[at : at + len(_ROOT_WORD)].lower() == _ROOT_WORD:
        return _root_word(source, at)
    typed = source.text[place]
    advice = _ADVICE.get(typed, _GENERAL_ADVICE)
    if typed.isdecimal():
        advice = "Write numbers with the digits 0 to 9."
    raise ExpressionError(f"{quoted(typed)} {at_character(place)} is not understood. {advice}", place)


def _root_word(source: ScannedText, at: int) -> tuple[Token, int]:
    end = at + len(_ROOT_WORD)
    place = source.places[at]
    if source.char(source.skip_space(end)) != "(":
        raise ExpressionError(
            f"“{_ROOT_WORD}” {at_character(place)} needs a parenthesis behind it. Write sqrt(2) or √2.", place
        )
    return Token(Kind.ROOT, place, source.original(at, end)), end
