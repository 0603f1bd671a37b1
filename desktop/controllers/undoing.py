"""What can be taken back, free of charge, the newest first: deleted records, and whatever else was hidden or dropped.

It keeps acts and takes them back; what an act was is known to whoever offers it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

UNDO_STEPS = 20


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Act:
    """Something that hid or dropped what a person had made, in words ("3 records deleted"), and the way back."""

    text: str
    take_back: Callable[[], object]
    is_due: Callable[[], bool] = _always
    """Whether there is still something to take back: a column may have been shown again by other means."""
    outlives_window: bool = False
    """Whether it is one of the ledger's: the others are a window's own, and end with it."""


class Undoing(QObject):
    """The last acts of whoever is signed in."""

    changed = Signal(bool, str)  # whether there is something to take back, and what is next

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._acts: deque[Act] = deque(maxlen=UNDO_STEPS)

    @Slot(object)
    def add(self, act: Act) -> None:
        """Offer to take something back."""
        self._acts.append(act)
        self._tell()

    @Slot()
    def undo(self) -> None:
        """Take back the newest act for which there is something to take back."""
        self._drop_what_is_over()
        if self._acts:
            act = self._acts.pop()
            act.take_back()
            self._drop_what_is_over()
        self._tell()

    @Slot()
    def look_over(self) -> None:
        """Offer no longer what a person has taken back by hand. Where nothing was, nothing is said again."""
        before = len(self._acts)
        self._drop_what_is_over()
        if len(self._acts) != before:
            self._tell()

    def leave_window(self) -> None:
        """The window is built anew: what was an act of the old one cannot be taken back in it."""
        self._acts = deque((act for act in self._acts if act.outlives_window), maxlen=UNDO_STEPS)
        self._tell()

    def clear(self) -> None:
        """Somebody else may sign in."""
        self._acts.clear()
        self._tell()

    def _drop_what_is_over(self) -> None:
        while self._acts and not self._acts[-1].is_due():
            self._acts.pop()

    def _tell(self) -> None:
        self.changed.emit(bool(self._acts), self._acts[-1].text if self._acts else "")
