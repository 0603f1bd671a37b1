"""Which file a store is: what tells it from another of the same name, and how many names it has. It opens nothing."""

from __future__ import annotations

import os
from pathlib import Path

from desktop.language.sentences import mark, say
from desktop.terms.errors import StoreError, StoreReadOnly

OTHER_NAMES = mark(
    "The store has more than one name ({file} is a hard link, as copies made with “cp -al” and by some backup programs "
    "are). Opened by two names at once it would lose charges, so it can only be read. To go on with it, close "
    "Metercalc, make a real copy of the file, and put that in its place; to copy a store, use “metercalc backup”."
)


class Identity:
    """Whether a file is still the one that it was when it was opened."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._path = str(file)  # what the system is asked about in every charge
        self._device, self._number, _ = _found(self._path)

    def check(self, *, to_write: bool = False) -> None:
        """Raises `StoreError` when the file is not the one that was opened any more.

        `to_write`, also raises `StoreReadOnly` when it has got another name meanwhile.
        """
        try:
            status = os.stat(self._path)  # half the time of Path's own
        except OSError:
            raise self._moved() from None
        if status.st_ino != self._number or status.st_dev != self._device:
            raise self._moved()
        if status.st_nlink > 1 and to_write:
            reason = say(OTHER_NAMES, file=self._file)
            raise StoreReadOnly(reason, reason=reason)

    def _moved(self) -> StoreError:
        return StoreError(
            say("The store has been moved, replaced or removed ({file}). Start the program again.", file=self._file)
        )


def has_other_names(file: Path) -> bool:
    """Whether the file stands in folders under more than one name: SQLite's locks and logs go by the name."""
    return _found(str(file))[2] > 1


_NOTHING = (-1, -1, 0)


def _found(file: str) -> tuple[int, int, int]:
    """The device, the number on it, and how many names it has."""
    try:
        status = os.stat(file)  # half the time of Path's own
    except OSError:
        return _NOTHING
    return status.st_dev, status.st_ino, status.st_nlink
