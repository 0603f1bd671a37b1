"""What stands behind a rounded result that a further entry goes on with: 0.33… that came of 1 ÷ 3 is 1/3 there too.

It knows records and values; where results are shown or typed is not its matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from desktop.arithmetic.exact import Value, opposite
from desktop.arithmetic.numbers import read_canonical
from desktop.arithmetic.operations import work_out
from desktop.terms.charges import Entry
from desktop.terms.errors import AppError

_TELLING_DIGITS: Final = 30
"""With that many digits a number in an entry is the result that was shown; one of fewer may just have been typed."""


def values_behind(entries: Iterable[Entry]) -> dict[Decimal, Value]:
    """The values of rounded results, by what is shown of them without their sign."""
    found: dict[Decimal, Value] = {}
    for entry in entries:
        if entry.exact:
            continue
        try:
            number, value = read_canonical(entry.response), work_out(entry.operation, entry.operands).value
        except AppError:
            continue  # another version wrote it otherwise: then a number is what it reads
        if len(number.as_tuple().digits) >= _TELLING_DIGITS:
            found[number.copy_abs()] = opposite(value) if number < 0 else value
    return found
