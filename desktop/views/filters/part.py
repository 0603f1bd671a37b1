"""What every filter is: its widgets, its share of `Filters`, what is remembered of it. It asks nobody."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.terms.pages import Filters


class FilterPart(QObject):
    """One filter. Its state is what JSON can hold, and None while it lets everything through."""

    escaped = Signal()  # Esc in an empty field: away from the filters
    changed = Signal()  # the person set it; `recall` does not say so

    def __init__(self, parent: QWidget) -> None:
        """The parent takes it along when it goes: a timer must not die on whatever thread collects garbage."""
        super().__init__(parent)

    @property
    def field(self) -> QWidget | None:
        """What shows it, where the filter bar gives it no place of its own."""
        return None

    def put_into(self, filters: Filters) -> Filters:
        """The filters with this one's share put in."""
        raise NotImplementedError

    def state(self) -> Any:
        """What is set, to be remembered; None for nothing."""
        raise NotImplementedError

    def recall(self, state: Any) -> None:
        """Set what `state` gave, without saying so. None, and what makes no sense, lets everything through."""
        raise NotImplementedError

    @property
    def is_touched(self) -> bool:
        """Whether there is something to clear, be it something that makes no sense."""
        return self.state() is not None

    @property
    def can_undo(self) -> bool:
        """Whether the field that shows it takes the last change back by itself: it was typed there."""
        return False

    @property
    def trouble(self) -> str:
        """Why what is set finds nothing, or is not heeded; "" for no reason."""
        return ""

    @property
    def needs_room(self) -> bool:
        """Whether what is set shows only among the further filters, so that they should be in sight."""
        return False
