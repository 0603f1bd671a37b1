"""The operations: one row each, with everything that the program knows of it. It reads no text and charges nothing.

A further operation is a member of `kinds.OperationType`, a row here, and its price in `resources/config.toml`; what is
typed, computed, stored, priced, searched, named and shown follows from the row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from desktop.arithmetic.computing import add, divide, multiply, square_root, subtract
from desktop.arithmetic.exact import Value
from desktop.language.sentences import mark
from desktop.terms.kinds import OperationType

MAX_OPERATORS: Final = 100
"""Operators an expression can have."""

Compute = Callable[..., Value]
"""From the operands, which can be any kind of value, to the result; traps what `operations.apply` explains."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the keypad: the object's name, what is spoken of it, its place, and its `label` where it has no sign."""

    name: str
    spoken: str
    row: int
    column: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. What has no `compute` is never worked out: a random string, money put in.

    `number` stands in the index files behind the records browser and may never change or be used again. `name`, and
    `noun` within a sentence, are said by whoever shows them. `symbol` is the sign in a reading and in a record,
    `typed` what can be typed for it too. `precedence` orders those of two operands; one of a single operand stands
    before it and binds more tightly than all of them.
    """

    type: OperationType
    number: int
    name: str
    symbol: str = ""
    typed: tuple[str, ...] = ()
    arity: int = 0
    precedence: int = 0
    compute: Compute | None = None
    key: Key | None = None
    noun: str = ""


_ROWS: Final = (
    Operation(
        OperationType.ADDITION, 0, mark("Addition"), "+", (), 2, 1, add,
        # Translators: what a key does.
        Key("key_add", mark("Add"), 4, 3),
        noun=mark("addition"),
    ),
    Operation(
        OperationType.SUBTRACTION, 1, mark("Subtraction"), "−", ("-",), 2, 1, subtract,
        # Translators: what a key does.
        Key("key_subtract", mark("Subtract"), 3, 3),
        noun=mark("subtraction"),
    ),
    Operation(
        OperationType.MULTIPLICATION, 2, mark("Multiplication"), "×", ("*", "·"), 2, 2, multiply,
        # Translators: what a key does.
        Key("key_multiply", mark("Multiply"), 2, 3),
        noun=mark("multiplication"),
    ),
    Operation(
        OperationType.DIVISION, 3, mark("Division"), "÷", ("/",), 2, 2, divide,
        # Translators: what a key does.
        Key("key_divide", mark("Divide"), 1, 3),
        noun=mark("division"),
    ),
    Operation(
        OperationType.SQUARE_ROOT, 4, mark("Square root"), "√", ("sqrt",), 1, 0, square_root,
        Key("key_square_root", mark("Square root"), 5, 0),
        noun=mark("square root"),
    ),
    Operation(
        OperationType.RANDOM_STRING, 5, mark("Random string"),
        # Translators: the short one is on a narrow key.
        key=Key("key_random", mark("Random string"), 4, 2, mark("Random")),
        noun=mark("random string"),
    ),
    # Translators: money that was put in, a kind of record beside "Addition" and "Division".
    Operation(OperationType.CREDIT, 6, mark("Credit")),
)  # fmt: skip

OPERATIONS: Final[Mapping[OperationType, Operation]] = MappingProxyType({row.type: row for row in _ROWS})
COMPUTED: Final = tuple(row for row in _ROWS if row.compute is not None)
"""Those that an entry is made of."""
