"""The table of operations: every kind has its row, and what is stored of a row never changes."""

from __future__ import annotations

from desktop.arithmetic.table import COMPUTED, OPERATIONS
from desktop.terms.kinds import OperationType


def test_every_kind_has_its_row() -> None:
    assert set(OPERATIONS) == set(OperationType)


def test_the_numbers_in_the_indexes_are_those_of_version_1() -> None:
    assert {row.type.value: row.number for row in OPERATIONS.values()} == {
        "addition": 0,
        "subtraction": 1,
        "multiplication": 2,
        "division": 3,
        "square_root": 4,
        "random_string": 5,
        "credit": 6,
    }


def test_no_sign_and_no_key_means_two_operations() -> None:
    signs = [sign for row in COMPUTED for sign in (row.symbol, *row.typed)]
    places = [(row.key.row, row.key.column) for row in OPERATIONS.values() if row.key is not None]
    names = [row.key.name for row in OPERATIONS.values() if row.key is not None]
    assert all(len(set(found)) == len(found) for found in (signs, places, names))


def test_what_is_computed_has_a_sign_and_takes_one_operand_or_two() -> None:
    assert all(row.symbol and row.arity in (1, 2) and (row.precedence > 0) == (row.arity == 2) for row in COMPUTED)
