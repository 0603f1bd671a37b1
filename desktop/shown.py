"""How a record's facts are shown as text, for the eye and for the search alike. It formats; it asks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from desktop.values import OperationType

OPERATION_NAMES: Mapping[OperationType, str] = {
    OperationType.ADDITION: "Addition",
    OperationType.SUBTRACTION: "Subtraction",
    OperationType.MULTIPLICATION: "Multiplication",
    OperationType.DIVISION: "Division",
    OperationType.SQUARE_ROOT: "Square root",
    OperationType.RANDOM_STRING: "Random string",
    OperationType.CREDIT: "Credit",
}


def shown_date(microseconds: int) -> str:
    """A UTC time in the person's time zone, to the second: "2026-11-25 14:03:07"."""
    return datetime.fromtimestamp(microseconds // 1_000_000).strftime("%Y-%m-%d %H:%M:%S")
