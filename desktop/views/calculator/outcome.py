"""What the display's result is: as the ledger has it, as it is written, and as it is seen."""

from __future__ import annotations

from typing import NamedTuple

from desktop.arithmetic.numbers import NumberFormat, in_order, localise
from desktop.wording.grouping import grouped


class Outcome(NamedTuple):
    """A result, or none. A random string is no number: its "." and "-" are its own."""

    result: str = ""  # canonical
    exact: bool = True
    is_number: bool = True
    expression: str = ""  # what it came from, as the locale writes it

    def written(self, number_format: NumberFormat) -> str:
        """In the locale's marks, without grouping: as it is copied, and gone on with."""
        return localise(self.result, number_format) if self.is_number else self.result

    def seen(self, number_format: NumberFormat) -> str:
        """For the eye."""
        result = ("" if self.exact else "≈ ") + self.written(number_format)
        return grouped(result, number_format) if self.is_number else in_order(result, number_format)
