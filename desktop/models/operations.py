"""The table of operations, as the charge and the proof read it: one definition of when it is sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from peewee import SqliteDatabase

from desktop.values import OperationType


@dataclass(frozen=True, slots=True)
class Operations:
    """`kinds` are the words by id, `costs` by id, `prices` by operation; `trouble` is a sentence, "" where all is well.

    Costs are in hundredths of a credit.
    """

    kinds: Mapping[int, str]
    costs: Mapping[int, int]
    prices: Mapping[OperationType, int]
    trouble: str


def read(database: SqliteDatabase) -> Operations:
    """The operations of the store: each that the program knows, once, and no other."""
    rows = database.execute_sql("SELECT id, type, cost FROM operation").fetchall()
    known = {kind.value: kind for kind in OperationType}
    unknown = sorted(word for _, word, _ in rows if word not in known)
    missing = sorted(known.keys() - {word for _, word, _ in rows})
    trouble = ""
    if unknown or len(rows) > len(known):
        trouble = f"The operation “{(unknown or ['one'])[0]}” was not made by the program."
    elif missing:
        trouble = f"The operation “{missing[0]}” is missing."
    return Operations(
        kinds={id: word for id, word, _ in rows},
        costs={id: cost for id, _, cost in rows},
        prices={
            known[word]: cost for _, word, cost in rows if word in known and known[word] is not OperationType.CREDIT
        },
        trouble=trouble,
    )
