"""How words of the command line become values: its own argparse, and a type for each kind of word. It knows no command.

argparse takes every word that begins with "-" for an option, also "-5+3" and "-10.00". So words are prepared first:
those that cannot be options are marked, and an option's value is tied to it.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, NoReturn

from desktop.arithmetic.money import parse_money
from desktop.arithmetic.table import COMPUTED
from desktop.commands.words import MARK, text
from desktop.finding import periods
from desktop.language.sentences import say
from desktop.models.ledger.requests import normal_request_id
from desktop.terms.errors import BadInput
from desktop.terms.kinds import Column, OperationType

MOST_ID = 2**63 - 1  # SQLite's largest integer

_WORDS = "|".join(re.escape(word) for row in COMPUTED for word in row.typed if word.isalpha())
_NO_OPTION = re.compile(rf"-+((?:{_WORDS})\b|[^A-Za-z-])", re.IGNORECASE)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help that begins in the person's language."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, say("usage: ") if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """argparse that raises `BadInput`, guesses no abbreviations, and heads its help in the person's language."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("formatter_class", _Formatter)
        super().__init__(**settings, allow_abbrev=False, add_help=False)
        self._optionals.title, self._positionals.title = say("options"), say("positional arguments")
        self.add_argument("-h", "--help", action="help", help=say("show this help message and exit"))

    def error(self, message: str) -> NoReturn:
        from desktop.commands import complaints  # late: most command lines are right

        said = message.replace(repr(MARK)[1:-1], "").replace(MARK, "")
        raise BadInput(say("{trouble}. See: {command} --help", trouble=complaints.told(said), command=self.prog))


def prepared(words: Sequence[str], flags: Iterable[str], valued: Iterable[str]) -> list[str]:
    """The words for argparse: `valued` options are tied to their values, what cannot be an option is marked."""
    options = {*flags, *valued}
    ready: list[str] = []
    rest = list(reversed(words))
    while rest:
        word = rest.pop()
        if word == "--":
            ready.extend(MARK + plain for plain in reversed(rest))
            break
        if word in valued and rest and rest[-1] not in options:
            word = f"{word}={rest.pop()}"
        if word.endswith("=--") and word.removesuffix("=--") in valued:
            ready.append(f"{word.removesuffix('--')}{MARK}--")  # argparse would take the value for the end of options
        else:
            ready.append(MARK + word if _NO_OPTION.match(word) else word)
    return ready


def amount(word: str) -> int:
    """Credits, as hundredths of them; also below zero."""
    return parse_money(text(word))


def most(word: str) -> int:
    """Credits, not below zero."""
    hundredths = amount(word)
    if hundredths < 0:
        raise BadInput(say("The most that may be charged cannot be below zero."))
    return hundredths


def price(word: str) -> tuple[OperationType, int]:
    """An operation and what it might cost: "division=45.00"."""
    name, _, cost = text(word).partition("=")
    try:
        kind = OperationType(name)
    except ValueError:
        kind = OperationType.CREDIT
    if kind is OperationType.CREDIT:
        priced = ", ".join(one for one in OperationType if one is not OperationType.CREDIT)
        raise BadInput(
            say("“{name}” has no price. Write it like division=45.00, with one of {kinds}.", name=name, kinds=priced)
        )
    hundredths = parse_money(cost)
    if hundredths < 0:
        raise BadInput(say("A price must not be below zero."))
    return kind, hundredths


def request_id(word: str) -> str:
    """A UUID."""
    return normal_request_id(text(word))


def since(word: str) -> int:
    """The first moment of what a word names: a day, a month, a year, a named period or a time."""
    return _bound(word, periods.beginning)


def until(word: str) -> int:
    """The first moment after what a word names."""
    return _bound(word, periods.ending)


def _bound(word: str, of: Callable[[str, date], int | None]) -> int:
    plain = text(word).strip()
    try:
        moment = of(plain, date.today())
    except (OverflowError, ValueError, OSError) as error:
        raise BadInput(say("{date} is too far away to be a date of a record.", date=plain)) from error
    if moment is None:
        raise BadInput(
            say(
                "“{text}” is no day, month, year or time. Write it like 2026-11-25, 2026-11, 2026, "
                "2026-11-25T14:30+01:00, or one of {periods}.",
                text=plain,
                periods=", ".join(periods.WORDS),
            )
        )
    return moment


def count(word: str) -> int:
    """A whole number from 1 on, small enough for the store."""
    plain = text(word)
    if not re.fullmatch(r"[0-9]{1,19}", plain) or not 1 <= int(plain) <= MOST_ID:
        raise BadInput(say("“{text}” is not a whole number from 1 on.", text=plain))
    return int(plain)


def order(word: str) -> tuple[Column, bool]:
    """A column, and whether its order is descending: with "-" before its name."""
    plain = text(word)
    try:
        return Column(plain.removeprefix("-")), plain.startswith("-")
    except ValueError as error:
        names = ", ".join(Column)
        raise BadInput(
            say("“{text}” is no column. Sort by one of {names}; with - before it, descending.", text=plain, names=names)
        ) from error
