"""Owns the grammar of an entry: what may follow what, and the order of the operations; must not work anything out.

Operator precedence by two stacks (Dijkstra's shunting yard), without recursion: no nesting exhausts Python's stack.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final, NamedTuple

from desktop.arithmetic.literals import counted, quoted
from desktop.arithmetic.numbers import format_number
from desktop.arithmetic.table import COMPUTED, MAX_OPERATORS
from desktop.arithmetic.tokens import Kind, Token
from desktop.language.sentences import say
from desktop.terms.errors import ExpressionError, OutOfBounds
from desktop.terms.kinds import OperationType

MAX_NESTING: Final = 100
"""Parentheses that can be open at once."""


class Negation(Enum):
    """The unary minus: it changes a sign, is no operation, and is free."""

    NEGATE = "negate"


Item = Decimal | OperationType | Negation


@dataclass(frozen=True, slots=True)
class Expression:
    """An entry as it was understood: `program` in postfix order, `reading` in canonical numbers and signs."""

    program: tuple[Item, ...]
    reading: str

    @property
    def operations(self) -> tuple[OperationType, ...]:
        """What will be charged, in the order in which it is worked out."""
        return tuple(item for item in self.program if isinstance(item, OperationType))


_PREFIX: Final = 1 + max(row.precedence for row in COMPUTED)
_OPENED: Final = 0


class _Waiting(NamedTuple):
    """A sign that waits for its right operand, or a parenthesis that waits to be closed (precedence 0, no item)."""

    precedence: int
    token: Token
    item: OperationType | Negation | None = None


class Parser:
    """Takes one token after the other; knows at each whether an operand or an operator must come next."""

    def __init__(self) -> None:
        self._program: list[Item] = []
        self._waiting: list[_Waiting] = []
        self._reading: list[str] = []
        self._last: Token | None = None
        self._has_operand = False
        self._nesting = 0
        self._operators = 0

    def take(self, token: Token) -> None:
        if self._has_operand:
            self._after_operand(token)
        else:
            self._before_operand(token)
        self._last = token

    def finish(self, length: int) -> Expression:
        """The whole, once everything is taken; `length` is where a message about the end points to."""
        if self._last is None:
            raise ExpressionError(
                say("There is nothing to work out. Enter a number or an expression, such as 2 + 3."), 0
            )
        if not self._has_operand:
            raise ExpressionError(
                say(
                    "The entry ends too early: a number is missing after {text}. Add it.", text=quoted(self._last.text)
                ),
                length,
            )
        while self._waiting:
            top = self._waiting.pop()
            if top.item is None:
                place = top.token.position
                raise ExpressionError(
                    say("The parenthesis at character {place} is not closed. Add “)”.", place=counted(place)), place
                )
            self._program.append(top.item)
        return Expression(tuple(self._program), "".join(self._reading))

    def _before_operand(self, token: Token) -> None:
        if token.kind is Kind.NUMBER:
            self._program.append(token.number)
            self._reading.append(format_number(token.number))
            self._has_operand = True
        elif token.kind is Kind.OPEN:
            self._open(token)
        elif token.operation is None:
            raise self._missing_number(token)
        elif token.operation.arity == 1:
            self._count(token)
            self._waiting.append(_Waiting(_PREFIX, token, token.operation.type))
            self._reading.append(token.operation.symbol)
        elif token.operation.type is OperationType.SUBTRACTION:
            self._waiting.append(_Waiting(_PREFIX, token, Negation.NEGATE))
            self._reading.append("-")
        elif token.operation.type is not OperationType.ADDITION:
            raise self._missing_number(token)

    def _after_operand(self, token: Token) -> None:
        operation = token.operation
        if operation is not None and operation.arity == 2:
            self._count(token)
            self._settle(operation.precedence)
            self._waiting.append(_Waiting(operation.precedence, token, operation.type))
            self._reading.append(f" {operation.symbol} ")
            self._has_operand = False
        elif token.kind is Kind.CLOSE:
            self._close(token)
        else:
            raise self._missing_operator(token)

    def _settle(self, precedence: int) -> None:
        """Move what binds at least as tightly to the program: so equals are worked out from left to right."""
        while self._waiting:
            top = self._waiting[-1]
            if top.item is None or top.precedence < precedence:
                return
            self._program.append(top.item)
            self._waiting.pop()

    def _open(self, token: Token) -> None:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise OutOfBounds(
                say(
                    "The entry is nested too deeply at character {place}: {most} parentheses can be open at once. "
                    "Work it out in parts.",
                    place=counted(token.position),
                    most=MAX_NESTING,
                ),
                position=token.position,
            )
        self._waiting.append(_Waiting(_OPENED, token))
        self._reading.append(Kind.OPEN)

    def _close(self, token: Token) -> None:
        self._settle(_OPENED)
        if not self._waiting:
            raise ExpressionError(
                say(
                    "The “)” at character {place} closes no parenthesis. Remove it, or add “(” before.",
                    place=counted(token.position),
                ),
                token.position,
            )
        self._waiting.pop()
        self._nesting -= 1
        self._reading.append(Kind.CLOSE)

    def _count(self, token: Token) -> None:
        self._operators += 1
        if self._operators > MAX_OPERATORS:
            raise OutOfBounds(
                say(
                    "The entry has more than {most} operators; the first too many is at character {place}. "
                    "Work it out in parts.",
                    most=MAX_OPERATORS,
                    place=counted(token.position),
                ),
                position=token.position,
            )

    def _missing_number(self, token: Token) -> ExpressionError:
        message = say(
            "A number is missing before “{sign}” at character {place}. Add it, or remove “{sign}”.",
            sign=token.text,
            place=counted(token.position),
        )
        return ExpressionError(message, token.position)

    def _missing_operator(self, token: Token) -> ExpressionError:
        before = self._last.text if self._last else ""
        message = say(
            "Between {before} and {after} at character {place} an operator is missing. To multiply, write ×.",
            before=quoted(before),
            after=quoted(token.text),
            place=counted(token.position),
        )
        return ExpressionError(message, token.position)
