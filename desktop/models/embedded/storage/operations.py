"""The table of operations, as the charge and the proof read it: one definition of when it is sound."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from peewee import SqliteDatabase

from desktop.language.sentences import say
from desktop.terms.kinds import OperationType

_KNOWN = {kind.value: kind for kind in OperationType}
_PRICED = {word: kind for word, kind in _KNOWN.items() if kind is not OperationType.CREDIT}


@dataclass(frozen=True, slots=True)
class Operations:
    """`kinds` are the words by id and `ids` the other way round, `costs` by id, `prices` by operation.

    Costs are in hundredths of a credit; `is_whole` is whether they are those that the program knows, each once.
    """

    kinds: Mapping[int, str]
    ids: Mapping[str, int]
    costs: Mapping[int, int]
    prices: Mapping[OperationType, int]
    is_whole: bool

    @property
    def trouble(self) -> str:
        """What is the matter with them in a sentence, "" where all is well."""
        return "" if self.is_whole else _trouble(list(self.kinds.values()))


def read(database: SqliteDatabase) -> Operations:
    """The operations of the store: each that the program knows, once, and no other."""
    return _of(tuple(database.connection().execute("SELECT id, type, cost FROM operation")))


@functools.lru_cache(maxsize=8)
def _of(rows: tuple[tuple[int, str, int], ...]) -> Operations:
    words = [word for _, word, _ in rows]
    return Operations(
        kinds={id: word for id, word, _ in rows},
        ids={word: id for id, word, _ in rows},
        costs={id: cost for id, _, cost in rows},
        prices={_PRICED[word]: cost for _, word, cost in rows if word in _PRICED},
        is_whole=len(words) == len(_KNOWN) and _KNOWN.keys() == set(words),
    )


def missing(database: SqliteDatabase) -> list[OperationType]:
    """The operations that the program knows and the store does not have."""
    there = {word for (word,) in database.execute_sql("SELECT type FROM operation")}
    return [kind for word, kind in _PRICED.items() if word not in there]


def unknown(database: SqliteDatabase) -> list[str]:
    """The words of the store's operations that the program does not know."""
    return [word for (word,) in database.execute_sql("SELECT type FROM operation") if word not in _KNOWN]


def _trouble(words: list[str]) -> str:
    for word in words:
        if word not in _KNOWN:
            return say("The operation “{operation}” was not made by the program.", operation=word)
    for word in _KNOWN:
        if word not in words:
            return say("The operation “{operation}” is missing.", operation=word)
    return say("An operation stands in it twice.")
