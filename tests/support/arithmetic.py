"""Steps that entries come to, drawn at random: what the server must take, and what is wrong by one digit."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from desktop.arithmetic.expressions import evaluate, parse
from desktop.terms.charges import Step
from desktop.terms.errors import AppError


def drawn_steps(seed: int, count: int) -> list[Step]:
    """At least so many steps of entries with numbers of all sizes, fractions, roots and rounded values."""
    source = random.Random(seed)
    found: list[Step] = []
    while len(found) < count:
        try:
            found += evaluate(parse(_entry(source, 4))).steps
        except AppError:  # a division by zero, a root of a negative, too big
            continue
    return found


def spoilt(steps: list[Step], seed: int) -> Iterator[Step]:
    """Each with another digit in its response, or with the other word about its being all of the result."""
    source = random.Random(seed)
    for step in steps:
        digits = [place for place, letter in enumerate(step.response.split("e")[0]) if letter.isdigit()]
        place = source.choice(digits)
        digit = (int(step.response[place]) + source.randint(1, 9)) % 10
        yield replace(step, response=f"{step.response[:place]}{digit}{step.response[place + 1 :]}")
        yield replace(step, exact=not step.exact)


def _entry(source: random.Random, depth: int) -> str:
    if depth == 0 or source.random() < 0.3:
        return _number(source)
    if source.random() < 0.2:
        return f"√({_entry(source, depth - 1)})"
    return f"({_entry(source, depth - 1)}){source.choice('+-*/')}({_entry(source, depth - 1)})"


def _number(source: random.Random) -> str:
    kind = source.random()
    if kind < 0.3:
        return str(source.randint(0, 99))
    if kind < 0.6:
        return f"{source.randint(0, 10 ** source.randint(1, 12))}.{source.randint(0, 10 ** source.randint(1, 6))}"
    if kind < 0.8:
        return f"{source.randint(1, 9)}.{source.randint(0, 99999)}e{source.randint(-400, 400)}"
    return str(source.randint(0, 10 ** source.randint(1, 60)))
