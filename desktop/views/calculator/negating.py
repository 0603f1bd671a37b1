"""What the ± key makes of an entry: the other sign for the number, or the parenthesis, that ends at the cursor."""

from __future__ import annotations

import re
from typing import NamedTuple

from desktop.arithmetic.numbers import NumberFormat

_SIGNS = "-−"
_ROOT = re.compile(r"(?:√|sqrt)\s*$")
_OPENS = "(+×*·÷/√-−"  # what a sign can stand behind; behind anything else "−" subtracts


class Negated(NamedTuple):
    """An entry, and where its cursor stands."""

    text: str
    cursor: int


def negated_at(text: str, cursor: int, fmt: NumberFormat) -> Negated:
    """The entry with the sign turned; with nothing there to turn, a sign is put in for what comes next."""
    start = _start_of_operand(text[:cursor], fmt)
    before = text[:start].rstrip()
    if before[-1:] in tuple(_SIGNS) and _is_sign(before[:-1]):
        rest = text[start:]
        return Negated(before[:-1] + rest, cursor - (start - len(before[:-1])))
    return Negated(f"{text[:start]}-{text[start:]}", cursor + 1)


def _start_of_operand(head: str, fmt: NumberFormat) -> int:
    """Where what ends at the end of `head` begins; the end itself where nothing does."""
    marks = re.escape(fmt.decimal_mark + fmt.group_marks)
    number = re.search(rf"[\d{marks}]*\d[\d{marks}]*%?\s*$", head)
    start = _opening(head) if head.rstrip().endswith(")") else number.start() if number else len(head)
    while root := _ROOT.search(head[:start]):  # a root and what it is of are one
        start = root.start()
    return start


def _opening(head: str) -> int:
    """The place of the parenthesis that the last one of `head` closes; its end where none does."""
    depth = 0
    for place in range(len(head) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(head[place], 0)
        if not depth:
            return place
    return len(head)


def _is_sign(before: str) -> bool:
    """Whether a "−" behind this is a sign, and subtracts nothing."""
    before = before.rstrip()
    return not before or before[-1] in _OPENS
