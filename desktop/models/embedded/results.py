"""Owns rule L8: each computed record's response follows from its operands. It reads only, and repairs nothing.

Working 10,000,000 records out again takes far longer than following their chains, so it is asked for; the slices of
the proof in the background do it a stretch at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from peewee import SqliteDatabase

from desktop.arithmetic.literals import quoted
from desktop.arithmetic.operations import follows
from desktop.language.sentences import figures, say
from desktop.terms.kinds import OperationType

LARGEST_ID = 2**63 - 1  # SQLite's
_BATCH = 500
_KINDS = frozenset(OperationType)


def check_results(
    database: SqliteDatabase,
    kinds: Mapping[int, str],
    found: Callable[[str, int, int, str], None],
    cancelled: Callable[[], bool],
    *,
    first: int = 1,
    last: int = LARGEST_ID,
) -> None:
    """Work each record from `first` to `last` out again and name those that do not follow.

    `kinds` has the operations by their ids.
    """
    cursor = database.execute_sql(
        "SELECT id, user_id, operation_id, operands, operation_response, exact FROM record "
        "WHERE id BETWEEN ? AND ? ORDER BY id",
        (first, last),
    )
    known = {id: OperationType(kind) for id, kind in kinds.items() if kind in _KINDS}
    while (rows := cursor.fetchmany(_BATCH)) and not cancelled():
        for id, user_id, operation_id, operands, response, exact in rows:
            operation = known.get(operation_id)
            if operation is not None and not follows(operation, operands, response, exact=bool(exact)):
                said = f"{quoted(operands)} {'=' if exact else '≈'} {quoted(response)}"
                found(
                    "L8",
                    user_id,
                    id,
                    say("Its response does not follow: {calculation}.", calculation=figures(said)),
                )
