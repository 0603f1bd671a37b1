"""What a record can stand for: apart from the other kinds, since reading the configuration needs this one alone."""

from __future__ import annotations

from enum import StrEnum


class OperationType(StrEnum):
    """What a record can stand for; `CREDIT` is money put in."""

    ADDITION = "addition"
    SUBTRACTION = "subtraction"
    MULTIPLICATION = "multiplication"
    DIVISION = "division"
    SQUARE_ROOT = "square_root"
    RANDOM_STRING = "random_string"
    CREDIT = "credit"
