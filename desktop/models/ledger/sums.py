"""What records of one kind come to: the one place that says what is spent and what is credited. It reads nothing.

It goes by the kind of record, never by the sign of its amount: a correction downwards is a credit below zero, and
nobody spent it.
"""

from __future__ import annotations

from collections.abc import Iterable

from desktop.terms.kinds import OperationType
from desktop.terms.pages import Totals
from desktop.terms.reports import OperationSum


def is_charge(operation: OperationType) -> bool:
    """Whether a record of this kind is one that somebody paid for."""
    return operation is not OperationType.CREDIT


def sum_of(operation: OperationType, count: int, taken: int) -> OperationSum:
    """Records of one kind, which took `taken` from the balance together: what was spent, or what was credited."""
    return OperationSum(operation, count, taken if is_charge(operation) else -taken)


def totals_of(sums: Iterable[tuple[OperationType, int, int]]) -> Totals:
    """Kinds of record, with how many there are of each and what they took, as count, spent and credited."""
    count = spent = credited = 0
    for operation, records, taken in sums:
        count += records
        if is_charge(operation):
            spent += taken
        else:
            credited -= taken
    return Totals(count, spent, credited)
