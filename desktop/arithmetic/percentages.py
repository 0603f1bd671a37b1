"""Owns what a percentage means where it stands; must not know how it is typed, or work it out.

Alone and in a product it is its hundredth part: 50% is 0.5. Added to one number it is that part of it: 200 + 15% is
read as 200 + 200 × 15 ÷ 100, with the steps and the price of that. Added to anything else it could be either.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from desktop.arithmetic.literals import counted, quoted
from desktop.arithmetic.table import OPERATIONS
from desktop.arithmetic.tokens import Kind, Token
from desktop.language.sentences import say
from desktop.terms.errors import ExpressionError
from desktop.terms.kinds import OperationType


def spelled_out(tokens: Iterator[Token]) -> Iterator[Token]:
    """The pieces with each percentage in full; raises ExpressionError where it is not clear what it is of."""
    level: list[Token] = []  # since the entry, or its innermost parenthesis that is open, began
    outer: list[list[Token]] = []
    token = next(tokens, None)
    while token is not None:
        after = None
        if token.hundredfold is None:
            yield token
        else:  # only here is a piece asked for before the one before it is taken
            after = next(tokens, None)
            yield from _in_full(token, level, after)
        if token.kind is Kind.OPEN:
            outer.append(level)
            level = []
        elif token.kind is Kind.CLOSE and outer:
            level = [*outer.pop(), token]
        else:
            level.append(token)
        token = after or next(tokens, None)


def _in_full(token: Token, level: list[Token], after: Token | None) -> Iterator[Token]:
    base = level[:]
    while base and _is_sign(base[-1]):
        base.pop()
    product = after is not None and after.operation is not None and after.operation.precedence == _PRODUCT.precedence
    if not base or base[-1].operation is not None or product:
        yield token
    elif len(level) - len(base) == 1 and _is_one_number(base):
        yield from (each._replace(position=token.position) for each in base)
        yield Token(Kind.OPERATOR, token.position, token.text, operation=_PRODUCT)
        yield token._replace(number=token.hundredfold or Decimal(0), hundredfold=None)
        yield Token(Kind.OPERATOR, token.position, token.text, operation=_QUOTIENT)
        yield Token(Kind.NUMBER, token.position, token.text, Decimal(100))
    else:
        raise ExpressionError(
            say(
                "It is not clear what {percentage} at character {place} is a part of. "
                "Multiply by it instead, as in 200 × 15%.",
                percentage=quoted(token.text),
                place=counted(token.position),
            ),
            token.position,
        )


def _is_one_number(tokens: list[Token]) -> bool:
    number = tokens[-1]
    return number.kind is Kind.NUMBER and number.hundredfold is None and all(map(_is_sign, tokens[:-1]))


def _is_sign(token: Token) -> bool:
    return token.operation is not None and token.operation.precedence == _SUM.precedence


_SUM = OPERATIONS[OperationType.ADDITION]
_PRODUCT = OPERATIONS[OperationType.MULTIPLICATION]
_QUOTIENT = OPERATIONS[OperationType.DIVISION]
